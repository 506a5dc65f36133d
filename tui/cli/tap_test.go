package cli

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

// watching is a watch that goes on while the test does something.
type watching struct {
	t      *testing.T
	cmd    *exec.Cmd
	lines  *bufio.Reader
	stdout strings.Builder // what was read so far
	tmp    string
}

// startWatch starts a watch and reads its lines as they come.
func startWatch(t *testing.T, args ...string) *watching {
	t.Helper()
	w := &watching{t: t}
	w.cmd, w.tmp = program(t, roleProgram, append([]string{"watch"}, args...)...)
	w.cmd.Stderr = os.Stderr
	stdout, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	w.lines = bufio.NewReader(stdout)
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.cmd.Process.Kill() }) // it may have ended
	return w
}

// next reads lines up to one that is of the given kind. The program's own limit
// ends a watch that never says so.
func (w *watching) next(kind string) event {
	w.t.Helper()
	for {
		line, err := w.lines.ReadString('\n')
		if err != nil {
			w.t.Fatalf("no %s event: %v in\n%s", kind, err, w.stdout.String())
		}
		w.stdout.WriteString(line)
		if e, err := parseLine(line); err == nil && e.Event == kind {
			return e
		}
	}
}

// end reads the rest, once a signal was sent.
func (w *watching) end() result {
	w.t.Helper()
	rest, err := io.ReadAll(w.lines)
	if err != nil {
		w.t.Fatal(err)
	}
	w.stdout.Write(rest)
	r := result{code: exitOf(w.t, w.cmd.Wait()), stdout: w.stdout.String()}
	r.events = parse(w.t, r.stdout)
	nothingLeft(w.t, w.tmp)
	return r
}

func (w *watching) signal(s os.Signal) {
	w.t.Helper()
	if err := w.cmd.Process.Signal(s); err != nil {
		w.t.Fatal(err)
	}
}

