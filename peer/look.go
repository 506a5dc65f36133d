package peer

import (
	"sync"
	"time"

	"peerscope/peer/capture"
)

// look is what a Set's poll does with a row's socket: Poll, unless polling is
// paused; then it writes into the row how things stand, the kernel's queues
// with sample. It reports whether it has looked.
//
// Unless it is patient it waits for nobody. In a flood the reader has the
// receive lock most of the time, as a sender has mu, and a poll that queued
// behind each of them would hold up the screen. Then it takes what is recorded,
// or looks at nothing.
func (s *Socket) look(r *Row, w way, sample bool) bool {
	if !lock(&s.mu, w.patient) {
		return false
	}
	defer s.mu.Unlock()
	log := s.sink.log
	var see sight
	switch {
	case s.conn == nil:
		see.dropped, see.received = log.Span(capture.In)
	case lock(&s.conn.recv, w.patient):
		see = s.askIf(w.judge)
	case s.status != StatusConnected:
		return false // its reader may be recording what beats the deadline
	default:
		see = s.glance()
	}
	if s.conn != nil && w.judge {
		_ = s.judge(see) // recorded as an event
	}
	s.describe(r, see)
	if sample && s.status == StatusConnected {
		r.RecvQ, r.SendQ = s.queues()
		r.Back[capture.In] = Back{}
		if r.Held != 0 {
			r.Back[capture.In] = s.back(w, see.unread)
		}
	}
	kept, sent := log.Span(capture.Out)
	r.Sent, r.Dropped = sent, see.dropped+kept
	return true
}

// askIf asks, or takes only what is recorded. Callers hold mu and the receive
// lock, which it leaves.
func (s *Socket) askIf(ask bool) sight {
	if ask {
		return s.ask()
	}
	defer s.conn.recv.Unlock()
	return s.glance()
}

func lock(m *sync.Mutex, patient bool) bool {
	if patient {
		m.Lock()
		return true
	}
	return m.TryLock()
}

// describe sets what a Row shows of its socket. Callers hold mu.
func (s *Socket) describe(r *Row, see sight) {
	r.Status, r.Remote, r.Deadline = s.status, s.addr, s.deadline
	r.WriteEnd = s.conn != nil && s.conn.writeEnd.Load()
	r.Sampled, r.Received = see.at, see.received
	r.Pending, r.Fact = time.Time{}, nil
	if s.conn == nil {
		r.Sampled = s.clock() // what ended just now is no older, and nothing more will come
	} else {
		r.Started = s.begun
		r.Pending, r.Fact = see.pending(s.status, s.conn)
	}
	r.Unread = see.unread
	if s.status != StatusConnected {
		r.Unread, r.RecvQ, r.SendQ = -1, -1, -1
	}
}

// pending returns when the oldest fact came that has not become a status yet,
// and what it is; nil stands for the handshake.
func (f *facts) pending(s Status, c *conn) (oldest time.Time, what error) {
	switch {
	case s == StatusConnecting && !f.established.IsZero():
		return f.established, nil // the others come after it
	case !f.eof.IsZero():
		return f.eof, c.endOfStream() // an error can only follow
	default:
		return f.errAt, f.err
	}
}
