package report

import (
	"peerscope/peer"
	"peerscope/peer/capture"
)

// Counts are the figures of a Buffers line, in bytes; below zero means that
// the system has none, and is printed as null.
type Counts struct{ Unread, RecvQ, SendQ, Received, Sent int64 }

// None are the counts of a peer that has shown nothing yet.
var None = Counts{Unread: -1, RecvQ: -1, SendQ: -1}

// CountsOf returns the figures of a row.
func CountsOf(r *peer.Row) Counts {
	return Counts{Unread: r.Unread, RecvQ: r.RecvQ, SendQ: r.SendQ, Received: r.Received, Sent: r.Sent}
}

// countsShown returns the figures of one direction, with the bytes that went over
// in both.
func countsShown(r *peer.Row, d capture.Dir) Counts {
	c := CountsOfWay(r, d)
	c.Received, c.Sent = r.Received, r.Sent
	return c
}

// CountsOfWay returns the figures of one direction of a relayed pair, without
// those of the other: a line is due when they have changed.
func CountsOfWay(r *peer.Row, d capture.Dir) Counts {
	q := r.Pair.Ways[d]
	c := Counts{Unread: q.Unread, RecvQ: q.RecvQ, SendQ: q.SendQ}
	if d == capture.In {
		c.Received = r.Received
	} else {
		c.Sent = r.Sent
	}
	return c
}
