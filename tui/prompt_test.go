package tui

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/sys/unix"

	"peerscope/peer"
)

// hear is the next n bytes that the far end gets.
func (f *far) hear(n int) []byte {
	f.Helper()
	p := make([]byte, n)
	if err := f.SetReadDeadline(time.Now().Add(patience)); err != nil {
		f.Fatal(err)
	}
	if n, err := io.ReadFull(f, p); err != nil {
		f.Fatalf("%v after %q", err, p[:n])
	}
	return p
}

func TestAWrongAddressStaysInTheBoxWithWhatWasExpected(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"nonsense", "expected HOST:PORT"},
		{"", "expected HOST:PORT"},
		{"127.0.0.1:http", `not a number from 1 to 65535`},
		{"udp://127.0.0.1:1", `unknown scheme "udp"`},
		{"a=b", `"=" joins`},
	} {
		s := newScreen(t, 100, 24)
		s.press("a")
		s.wantFoot("add a peer › ")
		if c.typed != "" {
			s.press(c.typed)
		}
		s.press("enter")
		s.wantFoot("add a peer › " + c.typed)
		s.wantFoot(c.want)
		if s.set.Len() != 0 {
			t.Errorf("%q was added", c.typed)
		}
		s.press("!")
		if foot := s.foot(); strings.Contains(foot, c.want) || !strings.Contains(foot, c.typed+"!") {
			t.Errorf("after a further key the foot is %q", foot)
		}
	}
}

func TestARightAddressIsAddedAndSelected(t *testing.T) {
	s := newScreen(t, 100, 24)
	s.addNames("first", "second")
	s.connect("unix", "third")
	s.press("a", "given up", "esc", "a")
	s.wantFoot("add a peer ›  ") // nothing is left of what was typed
	s.press(filepath.Join(s.dir, "third") + "#again")
	s.press("enter")
	s.until("the fourth peer", func() bool { return s.set.Totals().ByStatus[peer.StatusConnected] == 2 })
	s.wantSelected("again")
	s.wantFoot("? help")
}

func TestEscLeavesThePromptAndDoesNothing(t *testing.T) {
	s := newScreen(t, 100, 24)
	f := s.connect("tcp", "echo")
	s.press("a", "127.0.0.1:1", "esc")
	s.wantFoot("? help")
	s.press("s", "unsent", "esc")
	s.wantFoot("? help")
	if s.set.Len() != 1 || f.row().Sent != 0 {
		t.Errorf("%d peers, %d bytes sent", s.set.Len(), f.row().Sent)
	}
}

// Typing q, x or ? in a box types them.
func TestKeysTypeWhileABoxIsOpen(t *testing.T) {
	s := newScreen(t, 100, 24)
	s.addNames("one")
	s.press("a", "q", "x", "?", "3", " ", "enter", "j")
	s.wantFoot("qx?3 j")
	if s.set.Len() != 1 {
		t.Error("x removed a peer")
	}
}

func TestSendUnderstandsEscapesHexAndFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "request")
	content := bytes.Repeat([]byte("0123456789abcdef"), 5000)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		typed string
		want  []byte
		said  string
	}{
		{`PING\r\n`, []byte("PING\r\n"), "6 B sent to echo"},
		{`\x00\xff\t\\`, []byte("\x00\xff\t\\"), "4 B sent to echo"},
		{"hex 0a 0b0c", []byte("\n\x0b\x0c"), "3 B sent to echo"},
		{"@" + path, content, "80.0 kB sent to echo"},
	} {
		for _, network := range []string{"tcp", "unix"} {
			s := newScreen(t, 100, 24)
			f := s.connect(network, "echo")
			s.press("s")
			s.wantFoot("send to echo › ")
			s.press(c.typed)
			s.run(s.press("enter"))
			if got := f.hear(len(c.want)); !bytes.Equal(got, c.want) {
				t.Errorf("%s: the far end got %.40q", c.typed, got)
			}
			s.wantFoot(c.said)
			s.calm()
			if got := f.row().Sent; got != int64(len(c.want)) {
				t.Errorf("%s: %d bytes sent", c.typed, got)
			}
		}
	}
}

func TestAWrongSendStaysInTheBoxAndSendsNothing(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ typed, want string }{
		{`\q`, `bad escape \q`},
		{"hex 0", "half a byte"},
		{"@" + dir + "/none", "no such file"},
		{"@", "expected a path behind @"},
		{"@" + dir, "not a regular file"},
		{"@" + pipe, "not a regular file"}, // opening it would wait for a writer
	} {
		s := newScreen(t, 200, 24)
		f := s.connect("unix", "echo")
		s.press("s", c.typed)
		if cmd := s.press("enter"); cmd != nil {
			t.Errorf("%s: something is done", c.typed)
		}
		s.wantFoot("send to echo › " + c.typed)
		s.wantFoot(c.want)
		if f.row().Sent != 0 {
			t.Errorf("%s: %d bytes sent", c.typed, f.row().Sent)
		}
	}
}

