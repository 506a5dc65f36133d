package peer

import (
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAThousandMarksAreOneValue(t *testing.T) {
	s := newTestSet(t, Config{})
	id := s.Add(mustParse(t, t.TempDir()+"/none"))
	s.Poll()
	<-s.Changed() // of Add
	_ = s.peek(id, func(r *row) {
		var work sync.WaitGroup
		for range 10 {
			work.Go(func() {
				for range 100 {
					r.mark()
				}
			})
		}
		work.Wait()
	})
	<-s.Changed()
	select {
	case <-s.Changed():
		t.Error("a second value")
	default:
	}
	if !s.Active() {
		t.Error("not active")
	}
	if n := len(s.list.dirty); n != 1 {
		t.Errorf("%d rows to look at", n)
	}
	s.Poll()
	if s.Active() {
		t.Error("still active")
	}
}

func TestUnreadIsWhatCameSinceTheLastPoll(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.until("calm", func() bool { return s.row(id).Status == StatusConnected && !s.Active() })
		total := int64(0)
		for _, data := range []string{"hello", "a", strings.Repeat("x", 1000)} {
			c.send(data)
			total += int64(len(data))
			s.untilLogged(id, total)
			for _, want := range []int64{int64(len(data)), 0} {
				changes := s.Step()
				if len(changes) != 1 || changes[0].Row.Unread != want || changes[0].In != want {
					t.Fatalf("%+v, want %d unread", changes, want)
				}
			}
			if changes := s.Step(); len(changes) != 0 || s.Active() {
				t.Fatalf("%+v after the unread is 0", changes)
			}
		}
	})
}

// What comes between a poll's count and its end is the next poll's.
func TestEveryByteIsUnreadAtOnePoll(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.untilStatus(id, StatusConnected)
		const total = 20_000
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for range total / 10 {
				c.send("0123456789")
			}
		}()
		unread := int64(0)
		await(t, "the last byte", func() bool {
			s.Step()
			r := s.row(id)
			unread += r.Unread
			return r.Received == total && r.Unread == 0
		})
		<-sent
		if unread != total {
			t.Errorf("%d of %d bytes were unread at a poll", unread, total)
		}
	})
}

// In a flood the reader has its lock most of the time, and a sender the socket's.
func TestAPollCountsWhatComesWhileASocketIsInUse(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.untilStatus(id, StatusConnected)
		var sock *Socket
		_ = s.peek(id, func(r *row) { sock = r.sock })
		total := int64(0)
		for _, use := range []*sync.Mutex{&sock.conn.recv, &sock.mu} {
			c.send("hello")
			total += 5
			s.untilLogged(id, total)
			use.Lock()
			s.Poll()
			if r := s.row(id); r.Received != total || r.Status != StatusConnected || !s.Active() && use == &sock.mu {
				t.Errorf("%+v, want %d received", r, total)
			}
			use.Unlock()
			sampled := s.row(id).Sampled
			if changes := s.Step(); len(changes) != 1 || !changes[0].Row.Sampled.After(sampled) { // what was counted is looked at
				t.Errorf("%+v after the use", changes)
			}
		}
		c.Close()
		s.untilStatus(id, StatusNone)
	})
}

func TestTheFirstEventWakes(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		calm := func() {
			s.until("calm", func() bool { return s.row(id).Status == StatusConnected && !s.Active() })
			select {
			case <-s.Changed():
			default:
			}
		}
		woken := func(what string, ok func(Row) bool) {
			t.Helper()
			for !ok(s.row(id)) {
				if !s.Active() { // there is no other reason to poll
					select {
					case <-s.Changed():
					case <-time.After(patience):
						t.Fatalf("nothing wakes at the %s", what)
					}
				}
				s.Poll()
			}
		}
		calm()
		c.send("hello")
		woken("data", func(r Row) bool { return r.Unread == 5 })
		calm()
		c.Close()
		woken("FIN", func(r Row) bool { return r.Status == StatusNone })
		if f.addr.Family == FamilyUDS {
			return // it is never calm below: what lies unread there is in the send queue here
		}
		if err := s.Reconnect(id); err != nil {
			t.Fatal(err)
		}
		c = f.accept()
		calm()
		c.reset()
		woken("reset", func(r Row) bool { return r.Status == StatusError })
	})
}

func TestDataAndFINTogetherAreConnectedFirst(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.untilStatus(id, StatusConnected)
		c.send("bye")
		c.Close()
		s.untilEnd(id)
		s.Step()
		if r := s.row(id); r.Status != StatusConnected || r.Unread != 3 || r.Pending.IsZero() {
			t.Fatalf("%+v", r)
		}
		s.Step()
		if r := s.row(id); r.Status != StatusNone || r.Received != 3 {
			t.Fatalf("%+v", r)
		}
	})
}

func TestWithoutAPollNothingButTheUnreadMoves(t *testing.T) {
	f := listenFar(t, FamilyTCP, 8)
	s := newTestSet(t, Config{})
	id := s.Add(f.addr)
	c := f.accept()
	s.untilStatus(id, StatusConnected)
	c.send("more")
	c.reset()
	s.untilEnd(id)
	if r := s.row(id); r.Status != StatusConnected || r.Received != 0 {
		t.Errorf("%+v", r)
	}
	s.Step()
	if r := s.row(id); r.Status != StatusError || r.Received != 4 {
		t.Errorf("%+v", r)
	}
	s.wantStatuses(id, "none connecting OK", "connecting connected OK", "connected error FAILED")
}
