package tui

import (
	"cmp"
	"fmt"
	"strings"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// table is the visible rows.
func (m *Model) table() views.Table {
	a := &m.arranged
	t := views.Table{
		First: m.firstRow, Total: m.set.Len(), Selected: -1, Filter: a.filter.String(), By: a.order.By, Descending: a.order.Descending,
	}
	if t.Filter != "" {
		t.All = m.set.Totals().Peers
	}
	for i := range m.rows[:min(len(m.rows), m.layout().TableRows())] {
		if m.rows[i].ID == m.selected {
			t.Selected = m.firstRow + i
		}
		t.Rows = append(t.Rows, m.tableRow(&m.rows[i], m.tree(i)))
	}
	return t
}

// tree is where a visible row stands among listeners and their connections.
func (m *Model) tree(i int) views.Tree {
	switch r := &m.rows[i]; {
	case r.Listener.Folded:
		return views.TreeFolded
	case r.Listener.Is:
		return views.TreeOpen
	case r.Parent == 0:
		return views.TreeNone
	case i+1 < len(m.rows) && m.rows[i+1].Parent == r.Parent:
		return views.TreeChild
	}
	return views.TreeLast
}

func (m *Model) tableRow(r *peer.Row, tree views.Tree) views.Row {
	v := views.Row{
		ID: int(r.ID), Label: r.Label, Address: m.address(r), Kind: r.Kind, Status: r.Status,
		Unread: r.Unread, RecvQ: r.RecvQ, SendQ: r.SendQ, SendQApprox: r.Approx, Relayed: r.Pair.Is,
		Received: r.Received, Sent: r.Sent, Spark: m.sparkOf(r.ID),
		Resolving: r.Resolving, WriteClosed: r.WriteEnd, Tree: tree, Hold: m.holding(r),
	}
	if r.Parent != 0 {
		v.Label = m.clientName(r)
	}
	fact, since, waits := m.waiting(r)
	switch {
	case r.NotYet:
		v.NotYet = true
	case waits:
		v.Fact, v.FactAge = fact, m.now().Sub(since)
	case r.Listener.Is:
		m.listenerRow(r, &v)
	case r.Status == peer.StatusConnecting:
		v.Elapsed, v.Deadline = r.Sampled.Sub(r.Started), r.Deadline.Sub(r.Started)
	case r.Resolving:
		v.Elapsed = m.shownTime().Sub(r.Started)
	case r.Status != peer.StatusConnected && r.Last.Cause != nil:
		v.Cause, v.Bad = causeWords(&r.Last, r), r.Last.Code != 0
		if r.Last.By == peer.ByRemote && !v.Bad { // the timeline has room to say what that does
			v.Cause += " from " + farEnd(r)
		}
	case r.Pair.Is:
		v.Note = halfClosed(m.told(r.ID).half)
	}
	return v
}

// farEnd is what the other end of a connection is called.
func farEnd(r *peer.Row) string {
	if r.Parent != 0 {
		return "client"
	}
	return "peer"
}

// halfClosed says who has ended its sending over a relayed pair that goes on.
func halfClosed(dirs capture.Dirs) string {
	switch {
	case dirs.Has(capture.Out):
		return "client half-closed"
	case dirs.Has(capture.In):
		return "server half-closed"
	}
	return ""
}

// listenerRow fills in what only a listener has. That no connection can be
// accepted is said until one is.
func (m *Model) listenerRow(r *peer.Row, v *views.Row) {
	h := m.told(r.ID)
	l := &views.Listener{Live: r.Listener.Live, Ended: r.Listener.Ended, Gone: r.Listener.Gone}
	v.Listener = l
	last := &h.listened
	switch {
	case r.Listener.Listening:
		l.State, last = views.ListenerListening, &r.Last
		v.Bad = r.Last.Op == "accept" && r.Last.Time.After(h.accepted)
	case last.Op == "listen":
		l.State, v.Bad = views.ListenerFailed, true
	case last.Op == "stop":
		l.State, v.Bad = views.ListenerStopped, last.Code != 0
	}
	if v.Bad {
		v.Cause = causeWords(last, r)
	}
}

// name is what a peer is called where its row is not in sight: a connection has
// its listener's name and its client's.
func (m *Model) name(r *peer.Row) string {
	if r.Parent == 0 {
		return r.Label
	}
	return r.Label + " " + m.clientName(r)
}

// client is the address of an accepted connection's client.
func (m *Model) client(r *peer.Row) string {
	return cmp.Or(r.Pair.Client, m.told(r.ID).client, r.Remote)
}

// clientName is a client's address as a label. Most Unix sockets that connect
// have none, but their program is known.
func (m *Model) clientName(r *peer.Row) string {
	if a, err := peer.ParseAddress(m.client(r)); err == nil {
		return a.Name()
	}
	if r.Who.PID.Known {
		return strings.TrimPrefix(fmt.Sprintf("%s %d", r.Who.Program, r.Who.PID.Value), " ")
	}
	return "client"
}

// clientAddress is where a client is, or else who it is.
func clientAddress(at, who string) string {
	if at == "unix:" {
		at = ""
	}
	return cmp.Or(at, who, "unnamed client")
}

// address is where a peer is: of a tap and of a relayed pair both sides.
func (m *Model) address(r *peer.Row) string {
	listens, target, tap := strings.Cut(r.Address, "=") // "%3D" stands for one in a path
	switch {
	case r.Pair.Is:
		pid := ""
		if r.Who.PID.Known {
			pid = fmt.Sprintf("pid %d", r.Who.PID.Value) // the label has the program
		}
		return short(clientAddress(r.Pair.Client, pid)) + " → " + targetName(cmp.Or(r.Pair.Server, target))
	case r.Listener.Is && tap:
		return short(cmp.Or(r.Listener.Bound, listens)) + " → " + targetName(target)
	case r.Listener.Is:
		return cmp.Or(r.Listener.Bound, listens)
	case r.Parent != 0:
		return clientAddress(m.client(r), r.Who.String())
	}
	return r.Address
}

// targetName is a tap's target. One that was taken over has a name of ours that
// says nothing to anybody.
func targetName(address string) string {
	if peer.IsAside(address) {
		return "taken over"
	}
	return short(address)
}

// short is an address without its scheme, which a path and a port can do without
// where two addresses share a cell.
func short(address string) string {
	for _, scheme := range [...]string{"tcp://", "tcp-listen://", "unix://", "unix-listen://", "unix:", "unix-listen:"} {
		if rest, found := strings.CutPrefix(address, scheme); found {
			return rest
		}
	}
	return address
}
