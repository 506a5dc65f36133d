package tui

import (
	"strings"
	"testing"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

func TestAnEventDoesNotMoveAFrozenPage(t *testing.T) {
	f := filled(t, "unix", 80, 24, 17)
	f.press("p")
	_, frozen := f.pane("Bytes")
	if err := f.set.Disconnect(f.id); err != nil {
		t.Fatal(err)
	}
	f.until("the end", func() bool { return f.row().Status == peer.StatusNone })
	f.wantBytes("after an event", frozen)
}

func TestAFrozenPageWhoseBytesAreDroppedSaysSoAndMovesToTheOldestKept(t *testing.T) {
	s := newScreenOf(t, 80, 24, peer.Config{Memory: capture.MinBudget}, views.NewTheme(views.None, false))
	f := s.connect("unix", "echo")
	f.tell([]byte("what is looked at"))
	s.press("3", "p")
	_, frozen := s.pane("Bytes")
	const news = "the bytes shown were dropped; moved to the oldest kept"
	flood := func() (moved bool) {
		for range 50 {
			f.tell(counting(3000))
			if kept, _ := f.span(capture.In); kept == 0 {
				f.wantBytes("while its bytes are there", frozen)
			}
			moved = moved || strings.Contains(s.foot(), news)
		}
		return moved
	}
	if !flood() {
		t.Errorf("the foot says %q", s.foot())
	}
	wantOldest := func(when string) {
		t.Helper()
		kept, _ := f.span(capture.In)
		_, lines := s.pane("Bytes")
		if !strings.Contains(lines[0], "older dropped") || f.topOffset() != kept {
			t.Errorf("%s the oldest kept is %#x, and the page\n%s", when, kept, strings.Join(lines, "\n"))
		}
		s.wantBytesTitle("frozen, ")
	}
	wantOldest("after the first drops")

	s.pass(noticeTime + time.Second)
	if flood() {
		t.Error("it is said again though nobody has scrolled")
	}
	wantOldest("after more drops")
	s.press("j", "j")
	if !flood() {
		t.Error("it is not said again after a scroll")
	}
	s.press("f")
	s.wantBytesTitle("following")
}

// Other sizes, and other numbers of bytes a row, show the same byte in the top
// row; back at the first ones the page is what it was.
func TestTheTopByteStaysInTheTopRow(t *testing.T) {
	f := filled(t, "unix", 80, 24, 20000)
	for range 3 {
		f.tell(counting(777))
	}
	f.press("pgup", "pgup", "k", "k", "k")
	top := f.topOffset()
	_, before := f.pane("Bytes")
	for _, width := range []int{120, 200, 80} {
		f.resize(width, 24+width/10)
		for range 4 {
			if got, per := f.topOffset(), int64(f.layout().PerRow(f.perRow)); got > top || got+per <= top {
				t.Errorf("%d columns: the top row is %#x with %d bytes, want %#x in it", width, got, per, top)
			}
			f.press("w")
		}
	}
	f.resize(80, 24)
	f.wantBytes("back at the old size", before)
}
