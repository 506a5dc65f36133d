package views

import (
	"time"

	"peerscope/peer"
)

// sceneTaps is listeners with connections that live, have half-closed, have
// ended in every way, and are folded away; the bytes of one of them.
func sceneTaps() *Frame {
	const none = -1
	f := sceneDemo()
	listener := func(id int, label, address, kind string, tree Tree, l Listener) Row {
		return Row{ID: id, Label: label, Address: address, Kind: kind, Tree: tree, Listener: &l, Unread: none, RecvQ: none, SendQ: none}
	}
	ended := func(id int, client string, tree Tree, s peer.Status, cause string) Row {
		return Row{ID: id, Label: client, Address: "127.0.0.1" + client + " → 127.0.0.1:6379", Kind: "tap", Tree: tree, Status: s,
			Unread: none, RecvQ: none, SendQ: none, Received: 5, Sent: 29, Cause: cause, Bad: s == peer.StatusError}
	}
	f.Table.Rows = []Row{
		listener(1, "redis", "127.0.0.1:6380 → 127.0.0.1:6379", "tap", TreeOpen,
			Listener{State: ListenerListening, Live: 1, Ended: 3, Gone: 480}),
		{ID: 4, Label: ":50120", Address: "127.0.0.1:50120 → 127.0.0.1:6379", Kind: "tap", Tree: TreeChild,
			Status: peer.StatusConnected, Received: 12_430, Sent: 48_230, Spark: wave(3, 7)},
		ended(5, ":50122", TreeChild, peer.StatusNone, "FIN from client"),
		ended(6, ":50124", TreeChild, peer.StatusError, "reset by server"),
		ended(7, ":50126", TreeLast, peer.StatusError, "reset by client, seen as a plain end on the other side"),
		listener(2, "pg", "/tmp/pg.sock → /run/postgresql/.s.PGSQL.5432", "tap", TreeOpen, Listener{State: ListenerListening, Live: 1}),
		{ID: 8, Label: "psql 4711", Address: "pid 4711 → /run/postgresql/.s.PGSQL.5432", Kind: "tap", Tree: TreeLast,
			Status: peer.StatusConnected, SendQ: 1_280, SendQApprox: true, Received: 9_812, Sent: 48, Note: "client half-closed"},
		listener(3, "dead", "127.0.0.1:6381 → 127.0.0.1:1", "tap", TreeOpen, Listener{State: ListenerStopped, Ended: 1}),
		ended(9, ":50128", TreeLast, peer.StatusError, "target: connection refused"),
		listener(10, "many", "tcp-listen://127.0.0.1:9000", "listen", TreeFolded,
			Listener{State: ListenerListening, Live: 300, Ended: 500, Gone: 99_200}),
		listener(11, "taken", "tcp-listen://127.0.0.1:9001", "listen", TreeOpen, Listener{State: ListenerFailed}),
		listener(12, "new", "unix-listen:///tmp/new.sock", "listen", TreeOpen, Listener{State: ListenerListening}),
	}
	f.Table.Rows[10].Cause, f.Table.Rows[10].Bad = "address already in use: another program listens there", true
	f.Table.Total, f.Table.Selected = len(f.Table.Rows), 6
	f.Title = Title{Peers: 812, Listeners: 6, Listening: 4, ByStatus: [4]int{501, 0, 302, 3}, In: 1_234_000, Out: 83_400}
	f.Timeline = Timeline{Label: "pg psql 4711", Events: []Event{
		{Time: at(0), Text: "accepted", After: -1, Cause: "from pid 4711"},
		{Time: at(60 * time.Microsecond), To: peer.StatusConnecting, After: 60 * time.Microsecond},
		{Time: at(time.Millisecond), From: peer.StatusConnecting, To: peer.StatusConnected, After: 940 * time.Microsecond},
		{Time: at(2 * time.Second), Text: "2 descriptors", Way: WayOut, After: 2 * time.Second, Cause: "socket:[91827], /dev/null"},
		{Time: at(3 * time.Second), Text: "client half-closed", Way: WayOut, After: time.Second, Cause: "EOF"},
	}}
	f.Bytes = Bytes{Label: "pg psql 4711", Shown: "both", Relayed: true, PerRow: 16, Lines: sceneTapLines(16)}
	return f
}

// sceneTapLines is a relayed conversation in rows of per bytes.
func sceneTapLines(per int) []Line {
	event := func(e Event) Line { e.After = -1; return Line{Kind: LineEvent, Event: e} }
	var lines []Line
	lines = append(lines, chunk(true, at(time.Millisecond), -1, 0, []byte("Q\x00\x00\x00\x0fselect 1;\x00"), per)...)
	lines = append(lines, chunk(false, at(4*time.Millisecond), 3*time.Millisecond, 0, []byte("T\x00\x00\x00\x0a\x00\x01?col"), per)...)
	lines = append(lines, event(Event{Time: at(2 * time.Second), Text: "2 descriptors", Way: WayOut, Cause: "socket:[91827], /dev/null"}))
	lines = append(lines, chunk(true, at(2*time.Second), 1996*time.Millisecond, 15, []byte("X"), per)...)
	lines = append(lines, event(Event{Time: at(3 * time.Second), Text: "client half-closed", Way: WayOut, Cause: "EOF"}))
	after := chunk(false, at(3100*time.Millisecond), 1100*time.Millisecond, 11, []byte("after the end"), per)
	after[0].HalfClosed = true
	return append(lines, after...)
}

// sceneHeld is held rows, one of each kind, and two that have no figures yet.
func sceneHeld() *Frame {
	f := sceneTaps()
	rows := f.Table.Rows[:8]
	rows[1].Unread, rows[1].RecvQ, rows[1].SendQ = 4096, 132_000, 0
	rows[1].Hold = &Hold{Way: WayOut, Bars: [3]HoldBar{{4096, 4096}, {620_000, 900_000}, {50_000, 2_600_000}}}
	rows[6].Hold = &Hold{Bars: [3]HoldBar{{200, 4096}, {-1, 0}, {0, 200_000}}}
	rows[7] = Row{ID: 13, Label: "held", Address: "tcp://127.0.0.1:9000", Kind: "dial", Status: peer.StatusConnected,
		Unread: 64 << 10, RecvQ: 2_513_000, Received: 64_000, Hold: &Hold{Bars: [3]HoldBar{{64 << 10, 64 << 10}, {6, 6}, {2, 2}}}}
	f.Table.Rows, f.Table.Total, f.Table.Selected = rows, len(rows), 1
	f.Bytes.Shown = "→ client"
	f.Notice = Notice{Text: "redis :50120 is held → client to server, the other way goes on; h lets go; v chooses the direction before h"}
	return f
}

// sceneQuestion asks before live pairs are ended.
func sceneQuestion() *Frame {
	f := sceneTaps()
	f.Question = "end 302 live pairs and quit?"
	return f
}
