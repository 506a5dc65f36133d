package peer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"peerscope/peer/capture"
)

// testSet is a Set and what the tests ask of it.
type testSet struct {
	*Set
	t testing.TB
}

func newTestSet(t testing.TB, c Config) *testSet {
	t.Helper()
	s := &testSet{NewSet(c), t}
	t.Cleanup(s.mustClose)
	return s
}

func (s *testSet) mustClose() {
	if err := s.Close(); err != nil {
		s.t.Error(err)
	}
	if used := s.pool.Used(); used != 0 {
		s.t.Errorf("%d bytes of the pool are still used", used)
	}
}

// until polls until ok.
func (s *testSet) until(what string, ok func() bool) {
	s.t.Helper()
	await(s.t, what, func() bool { s.Poll(); return ok() })
}

func (s *testSet) untilStatus(id ID, want Status) {
	s.t.Helper()
	s.until(want.String(), func() bool { return s.row(id).Status == want })
}

func (s *testSet) row(id ID) Row {
	s.t.Helper()
	i, err := s.Index(id)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.Rows(nil, i, 1)[0]
}

func (s *testSet) events(id ID) []Event {
	events, _ := s.Events(id, 0)
	return events
}

// statuses are the transitions of a peer as words, each with its number.
func (s *testSet) statuses(id ID) (words []string) {
	s.t.Helper()
	for _, e := range s.events(id) {
		if e.Time.After(e.Polled) {
			s.t.Errorf("%+v: the fact comes after the poll", e)
		}
		if e.Kind == EventStatus {
			words = append(words, e.From.String()+" "+e.To.String()+" "+e.Code.Name())
		}
	}
	return words
}

func (s *testSet) wantStatuses(id ID, want ...string) {
	s.t.Helper()
	if got := s.statuses(id); !slices.Equal(got, want) {
		s.t.Fatalf("the transitions are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// untilLogged waits, without a poll, until the reader has taken n bytes.
func (s *testSet) untilLogged(id ID, n int64) {
	s.t.Helper()
	log := s.Log(id)
	await(s.t, "the reader to take the bytes", func() bool { _, end := log.Span(capture.In); return end == n })
}

// untilEnd waits, without a poll, until the reader has seen FIN or a reset.
func (s *testSet) untilEnd(id ID) {
	s.t.Helper()
	var c *conn
	_ = s.peek(id, func(r *row) { c = r.sock.conn })
	await(s.t, "the reader to see the end", func() bool {
		c.recv.Lock()
		defer c.recv.Unlock()
		return !c.facts.eof.IsZero() || c.facts.err != nil
	})
}

func (s *testSet) mustSend(id ID, data string) {
	s.t.Helper()
	if n, err := s.Send(context.Background(), id, []byte(data)); n != len(data) || err != nil {
		s.t.Fatal(n, err)
	}
}

func families(t *testing.T, test func(*testing.T, *far)) {
	for _, family := range []Family{FamilyTCP, FamilyUDS} {
		t.Run([]string{"tcp", "uds"}[family], func(t *testing.T) { test(t, listenFar(t, family, 8)) })
	}
}

func TestSetTellsAConversationFromBothSides(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.untilStatus(id, StatusConnected)
		s.mustSend(id, "PING\r\n")
		c.receive("PING\r\n")
		c.send("+PONG\r\n")
		s.until("the answer", func() bool { return s.row(id).Received == 7 })
		if r := s.row(id); r.Sent != 6 || r.Kind != "dial" || r.Address != f.addr.String() || r.Remote != f.addr.String() {
			t.Errorf("%+v", r)
		}
		if got := s.Totals(); got.Received != 7 || got.Sent != 6 || got.Peers != 1 || got.ByStatus != [4]int{2: 1} {
			t.Errorf("%+v", got)
		}
		c.Close()
		s.untilStatus(id, StatusNone)
		if r := s.row(id); r.Last.By != ByRemote || r.Last.Code != 0 || r.Unread != -1 || r.RecvQ != -1 || r.Remote != "" {
			t.Errorf("%+v", r)
		}
	})
}

func TestSetTellsOfConnectsThatFail(t *testing.T) {
	s := newTestSet(t, Config{})
	missing := s.Add(mustParse(t, t.TempDir()+"/none"))
	s.Poll()
	e := s.events(missing)
	if len(e) != 1 || e[0].Kind != EventError || e[0].Op != "connect" || e[0].Code != ErrFailed || !errors.Is(e[0].Cause, syscall.ENOENT) {
		t.Errorf("%+v", e)
	}
	if r := s.row(missing); r.Status != StatusNone || r.Remote != "" {
		t.Errorf("%+v", r)
	}
	f := listenFar(t, FamilyTCP, 0)
	f.l.Close()
	refused := s.Add(f.addr)
	s.untilStatus(refused, StatusError)
	s.wantStatuses(refused, "none connecting OK", "connecting error ERR_CONNECTION_ERROR")
	if last := s.row(refused).Last; !errors.Is(last.Cause, syscall.ECONNREFUSED) || last.By != ByRemote {
		t.Errorf("%+v", last)
	}
}

// The fact has the time at which the kernel gave it, whenever somebody polls.
func TestFirstBytesKeepTheirTime(t *testing.T) {
	var clock fakeClock
	f := listenFar(t, FamilyTCP, 8)
	s := newTestSet(t, Config{Now: clock.now})
	id := s.Add(f.addr)
	begun := clock.now()
	c := f.accept()
	c.send("hello")
	s.untilLogged(id, 5)
	clock.move(time.Second)
	c.Close()
	s.untilEnd(id)
	clock.move(time.Second)
	for range 3 { // CONNECTED; what is unread was counted and consumed; NONE
		s.Step()
	}
	s.wantStatuses(id, "none connecting OK", "connecting connected OK", "connected none OK")
	e := s.events(id)
	chunk, ok := s.Log(id).At(capture.In, 0)
	if !ok || !chunk.Time.Before(begun.Add(time.Second)) || chunk.Time.Before(e[1].Time) || chunk.Len != 5 {
		t.Errorf("the first chunk is %+v, the connection was there at %v", chunk, e[1].Time)
	}
	for i, want := range []time.Duration{0, 0, time.Second} {
		if got := e[i].Time.Sub(begun); got != want {
			t.Errorf("event %d happened after %v, want %v", i, got, want)
		}
	}
	for i, want := range []time.Duration{0, 2 * time.Second, 2 * time.Second} {
		if got := e[i].Polled.Sub(begun); got != want {
			t.Errorf("event %d was polled after %v, want %v", i, got, want)
		}
	}
}

func TestHistoryGoesOnOverAReconnect(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		for i, data := range []string{"one", "two"} {
			if i > 0 {
				if err := s.Reconnect(id); err != nil {
					t.Fatal(err)
				}
			}
			c := f.accept()
			s.untilStatus(id, StatusConnected)
			c.send(data)
			s.until("the bytes", func() bool { return s.row(id).Received == int64(3*(i+1)) })
		}
		p := make([]byte, 10)
		if n, _ := s.Log(id).CopyAt(p, capture.In, 0); string(p[:n]) != "onetwo" {
			t.Errorf("the log has %q", p[:n])
		}
		connect := []string{"none connecting OK", "connecting connected OK"}
		if f.addr.Family == FamilyUDS {
			connect = []string{"none connected OK"}
		}
		s.wantStatuses(id, slices.Concat(connect, []string{"connected none OK"}, connect)...)
		if e := s.events(id)[len(connect)]; e.By != ByLocal || !errors.Is(e.Cause, ErrDisconnected) {
			t.Errorf("%+v", e)
		}
	})
}

