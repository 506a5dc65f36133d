package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// command runs a line of the command line.
func (s *screen) command(line string) tea.Cmd {
	s.press(":")
	s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(line), Paste: true})
	return s.press("enter")
}

func TestEveryActionIsACommand(t *testing.T) {
	for _, a := range actions {
		found, err := commandFor(a.name)
		if err != nil || found != a {
			t.Errorf("%s: %v, %v", a.name, found, err)
		}
		if a.name == "quit-unasked" {
			continue
		}
		s := newScreen(t, 120, 36)
		s.connect("tcp", "echo").tell([]byte("some bytes"))
		s.command(a.name) // whatever it does, it panics at nothing
		s.View()
	}
}

func TestAWrongCommandPointsAtTheWord(t *testing.T) {
	s := newScreen(t, 200, 60)
	s.connect("tcp", "echo").tell([]byte("some bytes"))
	for _, c := range []struct{ line, words string }{
		{"gotto 5", "unknown command ▸gotto; did you mean goto?"},
		{"xyzzy", "unknown command ▸xyzzy; tab lists all"},
		{"half", "▸half is not one command: half-page-down, half-page-up, half-close"},
		{"follow me", "follow takes nothing: ▸me"},
		{"goto 0xzz", "goto: ▸0xzz is no offset and no time: expected 0x1f00"},
		{"goto 99", "goto: ▸0x63: in has the bytes 0x0 to 0x9"},
		{"goto out 0", "▸0x0: out has no bytes"},
		{"goto in", "expected an offset behind it"},
		{"goto 1 2", "goto: 1 ▸2: expected one offset or time"},
		{"mark 7", "▸7 is no letter"},
		{"jump q", "there is no mark q"},
		{"sort colour", "▸colour is no column: arrival, label"},
		{"sort sent sideways", "sent ▸sideways: expected up or down"},
		{"filter a status:x", "filter: a ▸status:x: unknown status x"},
		{"search hex 4", "hex ▸4: half a byte 4"},
		{"add tcp://", "add: ▸tcp://: "},
	} {
		s.command(c.line)
		s.wantFoot(c.words)
		if s.input.Value() != c.line {
			t.Errorf("%q: the line is %q now", c.line, s.input.Value())
		}
		s.press("esc")
	}
}

func TestCommandsAreCompletedAndRemembered(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.connect("tcp", "echo")
	s.press(":", "f", "o", "tab")
	if got := s.input.Value(); got != "fold" {
		t.Errorf("completed to %q", got)
	}
	s.press("tab")
	if got := s.input.Value(); got != "follow" {
		t.Errorf("completed to %q", got)
	}
	s.press("enter")
	s.press(":")
	s.typed(keyMsg("sort rec"))
	s.press("tab", "tab")
	if got := s.input.Value(); got != "sort received" {
		t.Errorf("completed to %q", got)
	}
	s.press("enter")
	if s.arranged.order.By != peer.ColumnReceived || !s.arranged.order.Descending {
		t.Errorf("sorted by %+v", s.arranged.order)
	}
	s.press(":", "x")
	for _, c := range []struct{ key, want string }{
		{"up", "sort received"}, {"up", "follow"}, {"up", "follow"}, {"down", "sort received"}, {"down", "x"},
	} {
		if s.press(c.key); s.input.Value() != c.want {
			t.Errorf("%s: %q, want %q", c.key, s.input.Value(), c.want)
		}
	}
	for i := range 3 * keptCommands {
		s.remember(fmt.Sprint("sort sent", i%(2*keptCommands)))
	}
	if n := len(s.commands.history); n != keptCommands {
		t.Errorf("%d lines are kept", n)
	}
}

func TestGotoShowsTheOffsetOrTheTimeAtTheTop(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("tcp", "echo")
	for range 200 {
		f.tell(counting(64))
		f.clock.Add(int64(time.Second))
	}
	top := func() string {
		_, lines := s.pane("Bytes")
		return lines[0]
	}
	s.command("goto 0x1234")
	if !strings.Contains(top(), "00001230") {
		t.Errorf("the top is %q", top())
	}
	s.wantText("frozen")
	c, _ := f.set.Log(f.id).At(capture.In, 6400)
	s.command("goto " + c.Time.Format("15:04:05.000000000"))
	if got := top(); !strings.Contains(got, c.Time.Format("15:04:05")) {
		t.Errorf("the top is %q, want %v", got, c.Time)
	}
	s.command("goto end")
	s.wantText("following")
	s.command("goto start")
	s.wantText("frozen")
}

