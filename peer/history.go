package peer

import (
	"sync"

	"peerscope/peer/capture"
)

// History is what is kept of one peer: its bytes and its events. It may be read
// at any time, also when the peer has gone from the Set: its bytes are gone
// then, which a cursor reports as dropped, and its events are still there.
type History struct {
	Log *capture.Log

	mu   sync.Mutex // its own lock: sockets append from inside their calls
	list *capture.List[Event]

	samples samples
}

// eventExtra is about what an event's cause and address take besides itself, in bytes.
const eventExtra = 64

func (s *Set) newHistory() *History {
	return &History{Log: capture.NewLog(s.pool, s.now), list: capture.NewList[Event](s.pool, eventExtra)}
}

func (h *History) append(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.Append(e)
}

// Events returns the events from sequence number seq on, and the number to ask
// with next. Every reader keeps its own number, so each sees all.
func (h *History) Events(seq int64) ([]Event, int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := h.list.End() - max(seq, h.list.First())
	if n <= 0 {
		return nil, max(seq, h.list.End())
	}
	items, dropped := h.list.Since(seq, make([]Event, 0, n))
	return items, seq + dropped + int64(len(items))
}

// close gives the memory of the bytes back. The events stay for those who have
// still to read them, and go with the last of those.
func (h *History) close() {
	h.Log.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.Release() // a Send that is still under way appends to it, which is told to nobody
}
