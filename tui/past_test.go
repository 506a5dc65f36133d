package tui

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"peerscope/peer"
	"peerscope/views"
)

// shot is what the screen showed at a time.
type shot struct {
	at     time.Time
	table  string
	counts string // the title but for the rates
}

var ratesOf = regexp.MustCompile(`(↓|◀).*`)

func (s *screen) shot() shot {
	s.Helper()
	s.calm()
	s.Update(pollMsg{})
	_, rows := s.pane("Peers")
	return shot{s.now(), strings.Join(rows, "\n"), strings.TrimRight(ratesOf.ReplaceAllString(s.lines()[0], ""), " ")}
}

// scripted is a session whose every screen is kept, with a transition or a
// chunk before each.
func scripted(t *testing.T) (*screen, []shot) {
	s := newScreen(t, 160, 40)
	var shots []shot
	take := func() {
		shots = append(shots, s.shot())
		s.clock.Add(int64(3 * time.Second))
	}
	a := s.connect("tcp", "first")
	b := s.connect("unix", "second")
	take()
	a.tell([]byte("hello"))
	take()
	b.tell(counting(300))
	take()
	a.ask([]byte("question"))
	take()
	if err := s.set.CloseWrite(a.id); err != nil {
		t.Fatal(err)
	}
	s.until("the half-close", func() bool { return a.row().WriteEnd })
	take()
	_ = b.Close()
	s.until("the end of second", func() bool { return b.row().Status == peer.StatusNone })
	take()
	a.tell([]byte("more"))
	take()
	_ = a.Close()
	s.until("the end of first", func() bool { return a.row().Status == peer.StatusNone })
	take()
	return s, shots
}

func TestThePastIsWhatTheScreenShowedThen(t *testing.T) {
	s, shots := scripted(t)
	same := func(want shot) {
		t.Helper()
		s.travelTo(want.at)
		s.dirty = true
		s.Update(pollMsg{})
		got := s.shot()
		if got.table != want.table {
			t.Errorf("at %v the table is\n%s\nwas\n%s", want.at, got.table, want.table)
		}
		if got.counts != want.counts {
			t.Errorf("at %v the title is %q, was %q", want.at, got.counts, want.counts)
		}
		s.wantText("◀ " + want.at.Format("15:04:05.000"))
	}
	for i := len(shots) - 1; i >= 0; i-- {
		same(shots[i])
	}
	for _, want := range shots {
		same(want)
	}
	s.press("esc")
	if got := s.shot(); got.table != shots[len(shots)-1].table && strings.Contains(s.text(), "◀") {
		t.Errorf("live again it is\n%s", got.table)
	}
}

func TestStepsGoThroughTransitionsAndChunksAndBackToLive(t *testing.T) {
	s, _ := scripted(t)
	back := 0
	for s.press("{"); s.past.on() && !strings.Contains(s.foot(), "no older transition"); s.press("{") {
		if back++; back > 20 {
			t.Fatal("there is no first transition")
		}
	}
	if back < 5 {
		t.Errorf("%d steps to the first transition", back)
	}
	s.wantText("not there yet")
	on := 0
	for s.press("}"); s.past.on(); s.press("}") {
		if on++; on > 20 {
			t.Fatal("there is no last transition")
		}
	}
	if on != back-1 {
		t.Errorf("%d steps back, %d on", back, on)
	}
	s.wantFoot("live again")

	s.press("g", "[")
	s.inPane("Bytes", "frozen", "more")
	s.press("[")
	s.inPane("Bytes", "frozen", "question")
	if _, lines := s.pane("Bytes"); strings.Contains(strings.Join(lines, "\n"), "more") {
		t.Error("bytes of later are shown")
	}
	s.press("[", "[")
	s.wantFoot("no chunk came before")
	s.press("]", "]", "]")
	s.wantFoot("live again")
}

func TestThePastStandsStillAndRefusesThePresent(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.press("[", "]", "{", "}")
	s.wantFoot("live already")
	f := s.connect("tcp", "echo")
	s.press("[")
	s.wantFoot("there is no chunk yet")
	f.tell([]byte("one"))
	s.clock.Add(int64(time.Second))
	s.press("[")
	s.View()
	before := s.text()
	f.tell([]byte("two"))
	s.resize(80, 24)
	s.resize(120, 36)
	if got := s.text(); strings.Contains(got, "two") {
		t.Errorf("what came later is shown:\n%s", got)
	} else if ratesOf.ReplaceAllString(got, "") == "" || before == "" {
		t.Error("nothing is shown")
	}
	s.press("s")
	s.wantFoot("esc returns to live")
	s.press("d")
	s.wantFoot("esc returns to live")
	s.press("f")
	s.inPane("Bytes", "following", "two")
}

func TestThePastOfDroppedBytesAndOfRemovedPeers(t *testing.T) {
	s := newScreenOf(t, 120, 36, peer.Config{Memory: 64 << 10}, views.NewTheme(views.None, false))
	f := s.connect("unix", "flood")
	f.tell([]byte("first"))
	s.clock.Add(int64(time.Second))
	s.press("[")
	s.wantText("first")
	for range 40 {
		s.clock.Add(int64(time.Millisecond))
		f.tell(counting(8 << 10))
	}
	s.press("k") // a frame
	s.wantText("the bytes shown were dropped")
	s.press("[")
	s.wantFoot("no older chunk is kept")
	if err := s.set.Remove(f.id); err != nil {
		t.Fatal(err)
	}
	s.until("no peers", func() bool { return s.set.Len() == 0 })
	s.press("[", "{", "}", "esc")
	if s.past.on() {
		t.Error("esc does not return")
	}
}