// dial connects to where a listener is bound.
func dial(t *testing.T, bound string) net.Conn {
	t.Helper()
	network, at := "tcp", strings.TrimPrefix(bound, "tcp-listen://")
	if path, unix := strings.CutPrefix(bound, "unix-listen://"); unix {
		network, at = "unix", path
	}
	c, err := net.Dial(network, at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (r result) ofPeer(id int) result {
	var list []event
	for _, e := range r.events {
		if e.Peer == id {
			list = append(list, e)
		}
	}
	return result{events: list}
}

func TestWatchTellsATapFromListeningToTheEndOfItsPairs(t *testing.T) {
	dir := shortDir(t)
	for name, c := range map[string]struct{ listen, server, end string }{
		"TCP to TCP":   {"tcp-listen://127.0.0.1:0", serve(t, "", answer), "FIN"},
		"TCP to UDS":   {"tcp-listen://127.0.0.1:0", serve(t, filepath.Join(dir, "a"), answer), "FIN"},
		"UDS to TCP":   {"unix-listen://" + dir + "/b", serve(t, "", answer), "EOF"},
		"UDS to UDS":   {"unix-listen://" + dir + "/c", serve(t, filepath.Join(dir, "d"), answer), "EOF"},
		"from a label": {"unix-listen://" + dir + "/e", serve(t, "", answer) + "#it", "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			w := startWatch(t, c.listen+"="+c.server)
			bound := w.next("listening").Bound
			client := dial(t, bound)
			if _, err := io.WriteString(client, "abc"); err != nil {
				t.Fatal(err)
			}
			_ = client.(interface{ CloseWrite() error }).CloseWrite()
			if got, err := io.ReadAll(client); string(got) != "3 bytes" || err != nil {
				t.Errorf("the client got %q, %v", got, err)
			}
			for w.next("status").To != "none" {
			}
			w.signal(syscall.SIGTERM)
			r := w.end()
			if want := []string{"listening"}; !reflect.DeepEqual(r.ofPeer(1).story(), want) {
				t.Errorf("the story of the listener is %q", r.ofPeer(1).story())
			}
			pair := r.ofPeer(2)
			want := []string{"accepted", "none > connecting", "connecting > connected", "half-close out client", "connected > none " + c.end + " client"}
			if got := pair.story(); !reflect.DeepEqual(got, want) {
				t.Errorf("the story of the pair is\n%q, expected\n%q", got, want)
			}
			if in, out := pair.data("in"), pair.data("out"); in != "3 bytes" || out != "abc" || r.code != exitInterrupted {
				t.Errorf("exit code %d, in %q, out %q", r.code, in, out)
			}
			for _, dir := range []string{"in", "out"} {
				last := pair.of("buffers", dir)
				if len(last) == 0 || last[len(last)-1].Received != 7 || last[len(last)-1].Sent != 3 || last[len(last)-1].Unread != nil {
					t.Errorf("the last buffers of %s: %+v", dir, last)
				}
			}
			for _, e := range r.events {
				if path, unix := strings.CutPrefix(bound, "unix-listen://"); unix && e.Label == filepath.Base(path) == (name == "from a label") {
					t.Errorf("label %q", e.Label)
				}
			}
			if path, unix := strings.CutPrefix(bound, "unix-listen://"); unix {
				if _, err := os.Lstat(path); !os.IsNotExist(err) {
					t.Errorf("the socket's file is still there: %v", err)
				}
			}
		})
	}
}

func TestWatchTellsWhatComesToAListener(t *testing.T) {
	w := startWatch(t, "tcp-listen://:0#door")
	client := dial(t, w.next("listening").Bound)
	if _, err := io.WriteString(client, "hello"); err != nil {
		t.Fatal(err)
	}
	_ = client.Close()
	for w.next("status").To != "none" {
	}
	w.signal(syscall.SIGINT)
	r := w.end()
	accepted := r.ofPeer(2)
	want := []string{"accepted", "none > connected", "connected > none FIN remote"}
	if got := accepted.story(); !reflect.DeepEqual(got, want) || accepted.data("in") != "hello" {
		t.Errorf("%q, %q", got, accepted.data("in"))
	}
	first := accepted.events[0]
	if first.Kind != "accept" || first.Parent != 1 || first.Label != "door" || first.Remote != "tcp://"+client.LocalAddr().String() {
		t.Errorf("%+v", first)
	}
	if b := r.ofPeer(1).of("buffers", ""); len(b) > 0 {
		t.Errorf("a listener has buffers: %v", b)
	}
}

func TestASignalEndsPairsThatNobodyElseEnds(t *testing.T) {
	over := make(chan struct{})
	server := serve(t, "", func(c net.Conn) { // does not end when its client does
		_, _ = io.WriteString(c, "here")
		<-over
	})
	defer close(over)
	w := startWatch(t, ":0="+server)
	client := dial(t, w.next("listening").Bound)
	if _, err := io.ReadFull(client, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	w.signal(syscall.SIGTERM)
	if n, err := client.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		t.Errorf("the client sees %v first, expected a FIN", err)
	}
	r := w.end()
	story := r.ofPeer(2).story()
	if r.code != exitInterrupted || len(story) == 0 || story[len(story)-1] != "connected > none disconnected local" {
		t.Errorf("exit code %d, %q", r.code, story)
	}
	if _, err := client.Write([]byte("x")); err == nil {
		if _, err = client.Read(make([]byte, 1)); err == nil {
			t.Error("the client's connection lives on")
		}
	}
}

func TestWhatFailsOnTheCommandLineIsExitCode1AndWhatComesToAListenerIsNot(t *testing.T) {
	dir := shortDir(t)
	used := filepath.Join(dir, "used")
	serve(t, used, echo)
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a path in use":               {[]string{"unix-listen://" + used}, exitFailed, "use"},
		"a missing directory":         {[]string{"unix-listen://" + dir + "/none/s"}, exitFailed, "no such file or directory"},
		"one of two":                  {[]string{"--duration", "50ms", "tcp-listen://:0", "unix-listen://" + used}, exitFailed, "use"},
		"nothing wrong":               {[]string{"--duration", "50ms", "tcp-listen://:0"}, exitFine, ""},
		"what was dialled has failed": {[]string{"--duration", "50ms", "tcp-listen://:0", dir + "/nobody"}, exitFailed, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			r := watchFor(t, "", c.args...)
			if r.code != c.code || r.stderr != "" {
				t.Errorf("exit code %d, stderr %q", r.code, r.stderr)
			}
			failed := r.of("error", "")
			if (len(failed) > 0) != (c.says != "") || len(failed) > 0 && !strings.Contains(failed[0].Cause, c.says) {
				t.Errorf("%+v", failed)
			}
		})
	}
	t.Run("a target that is not there", func(t *testing.T) {
		w := startWatch(t, "--duration", "1s", ":0="+refusedPort(t))
		client, err := net.Dial("tcp", strings.TrimPrefix(w.next("listening").Bound, "tcp-listen://"))
		if err == nil { // else the reset came at once
			_, _ = io.ReadAll(client)
			_ = client.Close()
		}
		if r := w.end(); r.code != exitFine || len(r.ofPeer(2).of("status", "")) != 2 {
			t.Errorf("exit code %d, %q", r.code, r.ofPeer(2).story())
		}
	})
}

