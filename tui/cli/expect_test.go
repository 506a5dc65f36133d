package cli

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"peerscope/hexdump"
	"peerscope/peer"
	"peerscope/peer/capture"
)

// dribble says its text byte by byte, and keeps the connection.
func dribble(text string) func(net.Conn) {
	return func(c net.Conn) {
		for i := range len(text) {
			_, _ = io.WriteString(c, text[i:i+1])
		}
		_, _ = io.Copy(io.Discard, c)
	}
}

func TestExpectSaysByItsExitCodeWhetherTheBytesCame(t *testing.T) {
	dir := shortDir(t)
	for name, c := range map[string]struct {
		args    []string
		address string
		code    int
		says    []string // in stderr's line; nil: nothing
	}{
		"an answer":              {args: []string{"--send", `PING\r\n`, "--expect", "PING"}, address: serve(t, "", echo)},
		"on a Unix socket":       {args: []string{"--send", `hex 00 ff`, "--expect", "hex 00 ??"}, address: serve(t, filepath.Join(dir, "echo"), echo)},
		"a greeting, then a FIN": {args: []string{"--expect", `"bye\r\n"`}, address: serve(t, "", greet)},
		"byte by byte":           {args: []string{"--expect", "re /^HEL+O/i"}, address: serve(t, "", dribble("well\nhello!"))},
		"at the very end":        {args: []string{"--expect", `re /\bend$/`}, address: serve(t, "", func(c net.Conn) { _, _ = io.WriteString(c, "the end") })},
		"several sends": {args: []string{"--send", "one ", "--send", `hex 74 77 6f`, "--send", "", "--send", ` three`, "--expect", "one two three"},
			address: serve(t, "", echo)},
		"before a reset": {args: []string{"--send", "four", "--expect", "ok"}, address: serve(t, "", func(c net.Conn) {
			_, _ = io.WriteString(c, "ok")
			reset(c)
		})},
		"not what was sent": {args: []string{"--send", "secret", "--expect", "secret", "--timeout", "200ms"}, address: serve(t, "", dribble("")),
			code: exitFailed, says: []string{"--expect secret: not within 200ms; nothing came"}},
		"something else": {args: []string{"--send", "hi\x1b[2J", "--expect", "ho", "--timeout", "3s"}, address: serve(t, "", echo),
			code: exitFailed, says: []string{"--expect ho: not within 3s; 6 B came, the last from tcp://127.0.0.1:", `: hi\x1b[2J`}},
		"duration is shorter": {args: []string{"--expect", "x", "--duration", "150ms"}, address: serve(t, "", dribble("")),
			code: exitFailed, says: []string{"not within 150ms"}},
		"an end before it": {args: []string{"--expect", "hello"}, address: serve(t, "", greet),
			code: exitFailed, says: []string{"nothing is left to watch; 5 B came", `bye\r\n`, "FIN"}},
		"refused": {args: []string{"--expect", "x"}, address: refusedPort(t),
			code: exitFailed, says: []string{"nothing is left to watch; nothing came; tcp://127.0.0.1:", "connection refused"}},
		"no such path": {args: []string{"--expect", "x"}, address: "unix://" + dir + "/missing",
			code: exitFailed, says: []string{"nothing came; unix://" + dir + "/missing: no such file or directory"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := quiet(t, append(append([]string{"watch"}, c.args...), c.address)...)
			if r.code != c.code || r.stdout != "" {
				t.Errorf("exit code %d, stdout %q", r.code, r.stdout)
			}
			if c.says == nil && r.stderr != "" || !holdsAll(r.stderr, c.says) || strings.Count(r.stderr, "\n") > 1 {
				t.Errorf("stderr %q, expected one line with %q", r.stderr, c.says)
			}
		})
	}
}

func TestExpectPrintsEventsWhenTheyAreAskedFor(t *testing.T) {
	r := watchFor(t, "", "--format", "json", "--send", "hi", "--expect", "hi", serve(t, "", echo))
	if r.code != exitFine || r.data("out") != "hi" || r.data("in") != "hi" {
		t.Errorf("exit code %d, stderr %q\n%s", r.code, r.stderr, r.stdout)
	}
	r = watchFor(t, "", "--events", "data", "--send", "hi", "--expect", "ho", "--count", "2", serve(t, "", echo))
	if r.code != exitFailed || len(r.events) != 2 || !strings.Contains(r.stderr, "not among the first 2 events") {
		t.Errorf("exit code %d, stderr %q\n%s", r.code, r.stderr, r.stdout)
	}
}

