package peer

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"peerscope/peer/capture"
)

// Config is how a Set works. The zero value is good.
type Config struct {
	Timeout time.Duration    // of a connect, and before it of a name's lookup; DefaultConnectTimeout if zero
	Memory  int64            // budget of all logs together in bytes; DefaultMemory if zero
	Spill   string           // the directory of a file for what the budget takes, or auto; "": it is dropped
	Now     func() time.Time // nil: the time of day at the start, and steady from there
	// Crash is told of a panic in one of the Set's goroutines, which has then
	// ended. Without it the panic goes on.
	Crash func(v any, stack []byte)
}

// DefaultMemory is the budget of all logs together.
const DefaultMemory = 64 << 20

// unseenSamples is how many rows that are not on the screen one Poll asks the
// kernel about; the others wait for their turn.
const unseenSamples = 256

// ErrNoPeer is returned for an ID that is not, or no longer, in the Set.
var ErrNoPeer = errors.New("no such peer")

// Set holds peers, drives their readers, and tells on each Poll what changed.
// It is safe for concurrent use; no method but Send, SendFrom and Close blocks.
type Set struct {
	now     func() time.Time
	timeout time.Duration
	crash   func(any, []byte)
	pool    *capture.Pool
	noSpill error  // why there is none though one was asked for
	sys     kernel // of listeners and taps

	ctx    context.Context // ends name lookups at Close
	cancel context.CancelFunc
	work   sync.WaitGroup // readers and lookups

	mu      sync.Mutex
	far     farAsker
	rows    rows
	visible map[ID]bool
	last    ID
	totals  Totals
	changes []Change // reused by Poll
	lookups int      // names being looked up
	waiting []*row   // for a sample of their queues, in turn

	sampled, maxSampled int64 // samples that are kept for the past

	paused   time.Time // since when Poll judges nothing; zero: it does
	unjudged []*row    // looked at since, each once

	notes struct { // its own lock: listeners end under theirs
		sync.Mutex
		lines []string
	}
	list struct { // its own lock: readers push
		sync.Mutex
		dirty, spare []*row
	}
	changed chan struct{}
}

// Totals are over all peers that are in the Set.
type Totals struct {
	Peers     int
	ByStatus  [4]int // of all but listeners
	Listening int    // listeners that listen
	Pairs     int    // relayed pairs that have not ended
	Lookups   int    // names being looked up
	Received  int64  // bytes ever, removed peers included
	Sent      int64
	Dropped   int64 // bytes that the memory budget took and that are not on disk
}

// NewSet returns an empty Set. Close ends it.
func NewSet(c Config) *Set {
	s := &Set{sys: system{}, now: c.Now, timeout: c.Timeout, crash: c.Crash, visible: map[ID]bool{}, changed: make(chan struct{}, 1)}
	s.rows.byID = map[ID]*row{}
	if s.now == nil {
		s.now = steadyClock()
	}
	if s.timeout <= 0 {
		s.timeout = DefaultConnectTimeout
	}
	if c.Memory <= 0 {
		c.Memory = DefaultMemory
	}
	s.pool = capture.NewPool(c.Memory)
	s.maxSampled = c.Memory / samplesShare / sampleSize
	s.spillTo(c.Spill)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// steadyClock returns a clock that begins with the time of day and then only
// goes forward, whatever happens to the time of day: the order of facts, chunks
// and polls depends on it.
func steadyClock() func() time.Time {
	start := time.Now()
	return func() time.Time { return start.Add(time.Since(start)) }
}

// Now returns the time by the clock of the Set.
func (s *Set) Now() time.Time { return s.now() }

// Go runs f in a goroutine that Close waits for. A panic in it is told to
// Config.Crash.
func (s *Set) Go(f func()) {
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		if s.crash != nil {
			defer func() {
				if v := recover(); v != nil {
					s.crash(v, debug.Stack())
				}
			}()
		}
		f()
	}()
}

func (s *Set) push(r *row) {
	s.list.Lock()
	s.list.dirty = append(s.list.dirty, r)
	s.list.Unlock()
}

