package tui

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"peerscope/peer"
	"peerscope/peer/capture"
)

func TestAnEventSaysWhoDidIt(t *testing.T) {
	const client, server, local = peer.ByClient, peer.ByServer, peer.ByLocal
	fds := func(names ...string) *peer.Ancillary { return &peer.Ancillary{FDs: names} }
	reset := fmt.Errorf("read: %w", syscall.ECONNRESET)
	for _, c := range []struct {
		e    peer.Event
		r    peer.Row
		want string
	}{
		{peer.Event{Kind: peer.EventListening, Remote: "tcp-listen://127.0.0.1:9"}, peer.Row{}, "listening: at tcp-listen://127.0.0.1:9"},
		{peer.Event{Kind: peer.EventError, Op: "stop", Cause: peer.ErrDisconnected, By: local}, peer.Row{}, "stopped listening: "},
		{peer.Event{Kind: peer.EventError, Op: "stop", Code: 1, Cause: errors.New("no")}, peer.Row{}, "stop failed: no"},
		{peer.Event{Kind: peer.EventError, Op: "accept", Code: 1, Cause: syscall.EMFILE}, peer.Row{}, "accept failed: too many open files"},
		{peer.Event{Kind: peer.EventAccepted, Remote: "tcp://127.0.0.1:9"}, peer.Row{}, "accepted: from 127.0.0.1:9"},
		{peer.Event{Kind: peer.EventAccepted, Remote: "unix:"}, peer.Row{}, "accepted: from unnamed client"},
		{peer.Event{Kind: peer.EventHalfClose, Dir: capture.Out, By: client, Cause: peer.ErrFIN}, peer.Row{}, "client half-closed: FIN"},
		{peer.Event{Kind: peer.EventHalfClose, Dir: capture.In, By: server, Cause: peer.ErrEOF}, peer.Row{}, "server half-closed: EOF"},
		{peer.Event{Kind: peer.EventHalfClose, Dir: capture.Out, By: local, Cause: peer.ErrFIN}, peer.Row{}, "half-closed by us: FIN"},
		{peer.Event{From: 2, By: server, Cause: peer.ErrFIN}, peer.Row{}, ": FIN from server"},
		{peer.Event{From: 2, To: 3, Code: 1, By: client, Cause: reset}, peer.Row{}, ": reset by client"},
		{
			peer.Event{From: 2, To: 3, Code: 1, By: client, Cause: reset}, peer.Row{Pair: peer.Pair{Is: true, Softened: true}},
			": reset by client, seen as a plain end on the other side",
		},
		{peer.Event{From: 2, To: 3, Code: 1, By: server, Cause: syscall.ETIMEDOUT}, peer.Row{}, ": server: connection timed out"},
		{peer.Event{From: 1, To: 3, Code: 1, By: server, Cause: errors.New("target: no route")}, peer.Row{}, ": target: no route"},
		{peer.Event{From: 2, By: local, Cause: peer.ErrDisconnected}, peer.Row{}, ": disconnected by us"},
		{peer.Event{Kind: peer.EventAncillary, With: fds("socket:[9]", "/dev/null")}, peer.Row{}, "2 descriptors: socket:[9], /dev/null"},
		{peer.Event{Kind: peer.EventAncillary, With: fds("pipe:[1]"), Cause: errors.New("no")}, peer.Row{}, "1 descriptor: pipe:[1], no"},
		{peer.Event{Kind: peer.EventAncillary, With: fds(), Cause: errors.New("lost")}, peer.Row{}, "descriptors: lost"},
		{peer.Event{Kind: peer.EventAncillary}, peer.Row{}, ": "},
	} {
		v := eventView(&c.e, &c.r)
		if got := v.Text + ": " + v.Cause; got != c.want {
			t.Errorf("%+v is %q, want %q", c.e, got, c.want)
		}
	}
}
