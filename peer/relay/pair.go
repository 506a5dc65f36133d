package relay

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

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

// String returns "client", "server" or "local".
func (s Side) String() string {
	switch s {
	case Client:
		return "client"
	case Server:
		return "server"
	}
	return "local"
}

// Socket is one connected socket, non-blocking and close-on-exec. The pair that
// gets it owns it.
type Socket struct {
	FD     int
	Unix   bool // AF_UNIX; else TCP
	Packet bool // SOCK_SEQPACKET: message boundaries are kept
}

// Config is what a pair needs of whoever owns it. No function may block.
type Config struct {
	Log   *capture.Log // client to server is Out, server to client is In
	Event func(Event)  // what happens on the way: one call at a time, in order
	Mark  func()       // something new is to be seen: bytes, an event
	Spawn func(func()) // starts a goroutine that the owner waits for
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
	By   Side        // who did it
	Dir  capture.Dir // the direction that it concerns
	Off  int64       // ancillary: offset of the byte that they came with
	FDs  []string    // ancillary: what each descriptor is, as readlink of /proc/self/fd says it
	Err  error       // ancillary: what went wrong with them (truncated), nil for nothing
}

// Ending is how a pair ended.
type Ending struct {
	By    Side // who ended first
	Local bool // we ended the pair, after a half-close of By if that is a side
	// Err is the reset, or what else ended the pair, and ErrBy whose socket said it; nil: both
	// directions ended in order, or we ended them.
	Err   error
	ErrBy Side
	// Softened: the ending reached one side as a plain end, where without us it would have seen
	// a reset. A Unix socket knows no reset unless bytes are unread.
	Softened bool
}

// Pair relays between two sockets. Each direction is a goroutine, and Run is
// one of them; they are the only ones that read, write and close.
type Pair struct {
	c    Config
	ends [2]end // by Side
	ways [2]way // by capture.Dir

	events sync.Mutex   // one call of Event at a time
	left   atomic.Int32 // ways that have not left

	mu      sync.Mutex
	wake    sync.Cond // on mu: held ways wait for their release, or for the end
	began   bool      // a side has ended; ending.By is known
	over    bool      // both ways are to leave at once
	reset   bool      // over, and no plain end
	until   time.Time // End was called: when what has not closed is reset; zero if not
	hurried bool      // a way has a second to write what is left, see hurry
	closed  bool
	ending  Ending
}

// New makes a pair of two connected sockets. On an error both are closed.
func New(c Config, client, server Socket) (*Pair, error) {
	p := &Pair{c: c}
	p.wake.L = &p.mu
	p.ends[Client].init(Client, client)
	p.ends[Server].init(Server, server)
	p.ways[capture.Out].init(p, capture.Out, &p.ends[Client], &p.ends[Server])
	p.ways[capture.In].init(p, capture.In, &p.ends[Server], &p.ends[Client])
	err := p.join()
	if err == nil {
		return p, nil
	}
	for i := range p.ends {
		p.ends[i].close()
	}
	return nil, err
}

func (p *Pair) join() error {
	if p.ends[Client].Packet != p.ends[Server].Packet {
		return fmt.Errorf("relay: one side keeps message boundaries, the other cannot: use unixpacket on both or on none")
	}
	for i := range p.ends {
		if err := p.ends[i].join(); err != nil {
			return fmt.Errorf("relay: %v's socket: %w", p.ends[i].side, err)
		}
	}
	return nil
}

// Start relays until both directions have ended, or one side was reset, or End
// was called, closes both sockets and calls done, in the last of its goroutines.
// It is called once, and does not wait: a goroutine that did would keep its stack
// for as long as an idle pair lives.
func (p *Pair) Start(done func(Ending)) {
	p.left.Store(int32(len(p.ways)))
	for i := range p.ways {
		w := &p.ways[i]
		p.c.Spawn(func() {
			whole := false
			defer func() { p.leftBy(whole, done) }()
			w.pump()
			whole = true
		})
	}
}

// leftBy is the end of a way. After a panic, which is the owner's, it is not
// whole: the other way leaves too then, and nothing stays open.
func (p *Pair) leftBy(whole bool, done func(Ending)) {
	if !whole {
		p.stop(Local, &p.ends[Client], nil, true)
	}
	if p.left.Add(-1) > 0 {
		return
	}
	p.conclude()
	p.close()
	done(p.ending)
}

// Queues returns the kernel's queues of a direction in bytes, -1 where there is no figure: what the
// socket read from has not given us, and what the socket written to has not sent.
func (p *Pair) Queues(d capture.Dir) (recvQ, sendQ int64) {
	recvQ, sendQ = -1, -1
	w := &p.ways[d]
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		recvQ, sendQ = recvQueue(w.from.FD), sendQueue(w.to.FD)
	}
	return recvQ, sendQ
}

// Control calls f with the descriptor of a side, while it is open: false if it is not. f must not
// block or keep it, nor take its pending error (SO_ERROR), which the pair needs.
func (p *Pair) Control(s Side, f func(fd int)) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || s > Server {
		return false
	}
	f(p.ends[s].FD)
	return true
}

// event tells the owner what happened, at the time that it is told.
func (p *Pair) event(e Event) {
	p.events.Lock()
	defer p.events.Unlock()
	p.c.Event(e)
	p.c.Mark()
}

// close closes both sockets, with a reset where one is due.
func (p *Pair) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	for i := range p.ends {
		p.ways[i].letGo() // of what a panic has left
		e := &p.ends[i]
		switch {
		case !p.reset && (p.until.IsZero() || e.eof):
		case !e.Unix:
			// Unsent bytes are lost by it (tcp(7)): whoever resets has waited for them.
			_ = unix.SetsockoptLinger(e.FD, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		case p.reset && e.side != p.ending.ErrBy && recvQueue(e.FD) == 0:
			p.ending.Softened = true
		}
		e.close()
	}
	p.ending.Local = !p.until.IsZero()
}
