package peer

import (
	"context"
	"sync/atomic"
	"time"

	"peerscope/peer/capture"
)

// ID names a peer of a Set. IDs start at 1 and are never reused.
type ID int

// Row is what a Set knows of one peer: plain data, as the last Poll saw it.
type Row struct {
	ID      ID
	Parent  ID     // the listener that it came from; 0: none
	Label   string // as given, or what a person would call the address
	Address string // canonical; what came from a listener has its listener's
	Kind    string // "dial", "listen", "accept", "tap"
	Status  Status
	Remote  string // the address dialled, once it is known, or the client's; "" on a closed socket

	Resolving bool      // the name is being looked up
	Started   time.Time // when the last connect began, or the lookup before it
	Deadline  time.Time // when a pending connect is given up
	Pending   time.Time // of the oldest fact that no poll has judged yet; zero if there is none
	Fact      error     // what that fact is: ErrFIN, ErrEOF or the system's error; nil: the handshake was complete
	WriteEnd  bool      // we have half-closed

	Sampled  time.Time // when the socket was looked at: what happened up to then is known; bytes may be counted later
	Unread   int64     // bytes that came since the poll before: the class's available bytes; -1 if not connected
	RecvQ    int64     // the kernel's receive queue; -1: no figure
	SendQ    int64     // the kernel's send queue; -1: no figure
	Approx   bool      // SendQ counts memory, not bytes (Linux, Unix sockets)
	Received int64     // bytes ever, over all its connections
	Sent     int64
	Dropped  int64        // bytes that the memory budget took
	Held     capture.Dirs // directions that are held: see Set.Hold
	Back     [2]Back      // of those directions, by capture.Dir: In alone on a socket of our own
	Who      Credentials  // of the client of a Unix listener
	Last     Event        // the last transition or connect that failed; zero if there is none

	NotYet bool // of a row of the past: it was not there yet

	Listener Listener // of a row of its own kind: a listener, also that of a tap
	Pair     Pair     // of a relayed pair
}

// Listener is what a Row shows of a listener. Listens is false on every other row.
type Listener struct {
	Is        bool   // the row is a listener's
	Listening bool   // it listens: connections are accepted
	Bound     string // where, with the real port; "" while it does not listen
	Folded    bool   // its connections are not in the table
	Live      int    // connections that have not ended
	Ended     int    // that have, and have a row
	Gone      int64  // that have, and had to give up their row: see KeepEnded
}

// Pair is what a Row shows of a relayed pair. Is is false on every other row.
type Pair struct {
	Is             bool
	Client, Server string    // their addresses; of the server once it was dialled
	Ways           [2]Queues // by capture.Dir: In is from the server to the client
	Softened       bool      // one side saw a plain end where it would have seen a reset without us
}

// Queues are the buffered bytes of one direction of a pair; -1: no figure.
type Queues struct {
	Unread int64 // with us, not written onward
	RecvQ  int64 // of the socket that is read from
	SendQ  int64 // of the socket that is written to
}

// member is what a row stands for: a socket, a listener or a relayed pair.
type member interface {
	// look writes into the row how things stand, the kernel's queues too with
	// sample, and reports whether it could. Unless w is patient it waits for nobody.
	look(r *Row, w way, sample bool) bool
	// end ends it as a person asks for: without a word to the other side's programs
	// but what the kernel says. It does not wait.
	end()
}

// row is a Row and what makes it move. Its fields are guarded by Set.mu but
// for those that say otherwise.
type row struct {
	Row
	set      *Set
	addr     Address
	member   member
	sock     *Socket // of tcp or uds; nil: a listener or a pair
	tcp      *TCP
	uds      *UDS
	listener *acceptor
	history  *History
	born     time.Time // when the row came
	gate     gate      // has its own lock

	parent    *row
	children  []*row // of a listener, in the order of their IDs
	ended     []*row // those of them that have ended, oldest first
	live      int    // how many of them have not
	goneCount int64  // how many have ended and gave up their row
	over      bool   // it has ended and is in parent.ended
	place     int    // in the table, when that is arranged

	marked atomic.Bool // in Set.dirty
	waits  bool        // in Set.waiting
	turn   bool        // its queues are sampled at this Poll
	gone   bool        // removed

	unjudged bool // in Set.unjudged
	counted  bool // its bytes were counted since it was looked at

	read    int64              // events before this one were returned by Poll
	lookup  bool               // Resolving as the last Poll returned it
	abandon context.CancelFunc // ends a name lookup
}

// newRow makes a row that is not in the table yet. Callers hold mu.
func (s *Set) newRow(addr Address, kind string) *row {
	s.last++
	r := &row{set: s, addr: addr, history: s.newHistory(), born: s.now()}
	r.Row = Row{ID: s.last, Label: addr.Name(), Address: addr.String(), Kind: kind, Unread: -1, RecvQ: -1, SendQ: -1,
		Approx: addr.Family == FamilyUDS && sendQApprox}
	return r
}

// newSocket gives the row a socket of its family, which records into the row.
func (r *row) newSocket() {
	if r.addr.Family == FamilyTCP {
		r.tcp = &TCP{}
		r.sock = &r.tcp.Socket
	} else {
		r.uds = &UDS{}
		r.sock = &r.uds.Socket
	}
	r.member = r.sock
	r.sock.now = r.set.now
	r.sock.timeout = r.set.timeout
}

