package peer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
	"peerscope/peer/relay"
)

// pair is the member of a relayed pair's row. Goroutines of its own dial the
// target and relay; a poll only reports what they recorded. Its status is that
// of both sides: connecting until the target answers.
type pair struct {
	row *row
	set *Set

	packet         bool
	listens        Family
	target         Endpoint
	client, server string
	who            [2]Credentials // by side, of Unix sockets

	mu       sync.Mutex
	status   Status
	deadline time.Time          // while connecting
	cancel   context.CancelFunc // ends the dial; nil after it
	relay    *relay.Pair        // while it relays
	held     capture.Dirs
	softened bool
}

// relay begins to relay between a client and the target. Callers hold mu.
func (s *Set) relay(r *row, b *boundSocket, fd int, client string) {
	ctx, cancel := context.WithTimeout(s.ctx, s.timeout)
	p := &pair{
		row: r, set: s, packet: r.addr.Packet, listens: r.addr.Family, target: b.target, client: client,
		status: StatusNone, deadline: r.Started.Add(s.timeout), cancel: cancel,
	}
	p.who[relay.Client] = r.Who
	r.member = p
	r.Pair = Pair{Is: true, Client: client}
	p.move(StatusConnecting, 0, nil, ByNone)
	s.Go(func() { p.run(ctx, fd) })
}

// over takes the pair out of those that live.
func (p *pair) over() {
	p.set.mu.Lock()
	p.set.over(p.row)
	p.set.mu.Unlock()
	p.row.mark()
}

// run dials the target and begins to relay.
func (p *pair) run(ctx context.Context, fd int) {
	defer p.dialled()
	server, err := p.dial(ctx)
	if err != nil {
		refuse(fd, p.listens)
		p.unreachable(ctx, err)
		p.over()
		return
	}
	config := relay.Config{Log: p.row.history.Log, Event: p.happened, Mark: p.row.mark, Spawn: p.set.Go}
	r, err := relay.New(config,
		relay.Socket{FD: fd, Unix: p.listens == FamilyUDS, Packet: p.packet},
		relay.Socket{FD: server, Unix: p.target.Family == FamilyUDS, Packet: p.packet})
	if err != nil {
		p.move(StatusError, ErrFailed, err, ByLocal)
		p.over()
		return
	}
	p.begin(ctx, r)
	r.Start(func(e relay.Ending) {
		p.ended(e)
		p.over()
	})
}

// dialled lets go of what the dial needed: a pair may live long.
func (p *pair) dialled() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cancel()
	p.cancel = nil
}

// dial connects to the target.
func (p *pair) dial(ctx context.Context) (int, error) {
	d := dialer{sys: p.set.sys, check: func(e Endpoint) error { return p.set.refuseTarget(p.row.parent, e) }}
	fd, addr, err := d.dial(ctx, p.target)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = addr
	if err == nil && p.target.Family == FamilyUDS {
		p.who[relay.Server] = peerCredentials(fd)
	}
	return fd, err
}

// refuse ends a client whose target cannot be reached: with a reset on TCP, as a
// refused connect is the nearest that it can still see.
func refuse(client int, f Family) {
	if f == FamilyTCP {
		_ = unix.SetsockoptLinger(client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1, Linger: 0})
	}
	_ = unix.Close(client)
}

// unreachable tells why the target was not reached, and that it was the server
// only if it was.
func (p *pair) unreachable(ctx context.Context, err error) {
	var own ownError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		p.move(StatusNone, 0, ErrDisconnected, ByLocal)
	case errors.Is(err, context.DeadlineExceeded):
		p.move(StatusError, ErrConnectionError, fmt.Errorf("no answer within %v", p.set.timeout), ByTimeout)
	case errors.As(err, &own):
		p.move(StatusError, ErrConnectionError, own.error, ByLocal)
	default:
		p.move(StatusError, ErrConnectionError, fmt.Errorf("target: %w", err), ByServer)
	}
}

// begin takes over what was asked for while the target was dialled.
func (p *pair) begin(ctx context.Context, r *relay.Pair) {
	p.move(StatusConnected, 0, nil, ByNone)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.relay = r
	p.holdRelay()
	if errors.Is(ctx.Err(), context.Canceled) {
		r.End()
	}
}

// move changes the status and tells it.
func (p *pair) move(to Status, code Error, cause error, by By) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.set.now() // under the lock: a look that comes later knows of it
	p.row.history.append(Event{
		Kind: EventStatus, Time: at, Polled: at, From: p.status, To: to, Code: code, Cause: cause, By: by, Remote: p.server,
	})
	p.status = to
	p.row.mark()
}

