package tui

import (
	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// heldUnread is at how many unread bytes a held row of our own stops taking more.
const heldUnread = 64 << 10

// hold stops consuming what the selected peer gets, or lets go. Of a relayed
// pair it holds the directions that the bytes pane shows.
func (m *Model) hold() {
	row, ok := m.row()
	if !ok {
		m.say(true, "hold: no peer is selected; a adds one")
		return
	}
	name, live := m.name(&row), row.Status == peer.StatusConnecting || row.Status == peer.StatusConnected
	dirs := capture.In.Only()
	if row.Pair.Is {
		dirs = m.dirs
	}
	if row.Held != 0 {
		dirs = 0
	}
	if row.Parent != 0 && !live {
		m.say(true, name+" has ended: there is nothing to hold")
		return
	}
	if err := m.set.Hold(row.ID, dirs); err != nil {
		m.say(true, name+": "+err.Error())
		return
	}
	m.history(row.ID).most = [3]int64{}
	switch {
	case dirs == 0:
		m.say(false, name+" is let go: what waited goes on")
	case !row.Pair.Is && !live:
		m.say(false, name+" is held as soon as it is connected; h lets go")
	case !row.Pair.Is:
		m.say(false, name+" is held: after 64 KiB unread it waits with the kernel and the sender; h lets go")
	case dirs == capture.Both:
		m.say(false, name+" is held both ways; h lets go; v chooses one direction before h")
	default:
		m.say(false, name+" is held "+heldWays[dirs]+", the other way goes on; h lets go; v chooses the direction before h")
	}
}

var heldWays = map[capture.Dirs]string{capture.Out.Only(): "→ client to server", capture.In.Only(): "← server to client"}

// holding is what the row of a held peer shows, nil for another's.
func (m *Model) holding(r *peer.Row) *views.Hold {
	if r.Held == 0 || r.Status != peer.StatusConnected {
		return nil
	}
	h := &views.Hold{}
	if r.Pair.Is {
		switch r.Held {
		case capture.Out.Only():
			h.Way = views.WayOut
		case capture.In.Only():
			h.Way = views.WayIn
		}
	}
	bytes, most := heldBytes(r), m.history(r.ID).most
	for i := range h.Bars {
		h.Bars[i] = views.Bar{Value: bytes[i], Limit: most[i]}
	}
	if !r.Pair.Is {
		h.Bars[0].Limit = heldUnread
	}
	return h
}

// heldBytes is where the bytes wait that are not taken: with us, in the kernel's
// receive queue, in the sender's send queue; -1 where there is no figure. Of a
// pair that is held both ways it is their sum.
func heldBytes(r *peer.Row) [3]int64 {
	if !r.Pair.Is {
		return [3]int64{r.Unread, r.RecvQ, -1}
	}
	sum := [3]int64{-1, -1, -1}
	for d, q := range r.Pair.Ways {
		if !r.Held.Has(capture.Dir(d)) {
			continue
		}
		for i, n := range [...]int64{q.Unread, q.RecvQ, -1} {
			if n >= 0 {
				sum[i] = max(sum[i], 0) + n
			}
		}
	}
	return sum
}

// measure notes the most that has waited, which a bar is drawn to where nobody
// knows its limit.
func (h *history) measure(r *peer.Row) {
	if r.Held == 0 {
		return
	}
	for i, n := range heldBytes(r) {
		h.most[i] = max(h.most[i], n)
	}
}
