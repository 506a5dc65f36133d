package peer

import (
	"testing"
	"time"
)

// A deadline is judged by a poll like any other fact. (Only Linux keeps a
// connect to a full queue pending.)
func TestPausedADeadlinePassesUntilTheStep(t *testing.T) {
	for _, family := range []Family{FamilyTCP, FamilyUDS} {
		var clock fakeClock
		f := listenFull(t, family)
		s := newTestSet(t, Config{Now: clock.now, Timeout: 30 * time.Second})
		s.Pause(true)
		id := s.Add(f.addr)
		clock.move(30 * time.Second)
		if c := s.step(id); c.Row.Status != StatusConnecting { // at the deadline is in time
			t.Fatalf("%+v", c.Row)
		}
		clock.move(12 * time.Second)
		s.until("a look", func() bool { r := s.row(id); return r.Sampled.Sub(r.Deadline) == 12*time.Second })
		if r := s.row(id); r.Status != StatusConnecting || !r.Pending.IsZero() {
			t.Fatalf("%+v", r)
		}
		c := s.step(id)
		if c.Row.Status != StatusError || c.Row.Last.Code != ErrConnectionError || c.Row.Last.By != ByTimeout {
			t.Fatalf("%+v", c.Row)
		}
	}
}

// A pending Unix socket is connected by polls alone: the kernel tells nobody
// that its listener's queue has room.
func TestPausedAPendingUDSIsConnectedByTheStep(t *testing.T) {
	f := listenFull(t, FamilyUDS)
	s := newTestSet(t, Config{})
	s.Pause(true)
	id := s.Add(f.addr)
	f.accept()
	for range 3 {
		s.Poll()
	}
	if r := s.row(id); r.Status != StatusConnecting {
		t.Fatalf("%+v", r)
	}
	if c := s.step(id); c.Row.Status != StatusConnected {
		t.Fatalf("%+v", c.Row)
	}
}