func TestSendGoesToDialledPeersOnly(t *testing.T) {
	w := startWatch(t, "--send", "hi", "--close-write", "tcp-listen://:0", serve(t, "", echo))
	client := dial(t, w.next("listening").Bound)
	for w.next("status").To != "none" { // the dialled peer has ended
	}
	w.signal(syscall.SIGTERM)
	if got, _ := io.ReadAll(client); len(got) > 0 {
		t.Errorf("the accepted client was sent %q", got)
	}
	r := w.end()
	if got := r.ofPeer(2).data("in"); got != "hi" {
		t.Errorf("the dialled peer answered %q", got)
	}
}

func TestTheInspectorRemovesItsSocketAndPutsAServersBackHoweverItEnds(t *testing.T) {
	for name, c := range map[string]struct {
		role string
		end  func(*terminal)
		code int
	}{
		"q":       {roleProgram, func(x *terminal) { x.typeKeys("q") }, exitFine},
		"ctrl+c":  {roleProgram, func(x *terminal) { x.typeKeys("\x03") }, exitInterrupted},
		"SIGTERM": {roleProgram, func(x *terminal) { x.signal(syscall.SIGTERM) }, exitInterrupted},
		"a panic": {rolePanic, func(x *terminal) { x.signal(syscall.SIGUSR1) }, exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			dir := shortDir(t)
			live, own := filepath.Join(dir, "live"), filepath.Join(dir, "own")
			serve(t, live, echo)
			before := lstat(t, live)
			args := []string{live}
			if c.role == roleProgram {
				args = []string{"--takeover", live, own + "=" + live}
			}
			x := open(t, 120, 36, true, c.role, args...)
			x.waitFor("live", "tap")
			eventually(t, "takeover", func() bool { return !os.SameFile(before, lstat(t, live)) })
			client := dial(t, "unix-listen://"+live)
			if _, err := io.WriteString(client, "hi"); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(client, make([]byte, 2)); err != nil {
				t.Fatal(err)
			}
			_ = client.Close()
			x.waitFor("pid ", "○ none") // for a live pair q asks first
			c.end(x)
			if code := x.end(); code != c.code {
				t.Errorf("exit code %d", code)
			}
			if names := left(t, dir); len(names) != 1 || !os.SameFile(before, lstat(t, live)) {
				t.Errorf("left: %q", names)
			}
			if !strings.Contains(x.output(), "put back "+live) {
				t.Error("it is not said that the socket was put back")
			}
		})
	}
}

func lstat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}
