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
	EventListening                  // "listening": a listener is bound, at Remote
	EventAccepted                   // "accepted": a listener's client has come, from Remote
	EventAncillary                  // "ancillary": descriptors came with a byte of a relayed pair
)

// By says who ended something.
type By uint8

// Who ended it; ByNone where nothing ended.
const (
	ByNone By = iota
	ByRemote
	ByLocal
	ByTimeout
	ByClient // of a relayed pair
	ByServer
)

// String returns the word used in JSON, "" for ByNone.
func (b By) String() string {
	return [...]string{"", "remote", "local", "timeout", "client", "server"}[b]
}

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
	Remote string // the address that was dialled, once it is known; that of a client; where a listener is bound
	Note   string // of a listener that begins or stops: what was done to the files of others, as with a takeover
	With   *Ancillary
}

// Begins reports whether a connection begins with the event.
func (e *Event) Begins() bool {
	return e.Kind == EventStatus && e.From != StatusConnecting && e.From != StatusConnected
}

// IsTransition reports whether a status changed, or one direction ended.
func (e *Event) IsTransition() bool { return e.Kind == EventStatus || e.Kind == EventHalfClose }

// Ancillary is what came over a Unix socket beside the bytes.
type Ancillary struct {
	Off int64       // of the byte that it came with
	FDs []string    // what each descriptor is: "socket:[91827]", "/dev/null"
	Who Credentials // of the end that sent them
}