// attach makes the socket's reader begin.
func (r *row) attach() {
	r.sock.attach(&sink{log: r.history.Log, gate: &r.gate, event: r.history.append, mark: r.mark, spawn: r.set.Go})
}

// mark puts the row on the list of those that the next Poll looks at. Anybody
// may call it; it takes no lock but the list's own.
func (r *row) mark() {
	if !r.marked.Swap(true) {
		r.set.push(r)
		r.set.wake()
	}
}

// connect starts to connect. A name is looked up in a goroutine; everything
// else happens at once. Failures are events of the row.
func (r *row) connect() {
	if r.listener != nil {
		r.listener.listen()
		return
	}
	r.Started = r.set.now()
	if r.uds != nil {
		_ = r.uds.ConnectToHost(r.addr.Path) // recorded as an event
		return
	}
	if isLiteral(r.addr.Host) {
		_ = r.tcp.ConnectToHost(r.set.ctx, r.addr.Host, int(r.addr.Port))
		return
	}
	ctx, cancel := context.WithCancel(r.set.ctx) // ConnectToHost has the timeout
	r.abandon = cancel
	r.resolving(true)
	r.set.Go(func() {
		_ = r.tcp.ConnectToHost(ctx, r.addr.Host, int(r.addr.Port))
		r.set.mu.Lock()
		if ctx.Err() == nil { // else another connect may be under way
			r.resolving(false)
		}
		r.set.mu.Unlock()
		cancel()
		r.mark()
	})
}

// resolving notes that a name lookup begins or has ended.
func (r *row) resolving(on bool) {
	if r.Resolving == on {
		return
	}
	r.Resolving = on
	if on {
		r.set.lookups++
	} else {
		r.set.lookups--
	}
}

// giveUp tells that a person has ended a lookup: no transition does.
func (r *row) giveUp() {
	now := r.set.now()
	r.history.append(Event{
		Kind: EventError, Time: now, Polled: now,
		Op: "resolve", Code: ErrCantResolve, Cause: ErrDisconnected, By: ByLocal, Remote: r.Address,
	})
}

// disconnect ends a lookup, a connection, a listener or a pair.
func (r *row) disconnect() {
	if r.abandon != nil {
		r.abandon()
	}
	r.resolving(false)
	r.member.end()
}

// Change is what a Poll saw of one peer. Its slice fields are valid until the
// next Poll.
type Change struct {
	Row     Row
	History *History
	Events  []Event // new ones, oldest first
	In, Out int64   // new bytes in either direction
}

// way is how one poll goes about the rows that it looks at.
type way struct {
	judge   bool      // judge what was recorded, and consume what is unread
	patient bool      // wait for a socket that is in use
	far     *farAsker // what asks about the other ends
}

// poll looks at the socket; with sample, the kernel's queues are asked too. It
// reports whether anything has changed and whether the row is to be looked at
// again at the next Poll.
func (r *row) poll(w way, sample bool) (c Change, changed, again bool) {
	before := r.Row
	looked := r.member.look(&r.Row, w, sample)
	consumed := false
	switch {
	case !looked:
		r.count()
	case w.judge && r.sock != nil && r.Held == 0:
		r.history.Log.Consume(capture.In, max(r.Unread, 0)) // what came since it was judged is for the next poll
		consumed = r.Unread > 0                             // it is less at the next look
	}
	if looked {
		c.Events, r.read = r.history.Events(r.read)
	}
	for _, e := range c.Events {
		if e.matters() {
			r.Last = e
		}
	}
	c.In, c.Out = r.Received-before.Received, r.Sent-before.Sent
	busy := r.Status == StatusConnecting || consumed || r.Held != 0 || r.RecvQ > 0 || r.SendQ > 0
	changed = len(c.Events) > 0 || r.Resolving != r.lookup || r.changedFrom(&before)
	if looked {
		changed = changed || r.counted // of what was counted before, more is known now
	}
	r.counted = !looked && (changed || r.counted)
	c.Row, c.History, r.lookup = r.Row, r.history, r.Resolving
	return c, changed, busy || !looked
}

// count is what a poll does with a row whose socket is in use: the log knows
// how many bytes there were. Sampled stays as it is.
func (r *row) count() {
	var in, out int64
	in, r.Received = r.history.Log.Span(capture.In)
	out, r.Sent = r.history.Log.Span(capture.Out)
	r.Dropped = in + out
}

func (r *row) changedFrom(b *Row) bool {
	return r.Status != b.Status || r.Unread != b.Unread || r.RecvQ != b.RecvQ || r.SendQ != b.SendQ ||
		r.Received != b.Received || r.Sent != b.Sent || r.Dropped != b.Dropped || !r.Pending.Equal(b.Pending) ||
		r.Held != b.Held || r.Back != b.Back || r.Listener != b.Listener || r.Pair != b.Pair
}

// matters reports whether an event is what a row shows as its last.
func (e *Event) matters() bool {
	switch e.Op {
	case "connect", "resolve", "listen", "accept", "stop":
		return true
	}
	return e.Kind == EventStatus || e.Kind == EventListening
}
