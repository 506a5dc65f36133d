package peer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"peerscope/peer/capture"
)

// TestEverythingAtOnce adds, disconnects, reconnects, sends and removes while
// somebody else polls, and checks what must hold however it goes.
func TestEverythingAtOnce(t *testing.T) {
	const actors, acts = 4, 150
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	s := newTestSet(t, Config{Memory: 256 << 10})
	var addrs []Address
	for _, family := range []Family{FamilyTCP, FamilyUDS} {
		f := listenFar(t, family, 64)
		f.serve(echo)
		addrs = append(addrs, f.addr, mustParse(t, strings.ReplaceAll(f.addr.String(), "127.0.0.1", "localhost")))
	}
	addrs = append(addrs, mustParse(t, t.TempDir()+"/none"))

	var work sync.WaitGroup
	for i := range actors {
		work.Go(func() { s.act(rand.New(rand.NewPCG(seed, uint64(i))), addrs, acts) })
	}
	done := make(chan struct{})
	go func() { work.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		case <-s.Changed():
		}
		s.Poll()
		if got := s.Totals(); got.ByStatus[0]+got.ByStatus[1]+got.ByStatus[2]+got.ByStatus[3] != got.Peers {
			t.Fatalf("%+v", got)
		}
	}
	s.until("the end of the lookups", func() bool { return s.Totals().Lookups == 0 })
	s.Step() // a Poll leaves out who is in use
	last := ID(0)
	for _, r := range s.Rows(nil, 0, s.Len()) {
		if r.ID <= last {
			t.Errorf("peer %d comes after %d", r.ID, last)
		}
		last = r.ID
		s.checkHistory(r.ID)
	}
}

// act does random things to a few peers of its own.
func (s *testSet) act(r *rand.Rand, addrs []Address, acts int) {
	ids := []ID{s.Add(addrs[r.IntN(len(addrs))])}
	for range acts {
		i := r.IntN(len(ids))
		var err error
		switch r.IntN(7) {
		case 0:
			ids = append(ids, s.Add(addrs[r.IntN(len(addrs))]))
		case 1:
			err = s.Disconnect(ids[i])
		case 2, 3:
			err = s.Reconnect(ids[i])
		case 4:
			_ = s.CloseWrite(ids[i]) // refused where it is not connected
		case 5:
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			_, _ = s.Send(ctx, ids[i], make([]byte, r.IntN(100_000))) // refused likewise
			cancel()
		case 6:
			if len(ids) > 3 {
				err = s.Remove(ids[i])
				ids[i] = ids[len(ids)-1]
				ids = ids[:len(ids)-1]
			}
		}
		if err != nil {
			s.t.Error(err)
		}
	}
}

// checkHistory holds that each transition begins where the one before ended,
// and that the log of each direction has no hole but at its beginning.
func (s *testSet) checkHistory(id ID) {
	s.t.Helper()
	status := StatusNone
	for _, e := range s.events(id) {
		if e.Time.After(e.Polled) {
			s.t.Errorf("peer %d: %+v: the fact comes after the poll", id, e)
		}
		if e.Kind != EventStatus {
			continue
		}
		if e.From != status {
			s.t.Errorf("peer %d: %v follows %v", id, e.From, status)
		}
		status = e.To
	}
	if now := s.row(id).Status; now != status {
		s.t.Errorf("peer %d is %v, its last transition is to %v", id, now, status)
	}
	log := s.Log(id)
	for d := capture.In; d <= capture.Out; d++ {
		next, end := log.Span(d)
		for next < end {
			chunk, ok := log.At(d, next)
			if !ok {
				kept, _ := log.Span(d)
				if kept <= next {
					s.t.Fatalf("peer %d: no chunk at %d of %d", id, next, end)
				}
				next = kept // the budget took it meanwhile
				continue
			}
			next = chunk.Off + chunk.Len
		}
	}
}

// openDescriptors is what /proc/self/fd lists.
func openDescriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestCloseLeavesNothing(t *testing.T) {
	hook := slowResolver(t)
	var far []*far
	for _, family := range []Family{FamilyTCP, FamilyUDS} {
		far = append(far, listenFar(t, family, 64), listenFull(t, family))
	}
	await(t, "the goroutines of other tests to end", func() bool { return runtime.NumGoroutine() <= 3 })
	descriptors, goroutines := openDescriptors(t), runtime.NumGoroutine()

	s := newTestSet(t, Config{})
	for i := range 20 {
		for _, f := range far {
			s.Add(f.addr)
		}
		s.Add(mustParse(t, fmt.Sprintf("slow%d.invalid:80", i))) // the resolver would go on with one that several ask for
		s.Add(mustParse(t, t.TempDir()+"/none"))
	}
	var conns []*farConn
	for range 20 {
		for _, f := range []int{0, 2} {
			c := far[f].accept()
			c.send("hello")
			conns = append(conns, c)
		}
	}
	s.until("all to be connected and read", func() bool { return s.Totals().Received == 5*40 })
	<-hook
	full, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Send(full, 1, make([]byte, huge)); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	s.mustClose()
	for _, c := range conns {
		c.Close()
	}
	await(t, "everything to be given back", func() bool {
		return openDescriptors(t) <= descriptors && runtime.NumGoroutine() <= goroutines
	})
}

// slowResolver makes every lookup wait until its context ends, or the test. The
// channel receives a value for each question.
func slowResolver(t *testing.T) <-chan struct{} {
	asked, over := make(chan struct{}, 1000), make(chan struct{})
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		asked <- struct{}{}
		select {
		case <-ctx.Done():
		case <-over:
		}
		return nil, errors.New("no answer")
	}}
	t.Cleanup(func() { close(over); net.DefaultResolver = before })
	return asked
}

