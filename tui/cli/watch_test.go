package cli

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"unicode"
)

// answer waits for the end of what the client says and then answers.
func answer(c net.Conn) {
	got, _ := io.ReadAll(c)
	_, _ = fmt.Fprintf(c, "%d bytes", len(got))
}

// greet says something and closes.
func greet(c net.Conn) { _, _ = io.WriteString(c, "bye\r\n") }

// reset reads four bytes and resets.
func reset(c net.Conn) {
	_, _ = io.ReadFull(c, make([]byte, 4))
	_ = c.(*net.TCPConn).SetLinger(0)
}

// refusedPort is an address that was free a moment ago.
func refusedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "tcp://" + l.Addr().String()
}

func TestWatchTellsEachEndingAsItWas(t *testing.T) {
	dir := shortDir(t)
	for name, c := range map[string]struct {
		address string
		args    []string
		code    int
		story   []string
		in, out string
	}{
		"echo, half-closed by us": {
			address: serve(t, "", echo), args: []string{"--send", `PING\r\n`, "--close-write"},
			story: []string{"none > connecting", "connecting > connected", "half-close out", "connected > none FIN remote"},
			in:    "PING\r\n", out: "PING\r\n",
		},
		"echo on a Unix socket": {
			address: serve(t, filepath.Join(dir, "echo"), echo), args: []string{"--send", `hex 00 ff 0a`, "--close-write"},
			story: []string{"none > connected", "half-close out", "connected > none EOF remote"},
			in:    "\x00\xff\n", out: "\x00\xff\n",
		},
		"an answer after our half-close": {
			address: serve(t, "", answer), args: []string{"--send", "abc", "--close-write"},
			story: []string{"none > connecting", "connecting > connected", "half-close out", "connected > none FIN remote"},
			in:    "3 bytes", out: "abc",
		},
		"FIN right after the greeting": {
			address: serve(t, "", greet),
			story:   []string{"none > connecting", "connecting > connected", "connected > none FIN remote"},
			in:      "bye\r\n",
		},
		"reset": {
			address: serve(t, "", reset), args: []string{"--send", "four"}, code: exitFailed,
			story: []string{"none > connecting", "connecting > connected", "connected > error FAILED connection reset by peer remote"},
			out:   "four",
		},
		"refused": {
			address: refusedPort(t), code: exitFailed,
			story: []string{"none > connecting", "connecting > error ERR_CONNECTION_ERROR connection refused remote"},
		},
		"missing path": {
			address: "unix://" + dir + "/missing", code: exitFailed,
			story: []string{"connect FAILED no such file or directory"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := watchFor(t, "", append(c.args, c.address+"#it")...)
			if r.code != c.code || r.stderr != "" {
				t.Errorf("exit code %d, stderr %q", r.code, r.stderr)
			}
			if got := r.story(); !reflect.DeepEqual(got, c.story) {
				t.Errorf("the story is\n%q, expected\n%q", got, c.story)
			}
			if in, out := r.data("in"), r.data("out"); in != c.in || out != c.out {
				t.Errorf("received %q and sent %q, expected %q and %q", in, out, c.in, c.out)
			}
			for _, e := range r.events {
				if e.Label != "it" || e.Address != c.address {
					t.Errorf("label %q, address %q", e.Label, e.Address)
				}
			}
			for _, e := range r.of("buffers", "") {
				if e.Received > int64(len(c.in)) || e.Sent > int64(len(c.out)) {
					t.Errorf("more in the buffers than there ever was: %+v", e)
				}
			}
		})
	}
}

// A half-close that comes while the FIN of the other end waits for its poll
// must be told after that FIN, because it came after it.
func TestWatchTellsWhatAPollFindsLaterInTheOrderOfTime(t *testing.T) {
	address := serve(t, "", greet)
	for range 5 {
		r := watchFor(t, "", "--poll", "20ms", "--close-write", address)
		if r.data("in") != "bye\r\n" {
			t.Errorf("received %q", r.data("in"))
		}
		if t.Failed() {
			t.Fatal(r.stdout)
		}
	}
}

func TestWatchSendsTextHexFilesAndStdin(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	file := filepath.Join(shortDir(t), "request")
	if err := os.WriteFile(file, big, 0o600); err != nil {
		t.Fatal(err)
	}
	address := serve(t, "", echo)
	for name, c := range map[string]struct{ send, stdin, want string }{
		"text":           {send: `a\x00\\\n`, want: "a\x00\\\n"},
		"hex":            {send: "hex 48 65 ff", want: "He\xff"},
		"file":           {send: "@" + file, want: string(big)},
		"stdin":          {send: "-", stdin: string(big), want: string(big)},
		"nothing at all": {send: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := watchFor(t, c.stdin, "--send", c.send, "--close-write", "--events", "data,status", address)
			if r.code != exitFine || r.stderr != "" {
				t.Errorf("exit code %d, stderr %q", r.code, r.stderr)
			}
			if in, out := r.data("in"), r.data("out"); in != c.want || out != c.want {
				t.Errorf("sent %d and received %d bytes, expected %d", len(out), len(in), len(c.want))
			}
		})
	}
}

