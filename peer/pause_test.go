package peer

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"peerscope/peer/capture"
)

// step makes one single poll and returns what it changed of a peer.
func (s *testSet) step(id ID) Change {
	s.t.Helper()
	for _, c := range s.Step() {
		if c.Row.ID == id {
			return c
		}
	}
	return Change{Row: s.row(id)}
}

// untilFact looks, and does not judge, until a fact waits for a poll.
func (s *testSet) untilFact(id ID) Row {
	s.t.Helper()
	s.until("a fact", func() bool { return !s.row(id).Pending.IsZero() })
	return s.row(id)
}

func TestPausedAConnectStaysConnectingUntilTheStep(t *testing.T) {
	var clock fakeClock
	f := listenFar(t, FamilyTCP, 8)
	s := newTestSet(t, Config{Now: clock.now})
	s.Pause(true)
	if since := s.Paused(); !since.Equal(clock.now()) {
		t.Errorf("paused since %v", since)
	}
	begun := clock.now()
	id := s.Add(f.addr)
	f.accept()
	if r := s.untilFact(id); r.Status != StatusConnecting || r.Fact != nil || !r.Pending.Equal(begun) {
		t.Fatalf("%+v", r)
	}
	clock.move(2400 * time.Millisecond)
	for range 3 {
		s.Poll()
	}
	if r := s.row(id); r.Status != StatusConnecting || s.Totals().ByStatus != [4]int{1: 1} {
		t.Fatalf("%+v", r)
	}
	c := s.step(id)
	if c.Row.Status != StatusConnected || !c.Row.Pending.IsZero() || len(c.Events) != 1 || s.Totals().ByStatus != [4]int{2: 1} {
		t.Fatalf("%+v", c)
	}
	if e := c.Events[0]; !e.Time.Equal(begun) || e.Polled.Sub(begun) != 2400*time.Millisecond {
		t.Errorf("the fact is of %v, polled at %v", e.Time, e.Polled)
	}
}

func TestPausedUnreadGrowsAndTheLogGoesOn(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.until("calm", func() bool { return s.row(id).Status == StatusConnected && !s.Active() })
		s.Pause(true)
		for _, total := range []int64{5, 10, 15} {
			c.send("hello")
			s.untilLogged(id, total)
			s.until("calm", func() bool { return !s.Active() })
			if r := s.row(id); r.Unread != total || r.Received != total || s.Totals().Received != total {
				t.Fatalf("%d unread of %d, want %d", r.Unread, r.Received, total)
			}
		}
		p := make([]byte, 20)
		if n, _ := s.Log(id).CopyAt(p, capture.In, 0); string(p[:n]) != strings.Repeat("hello", 3) {
			t.Errorf("the log has %q", p[:n])
		}
		if c := s.step(id); c.Row.Unread != 15 || c.In != 0 {
			t.Errorf("the step found %d unread, %d new", c.Row.Unread, c.In)
		}
		s.until("all to be consumed", func() bool { return s.row(id).Unread == 0 })
		c.send("more")
		s.untilLogged(id, 19)
		s.until("what came since", func() bool { return s.row(id).Unread == 4 })
	})
}

func TestPausedDataAndFINTakeTwoSteps(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.untilStatus(id, StatusConnected)
		s.Pause(true)
		c.send("bye")
		c.Close()
		s.untilEnd(id)
		r := s.untilFact(id)
		if want := []error{ErrFIN, ErrEOF}[f.addr.Family]; r.Status != StatusConnected || r.Unread != 3 || !errors.Is(r.Fact, want) {
			t.Fatalf("%+v", r)
		}
		if c := s.step(id); c.Row.Status != StatusConnected || c.Row.Unread != 3 || c.Row.Pending.IsZero() {
			t.Fatalf("%+v", c.Row)
		}
		s.until("all to be consumed", func() bool { return s.row(id).Unread == 0 })
		if r := s.row(id); r.Status != StatusConnected {
			t.Fatalf("%+v", r)
		}
		if c := s.step(id); c.Row.Status != StatusNone || c.Row.Received != 3 {
			t.Fatalf("%+v", c.Row)
		}
	})
}