func TestSetHalfCloses(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.untilStatus(id, StatusConnected)
		if err := s.CloseWrite(id); err != nil {
			t.Fatal(err)
		}
		c.end()
		if n, err := s.Send(context.Background(), id, []byte("x")); n != 0 || !errors.Is(err, ErrWriteClosed) {
			t.Error(n, err)
		}
		c.send("still")
		s.until("the answer", func() bool { return s.row(id).Received == 5 })
		if r := s.row(id); r.Status != StatusConnected || !r.WriteEnd {
			t.Errorf("%+v", r)
		}
		kinds := []EventKind{}
		for _, e := range s.events(id) {
			kinds = append(kinds, e.Kind)
		}
		if n := len(kinds); kinds[n-2] != EventHalfClose || kinds[n-1] != EventError {
			t.Errorf("%v", kinds)
		}
	})
}

func TestEveryReaderOfEventsSeesAll(t *testing.T) {
	f := listenFar(t, FamilyUDS, 64) // none of the connects below is ever pending
	f.serve(echo)
	s := newTestSet(t, Config{})
	id := s.Add(f.addr)
	var often, twice []Event
	var seq int64
	for i := range 20 {
		if err := s.Reconnect(id); err != nil {
			t.Fatal(err)
		}
		s.Poll() // a reader too
		var events []Event
		events, seq = s.Events(id, seq)
		often = append(often, events...)
		if i == 10 {
			twice, _ = s.Events(id, 0)
		}
	}
	rest, next := s.Events(id, int64(len(twice)))
	twice = append(twice, rest...)
	if next != seq || len(often) != 41 || !slices.Equal(often, twice) {
		t.Errorf("%d and %d events, the next are %d and %d", len(often), len(twice), seq, next)
	}
	if events, after := s.Events(id, next); len(events) != 0 || after != next {
		t.Errorf("%d more events, then %d", len(events), after)
	}
}

func TestIDsAreNeverReused(t *testing.T) {
	s := newTestSet(t, Config{})
	addr := mustParse(t, t.TempDir()+"/none")
	for want := ID(1); want < 20; want++ {
		if id := s.Add(addr); id != want {
			t.Fatalf("the id is %d, want %d", id, want)
		}
		if want%2 == 0 {
			if err := errors.Join(s.Remove(want), s.Remove(want-1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, call := range []func(ID) error{s.Remove, s.Disconnect, s.Reconnect, s.CloseWrite} {
		if err := call(1); !errors.Is(err, ErrNoPeer) {
			t.Errorf("%v", err)
		}
	}
	if _, err := s.Send(context.Background(), 1, nil); !errors.Is(err, ErrNoPeer) {
		t.Errorf("%v", err)
	}
	if events, next := s.Events(1, 7); events != nil || next != 7 || s.Log(1) != nil {
		t.Error("a removed peer has a history")
	}
}

func TestTotalsKeepWhatARemovedPeerReceived(t *testing.T) {
	f := listenFar(t, FamilyTCP, 8)
	s := newTestSet(t, Config{})
	id := s.Add(f.addr)
	c := f.accept()
	s.untilStatus(id, StatusConnected)
	c.send("hello")
	s.untilLogged(id, 5)
	s.mustSend(id, "abc")
	if err := s.Remove(id); err != nil { // before a poll has seen them
		t.Fatal(err)
	}
	s.Step()
	if got := s.Totals(); got.Received != 5 || got.Sent != 3 || got.Peers != 0 || got.ByStatus != [4]int{} {
		t.Errorf("%+v", got)
	}
}