func TestWatchSendsToEveryPeerOnceItIsConnected(t *testing.T) {
	one, two := serve(t, "", echo), serve(t, filepath.Join(shortDir(t), "echo"), echo)
	r := watchFor(t, "", "--send", "hi", "--close-write", "--events", "data", one, refusedPort(t), two)
	if r.code != exitFailed {
		t.Errorf("exit code %d", r.code)
	}
	got := map[int]int64{}
	for _, e := range r.of("data", "in") {
		got[e.Peer] += e.Len
	}
	if want := map[int]int64{1: 2, 3: 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("bytes received by peer: %v, expected %v", got, want)
	}
}

func TestWatchPrintsTheChosenEventsOnly(t *testing.T) {
	address := serve(t, "", echo)
	for _, chosen := range []string{"status", "data", "buffers", "half-close", "status,data"} {
		r := watchFor(t, "", "--send", "hi", "--close-write", "--events", chosen, address)
		seen := map[string]bool{}
		for _, e := range r.events {
			seen[e.Event] = true
		}
		want := map[string]bool{}
		for kind := range strings.SplitSeq(chosen, ",") {
			want[kind] = true
		}
		if !reflect.DeepEqual(seen, want) {
			t.Errorf("--events %s printed %v", chosen, seen)
		}
	}
}

func TestWatchEndsWithTheCountOrTheDuration(t *testing.T) {
	address := serve(t, "", echo)
	for n := 1; n <= 4; n++ {
		r := watchFor(t, "", "--send", "hi", "--count", fmt.Sprint(n), address)
		if r.code != exitFine || len(r.events) != n {
			t.Errorf("--count %d: exit code %d, %d events", n, r.code, len(r.events))
		}
	}
	r := watchFor(t, "", "--duration", "200ms", address)
	if want := []string{"none > connecting", "connecting > connected"}; r.code != exitFine || !reflect.DeepEqual(r.story(), want) {
		t.Errorf("--duration: exit code %d, %q", r.code, r.story())
	}
}

func TestWatchEndsWith130OnASignal(t *testing.T) {
	address := serve(t, "", echo)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			cmd, _ := program(t, roleProgram, "watch", address)
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			until(t, stdout, &out, `"to":"connected"`)
			if err := cmd.Process.Signal(s); err != nil {
				t.Error(err)
			}
			if _, err := io.Copy(&out, stdout); err != nil {
				t.Error(err)
			}
			if code := exitOf(t, cmd.Wait()); code != exitInterrupted {
				t.Errorf("exit code %d", code)
			}
			parse(t, out.String())
		})
	}
}

// until copies what comes until it holds some text.
func until(t *testing.T, from io.Reader, to *bytes.Buffer, text string) {
	t.Helper()
	p := make([]byte, 4096)
	for !strings.Contains(to.String(), text) {
		n, err := from.Read(p)
		to.Write(p[:n])
		if err != nil {
			t.Fatalf("%v before %s in %q", err, text, to.String())
		}
	}
}

func TestWatchEndsQuietlyWhenItsReaderHasGone(t *testing.T) {
	cmd, _ := program(t, roleProgram, "watch", serve(t, "", flood))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	until(t, stdout, &out, "\n") // head -n 1
	_ = stdout.Close()
	if code := exitOf(t, cmd.Wait()); code != exitFine || stderr.Len() > 0 {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
}

// Labels, paths and causes may hold anything; the lines must not.
func TestWatchPrintsNothingThatATerminalActsOn(t *testing.T) {
	dir := shortDir(t)
	hostile := "a\x1b[2Jb\x7fc\u009bd\u202ee\u200bf\r\ng"
	path := filepath.Join(dir, hostile)
	address := serve(t, path, greet)
	for _, args := range [][]string{{path + "#" + hostile}, {path}, {filepath.Join(dir, "missing"+hostile)}} {
		r := watchFor(t, "", args...)
		if len(r.events) == 0 {
			t.Fatalf("no events for %q: %q", args, r.stderr)
		}
		for _, c := range r.stdout {
			if c != '\n' && !unicode.IsPrint(c) {
				t.Errorf("%U in %q", c, r.stdout)
			}
		}
		if e := r.events[0]; args[0] != filepath.Join(dir, "missing"+hostile) && (e.Address != address || e.Label != hostile) {
			t.Errorf("label %q and address %q, expected %q and %q", e.Label, e.Address, hostile, address)
		}
	}
}