var sides = [...]By{relay.Client: ByClient, relay.Server: ByServer, relay.Local: ByLocal}

// ended tells how the pair ended.
func (p *pair) ended(e relay.Ending) {
	p.mu.Lock()
	p.relay, p.softened = nil, e.Softened
	p.mu.Unlock()
	switch {
	case e.Err != nil:
		p.move(StatusError, ErrFailed, e.Err, sides[e.ErrBy]) // a half-close before it is an event of its own
	case e.Local:
		p.move(StatusNone, 0, ErrDisconnected, ByLocal)
	default:
		p.move(StatusNone, 0, p.endOfStream(e.By), sides[e.By])
	}
}

// endOfStream is how the end of a side's sending is called in its family.
func (p *pair) endOfStream(by relay.Side) error {
	if p.family(by) == FamilyUDS {
		return ErrEOF
	}
	return ErrFIN
}

func (p *pair) family(s relay.Side) Family {
	if s == relay.Client {
		return p.listens
	}
	return p.target.Family
}

// sideOf is the side that a direction comes from.
func sideOf(d capture.Dir) relay.Side {
	if d == capture.Out {
		return relay.Client
	}
	return relay.Server
}

// happened records what the relay tells.
func (p *pair) happened(e relay.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.set.now()
	event := Event{Kind: EventHalfClose, Time: at, Polled: at, Dir: e.Dir, By: sides[e.By], Cause: e.Err}
	if e.Kind == relay.HalfClose {
		event.Cause = p.endOfStream(e.By)
	} else {
		event.Kind, event.With = EventAncillary, &Ancillary{Off: e.Off, FDs: e.FDs, Who: p.who[e.By]}
	}
	p.row.history.append(event)
	p.row.mark()
}

// end ends the pair: both sides get a FIN and, after a second, a reset.
func (p *pair) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
	}
	if p.relay != nil {
		p.relay.End()
	}
}

func (p *pair) hold(dirs capture.Dirs) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = dirs
	p.holdRelay()
}

// holdRelay tells the relay what is held. Callers hold mu.
func (p *pair) holdRelay() {
	if p.relay == nil {
		return
	}
	for _, d := range [...]capture.Dir{capture.In, capture.Out} {
		p.relay.Hold(d, p.held.Has(d))
	}
}

// look is what a poll does with a pair's row: it reports, and judges nothing.
func (p *pair) look(r *Row, w way, sample bool) bool {
	if !lock(&p.mu, w.patient) {
		return false
	}
	defer p.mu.Unlock()
	r.Sampled = p.set.now() // what happens later is not known
	r.Status, r.Remote, r.Deadline = p.status, p.client, time.Time{}
	if p.status == StatusConnecting {
		r.Deadline = p.deadline
	}
	r.Pair.Server, r.Pair.Softened = p.server, p.softened
	log := p.row.history.Log
	var in, out int64
	in, r.Received = log.Span(capture.In)
	out, r.Sent = log.Span(capture.Out)
	r.Dropped = in + out
	p.lookAtQueues(r, w, sample)
	return true
}

// lookAtQueues writes what is buffered, by direction and in sum.
func (p *pair) lookAtQueues(r *Row, w way, sample bool) {
	if p.relay == nil {
		r.Back = [2]Back{}
		none := Queues{-1, -1, -1}
		r.Pair.Ways = [2]Queues{none, none}
		r.Unread, r.RecvQ, r.SendQ, r.Held = -1, -1, -1, 0
		return
	}
	r.Held = p.held
	r.Unread = 0
	for d := range r.Pair.Ways {
		q := &r.Pair.Ways[d]
		q.Unread = p.row.history.Log.Unread(capture.Dir(d))
		r.Unread += q.Unread
		if sample {
			q.RecvQ, q.SendQ = p.relay.Queues(capture.Dir(d))
		}
	}
	in, out := r.Pair.Ways[capture.In], r.Pair.Ways[capture.Out]
	r.RecvQ, r.SendQ = sumQueues(in.RecvQ, out.RecvQ), sumQueues(in.SendQ, out.SendQ)
	if sample {
		p.back(r, w)
	}
}

// sumQueues adds two figures; one that is not there counts for nothing.
func sumQueues(a, b int64) int64 {
	if a < 0 && b < 0 {
		return -1
	}
	return max(a, 0) + max(b, 0)
}
