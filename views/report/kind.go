package report

import "peerscope/peer"

// Kind is the name of an event in the "event" key, and in `watch --events`.
type Kind string

// The events that exist, in the order in which the help lists them.
const (
	Status    Kind = "status"
	Error     Kind = "error"
	Data      Kind = "data"
	Buffers   Kind = "buffers"
	Listening Kind = "listening"
	Accepted  Kind = "accepted"
	HalfClose Kind = "half-close"
	Ancillary Kind = "ancillary"
	Dropped   Kind = "dropped"
)

// Kinds are all of them.
var Kinds = []Kind{Status, Error, Data, Buffers, Listening, Accepted, HalfClose, Ancillary, Dropped}

// EventKind returns the name of an event's kind.
func EventKind(e *peer.Event) Kind {
	switch e.Kind {
	case peer.EventError:
		return Error
	case peer.EventHalfClose:
		return HalfClose
	case peer.EventListening:
		return Listening
	case peer.EventAccepted:
		return Accepted
	case peer.EventAncillary:
		return Ancillary
	}
	return Status
}

// EventValue returns what an event is about beside its kind: the status that
// was reached, or the direction; "" where there is neither.
func EventValue(e *peer.Event) string {
	switch e.Kind {
	case peer.EventStatus:
		return e.To.String()
	case peer.EventHalfClose, peer.EventAncillary:
		return e.Dir.String()
	}
	return ""
}
