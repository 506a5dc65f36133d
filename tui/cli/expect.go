package cli

import (
	"fmt"
	"sync"
	"time"

	"peerscope/hexdump"
	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
	"peerscope/views/report"
)

// expectation looks for a pattern in what goes over the peers. It runs in a
// goroutine of its own and reads logs by cursor: what is slow to look for holds
// up neither polls nor traffic, and a slow reader of the output not the search.
type expectation struct {
	pattern *hexdump.Pattern
	peers   choice
	dirs    capture.Dirs

	wake chan struct{}
	last chan time.Time // the end: nothing more will be shown, and what came later does not count
	came chan struct{}  // closed when the pattern has come
	done chan struct{}  // closed when the goroutine has ended

	mu    sync.Mutex
	scans map[peer.ID]*scanned
	due   []*scanned

	// The goroutine's own, and to be read when it is done.
	buf     []byte
	total   int64
	dropped int64  // bytes that were gone before they were looked at
	tail    []byte // the end of what came last
	from    string // the address of the peer that it went over
}

// scanned is how far one peer has been looked at.
type scanned struct {
	id      peer.ID
	address string
	cursor  *capture.Cursor
	scan    *hexdump.Scan
	gap     bool // bytes were gone before what comes next
	due     bool // guarded by mu, as over is
	over    bool // it has ended: all its bytes are in the log
}

// turn is how much of one peer is looked at before it is another's turn.
const turn = 1 << 20

func newExpectation(pattern *hexdump.Pattern, peers choice, dirs capture.Dirs) *expectation {
	return &expectation{
		pattern: pattern, peers: peers, dirs: dirs, scans: map[peer.ID]*scanned{}, buf: make([]byte, capture.MaxCopy),
		wake: make(chan struct{}, 1), last: make(chan time.Time, 1), came: make(chan struct{}), done: make(chan struct{}),
	}
}

// show hands over what a poll saw, and does not wait.
func (x *expectation) show(changes []peer.Change) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range changes {
		c := &changes[i]
		s := x.scans[c.Row.ID]
		more := x.dirs.Has(capture.In) && c.In > 0 || x.dirs.Has(capture.Out) && c.Out > 0
		switch {
		case !x.peers.has(&c.Row):
			continue
		case s == nil && more:
			s = &scanned{id: c.Row.ID, address: c.Row.Address, cursor: c.History.Log.NewCursor(x.dirs), scan: x.pattern.Scan()}
			x.scans[s.id] = s
		case s == nil:
			continue
		}
		s.over = ended(&c.Row)
		if more || s.over {
			x.wait(s)
		}
	}
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// wait puts a peer among those to look at. Callers hold mu.
func (x *expectation) wait(s *scanned) {
	if !s.due {
		s.due = true
		x.due = append(x.due, s)
	}
}

func (x *expectation) run() {
	defer close(x.done)
	var until time.Time
	over := false
	for {
		s := x.next()
		switch {
		case s == nil && over:
			if x.atEnd() {
				close(x.came)
			}
			return
		case s == nil:
			select {
			case <-x.wake:
			case until = <-x.last:
				over = true
			}
			continue
		}
		select {
		case until = <-x.last:
			over = true
		default:
		}
		if x.look(s, until) {
			close(x.came)
			return
		}
	}
}

// atEnd reports whether the pattern is at the end of what came over a connection
// that is still there.
func (x *expectation) atEnd() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range x.scans {
		if s.scan.End() {
			return true
		}
	}
	return false
}

func (x *expectation) next() *scanned {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.due) == 0 {
		return nil
	}
	s := x.due[0]
	x.due = x.due[1:]
	s.due = false
	return s
}

// look looks at what is new of a peer, for one turn, and reports whether the
// pattern has come.
func (x *expectation) look(s *scanned, until time.Time) bool {
	for left := turn; left > 0; {
		n := x.read(s, until)
		if n == 0 && !s.gap {
			return x.reached(s)
		}
		if s.scan.Next(x.buf[:n]) {
			return true
		}
		left -= n
	}
	x.mu.Lock()
	x.wait(s)
	x.mu.Unlock()
	return false
}

// read fills the buffer with what comes next, up to a gap.
func (x *expectation) read(s *scanned, until time.Time) (n int) {
	if s.gap {
		s.scan.Gap()
		s.gap = false
	}
	for n < len(x.buf) && !s.gap {
		piece, ok := s.cursor.Next(x.buf[n:], until)
		if !ok {
			break
		}
		x.dropped += piece.Dropped
		s.gap = piece.Dropped > 0
		n += len(piece.Data)
	}
	if n > 0 {
		x.total += int64(n)
		x.tail, x.from = append(x.tail[:0], x.buf[max(n-maxTail, 0):n]...), s.address
	}
	return n
}

// reached notes that a peer was looked at to its end so far. Where that is the
// end of all, a match may end there.
func (x *expectation) reached(s *scanned) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !s.over || s.due {
		return false
	}
	delete(x.scans, s.id)
	return s.scan.End()
}

// finish ends the search with what came up to a time.
func (x *expectation) finish(until time.Time) { x.last <- until }

// has reports whether the pattern has come.
func (x *expectation) has() bool {
	select {
	case <-x.came:
		return true
	default:
		return false
	}
}

const maxTail = 64 // bytes of what came last that are quoted where it was not what was expected

// instead says what came, once the search is done.
func (x *expectation) instead() string {
	words := "nothing came"
	if x.total > 0 {
		words = fmt.Sprintf("%s came, the last from %s: %s", views.Size(x.total), x.from, report.Preview(x.tail, 2*maxTail))
	}
	if x.dropped > 0 {
		words += fmt.Sprintf("; %s were dropped before they were looked at (--memory)", views.Size(x.dropped))
	}
	return words
}
