package peer

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"peerscope/peer/capture"
)

// ID names a peer of a Set. IDs start at 1 and are never reused.
type ID int

// Row is what a Set knows of one peer: plain data, as the last Poll saw it.
type Row struct {
	ID      ID
	Label   string // as given, or what a person would call the address
	Address string // canonical
	Kind    string // "dial"
	Status  Status
	Remote  string // the address dialled, once it is known; "" on a closed socket

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
	Dropped  int64 // bytes that the memory budget took
	Last     Event // the last transition or connect that failed; zero if there is none
}

// row is a Row and what makes it move. Its fields are guarded by Set.mu but
// for those that say otherwise.
type row struct {
	Row
	set  *Set
	addr Address
	sock *Socket // of tcp or uds
	tcp  *TCP
	uds  *UDS
	log  *capture.Log

	marked atomic.Bool // in Set.dirty
	waits  bool        // in Set.waiting
	turn   bool        // its queues are sampled at this Poll
	gone   bool        // removed

	unjudged bool // in Set.unjudged
	counted  bool // its bytes were counted since it was looked at

	events struct { // its own lock: sockets append from inside their calls
		sync.Mutex
		list *capture.List[Event]
	}
	read    int64              // events before this one were returned by Poll
	lookup  bool               // Resolving as the last Poll returned it
	abandon context.CancelFunc // ends a name lookup
}

// eventExtra is about what an event's cause and address take besides itself, in bytes.
const eventExtra = 64

func newRow(s *Set, id ID, addr Address) *row {
	r := &row{set: s, addr: addr, log: capture.NewLog(s.pool, s.now)}
	r.Row = Row{ID: id, Label: addr.Name(), Address: addr.String(), Kind: "dial", Unread: -1, RecvQ: -1, SendQ: -1,
		Approx: addr.Family == FamilyUDS && sendQApprox}
	r.events.list = capture.NewList[Event](s.pool, eventExtra)
	if addr.Family == FamilyTCP {
		r.tcp = &TCP{}
		r.sock = &r.tcp.Socket
	} else {
		r.uds = &UDS{}
		r.sock = &r.uds.Socket
	}
	r.sock.now = s.now
	r.sock.timeout = s.timeout
	r.sock.attach(&sink{log: r.log, event: r.append, mark: r.mark, spawn: s.Go})
	return r
}

func (r *row) append(e Event) {
	r.events.Lock()
	defer r.events.Unlock()
	r.events.list.Append(e)
}

// since returns the events from sequence number seq on, and the next number.
func (r *row) since(seq int64) ([]Event, int64) {
	r.events.Lock()
	defer r.events.Unlock()
	list := r.events.list
	n := list.End() - max(seq, list.First())
	if n <= 0 {
		return nil, max(seq, list.End())
	}
	items, dropped := list.Since(seq, make([]Event, 0, n))
	return items, seq + dropped + int64(len(items))
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
	r.append(Event{
		Kind: EventError, Time: now, Polled: now,
		Op: "resolve", Code: ErrCantResolve, Cause: ErrDisconnected, By: ByLocal, Remote: r.Address,
	})
}

// disconnect ends a lookup or a connection.
func (r *row) disconnect() {
	if r.abandon != nil {
		r.abandon()
	}
	r.resolving(false)
	r.sock.DisconnectFromHost()
}

// Change is what a Poll saw of one peer. Its slice fields are valid until the
// next Poll.
type Change struct {
	Row     Row
	Events  []Event // new ones, oldest first
	In, Out int64   // new bytes in either direction
}

// way is how one poll goes about the rows that it looks at.
type way struct {
	judge   bool // judge what was recorded, and consume what is unread
	patient bool // wait for a socket that is in use
}

// poll looks at the socket; with sample, the kernel's queues are asked too. It
// reports whether anything has changed and whether the row is to be looked at
// again at the next Poll.
func (r *row) poll(w way, sample bool) (c Change, changed, again bool) {
	before := r.Row
	looked := r.sock.look(&r.Row, w, sample)
	switch {
	case !looked:
		r.count()
	case w.judge:
		r.log.Consume(capture.In, max(r.Unread, 0)) // what came since it was judged is for the next poll
	}
	if looked {
		c.Events, r.read = r.since(r.read)
	}
	for _, e := range c.Events {
		if e.Kind == EventStatus || e.Kind == EventError && (e.Op == "connect" || e.Op == "resolve") {
			r.Last = e
		}
	}
	c.In, c.Out = r.Received-before.Received, r.Sent-before.Sent
	consumed := w.judge && r.Unread > 0 // it is less at the next look
	busy := r.Status == StatusConnecting || consumed || r.RecvQ > 0 || r.SendQ > 0
	changed = len(c.Events) > 0 || r.Resolving != r.lookup || r.changedFrom(&before)
	if looked {
		changed = changed || r.counted // of what was counted before, more is known now
	}
	r.counted = !looked && (changed || r.counted)
	c.Row, r.lookup = r.Row, r.Resolving
	return c, changed, busy || !looked
}

// count is what a poll does with a row whose socket is in use: the log knows
// how many bytes there were. Sampled stays as it is.
func (r *row) count() {
	var in, out int64
	in, r.Received = r.log.Span(capture.In)
	out, r.Sent = r.log.Span(capture.Out)
	r.Dropped = in + out
}

func (r *row) changedFrom(b *Row) bool {
	return r.Status != b.Status || r.Unread != b.Unread || r.RecvQ != b.RecvQ || r.SendQ != b.SendQ ||
		r.Received != b.Received || r.Sent != b.Sent || r.Dropped != b.Dropped || !r.Pending.Equal(b.Pending)
}