func TestPausedAResetIsErrorAtTheStep(t *testing.T) {
	f := listenFar(t, FamilyTCP, 8)
	s := newTestSet(t, Config{})
	id := s.Add(f.addr)
	c := f.accept()
	s.untilStatus(id, StatusConnected)
	s.Pause(true)
	c.reset()
	s.untilEnd(id)
	if r := s.untilFact(id); r.Status != StatusConnected || !errors.Is(r.Fact, syscall.ECONNRESET) {
		t.Fatalf("%+v", r)
	}
	if c := s.step(id); c.Row.Status != StatusError || c.Events[0].Code != ErrFailed || c.Events[0].Polled.Before(c.Events[0].Time) {
		t.Fatalf("%+v", c)
	}
	if c := s.step(id); c.Row.Status != StatusError || len(c.Events) != 0 { // ERROR is sticky
		t.Fatalf("%+v", c)
	}
}

func TestPausedOtherCallsDoWhatTheyAlwaysDo(t *testing.T) {
	f := listenFar(t, FamilyTCP, 8)
	s := newTestSet(t, Config{})
	id := s.Add(f.addr)
	c := f.accept()
	s.untilStatus(id, StatusConnected)
	s.Pause(true)
	s.mustSend(id, "PING")
	c.receive("PING")
	s.until("what was sent", func() bool { return s.row(id).Sent == 4 })
	if err := s.Disconnect(id); err != nil {
		t.Fatal(err)
	}
	s.untilStatus(id, StatusNone)
	if err := s.Reconnect(id); err != nil {
		t.Fatal(err)
	}
	s.untilStatus(id, StatusConnecting)
	if err := s.Remove(id); err != nil {
		t.Fatal(err)
	}
	if changes := s.Step(); len(changes) != 0 {
		t.Errorf("%+v", changes)
	}
}

func TestResumedAllThatWaitedIsJudged(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.untilStatus(id, StatusConnected)
		s.Pause(true)
		c.send("hello")
		s.untilLogged(id, 5)
		c.Close()
		s.untilFact(id)
		s.until("calm", func() bool { return f.addr.Family == FamilyUDS || !s.Active() })
		select {
		case <-s.Changed():
		default:
		}
		s.Pause(false)
		if !s.Paused().IsZero() || !s.Active() {
			t.Errorf("paused since %v, active %v", s.Paused(), s.Active())
		}
		<-s.Changed() // there is a reason to poll
		s.untilStatus(id, StatusNone)
		s.Pause(false) // again does nothing
	})
}

// A step is a poll: without a pause it does what Poll does.
func TestAStepIsAPoll(t *testing.T) {
	f := listenFar(t, FamilyTCP, 8)
	s := newTestSet(t, Config{})
	id := s.Add(f.addr)
	f.accept().send("hello")
	s.untilLogged(id, 5)
	if c := s.step(id); c.Row.Status != StatusConnected {
		t.Fatalf("%+v", c.Row)
	}
	s.until("calm", func() bool { return !s.Active() })
	if changes := s.Step(); len(changes) != 0 {
		t.Errorf("%+v", changes)
	}
}

// A paused Set costs what an unpaused one costs: nothing for peers that have
// nothing new, however much of theirs waits for a poll.
func TestPausedWhatWaitsIsNotLookedAtAgain(t *testing.T) {
	f := listenFar(t, FamilyTCP, 8)
	s := newTestSet(t, Config{})
	id := s.Add(f.addr)
	c := f.accept()
	s.untilStatus(id, StatusConnected)
	s.Pause(true)
	c.send("hello")
	s.untilLogged(id, 5)
	c.Close()
	s.untilFact(id)
	s.until("calm", func() bool { return !s.Active() })
	for range 3 {
		if changes := s.Poll(); len(changes) != 0 || s.Active() {
			t.Fatalf("%+v", changes)
		}
	}
	if n := len(s.unjudged); n != 1 {
		t.Errorf("%d rows wait for a poll", n)
	}
}
