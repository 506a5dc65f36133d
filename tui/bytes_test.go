package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// filled is a screen with one peer that has sent n bytes of content, in the
// bytes pane.
func filled(t *testing.T, network string, w, h, n int) *far {
	t.Helper()
	s := newScreen(t, w, h)
	f := s.connect(network, "echo")
	f.tell(counting(n))
	s.calm()
	s.press("3")
	return f
}

// wantBytes fails unless the bytes pane shows these lines.
func (s *screen) wantBytes(when string, want []string) {
	s.Helper()
	if _, got := s.pane("Bytes"); !slices.Equal(got, want) {
		s.Errorf("%s the bytes are\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (s *screen) wantBytesTitle(words string) {
	s.Helper()
	if title, _ := s.pane("Bytes"); !strings.Contains(title, words) {
		s.Errorf("the title is %q, want %q in it", title, words)
	}
}

func TestBytesFollowTheTail(t *testing.T) {
	f := filled(t, "tcp", 80, 24, 2000)
	f.wantBytesTitle("following")
	_, before := f.pane("Bytes")
	if last := before[len(before)-1]; !strings.Contains(last, "000007c0") {
		t.Errorf("the last line is %q", last)
	}
	f.tell([]byte("the newest"))
	_, after := f.pane("Bytes")
	if last := after[len(after)-1]; !strings.Contains(last, "the newest") {
		t.Errorf("the last line is %q", last)
	}
}

func TestAFrozenViewStandsStillWhileTrafficGoesOn(t *testing.T) {
	for _, key := range []string{"p", " "} {
		f := filled(t, "unix", 120, 24, 3000)
		f.press(key)
		f.wantBytesTitle("frozen")
		_, still := f.pane("Bytes")
		for range 5 {
			f.clock.Add(int64(time.Second))
			f.tell(make([]byte, 1024))
			f.ask([]byte("reply"))
			f.wantBytes("frozen with "+key, still)
		}
		f.wantBytesTitle("frozen, 5.0 KiB behind")
		if !strings.Contains(f.text(), "8.1 kB") {
			t.Errorf("the table has stopped:\n%s", f.text())
		}
		f.press(map[string]string{"p": "G", " ": "f"}[key])
		f.wantBytesTitle("following")
		if _, lines := f.pane("Bytes"); !strings.Contains(strings.Join(lines, "\n"), "reply") {
			t.Error("live bytes do not show the newest")
		}
		f.press(key, key)
		f.wantBytesTitle("following")
	}
}

func TestAPeerIsFrozenByItself(t *testing.T) {
	s := newScreen(t, 80, 24)
	one, two := s.connect("unix", "one"), s.connect("unix", "two")
	one.tell([]byte("first"))
	two.tell([]byte("second"))
	s.press("p", "j")
	s.wantBytesTitle("two  both  following")
	s.press("k")
	s.wantBytesTitle("one  both  frozen")
}

// Bytes that come while the view of a peer without any is frozen are behind.
func TestAnEmptyViewCanBeFrozen(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.addNames("none")
	s.press("p")
	s.wantBytesTitle("frozen")
	s.press("k", "g", "G", "f")
	s.wantBytesTitle("following")
}

func TestSpaceFreezesOnlyInTheBytes(t *testing.T) {
	f := filled(t, "unix", 80, 24, 10)
	f.press("1", " ")
	f.wantBytesTitle("following")
}

func TestScrollingMovesByALineAndByAPage(t *testing.T) {
	f := filled(t, "unix", 80, 24, 4000)
	page := f.layout().BytesLines()
	_, all := f.pane("Bytes")
	for _, step := range []struct {
		key string
		up  int
	}{{"k", 1}, {"up", 1}, {"pgup", page}, {"ctrl+u", page / 2}, {"pgdown", -page}, {"j", -1}, {"down", -1}, {"ctrl+d", -page / 2}} {
		before := all
		f.press(step.key)
		f.wantBytesTitle("frozen")
		_, all = f.pane("Bytes")
		up, down := max(step.up, 0), max(-step.up, 0)
		if !slices.Equal(unarrowed(all[up:len(all)-down]), unarrowed(before[down:len(before)-up])) {
			t.Fatalf("%s moved\n%s\nto\n%s", step.key, strings.Join(before, "\n"), strings.Join(all, "\n"))
		}
	}
}

func TestHalfAPageIsAtLeastALine(t *testing.T) {
	f := filled(t, "unix", 80, 4, 4000) // one line of bytes
	for _, key := range []string{"ctrl+u", "ctrl+d"} {
		before := f.View()
		if f.press(key); ansi.Strip(f.View()) == ansi.Strip(before) {
			t.Errorf("%s does not move:\n%s", key, f.text())
		}
	}
}

// unarrowed is lines without the arrow that only the first of a pane has.
func unarrowed(lines []string) []string {
	bare := slices.Clone(lines)
	for i := range bare {
		bare[i] = strings.TrimLeft(bare[i], "←→ ")
	}
	return bare
}

func TestMovingDownNeverPassesTheTail(t *testing.T) {
	f := filled(t, "unix", 80, 24, 4000)
	_, tail := f.pane("Bytes")
	f.press("j")
	f.wantBytes("after j", tail)
	f.press("pgdown", "ctrl+d", "pgup", "k", "pgdown", "pgdown", "j")
	f.wantBytes("after pages", tail)
	f.wantBytesTitle("frozen")
}

func TestGGoesToTheVeryStart(t *testing.T) {
	f := filled(t, "tcp", 80, 24, 4000)
	f.press("g")
	f.wantBytesTitle("frozen, 3.") // KiB behind
	_, lines := f.pane("Bytes")
	if !strings.Contains(lines[0], "connecting") || !strings.Contains(lines[3], "00000000 00") {
		t.Errorf("the start is\n%s", strings.Join(lines, "\n"))
	}
	f.press("k", "pgup")
	f.wantBytes("above the start", lines)
}

func TestTheStartSaysWhatTheBudgetTook(t *testing.T) {
	s := newScreenOf(t, 80, 24, peer.Config{Memory: capture.MinBudget}, views.NewTheme(views.None, false))
	f := s.connect("unix", "echo")
	for range 50 {
		f.tell(counting(3000))
	}
	s.press("3", "g")
	kept, _ := f.span(capture.In)
	_, lines := s.pane("Bytes")
	if want := fmt.Sprintf("← %.0f", float64(kept)/1024-0.5); kept == 0 || !strings.Contains(lines[0], want) || !strings.Contains(lines[0], "KiB older dropped") {
		t.Errorf("%d bytes dropped, the start is\n%s", kept, strings.Join(lines, "\n"))
	}
	for range 30 {
		f.ask(make([]byte, 8<<10))
	}
	s.press("g")
	_, lines = s.pane("Bytes")
	if !strings.Contains(lines[0], "← ") || !strings.Contains(lines[1], "→ ") || !strings.Contains(lines[1], "older dropped") {
		t.Errorf("both directions were dropped, the start is\n%s", strings.Join(lines, "\n"))
	}
	s.wantText("dropped")
}

func TestMovingDownAtTheTailGoesOnFollowing(t *testing.T) {
	f := filled(t, "unix", 80, 24, 4000)
	f.press("j", "pgdown")
	f.wantBytesTitle("following")
	f.press("k")
	f.wantBytesTitle("frozen")
}

// topOffset is the offset of the first row of hex on the screen.
func (s *screen) topOffset() (off int64) {
	_, lines := s.pane("Bytes")
	for _, l := range lines {
		if n, _ := fmt.Sscanf(strings.TrimLeft(l, "←→ "), "%08x  ", &off); n == 1 {
			return off
		}
	}
	s.Fatalf("no row of hex:\n%s", s.text())
	return 0
}

func TestResizingKeepsTheTopByteInPlace(t *testing.T) {
	f := filled(t, "unix", 80, 24, 8000)
	f.press("k", "pgup", "pgup")
	top := f.topOffset()
	_, before := f.pane("Bytes")
	for _, size := range [][2]int{{200, 60}, {60, 20}, {45, 40}, {120, 36}, {19, 3}, {80, 24}} {
		f.resize(size[0], size[1])
		f.View()
		if size[0] == 19 {
			continue
		}
		per := int64(f.layout().PerRow(0))
		if got := f.topOffset(); got > top || got+per <= top {
			t.Errorf("%v: the top row is %#x with %d bytes, want %#x in it", size, got, per, top)
		}
	}
	f.wantBytes("back at the old size", before)
}

// Where the bytes are folded away, a freeze stands for what they would show.
func TestFreezingFoldedBytesFreezesTheTail(t *testing.T) {
	f := filled(t, "unix", 80, 9, 4000)
	f.press("1", "p")
	f.tell(counting(4000))
	f.press("3")
	want := int64(3999/16-(f.layout().BytesLines()-1)) * 16 // its last row is the 4000th byte's
	f.resize(80, 24)
	if top := f.topOffset(); top != want {
		t.Errorf("the frozen page begins at %d, want %d", top, want)
	}
}

func TestVShowsOneDirectionOrBoth(t *testing.T) {
	f := filled(t, "tcp", 80, 24, 16)
	f.ask([]byte("question"))
	for _, want := range []struct {
		word    string
		in, out bool
	}{{"both", true, true}, {"in", true, false}, {"out", false, true}, {"both", true, true}} {
		f.wantBytesTitle("echo  " + want.word + "  following")
		_, lines := f.pane("Bytes")
		all := strings.Join(lines, "\n")
		if strings.Contains(all, "← received") != want.in || strings.Contains(all, "question") != want.out {
			t.Errorf("%s shows\n%s", want.word, all)
		}
		f.press("v")
	}
}

func TestWSetsTheBytesARow(t *testing.T) {
	f := filled(t, "unix", 200, 40, 4000)
	for _, want := range []struct {
		key  string
		row  int
		said string
	}{{"", 32, ""}, {"w", 8, "bytes a row: 8"}, {"w", 16, "bytes a row: 16"}, {"w", 32, "bytes a row: 32"}, {"w", 32, "bytes a row: as many as fit"}} {
		if want.key != "" {
			f.press(want.key)
			f.wantFoot(want.said)
		}
		_, lines := f.pane("Bytes")
		last := strings.Fields(lines[len(lines)-2])
		if want := fmt.Sprintf("%08x", (3999/want.row-1)*want.row); last[0] != want {
			t.Errorf("the row before the last begins at %s, want %s", last[0], want)
		}
	}
}

func TestAPauseAndTheEndAreLinesAmongTheBytes(t *testing.T) {
	f := filled(t, "tcp", 120, 36, 5)
	f.clock.Add(int64(5100 * time.Millisecond))
	f.tell([]byte("late"))
	f.clock.Add(int64(time.Millisecond))
	f.Close()
	f.until("the end", func() bool { return f.row().Status == peer.StatusNone })
	_, lines := f.pane("Bytes")
	all := strings.Join(lines, "\n")
	for _, want := range []string{"5.1 s without traffic", "+5.100 s", "FIN; closed, as the class does"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q among\n%s", want, all)
		}
	}
	if strings.Contains(all, "+0 µs") {
		t.Errorf("an event came after no time:\n%s", all)
	}
}

// Times of events are facts of the kernel: one may be told after a later one.
func TestEventsStandInTheOrderOfTheirTimes(t *testing.T) {
	var h history
	at := func(n int) peer.Event { return peer.Event{Time: time.Unix(int64(n), 0), Remote: fmt.Sprint(n)} }
	h.add([]peer.Event{at(1), at(3), at(3), at(2)}, nil)
	h.add([]peer.Event{at(3), at(0)}, nil)
	var got []string
	for i, e := range h.events {
		got = append(got, e.Remote)
		if i > 0 && !e.Time.After(h.events[i-1].Time) {
			t.Errorf("event %d has no time of its own", i)
		}
	}
	if want := []string{"0", "1", "2", "3", "3", "3"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for i := range 2 * maxHistory {
		h.add([]peer.Event{at(10 + i)}, nil)
	}
	if len(h.events) != maxHistory || h.events[maxHistory-1].Remote != fmt.Sprint(9+2*maxHistory) {
		t.Errorf("%d events, the last %s", len(h.events), h.events[len(h.events)-1].Remote)
	}
}

func TestAReconnectKeepsTheHistory(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("unix", "echo")
	f.tell([]byte("before"))
	_ = os.Remove(filepath.Join(s.dir, "echo"))
	s.press("r")
	s.calm()
	s.wantText("before", "no such file or directory", "disconnected")
}
