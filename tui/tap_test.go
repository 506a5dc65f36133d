package tui

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/peer/capture"
)

// tapped is a tap with one pair through it.
type tapped struct {
	*screen
	id, pair       peer.ID
	client, server net.Conn
	target         net.Listener
}

// tap adds a tap to a target that accepts, and a client.
func (s *screen) tap(network string) *tapped {
	s.Helper()
	at, listens := "127.0.0.1:0", "tcp-listen://:0"
	if network == "unix" {
		at, listens = filepath.Join(s.dir, "t"), "unix-listen://"+filepath.Join(s.dir, "l")
	}
	l, err := net.Listen(network, at)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = l.Close() })
	p := &tapped{screen: s, target: l, id: s.listens(listens + "=" + l.Addr().String() + "#tap")}
	p.client, p.pair = s.client(p.id)
	p.server = p.accept()
	return p
}

func (p *tapped) accept() net.Conn {
	p.Helper()
	c, err := p.target.Accept()
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { _ = c.Close() })
	return c
}

func TestATapShowsWhoSaidWhatAndHowItEnded(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		s := newScreen(t, 200, 50)
		p := s.tap(network)
		s.wantLine("▾ tap", " → ", "tap", "◌ listening", "1 live")
		s.wantLine("└ ", " → ", "tap", "● connected")
		s.press("j")
		s.send(p.client, "question")
		if _, err := io.ReadFull(p.server, make([]byte, 8)); err != nil {
			t.Fatal(err)
		}
		s.clock.Add(int64(time.Millisecond))
		if err := p.client.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		s.until("the half-close", func() bool { return s.line("└ ", "client half-closed") != "" })
		s.send(p.server, "answer")
		s.until("the answer", func() bool { return s.rowOf(p.pair).Received == 6 })
		s.wantText("→ client ", "│question", "→ client half-closed", "← server ", "after the half-close", "│answer")
		s.clock.Add(int64(time.Millisecond))
		_ = p.server.Close()
		s.until("the end", func() bool { return s.rowOf(p.id).Listener.Ended == 1 && s.rowOf(p.pair).Status == peer.StatusNone })
		s.wantLine("└ ", "○ none", " from client")
		s.wantLine("▾ tap", "0 live, 1 ended")
		s.press("s")
		s.wantFoot("a tap sends nothing of its own")
		s.press("D")
		s.wantFoot("a tap sends nothing of its own")
		s.press("h")
		s.wantFoot("has ended: there is nothing to hold")
	}
}

func TestATargetThatCannotBeReachedIsSaidInTheRow(t *testing.T) {
	s := newScreen(t, 200, 40)
	id := s.listens("unix-listen://" + filepath.Join(s.dir, "l") + "=" + s.dir + "/none#tap")
	c, err := net.Dial("unix", filepath.Join(s.dir, "l"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s.until("the end", func() bool { return s.rowOf(id).Listener.Ended == 1 })
	s.wantLine("└ ", "✖ error", "target: no such file")
}

func TestAPairIsHeldInTheDirectionThatIsShown(t *testing.T) {
	for _, c := range []struct {
		views int // how often v is pressed
		held  capture.Dirs
		says  string
		word  string
	}{
		{0, capture.Both, "is held both ways; h lets go; v chooses one direction before h", "held U"},
		{1, capture.In.Only(), "is held ← server to client, the other way goes on", "held← U"},
		{2, capture.Out.Only(), "is held → client to server, the other way goes on", "held→ U"},
	} {
		s := newScreen(t, 200, 40)
		p := s.tap("tcp")
		s.press("j")
		for range c.views {
			s.press("v")
		}
		s.press("h")
		s.wantFoot(c.says)
		s.until("the hold", func() bool { return s.rowOf(p.pair).Held == c.held })
		s.wantLine("└ ", "● connected", c.word)
		s.send(p.client, "to the server")
		if !c.held.Has(capture.Out) {
			if _, err := io.ReadFull(p.server, make([]byte, 13)); err != nil {
				t.Error(err)
			}
		}
		s.press("v", "h") // whatever is shown now
		s.wantFoot("is let go: what waited goes on")
		if c.held.Has(capture.Out) {
			if _, err := io.ReadFull(p.server, make([]byte, 13)); err != nil {
				t.Error(err)
			}
		}
		s.until("the release", func() bool { return s.rowOf(p.pair).Held == 0 })
	}
}

func quits(cmd tea.Cmd) bool {
	if cmd == nil {
		return false
	}
	_, is := cmd().(tea.QuitMsg)
	return is
}

func TestLivePairsAreEndedOnlyAfterAQuestion(t *testing.T) {
	s := newScreen(t, 120, 36)
	p := s.tap("tcp")
	if quits(s.press("q")) {
		t.Fatal("q quits at once")
	}
	s.wantFoot("end 1 live pair and quit?  y yes  n no")
	for _, key := range []string{"q", "x", "j", " ", "enter"} {
		if cmd := s.press(key); cmd != nil {
			t.Errorf("%q answers the question", key)
		}
		s.wantFoot("end 1 live pair and quit?")
	}
	s.paste("y")
	s.wantFoot("end 1 live pair and quit?")
	for _, key := range []string{"esc", "n"} {
		s.press(key)
		s.wantFoot("? help")
		s.press("q")
	}
	if !quits(s.press("y")) {
		t.Error("y does not quit")
	}
	s.press("q")
	if cmd := s.press("ctrl+c"); !quits(cmd) || !s.Interrupted() {
		t.Error("ctrl+c asks")
	}
	s.press("n", "1", "x")
	s.wantFoot("end 1 live pair and remove tap?")
	s.press("n", "j", "d")
	s.wantFoot(fmt.Sprintf("end 1 live pair: tap :%d?", p.client.LocalAddr().(*net.TCPAddr).Port))
	s.press("k") // the question is of what it names
	s.press("y")
	if _, err := p.client.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the client sees %v", err)
	}
	_, _ = p.client.Close(), p.server.Close()
	s.until("the end", func() bool { return s.rowOf(p.pair).Status == peer.StatusNone })
	s.wantLine("└ ", "○ none", "disconnected")
	if !quits(s.press("q")) {
		t.Error("q asks for nothing")
	}
}

func TestRemovingATapRemovesItsPairs(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.addNames("first")
	p := s.tap("unix")
	s.client(p.id)
	p.accept()
	s.press("d") // stops, and needs not ask
	s.until("the stop", func() bool { return s.line("○ stopped", "2 live") != "" })
	s.press("x")
	s.wantFoot("end 2 live pairs and remove tap?")
	s.press("y")
	s.wantSelected("first")
	if s.set.Len() != 1 || s.line("tap") != "" {
		t.Errorf("%s", s.text())
	}
	if _, err := p.client.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the client sees %v", err)
	}
}

func TestASinglePollSaysThatATapGoesOnByItself(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.tap("unix")
	s.press("P", ".")
	s.wantFoot("polled; listeners and taps go on by themselves, polled or not")
	s.press("j", ".")
	s.wantFoot("polled; listeners and taps go on by themselves, polled or not")
}
