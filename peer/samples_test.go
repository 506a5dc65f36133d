package peer

import (
	"testing"
	"time"
)

// sampled is a set with a connected row whose figures the test sets.
func sampled(t *testing.T, memory int64) (*Set, *row) {
	t.Helper()
	s := NewSet(Config{Memory: memory})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	addr, err := ParseAddress("127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.newRow(addr, "dial")
	r.Status = StatusConnected
	r.newSocket()
	r.attach()
	s.enter(r)
	return s, r
}

func TestAnIdlePeerKeepsNoSamples(t *testing.T) {
	s, r := sampled(t, 0)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range 100 {
		r.Unread, r.RecvQ, r.SendQ = 0, 0, 0
		s.sampleQueues(r, time.Unix(int64(i), 0), true)
	}
	if r.history.samples.list != nil || s.sampled != 0 {
		t.Error("an idle peer keeps samples")
	}
	if got, ok := r.history.samples.at(time.Unix(50, 0)); !ok || got.unread != 0 || got.sendQ != 0 {
		t.Errorf("it had %+v, %v", got, ok)
	}
}

// What was sampled is found again exactly, as far back as the ring goes.
func TestSamplesAreFoundByTimeAndBounded(t *testing.T) {
	const polls = 3 * maxSamples
	s, r := sampled(t, 0)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range int64(polls) {
		r.Unread, r.RecvQ, r.SendQ = i/2, 2*(i/2), 3 // each figure at two polls
		s.sampleQueues(r, time.Unix(10+i, 0), true)
	}
	h := &r.history.samples
	if n := h.list.Len(); n > maxSamples || n < maxSamples/2 || int64(n) != s.sampled {
		t.Fatalf("%d samples are kept, %d counted", n, s.sampled)
	}
	since := h.since()
	for i := range int64(polls) {
		got, ok := h.at(time.Unix(10+i, 5))
		if kept := !time.Unix(10+i, 5).Before(since); ok != kept {
			t.Fatalf("poll %d of %d: found %v, kept since %v", i, polls, ok, since)
		}
		if ok && (got.unread != i/2 || got.recvQ != 2*(i/2) || got.sendQ != 3) {
			t.Fatalf("poll %d: %+v", i, got)
		}
	}
	s.forget(r)
	if s.sampled != 0 {
		t.Errorf("%d samples are counted of no peer", s.sampled)
	}
}

// All samples together have their part of the budget, however many peers there are.
func TestSamplesHaveAPartOfTheBudget(t *testing.T) {
	s, r := sampled(t, 1<<20)
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := []*row{r}
	for range 9 {
		r := s.newRow(r.addr, "dial")
		r.Status = StatusConnected
		r.newSocket()
		r.attach()
		s.enter(r)
		rows = append(rows, r)
	}
	for i := range int64(2000) {
		for _, r := range rows {
			r.Unread = i
			s.sampleQueues(r, time.Unix(i, 0), false)
		}
	}
	if most := s.maxSampled + 10*128; s.sampled > most || s.sampled < s.maxSampled/2 {
		t.Errorf("%d samples, at most %d", s.sampled, most)
	}
}
