package tui

import (
	"sort"
	"time"

	"peerscope/peer"
)

// maxHistory is how many events of a peer the screen keeps at hand. The set
// keeps more; the timeline never shows as many.
const maxHistory = 512

// history is what happened to one peer, in order of the facts' times, and
// where the bytes pane stands in it.
type history struct {
	events  []peer.Event
	earlier int // events that were let go
	scroll  scroll
}

func (m *Model) history(id peer.ID) *history {
	h := m.histories[id]
	if h == nil {
		h = &history{}
		m.histories[id] = h
	}
	return h
}

func (h *history) add(events []peer.Event) {
	for _, e := range events {
		i := eventsBefore(h.events, e.Time.Add(1)) // behind those of the same time
		h.events = append(h.events, e)
		copy(h.events[i+1:], h.events[i:])
		h.events[i] = e
	}
	if n := len(h.events) - maxHistory; n > 0 {
		h.events = h.events[:copy(h.events, h.events[n:])]
		h.earlier += n
	}
}

// eventsBefore returns how many events are older than t.
func eventsBefore(events []peer.Event, t time.Time) int {
	return sort.Search(len(events), func(i int) bool { return !events[i].Time.Before(t) })
}
