package cli

import (
	"bufio"
	"io"
	"slices"
	"sync"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views/report"
)

// The causes of a dropped event.
const (
	memoryBudget = "memory budget"
	slowOutput   = "slow output"
)

// printer prints what polls have seen. It runs in a goroutine of its own and
// reads logs and events by cursor, so a slow reader of the output delays the
// printing, never the polls or the traffic.
type printer struct {
	set    *peer.Set
	out    *bufio.Writer // to output
	output output
	wanted map[report.Kind]bool
	left   int // events still to print; below zero: no bound
	err    error

	last chan struct{} // closed by the watch: nothing more will be shown
	done chan struct{} // closed when the printer has ended
	wake chan struct{}

	shown struct { // handed over by the watch
		sync.Mutex
		rows map[peer.ID]peer.Row
		ids  []peer.ID // in the order in which they were shown
	}
	follows map[peer.ID]*follow
	buf     []byte
}

// follow is how far the printing of one peer has come.
type follow struct {
	cursor  *capture.Cursor
	seq     int64         // of the next event
	sampled time.Time     // of the row that was printed last
	held    []entry       // read, but something older may still come; in the order of time
	counts  report.Counts // of the last sample
	time    time.Time     // of the last line
}

// entry is a line without bytes that waits for its turn.
type entry struct {
	time time.Time
	kind report.Kind
	text func() []byte
}

func newPrinter(set *peer.Set, out io.Writer, wanted map[report.Kind]bool, count int) *printer {
	p := &printer{
		set: set, output: output{to: out}, wanted: wanted, left: count,
		last: make(chan struct{}), done: make(chan struct{}), wake: make(chan struct{}, 1),
		follows: map[peer.ID]*follow{}, buf: make([]byte, 32<<10),
	}
	p.out = bufio.NewWriterSize(&p.output, 64<<10)
	if count == 0 {
		p.left = -1
	}
	p.shown.rows = map[peer.ID]peer.Row{}
	return p
}

// show takes over what a poll saw. A row that has not been printed since the
// last time is printed once, as it is now.
func (p *printer) show(changes []peer.Change) {
	if len(changes) == 0 {
		return
	}
	p.shown.Lock()
	defer p.shown.Unlock()
	for i := range changes {
		id := changes[i].Row.ID
		before, waiting := p.shown.rows[id]
		switch {
		case !waiting:
			p.shown.ids = append(p.shown.ids, id)
		case before.Sampled.Equal(changes[i].Row.Sampled): // its bytes were counted, and no more is known
			continue
		}
		p.shown.rows[id] = changes[i].Row
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// take returns the rows to print, nil if there are none.
func (p *printer) take() (rows []peer.Row) {
	p.shown.Lock()
	defer p.shown.Unlock()
	for _, id := range p.shown.ids {
		rows = append(rows, p.shown.rows[id])
	}
	clear(p.shown.rows)
	p.shown.ids = p.shown.ids[:0]
	return rows
}

// slowTime is how long one write may take before what is lost meanwhile counts
// as lost to the output: a pipe that is read takes it in microseconds.
const slowTime = 5 * time.Millisecond

// output notes whether a write had to wait for whoever reads it.
type output struct {
	to     io.Writer
	waited bool
}

func (o *output) Write(p []byte) (int, error) {
	begun := time.Now()
	n, err := o.to.Write(p)
	o.waited = o.waited || time.Since(begun) > slowTime
	return n, err
}

func (p *printer) run() {
	defer close(p.done)
	for over := false; !over; {
		select {
		case <-p.wake:
		case <-p.last:
			over = true
		}
		for _, row := range p.take() {
			if !p.row(&row) {
				p.flush()
				return
			}
		}
		p.output.waited = false // what it cost has been printed
		if !p.flush() {
			return
		}
	}
}

func (p *printer) flush() bool {
	if err := p.out.Flush(); err != nil && p.err == nil {
		p.err = err
	}
	return p.err == nil
}

// row prints what is new of a peer up to its last poll, in the order of time.
// It is false when no more is to be printed.
func (p *printer) row(r *peer.Row) bool {
	f := p.follows[r.ID]
	if f == nil {
		f = &follow{cursor: p.set.Log(r.ID).NewCursor(capture.Both), counts: report.Counts{Unread: -1, RecvQ: -1, SendQ: -1}}
		p.follows[r.ID] = f
	}
	if !r.Sampled.After(f.sampled) {
		return true // its bytes were counted, and no more is known
	}
	f.sampled = r.Sampled
	p.hold(r, f)
	until := r.Sampled
	if !r.Pending.IsZero() && r.Pending.Before(until) {
		until = r.Pending // its status comes with a later poll, and belongs before what is newer
	}
	for len(f.held) > 0 && !f.held[0].time.After(until) {
		e := f.held[0]
		f.held = f.held[1:]
		if !p.data(r, f, e.time) || !p.line(e.kind, f, e.time, e.text) {
			return false
		}
	}
	return p.data(r, f, until)
}

// hold reads the new events of a peer, and its buffered bytes if they differ
// from those of the last time.
func (p *printer) hold(r *peer.Row, f *follow) {
	events, next := p.set.Events(r.ID, f.seq)
	f.seq = next
	for i := range events {
		e := &events[i]
		f.held = append(f.held, entry{e.Time, report.EventKind(e), func() []byte { return report.Event(r, e) }})
	}
	if counts := report.CountsOf(r); counts != f.counts {
		f.counts = counts
		f.held = append(f.held, entry{r.Sampled, report.Buffers, func() []byte { return report.Sample(r) }})
	}
	slices.SortStableFunc(f.held, func(a, b entry) int { return a.time.Compare(b.time) })
}

// data prints the bytes that came up to a time.
func (p *printer) data(r *peer.Row, f *follow, until time.Time) bool {
	for p.wanted[report.Data] {
		piece, ok := f.cursor.Next(p.buf, until)
		if !ok {
			return true
		}
		if piece.Dropped > 0 {
			cause := memoryBudget
			if p.output.waited {
				cause = slowOutput
			}
			if f.time.IsZero() {
				f.time = r.Started
			}
			if !p.line(report.Dropped, f, f.time, func() []byte { return report.Gone(r, f.time, piece.Dir, piece.Dropped, cause) }) {
				return false
			}
			continue
		}
		if !p.line(report.Data, f, piece.Time, func() []byte { return report.Bytes(r, piece.Chunk, piece.Data) }) {
			return false
		}
	}
	return true
}

// line prints one line if it is wanted. It is false when no more is to be printed.
func (p *printer) line(k report.Kind, f *follow, t time.Time, text func() []byte) bool {
	f.time = t
	if !p.wanted[k] {
		return true
	}
	if _, err := p.out.Write(text()); err != nil {
		p.err = err
		return false
	}
	if p.left > 0 {
		p.left--
	}
	return p.left != 0
}
