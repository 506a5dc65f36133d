package relay

import (
	"errors"
	"os"
	"time"

	"peerscope/peer/capture"
)

// Side names one of the two ends that a pair joins, or us.
type Side uint8

// The sides.
const (
	Client Side = iota
	Server
	Local
)

// Socket is one connected socket that has joined Go's poller. The pair that gets
// it owns it.
type Socket struct {
	File   *os.File
	Unix   bool // AF_UNIX; else TCP
	Packet bool // SOCK_SEQPACKET: message boundaries are kept
}

// Config is what a pair needs of whoever owns it. No function may block.
type Config struct {
	Log   *capture.Log     // client to server is Out, server to client is In
	Now   func() time.Time // the clock of the log
	Event func(Event)      // what happens on the way, in order
	Mark  func()           // something new is to be seen: bytes, an event
	Spawn func(func())     // starts a goroutine that the owner waits for
}

// EventKind says what an Event tells of.
type EventKind uint8

// The kinds of events.
const (
	HalfClose EventKind = iota // one side ended its sending, which was passed on; the other direction goes on
	Ancillary                  // descriptors came with the byte at Off, and were passed on with it
)

// Event is one thing that happened while a pair was relayed.
type Event struct {
	Kind EventKind
	Time time.Time
	By   Side        // who did it
	Dir  capture.Dir // the direction that it concerns
	Off  int64       // ancillary: offset of the byte that they came with
	FDs  []string    // ancillary: what each descriptor is, as readlink of /proc/self/fd says it
	Err  error       // ancillary: what went wrong with them (truncated), nil for nothing
}

// Ending is how a pair ended.
type Ending struct {
	Time time.Time
	By   Side  // who ended first
	Err  error // the reset, or what else failed; nil: both directions ended in order
	// Softened: the ending reached one side as a plain end, where without us it would have seen
	// a reset. A Unix socket knows no reset unless bytes are unread.
	Softened bool
}

// Pair relays between two sockets.
type Pair struct{}

// New makes a pair of two connected sockets. On an error both are closed.
func New(c Config, client, server Socket) (*Pair, error) {
	return nil, errors.ErrUnsupported
}

// Run relays until both directions have ended, or one side was reset, or End
// was called, and closes both sockets.
func (p *Pair) Run() Ending { return Ending{} }

// End ends the pair from our side: both ends get a FIN and, where they have not
// ended theirs within a second, a reset. It does not wait.
func (p *Pair) End() {}

// Hold stops passing on the bytes of d, or lets go again: what was taken stays with
// us, the rest with the kernel and the sender.
func (p *Pair) Hold(d capture.Dir, on bool) {}

// Queues returns the kernel's queues of a direction in bytes, -1 where there is no figure: what the
// socket read from has not given us, and what the socket written to has not sent.
func (p *Pair) Queues(d capture.Dir) (recvQ, sendQ int64) { return -1, -1 }

// Control calls f with the descriptor of a side, while it is open: false if it is not. f must not
// block or keep it.
func (p *Pair) Control(s Side, f func(fd int)) bool { return false }
