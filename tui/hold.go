package tui

import (
	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

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
	h, most := &views.Hold{}, m.told(r.ID).most
	if r.Pair.Is {
		switch r.Held {
		case capture.Out.Only():
			h.Way = views.WayOut
		case capture.In.Only():
			h.Way = views.WayIn
		}
	}
	for i, l := range heldLevels(r) {
		h.Bars[i] = views.HoldBar{Value: l.Used, Limit: l.Limit}
		if l.Used < 0 || l.Limit <= 0 {
			h.Bars[i] = views.HoldBar{Value: l.Bytes, Limit: most[i]}
		}
	}
	return h
}

// heldLevels is where the bytes wait that are not taken: with us, in the
// kernel's receive queue, in the sender's send queue. Of a pair that is held
// both ways it is the way with more of them.
func heldLevels(r *peer.Row) [3]peer.Level {
	b := &r.Back[capture.In]
	if out := &r.Back[capture.Out]; heldBytes(out) > heldBytes(b) || !r.Held.Has(capture.In) {
		b = out
	}
	return [3]peer.Level{b.Taken, b.Waiting, b.Sender}
}

func heldBytes(b *peer.Back) int64 {
	return max(b.Taken.Bytes, 0) + max(b.Waiting.Bytes, 0) + max(b.Sender.Bytes, 0)
}

// measure notes the most that has waited, which a bar is drawn to where nobody
// knows its limit.
func (h *history) measure(r *peer.Row) {
	if r.Held == 0 {
		return
	}
	for i, l := range heldLevels(r) {
		h.most[i] = max(h.most[i], l.Bytes)
	}
}
