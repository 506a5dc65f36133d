package tui

import (
	"slices"
	"sort"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
)

// maxHistory is how many events of a peer the screen keeps at hand. The set
// keeps more; the timeline never shows as many.
const maxHistory = 512

// keptGone is how many histories of peers that are gone may be kept before they
// are looked for.
const keptGone = 64

// history is what happened to one peer, in order of the facts' times, and
// where the bytes pane stands in it.
type history struct {
	events []peer.Event
	start  time.Time // of the first of all events, kept or not
	scroll scroll

	half     capture.Dirs // directions that have ended while the other goes on
	client   string       // where it was accepted from
	accepted time.Time    // of a listener: when the last client came
	listened peer.Event   // of a listener: its last listen or stop, and what came of it
	most     [3]int64     // of what is buffered, where its limit is not known: see holding
}

func (m *Model) history(id peer.ID) *history {
	h := m.histories[id]
	if h == nil {
		h = &history{}
		m.histories[id] = h
	}
	return h
}

// forgetGone drops what is kept of peers that are in the set no more: ended
// connections give up their rows. It looks only once they may be half of all.
func (m *Model) forgetGone(peers int) {
	if len(m.histories) <= 2*peers+keptGone {
		return
	}
	for id := range m.histories {
		if _, err := m.set.Row(id); err != nil {
			m.forget(id)
		}
	}
}

func (m *Model) forget(id peer.ID) {
	delete(m.histories, id)
	delete(m.spark.peers, id)
}

// add puts events where their times belong. One whose time is taken comes a
// nanosecond later, so that a time is the place of one event. What came beside
// a byte is put before that byte.
func (h *history) add(events []peer.Event, log *capture.Log) {
	for _, e := range events {
		h.note(&e)
		e.Time = e.Time.Round(0) // by the clock on the wall, as chunks are stamped
		if e.Kind == peer.EventAncillary && e.With != nil {
			if c, ok := log.At(e.Dir, e.With.Off); ok && !e.Time.Before(c.Time) {
				e.Time = c.Time.Add(-1)
			}
		}
		i := eventsBefore(h.events, e.Time)
		for ; i < len(h.events) && h.events[i].Time.Equal(e.Time); i++ {
			e.Time = e.Time.Add(1)
		}
		h.events = slices.Insert(h.events, i, e)
		if h.start.IsZero() || e.Time.Before(h.start) {
			h.start = e.Time
		}
	}
	if n := len(h.events) - maxHistory; n > 0 {
		h.events = slices.Delete(h.events, 0, n)
	}
}

// note keeps what a row shows of an event.
func (h *history) note(e *peer.Event) {
	switch {
	case e.Kind == peer.EventHalfClose:
		h.half |= e.Dir.Only()
	case e.Begins():
		h.half = 0
	case e.Kind == peer.EventAccepted:
		h.client = e.Remote
	case e.Kind == peer.EventListening, e.Kind == peer.EventError && (e.Op == "listen" || e.Op == "stop"):
		h.listened = *e
	}
}

// eventsBefore returns how many events are older than t.
func eventsBefore(events []peer.Event, t time.Time) int {
	return sort.Search(len(events), func(i int) bool { return !events[i].Time.Before(t) })
}
