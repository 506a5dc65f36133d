package cli

import (
	"errors"
	"slices"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views/report"
)

// progress is where the printing of one peer is.
type progress struct {
	cursor  *capture.Cursor // nil: nothing was printed yet
	seq     int64           // of the next event
	sampled time.Time       // of the row that was printed last
	held    []entry         // read, but something older may still come; in the order of time
	own     report.Counts   // of the last buffers line
	ways    [2]report.Counts
	time    time.Time // of the last line
	over    bool      // it has ended and all is printed
}

func newProgress() progress {
	return progress{own: report.None, ways: [2]report.Counts{report.None, report.None}}
}

// entry is an event without bytes that waits for its turn.
type entry struct {
	time time.Time
	name eventName
	text func() []byte
}

// row prints what is new of a peer up to its last poll, in the order of time.
// It is false when no more is to be printed.
func (p *printer) row(j *job) bool {
	f, r := j.follow, &j.row
	if f.cursor == nil {
		f.cursor = j.history.Log.NewCursor(p.selected.dirs)
	}
	if f.over || !r.Sampled.After(f.sampled) && j.lost == [2]int64{} {
		return true // its bytes were counted, and no more is known
	}
	f.sampled = r.Sampled
	p.hold(j)
	until := r.Sampled
	if !r.Pending.IsZero() && r.Pending.Before(until) {
		until = r.Pending // its status comes with a later poll, and belongs before what is newer
	}
	for len(f.held) > 0 && !f.held[0].time.After(until) {
		e := f.held[0]
		f.held = f.held[1:]
		first := f.time.IsZero() // nothing came before it, and nothing was lost
		if !first && !p.data(r, f, e.time) || !p.line(e.name, f, e.time, e.text) {
			return false
		}
	}
	if !p.data(r, f, until) {
		return false
	}
	if connectionOver(r) && len(f.held) == 0 {
		f.over = true
		p.printed(f)
	}
	return true
}

// hold reads the new events of a peer, its buffered bytes where they differ
// from those of the last time, and what was lost of its connections.
func (p *printer) hold(j *job) {
	f, r := j.follow, &j.row
	var events []peer.Event
	events, f.seq = j.history.Events(f.seq)
	for i := range events {
		e := &events[i]
		if e.Op == "stop" && errors.Is(e.Cause, peer.ErrDisconnected) {
			continue // we have ended the listener, and nothing failed
		}
		name := eventName{report.EventKind(e), report.EventValue(e)}
		f.held = append(f.held, entry{e.Time, name, func() []byte { return p.format.Event(r, e) }})
	}
	p.samples(f, r)
	for d, n := range j.lost {
		dir := capture.Dir(d)
		if n > 0 && p.selected.has(eventName{report.Data, dir.String()}) {
			f.held = append(f.held, entry{r.Sampled, eventName{report.Dropped, dir.String()}, func() []byte {
				return p.format.Gone(r, r.Sampled, dir, n, slowOutput)
			}})
		}
	}
	slices.SortStableFunc(f.held, func(a, b entry) int { return a.time.Compare(b.time) })
}

// samples holds the lines of the buffered bytes that have changed: of a pair one
// a direction, of a listener none.
func (p *printer) samples(f *follow, r *peer.Row) {
	hold := func(value string, text func() []byte) {
		f.held = append(f.held, entry{r.Sampled, eventName{report.Buffers, value}, text})
	}
	switch {
	case r.Listener.Is:
	case r.Pair.Is:
		for d, before := range f.ways {
			dir := capture.Dir(d)
			if f.ways[d] = report.CountsOfWay(r, dir); f.ways[d] != before {
				hold(dir.String(), func() []byte { return p.format.SampleWay(r, dir) })
			}
		}
	case f.own != report.CountsOf(r):
		f.own = report.CountsOf(r)
		hold("", func() []byte { return p.format.Sample(r) })
	}
}

// data prints the bytes that came up to a time.
func (p *printer) data(r *peer.Row, f *follow, until time.Time) bool {
	for p.selected.kinds[report.Data] {
		piece, ok := f.cursor.Next(p.buf, until)
		if !ok {
			return true
		}
		name, text := eventName{report.Data, piece.Dir.String()}, func() []byte { return p.format.Bytes(r, piece.Chunk, piece.Data) }
		if piece.Dropped > 0 {
			cause := memoryBudget
			if p.late || p.output.waited {
				cause = slowOutput
			}
			name.kind, piece.Time = report.Dropped, f.time
			text = func() []byte { return p.format.Gone(r, f.time, piece.Dir, piece.Dropped, cause) }
		}
		if !p.line(name, f, piece.Time, text) {
			return false
		}
	}
	return true
}

// line prints one event if it is selected. It is false when no more is to be printed.
func (p *printer) line(n eventName, f *follow, t time.Time, text func() []byte) bool {
	f.time = t
	if !p.selected.has(n) {
		return true
	}
	if _, err := p.out.Write(text()); err != nil {
		p.err = err
		return false
	}
	if p.until.means(n) {
		p.met = true
		return false
	}
	if p.left > 0 {
		p.left--
	}
	return p.left != 0
}
