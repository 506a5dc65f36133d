package peer

import (
	"time"

	"peerscope/peer/capture"
)

// EventKind says what an Event tells of.
type EventKind uint8

// The kinds of events. The names are those of `watch --format json`.
const (
	EventStatus    EventKind = iota // "status": a transition
	EventError                      // "error": a call that failed without a transition
	EventHalfClose                  // "half-close": one direction ended, the other goes on
)

// By says who ended something.
type By uint8

// Who ended it; ByNone where nothing ended.
const (
	ByNone By = iota
	ByRemote
	ByLocal
	ByTimeout
)

// String returns the word used in JSON, "" for ByNone.
func (b By) String() string { return [...]string{"", "remote", "local", "timeout"}[b] }

// Event is one thing that happened to a peer. Events of one peer are in the
// order in which they were judged.
type Event struct {
	Kind   EventKind
	Time   time.Time // when the kernel gave the fact
	Polled time.Time // when a call judged it; equal to Time for what a call did itself
	From   Status    // status events
	To     Status
	Op     string      // error events: the call that failed
	Dir    capture.Dir // half-close events: the direction that ended
	Code   Error       // the family's number, 0 for none
	Cause  error       // the system's error or ours, nil for none
	By     By
	Remote string // the address that was dialled, once it is known
}
