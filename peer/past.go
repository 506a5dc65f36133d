package peer

import (
	"time"

	"peerscope/peer/capture"
)

// PastRows is [Set.Rows] as things stood at t, by what is kept: statuses by the
// time at which they were polled, bytes by that at which they came. The rows and
// their order are those of now; one that came later has NotYet. A figure that is
// not kept any more is -1. What was held, and facts that no poll had judged, are
// not kept.
func (s *Set) PastRows(dst []Row, t time.Time, first, n int) []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.rows.arranged()
	first = min(max(first, 0), len(list))
	for _, r := range list[first:min(first+n, len(list))] {
		dst = append(dst, r.past(t))
	}
	return dst
}

// PastRow returns one peer as it stood at t: see [Set.PastRows].
func (s *Set) PastRow(id ID, t time.Time) (found Row, err error) {
	err = s.peek(id, func(r *row) { found = r.past(t) })
	return found, err
}

// PastTotals are the sums at t over the peers that are still in the Set, and the
// bytes a second in the second before. They cost in proportion to the peers.
func (s *Set) PastTotals(t time.Time) (sum Totals, in, out int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rows.byID {
		switch {
		case r.born.After(t):
			continue
		case r.listener == nil:
			sum.ByStatus[r.history.statusAt(t)]++
		case r.history.listenedAt(t).Kind == EventListening:
			sum.Listening++
		}
		sum.Peers++
		n := r.history.bytesAt(t)
		before := r.history.bytesAt(t.Add(-time.Second))
		sum.Received += max(n[capture.In], 0)
		sum.Sent += max(n[capture.Out], 0)
		if n[capture.In] >= 0 && before[capture.In] >= 0 {
			in += n[capture.In] - before[capture.In]
		}
		if n[capture.Out] >= 0 && before[capture.Out] >= 0 {
			out += n[capture.Out] - before[capture.Out]
		}
	}
	return sum, in, out
}

// Transition returns the last transition before t, or with forward the first
// after it, of all peers: a change of a status or a half-close, by the time at
// which it was polled. False: there is none that is kept.
func (s *Set) Transition(t time.Time, forward bool) (id ID, e Event, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rows.byID {
		c, ok := r.history.transition(t, forward)
		if ok && (!found || !c.Polled.Equal(e.Polled) && c.Polled.Before(e.Polled) == forward || c.Polled.Equal(e.Polled) && r.ID < id) {
			id, e, found = r.ID, c, true
		}
	}
	return id, e, found
}

// QueuesSince returns from when on the figures of a peer's queues are kept; the
// zero time if all are.
func (s *Set) QueuesSince(id ID) (t time.Time) {
	_ = s.peek(id, func(r *row) { t = r.history.samples.since() })
	return t
}

// past is the row as of t. Callers hold mu.
func (r *row) past(t time.Time) Row {
	p, h := r.Row, r.history
	p.Sampled, p.Pending, p.Fact, p.Held, p.Back = t, time.Time{}, nil, 0, [2]Back{}
	p.NotYet, p.WriteEnd = r.born.After(t), false
	p.Resolving = p.Resolving && !p.Started.After(t)
	p.Unread, p.RecvQ, p.SendQ = -1, -1, -1
	n := h.bytesAt(t)
	p.Received, p.Sent = n[capture.In], n[capture.Out]
	p.Last, _ = h.lastEvent(t, (*Event).matters)
	p.Status = h.statusAt(t)
	if r.listener != nil {
		p.Listener = r.pastListener(t)
		return p
	}
	begun, ok := h.lastEvent(t, (*Event).Begins)
	if ok {
		p.Started, p.Deadline = begun.Polled, begun.Polled.Add(r.set.timeout)
	}
	switch p.Status {
	case StatusConnected:
		if q, ok := h.samples.at(t); ok {
			p.Unread, p.RecvQ, p.SendQ = q.unread, q.recvQ, q.sendQ
		}
		half, ok := h.lastEvent(t, func(e *Event) bool { return e.Kind == EventHalfClose && e.By == ByLocal || e.Begins() })
		p.WriteEnd = ok && half.Kind == EventHalfClose && !p.Pair.Is
	case StatusNone, StatusError:
		if r.sock != nil && r.parent == nil {
			p.Remote = ""
		}
	}
	return p
}

// pastListener is what a listener's row showed at t, of the connections that are still there.
func (r *row) pastListener(t time.Time) Listener {
	l := Listener{Is: true, Folded: r.Listener.Folded}
	if e := r.history.listenedAt(t); e.Kind == EventListening {
		l.Listening, l.Bound = true, e.Remote
	}
	for _, child := range r.children {
		switch status := child.history.statusAt(t); {
		case child.born.After(t):
		case status == StatusConnecting || status == StatusConnected:
			l.Live++
		default:
			l.Ended++
		}
	}
	return l
}

// after returns the number of the first event that was polled after t. Callers hold mu.
func (h *History) after(t time.Time) int64 {
	return h.list.Search(func(e *Event) bool { return e.Polled.After(t) })
}

// lastEvent returns the last event up to t that is wanted.
func (h *History) lastEvent(t time.Time, wanted func(*Event) bool) (Event, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.find(h.after(t)-1, -1, wanted)
}

// find looks from an event on, forth or back. Callers hold mu.
func (h *History) find(seq, by int64, wanted func(*Event) bool) (Event, bool) {
	for e, ok := h.list.At(seq); ok; e, ok = h.list.At(seq) {
		if wanted(&e) {
			return e, true
		}
		seq += by
	}
	return Event{}, false
}

// transition returns the last before t, or the first after it.
func (h *History) transition(t time.Time, forward bool) (Event, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if forward {
		return h.find(h.after(t), 1, (*Event).IsTransition)
	}
	return h.find(h.after(t.Add(-1))-1, -1, (*Event).IsTransition)
}

// statusAt is the status at t.
func (h *History) statusAt(t time.Time) Status {
	isStatus := func(e *Event) bool { return e.Kind == EventStatus }
	h.mu.Lock()
	defer h.mu.Unlock()
	seq := h.after(t)
	if e, ok := h.find(seq-1, -1, isStatus); ok {
		return e.To
	}
	e, _ := h.find(seq, 1, isStatus) // those before it are not kept, or there were none
	return e.From
}

// listenedAt is what a listener had last done at t: begun, failed or stopped.
func (h *History) listenedAt(t time.Time) Event {
	e, _ := h.lastEvent(t, func(e *Event) bool { return e.Kind == EventListening || e.Op == "listen" || e.Op == "stop" })
	return e
}

// bytesAt is how many bytes had come at t, by direction; -1: not kept.
func (h *History) bytesAt(t time.Time) (n [2]int64) {
	for _, d := range [...]capture.Dir{capture.In, capture.Out} {
		end, known := h.Log.EndAt(d, t)
		if n[d] = end; !known {
			n[d] = -1
		}
	}
	return n
}

// LastEvents returns the last events that were polled up to t, at most n.
func (h *History) LastEvents(t time.Time, n int) []Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	end := h.after(t)
	begin := max(end-int64(n), h.list.First())
	if end <= begin {
		return nil
	}
	events, _ := h.list.Since(begin, make([]Event, 0, end-begin))
	return events
}
