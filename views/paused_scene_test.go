package views

import (
	"time"

	"peerscope/peer"
)

// scenePaused is polling paused: facts wait for the poll that judges them, and
// a step has just judged one.
func scenePaused() *Frame {
	f := sceneDemo()
	f.Title.Paused, f.Title.PausedFor = true, 134*time.Second
	rows := f.Table.Rows
	rows[0].Fact, rows[0].FactAge, rows[0].Unread = "FIN", 2400*time.Millisecond, 14
	rows[2].Fact, rows[2].FactAge = "connection reset by peer", 75*time.Second
	rows[3].Fact, rows[3].FactAge = "timeout", 12*time.Second
	rows[4] = Row{ID: 5, Label: "new", Address: "tcp://127.0.0.1:2223", Kind: "dial", Status: peer.StatusConnecting,
		Unread: -1, RecvQ: -1, SendQ: -1, Fact: "SYN-ACK", FactAge: 3 * time.Second}
	rows[8].Unread = 812_000
	f.Table.Selected = 0
	f.Timeline = Timeline{Label: "echo", Events: []Event{
		{Time: at(0), From: peer.StatusNone, To: peer.StatusConnecting, After: -1},
		{Time: at(3100 * time.Microsecond), From: peer.StatusConnecting, To: peer.StatusConnected,
			After: 3100 * time.Microsecond, Late: 2396900 * time.Microsecond},
		{Time: at(9 * time.Second), Text: "FIN, not polled yet", Waits: true, After: 8996900 * time.Microsecond},
	}}
	f.Bytes.Label = "echo"
	f.Bytes.Lines = append([]Line{{Kind: LineEvent, Event: f.Timeline.Events[1]}}, f.Bytes.Lines...)
	f.Notice = Notice{Text: "poll → OK, CONNECTING → CONNECTED; fact +3.1 ms, polled +2.4 s after connect"}
	return f
}
