package tui

import (
	"strings"
	"testing"
	"time"

	"peerscope/peer"
)

// pausedEnd pauses polling, lets a peer say its last words and end, and lets
// 2.4 s pass.
func (s *screen) pausedEnd(f *far) {
	s.Helper()
	s.press("P")
	s.pass(time.Second)
	f.tell([]byte("bye"))
	s.end(f)
	s.pass(2400 * time.Millisecond)
	s.pass(4 * time.Second) // for the notice to go
	s.calm()
}

// end closes the far end and waits until that is a fact.
func (s *screen) end(f *far) {
	s.Helper()
	if err := f.Close(); err != nil {
		s.Fatal(err)
	}
	s.until("the fact", func() bool { return !f.row().Pending.IsZero() })
}

func TestPausedNothingMovesButTheUnread(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("unix", "app")
	s.press("P")
	s.wantFoot("polling paused: traffic goes on, no status moves")
	s.wantText("polling paused 00:00")
	s.pass(2 * time.Second)
	f.tell([]byte("hello"))
	f.tell([]byte("again"))
	s.wantText("polling paused 00:02", "10 B", "hello", "again")
	s.end(f)
	s.pass(2400 * time.Millisecond)
	s.wantText("polling paused 00:04", "● connected", "EOF waits 2 s", "… EOF, not polled yet")
	if r := f.row(); r.Status != peer.StatusConnected || r.Unread != 10 {
		t.Errorf("%+v", r)
	}
}

func TestAStepSaysWhatItDid(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("unix", "app")
	other := s.connect("unix", "other")
	s.press("P")
	s.pass(time.Second)
	s.press(".")
	s.wantFoot("poll → OK, still CONNECTED")
	f.tell([]byte("hello"))
	s.press(".")
	s.wantFoot("poll → OK, still CONNECTED; 5 B were unread, consumed now")
	f.tell([]byte("bye"))
	s.end(f)
	s.end(other)
	s.pass(2400 * time.Millisecond)
	s.press(".")
	s.wantFoot("poll → OK, still CONNECTED; 3 B came before the EOF, consumed now; 1 other peer changed")
	s.calm()
	s.press(".")
	s.wantFoot("poll → OK, CONNECTED → NONE: EOF; fact 2.4 s old")
	s.wantText("○ none fact +1.002 s, polled +3.4 s EOF; closed, as the class does")
	s.press(".")
	s.wantFoot("poll → OK, still NONE")
}

func TestAStepConnectsAndTellsBothTimes(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("tcp", "app")
	s.press("P", "d", "r")
	s.until("the handshake", func() bool { return !f.row().Pending.IsZero() })
	s.pass(2400 * time.Millisecond)
	s.wantText("◐ connecting", "SYN-ACK waits", "… SYN-ACK, not polled yet")
	s.press(".")
	s.wantFoot("poll → OK, CONNECTING → CONNECTED; fact +0 µs, polled +2.4 s after connect")
	s.wantText("● connected fact +", "polled +2.4 s")
}

func TestAStepTellsTheClassesNumber(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("unix", "app")
	if _, err := s.set.Send(s.ctx, f.id, []byte("never read")); err != nil {
		t.Fatal(err)
	}
	s.press("P")
	s.end(f) // with a byte unread: a reset
	s.pass(time.Second)
	s.wantText("reset waits", "… reset, not polled yet")
	s.press(".")
	s.wantFoot("poll → FAILED (1), CONNECTED → ERROR: connection reset by peer; fact 1.0 s old")
	s.press(".")
	s.wantFoot("poll → OK, still ERROR")
}

func TestWithoutAPauseThereIsNoStep(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.press(".")
	s.wantFoot("polling runs by itself; P pauses it, then . polls once")
	s.press("P", ".")
	s.wantFoot("poll: no peer is selected; a adds one")
}

func TestPAgainResumes(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("unix", "app")
	s.press("P")
	s.end(f)
	s.press("P")
	s.wantFoot("polling runs again")
	if strings.Contains(s.text(), "polling paused") {
		t.Errorf("still paused:\n%s", s.text())
	}
	s.until("the end", func() bool { return f.row().Status == peer.StatusNone })
}

func TestPausedTheKeyLineBeginsWithTheStep(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.press("P")
	s.pass(noticeTime + time.Millisecond)
	s.wantFoot("? help  q quit  . poll once  P polling")
}

// Nothing is drawn oftener than the seconds change while nothing else does.
func TestPausedTheScreenCountsSeconds(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("unix", "app")
	s.calm()
	s.press("P")
	s.end(f)
	s.pass(20 * time.Second) // the notice has gone, the rate is 0
	for range 8 {
		s.pass(rateStep)
	}
	drawn := s.View()
	for i := range 3 {
		s.pass(250 * time.Millisecond)
		if !same(s.View(), drawn) {
			t.Errorf("drawn after %d quarters of a second", i+1)
		}
	}
	s.pass(250 * time.Millisecond)
	s.wantText("polling paused 00:23")
}