func TestMarksBringBackTheirPlace(t *testing.T) {
	s := newScreenOf(t, 120, 36, peer.Config{Memory: capture.MinBudget}, views.NewTheme(views.None, false))
	f, other := s.connect("tcp", "echo"), s.connect("tcp", "other")
	for range 50 {
		f.tell(counting(64))
	}
	s.press("g", "3", "g", "pgdown")
	s.command("mark a slow query")
	s.wantFoot("mark a is set")
	_, want := s.pane("Bytes")
	if !strings.ContainsRune(strings.Join(want, "\n"), 'a') {
		t.Errorf("no letter before the row:\n%s", strings.Join(want, "\n"))
	}
	s.press("G", "1", "j")
	if s.selected != other.id {
		t.Fatalf("%d is selected", s.selected)
	}
	s.press("'", "a")
	if _, got := s.pane("Bytes"); s.selected != f.id || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the mark shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	s.press("'", "'")
	if s.selected != other.id {
		t.Errorf("' goes back to %d", s.selected)
	}
	s.press("'", "esc", "'", "z")
	s.wantFoot("there is no mark z")
	s.press("m", "7")
	s.wantFoot("7 is no letter")

	s.resize(80, 24)
	s.press("'", "a")
	s.resize(120, 36)
	s.command("marks")
	s.wantText("Marks", "slow query", "none → connecting")
	s.press("G", "k", "k", "enter")
	s.wantText("frozen")

	for range 4 {
		f.tell(counting(capture.MinBudget / 2))
	}
	s.press("'", "a")
	s.wantFoot("the marked bytes were dropped")
	s.command("marks")
	for range 10 {
		s.press("x", "j")
	}
	s.press("esc", "'", "a")
	s.wantFoot("there is no mark a")
}

// FuzzCommandLine holds that no line makes the command line panic.
func FuzzCommandLine(f *testing.F) {
	for _, line := range []string{"goto 0x10", "goto in 5", "mark a note", "sort sent up", "filter -x", "search re /a/", "'", " "} {
		f.Add(line)
	}
	s := newScreen(f, 80, 24)
	s.connect("tcp", "echo").tell([]byte("some bytes"))
	f.Fuzz(func(t *testing.T, line string) {
		name, rest := splitCommand(line)
		if a, err := commandFor(name); err == nil && a.takes != nil && rest != "" && a.name != "add" {
			_, _ = a.takes.run(s.Model, rest)
		}
		s.completions(line)
		s.View()
	})
}

func TestAJumpFindsAPeerThatIsHidden(t *testing.T) {
	s := newScreen(t, 120, 36)
	f, other := s.connect("tcp", "echo"), s.connect("tcp", "other")
	f.tell(counting(600))
	s.press("g", "3", "i", "g", "down", "down", "right", "m", "a")
	want := s.history(f.id).scroll.cursor
	s.press("G", "1")
	s.command("filter other")
	if s.selected != other.id {
		t.Fatalf("%d is selected", s.selected)
	}
	s.press("'", "a")
	if got := s.history(f.id).scroll.cursor; s.selected != f.id || got != want || !got.placed {
		t.Errorf("peer %d, the cursor is %+v, was %+v", s.selected, got, want)
	}
	s.wantFoot("the filter hid that peer, and is lifted")
	s.wantLabels("echo other")
}

func TestSendIsACommand(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("tcp", "echo")
	cmd := s.command(`send hello\n`)
	s.run(cmd)
	s.wantFoot("6 B sent to echo")
	got := make([]byte, 6)
	if _, err := f.Read(got); err != nil || string(got) != "hello\n" {
		t.Errorf("%q, %v", got, err)
	}
	s.command(`send \q`)
	s.wantFoot(`send: bad escape \q`)
}

func TestAnOffsetIsReadAsThePaneShowsIt(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "100": 100, "0100": 100, "0x100": 0x100, "0X1f": 0x1f, "00000100": 0x100, "000001a0": 0x1a0, "0123456789": 0x123456789,
		"12345678": 12345678,
	} {
		if got, err := parseOffset(text); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1a0", "0000010g", "9:00"} {
		if got, err := parseOffset(text); err == nil {
			t.Errorf("%s: %d", text, got)
		}
	}
}

func TestGotoMeansTheDirectionInSight(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("tcp", "echo")
	for range 40 {
		f.ask([]byte("sent, first"))
	}
	f.tell([]byte("received, last"))
	s.press("3", "g")
	s.command("goto 0x16")
	if k, _ := s.here(); k.dir != capture.Out || k.off != 0x16 {
		t.Errorf("at %v %#x", k.dir, k.off)
	}
	s.command("goto server 0")
	s.wantText("← received")
}