func TestALookupHoldsUpNobody(t *testing.T) {
	asked := slowResolver(t)
	s := newTestSet(t, Config{})
	id := s.Add(mustParse(t, "slow.invalid:80"))
	<-asked // and no answer comes
	changes := s.Step()
	if len(changes) != 1 || !changes[0].Row.Resolving || changes[0].Row.Status != StatusNone || s.Totals().Lookups != 1 {
		t.Fatalf("%+v", changes)
	}
	if changes := s.Step(); len(changes) != 0 {
		t.Errorf("%+v", changes)
	}
	if err := s.Disconnect(id); err != nil {
		t.Fatal(err)
	}
	if changes := s.Step(); len(changes) != 1 || changes[0].Row.Resolving || s.Totals().Lookups != 0 {
		t.Errorf("%+v", changes)
	}
	for range 3 { // the lookup before must not end that of the next
		if err := s.Reconnect(id); err != nil {
			t.Fatal(err)
		}
		s.Step()
		if !s.row(id).Resolving || s.Totals().Lookups != 1 {
			t.Error("the lookup has ended")
		}
	}
	// Reconnect ends a lookup too, but another one goes on in its place.
	if e := s.events(id); len(e) != 1 || e[0].Op != "resolve" || e[0].Code != ErrCantResolve || !errors.Is(e[0].Cause, ErrDisconnected) {
		t.Errorf("%+v", e)
	}
}

func TestALookupEndsWithTheTimeout(t *testing.T) {
	slowResolver(t)
	s := newTestSet(t, Config{Timeout: time.Millisecond})
	id := s.Add(mustParse(t, "slow.invalid:80"))
	s.until("the lookup to be given up", func() bool { return !s.row(id).Resolving && len(s.events(id)) > 0 })
	e := s.events(id)
	if len(e) != 1 || e[0].Kind != EventError || e[0].Op != "resolve" || e[0].Code != ErrCantResolve || s.row(id).Status != StatusNone ||
		e[0].Cause.Error() != "i/o timeout" { // of ours, while the resolver has not given up on its first question
		t.Errorf("%+v", e)
	}
}

func TestAnUnknownNameIsAnEvent(t *testing.T) {
	s := newTestSet(t, Config{})
	id := s.Add(mustParse(t, "does-not-resolve.invalid:80"))
	s.until("the event", func() bool { return len(s.events(id)) > 0 })
	if e := s.events(id)[0]; e.Code != ErrCantResolve || s.row(id).Status != StatusNone {
		t.Errorf("%+v", e)
	}
}

func TestAPanicIsToldToCrash(t *testing.T) {
	var broken atomic.Bool
	told := make(chan string, 1)
	s := newTestSet(t, Config{
		Now: func() time.Time {
			if broken.Load() {
				panic("no time")
			}
			return time.Now()
		},
		Crash: func(v any, stack []byte) {
			broken.Store(false)
			told <- v.(string) + "\n" + string(stack)
		},
	})
	f := listenFar(t, FamilyTCP, 8)
	id := s.Add(f.addr)
	c := f.accept()
	s.untilStatus(id, StatusConnected)
	broken.Store(true)
	c.Close() // the reader asks for the time of the FIN
	if got := <-told; !strings.HasPrefix(got, "no time\n") || !strings.Contains(got, "(*conn).read(") {
		t.Errorf("%s", got)
	}
	s.untilStatus(id, StatusNone) // no lock is left behind
}

func TestAFloodIsBounded(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		const enough = 64 << 20
		f.serve(func(c net.Conn) {
			for block := make([]byte, 256<<10); ; {
				if _, err := c.Write(block); err != nil {
					return
				}
			}
		})
		s := newTestSet(t, Config{Memory: 1 << 20})
		id := s.Add(f.addr)
		s.until("the flood", func() bool {
			if used, most := s.pool.Used(), s.pool.Budget()+2*capture.Overshoot; used > most {
				t.Fatalf("%d bytes are used of %d", used, most)
			}
			r := s.row(id)
			if r.Dropped > r.Received {
				t.Fatalf("%d bytes of %d are dropped", r.Dropped, r.Received)
			}
			return r.Received > enough
		})
		if err := s.Disconnect(id); err != nil {
			t.Fatal(err)
		}
		s.Step()
		r := s.row(id)
		kept, end := s.Log(id).Span(capture.In)
		if total := s.Totals(); end-kept+total.Dropped != r.Received || r.Dropped != total.Dropped || end-kept > 1<<20 || total.Received != r.Received {
			t.Errorf("received %d, kept %d, dropped %d; %+v", r.Received, end-kept, r.Dropped, total)
		}
	})
}

// What a Send reports after its peer was removed must not be charged to the pool.
func TestASendThatRemoveEndsLeavesNoMemory(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		f.accept()
		s.untilStatus(id, StatusConnected)
		done := make(chan error, 1)
		go func() {
			_, err := s.Send(context.Background(), id, make([]byte, huge))
			done <- err
		}()
		s.until("the queue to fill", func() bool { return s.row(id).SendQ > 0 })
		var sock *Socket
		_ = s.peek(id, func(r *row) { sock = r.sock })
		if err := s.Remove(id); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, ErrNotConnected) {
			t.Error(err)
		}
		if _, err := sock.PutData(context.Background(), []byte("x")); !errors.Is(err, ErrNotConnected) { // a Send that comes later still
			t.Error(err)
		}
		if used := s.pool.Used(); used != 0 {
			t.Errorf("%d bytes of the pool are still used", used)
		}
	})
}