// Of several peers any will do, and of those that --peer names any of them.
func TestExpectLooksAtTheChosenPeers(t *testing.T) {
	greeting, silent := serve(t, "", greet)+"#greeting", serve(t, "", dribble(""))+"#silent"
	if r := quiet(t, "watch", "--expect", "bye", silent, greeting); r.code != exitFine {
		t.Errorf("exit code %d, %q", r.code, r.stderr)
	}
	for _, name := range []string{"silent", "1"} {
		r := quiet(t, "watch", "--expect", "bye", "--timeout", "300ms", "--peer", name, silent, greeting)
		if r.code != exitFailed || !strings.Contains(r.stderr, "nothing came") {
			t.Errorf("exit code %d, %q", r.code, r.stderr)
		}
	}
}

// A tap's pair is looked at from its server, or with --dir out from its client.
func TestExpectLooksIntoATap(t *testing.T) {
	for dir, pattern := range map[string]string{"in": "3 bytes", "out": "abc"} {
		path := filepath.Join(shortDir(t), "tap")
		cmd, tmp := program(t, roleProgram, "watch", "--dir", dir, "--expect", pattern, "unix-listen://"+path+"="+serve(t, "", answer))
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the tap to listen", func() bool {
			c, err := net.Dial("unix", path)
			if err != nil {
				return false
			}
			defer c.Close()
			_, _ = io.WriteString(c, "abc")
			_ = c.(*net.UnixConn).CloseWrite()
			_, _ = io.ReadAll(c)
			return true
		})
		if code := exitOf(t, cmd.Wait()); code != exitFine || stderr.Len() > 0 {
			t.Errorf("--dir %s: exit code %d, stderr %q", dir, code, stderr.String())
		}
		nothingLeft(t, tmp)
	}
}

func TestASignalEndsWhatIsExpectedWith130(t *testing.T) {
	connected := make(chan struct{})
	cmd, _ := program(t, roleProgram, "watch", "--expect", "x", serve(t, "", func(c net.Conn) {
		close(connected)
		_, _ = io.Copy(io.Discard, c)
	}))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-connected
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if code := exitOf(t, cmd.Wait()); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
}

// A search that a flood outruns says what it could not look at, and ends.
func TestASearchThatIsOutrunSaysSo(t *testing.T) {
	set := peer.NewSet(peer.Config{Memory: capture.MinBudget})
	defer set.Close()
	pattern, err := hexdump.ParsePattern("needle")
	if err != nil {
		t.Fatal(err)
	}
	x := newExpectation(pattern, nil, capture.In.Only())
	addr, err := peer.ParseAddress(serve(t, "", func(c net.Conn) {
		_, _ = c.Write(bytes.Repeat([]byte("0123456789abcdef"), 1<<16))
		_, _ = io.Copy(io.Discard, c)
	}))
	if err != nil {
		t.Fatal(err)
	}
	id := set.Add(addr)
	eventually(t, "all bytes", func() bool {
		x.show(set.Poll())
		r, err := set.Row(id)
		return err == nil && r.Received == 1<<20
	})
	go x.run() // only now
	x.finish(set.Now())
	select {
	case <-x.done:
	case <-time.After(hang):
		t.Fatal("the search does not end")
	}
	if x.has() || x.dropped == 0 || x.dropped+x.total != 1<<20 || !strings.Contains(x.instead(), "dropped before they were looked at") {
		t.Errorf("%d dropped and %d looked at of %d; %s", x.dropped, x.total, 1<<20, x.instead())
	}
}

func TestStdinIsSentBetweenOtherSends(t *testing.T) {
	file := filepath.Join(shortDir(t), "request")
	if err := os.WriteFile(file, []byte("file "), 0o600); err != nil {
		t.Fatal(err)
	}
	r := watchFor(t, "stdin ", "--send", "@"+file, "--send", "-", "--send", "text", "--close-write", "--events", "data",
		serve(t, "", echo), refusedPort(t), serve(t, "", echo))
	for _, id := range []int{1, 3} {
		if got := r.ofPeer(id).data("in"); got != "file stdin text" {
			t.Errorf("peer %d received %q", id, got)
		}
	}
	if r.code != exitFailed { // peer 2
		t.Errorf("exit code %d, %s", r.code, r.stderr)
	}
}