func TestSendNeedsAConnectedPeer(t *testing.T) {
	s := newScreen(t, 100, 24)
	s.press("s")
	s.wantFoot("send: no peer is selected; a adds one")
	s.addNames("gone")
	s.press("s")
	s.wantFoot("✖ gone is not connected (none); r reconnects")
}

func TestWhatWasTypedStaysWhenItsPeerEnds(t *testing.T) {
	s := newScreen(t, 100, 24)
	f := s.connect("unix", "gone")
	s.press("s", "hello")
	if err := s.set.Disconnect(f.id); err != nil {
		t.Fatal(err)
	}
	s.until("the end", func() bool { return f.row().Status == peer.StatusNone })
	if cmd := s.press("enter"); cmd != nil {
		t.Error("something is sent")
	}
	s.wantFoot("send to gone › hello")
	s.wantFoot("gone is not connected (none); r reconnects")
	if err := s.set.Remove(f.id); err != nil {
		t.Fatal(err)
	}
	s.press("enter")
	s.wantFoot("no such peer")
}

// paste is what a terminal sends for what is pasted (bracketed paste).
func (s *screen) paste(text string) {
	s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
}

func TestWhatIsPastedIsSentAsItWas(t *testing.T) {
	s := newScreen(t, 100, 24)
	f := s.connect("unix", "echo")
	const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n\t"
	s.press("s")
	s.paste(request)
	s.wantFoot(`GET / HTTP/1.1\r\nHost: x\r\n\r\n\t`)
	s.run(s.press("enter"))
	if got := f.hear(len(request)); string(got) != request {
		t.Errorf("%q", got)
	}
	s.press("s")
	s.paste("a\rb\r\nc")
	s.wantFoot(`› a\nb\r\nc`)
	s.press("esc", "s", "kept ")
	s.paste(strings.Repeat("x", 20_000))
	s.wantFoot("not pasted: 16384 characters fit here; @file sends more")
	s.press("x")
	s.wantFoot("› kept x")
	s.press("esc", "a")
	s.paste(" /run/app.sock\n")
	s.wantFoot("add a peer › /run/app.sock")
}

// The box sends to the peer that it names, whatever happens to the table meanwhile.
func TestSendGoesToThePeerThatTheBoxNames(t *testing.T) {
	s := newScreen(t, 100, 24)
	one, two := s.connect("unix", "one"), s.connect("unix", "two")
	s.press("j", "s")
	if err := s.set.Remove(one.id); err != nil {
		t.Fatal(err)
	}
	s.press("to two")
	s.wantFoot("send to two › to two")
	s.run(s.press("enter"))
	if got := two.hear(6); string(got) != "to two" {
		t.Errorf("%q", got)
	}
}

func TestASendThatFailsSaysHowFarItCame(t *testing.T) {
	s := newScreen(t, 120, 24)
	f := s.connect("unix", "stuck")
	path := filepath.Join(s.dir, "large")
	if err := os.WriteFile(path, make([]byte, 8<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s.press("s", "@"+path)
	send := s.press("enter")
	done := make(chan any, 1)
	go func() { done <- send() }()
	s.until("a full queue", func() bool { return f.row().Sent > 100_000 })
	s.press("d")
	s.Update(<-done)
	s.wantFoot("stuck: send")
	s.wantFoot("kB sent)")
}

func TestALongInputShowsItsCursor(t *testing.T) {
	s := newScreen(t, 60, 20)
	s.press("a")
	long := "/" + strings.Repeat("0123456789", 12)
	s.press(long)
	s.wantFoot("890123456789")
	if strings.Contains(s.foot(), "…") {
		t.Errorf("the end of the input is cut: %q", s.foot())
	}
	s.press("home")
	s.wantFoot("add a peer › /0123456789")
	s.press("end")
	s.resize(30, 8)
	s.wantFoot("789")
	if strings.Contains(s.foot(), "…") {
		t.Errorf("the end of the input is cut: %q", s.foot())
	}
}

func TestAnEmptyBoxSaysWhatMayBeTyped(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.connect("unix", "one")
	s.press("a")
	s.wantFoot(addPrompt.hint)
	s.press("esc", "s")
	s.wantFoot(sendPrompt.hint)
}
