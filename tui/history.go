package tui

import (
	"slices"
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
	events []peer.Event
	scroll scroll
}

func (m *Model) history(id peer.ID) *history {
	h := m.histories[id]
	if h == nil {
		h = &history{}
		m.histories[id] = h
	}
	return h
}

// add puts events where their times belong. One whose time is taken comes a
// nanosecond later, so that a time is the place of one event.
func (h *history) add(events []peer.Event) {
	for _, e := range events {
		e.Time = e.Time.Round(0) // by the clock on the wall, as chunks are stamped
		i := eventsBefore(h.events, e.Time)
		for ; i < len(h.events) && h.events[i].Time.Equal(e.Time); i++ {
			e.Time = e.Time.Add(1)
		}
		h.events = slices.Insert(h.events, i, e)
	}
	if n := len(h.events) - maxHistory; n > 0 {
		h.events = slices.Delete(h.events, 0, n)
	}
}

// eventsBefore returns how many events are older than t.
func eventsBefore(events []peer.Event, t time.Time) int {
	return sort.Search(len(events), func(i int) bool { return !events[i].Time.Before(t) })
}