func (s *Set) wake() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// Changed receives a value when a peer joins those that the next Poll looks at.
// Many events between two receives are one value. It is what to wait for while
// Active does not hold. While it does, poll on a tick: peers that the last Poll
// left to be looked at again give no value, and a deadline is no event.
func (s *Set) Changed() <-chan struct{} { return s.changed }

// Active reports whether the next Poll has a peer to look at.
func (s *Set) Active() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list.Lock()
	defer s.list.Unlock()
	return len(s.list.dirty)+len(s.waiting) > 0
}

// Show says which peers are on the screen: their queues are sampled at every
// Poll while they have something to tell, the others' in turn.
func (s *Set) Show(rows []Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.visible)
	for i := range rows {
		s.visible[rows[i].ID] = true
	}
}

// Poll polls every peer that has something new, is connecting, or had bytes in
// a queue when it was last looked at, and returns those that changed since the
// last Poll. It never blocks, and costs in proportion to those peers, not to
// the peers that exist; one whose socket is in use just then is left for the
// next Poll. The result is valid until the next Poll. While polling is paused,
// Poll looks and does not judge: see [Set.Pause].
func (s *Set) Poll() []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pollMarked(way{judge: s.paused.IsZero(), far: &s.far})
}

// pollMarked looks at the marked rows. Callers hold mu.
func (s *Set) pollMarked(w way) []Change {
	s.changes = s.changes[:0]
	batch, spare := s.turns(s.take())
	for _, r := range batch {
		r.marked.Store(false) // before its facts are read: a later mark counts for the next Poll
		if r.gone {
			continue
		}
		sample := r.turn || s.visible[r.ID]
		switch {
		case sample:
			r.turn = false
		case spare > 0:
			sample, spare = true, spare-1
		case !r.waits:
			r.waits = true
			s.waiting = append(s.waiting, r)
		}
		c, changed, again := s.pollRow(r, w, sample)
		if changed {
			s.changes = append(s.changes, c)
		}
		if again && !r.marked.Swap(true) {
			s.push(r)
		}
	}
	clear(batch)
	return s.changes
}

// turns lets the rows that have waited longest for a sample have it, whether
// they are in the batch or not, and returns how many more may be sampled.
func (s *Set) turns(batch []*row) ([]*row, int) {
	n := min(len(s.waiting), unseenSamples)
	for _, r := range s.waiting[:n] {
		r.turn, r.waits = true, false
		if !r.marked.Load() {
			batch = append(batch, r)
		}
	}
	s.waiting = slices.Delete(s.waiting, 0, n)
	return batch, unseenSamples - n
}

func (s *Set) pollRow(r *row, w way, sample bool) (c Change, changed, again bool) {
	if !w.judge {
		s.leaveUnjudged(r)
	}
	s.uncount(r)
	at := s.now()
	c, changed, again = r.poll(w, sample)
	s.sampleQueues(r, at, sample)
	s.count(r)
	if r.parent != nil && r.told() {
		s.over(r)
	}
	s.totals.Received += c.In
	s.totals.Sent += c.Out
	return c, changed, again
}

// take swaps the list of marked rows for an empty one.
func (s *Set) take() []*row {
	s.list.Lock()
	defer s.list.Unlock()
	batch := s.list.dirty
	s.list.dirty, s.list.spare = s.list.spare[:0], batch
	return batch
}

// Totals returns the sums over all peers, as the last Poll left them.
func (s *Set) Totals() Totals {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.totals
	t.Lookups, t.Dropped = s.lookups, s.pool.Dropped()
	return t
}

// Close disconnects every peer, waits for their readers and for what Go was
// given, and gives all memory back. A Send under way fails. The Set cannot be used afterwards.
func (s *Set) Close() error {
	s.cancel()
	s.mu.Lock()
	rows := slices.Clone(s.rows.tops)
	s.mu.Unlock()
	for _, r := range rows {
		_ = s.Remove(r.ID) // only fails if it is gone already
	}
	s.work.Wait()
	s.mu.Lock()
	s.far.close()
	s.mu.Unlock()
	return s.pool.Close()
}
