package peer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// PollType says what Wait waits for.
type PollType uint8

// What Wait waits for.
const (
	PollIn    PollType = iota // bytes to read, or the end of the stream
	PollOut                   // room to write, or the end of a handshake
	PollInOut                 // either
)

func (t PollType) events() int16 {
	return [...]int16{PollIn: unix.POLLIN, PollOut: unix.POLLOUT, PollInOut: unix.POLLIN | unix.POLLOUT}[t]
}

// Wait waits until the socket is ready, for at most timeout: zero asks once,
// below zero waits until ctx ends. It never changes the status (spec §1.2). nil
// means ready, which the end of a stream is too; ErrBusy that it was not, with
// EAGAIN or the end of ctx as the cause; ErrFailed that an error is pending;
// ErrUnavailable that the socket is closed, or was meanwhile.
func (s *Socket) Wait(ctx context.Context, t PollType, timeout time.Duration) error {
	s.mu.Lock()
	c, addr := s.conn, s.addr
	s.mu.Unlock()
	within := ctx
	if timeout >= 0 {
		limited, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		within = limited
	}
	for {
		ready, joined, err := s.ready(c, t.events())
		switch {
		case err != nil:
			return err
		case ready:
			return nil
		case timeout == 0, !joined: // one that is only bound has nothing to wait for
			return opError("wait", addr, ErrBusy, unix.EAGAIN)
		case s.waitFor(within, c, t):
			continue
		case ctx.Err() != nil:
			return opError("wait", addr, ErrBusy, context.Cause(ctx))
		}
		return opError("wait", addr, ErrBusy, unix.EAGAIN)
	}
}

// ready asks a connection, if it still is there, and whether Go's poller knows it.
func (s *Socket) ready(c *conn, events int16) (ready, joined bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c == nil || s.conn != c {
		return false, false, opError("wait", s.addr, ErrUnavailable, errClosed)
	}
	c.recv.Lock()
	defer c.recv.Unlock()
	got := pollNow(c.sys, c.fd, events)
	switch {
	case c.facts.err != nil:
		return false, false, opError("wait", s.addr, ErrFailed, c.facts.err)
	case got&unix.POLLERR != 0:
		return false, false, opError("wait", s.addr, ErrFailed, errPending)
	}
	ready = got != 0 || events&unix.POLLIN != 0 && c.recorded() ||
		events&unix.POLLOUT != 0 && c.writeEnd.Load() // a write is refused at once; a Unix socket's full queue would not say so
	return ready, c.file != nil, nil
}

// waitFor waits in turn with the other calls that wait. It is false when ctx
// has ended.
func (s *Socket) waitFor(ctx context.Context, c *conn, t PollType) bool {
	in := func(ctx context.Context) bool {
		return s.reading.take(ctx) && func() bool { defer s.reading.leave(); return c.waitReadable(ctx) }()
	}
	out := func(ctx context.Context) bool {
		return s.writing.take(ctx) && func() bool { defer s.writing.leave(); return c.waitWritable(ctx) }()
	}
	switch t {
	case PollIn:
		return in(ctx)
	case PollOut:
		return out(ctx)
	}
	either, cancel := context.WithCancel(ctx)
	defer cancel()
	var both sync.WaitGroup
	both.Go(func() { in(either); cancel() })
	both.Go(func() { out(either); cancel() })
	both.Wait()
	return ctx.Err() == nil
}

// recorded reports whether a reader has recorded something that a read would
// give. Callers hold recv.
func (c *conn) recorded() bool {
	return c.sink != nil && (c.sink.log.Unread(capture.In) > 0 || !c.facts.eof.IsZero() || c.facts.err != nil)
}

// waitReadable waits until there is something to read, or the socket was
// closed, which the next read finds out. It is false when ctx has ended. By
// itself the socket waits in Go's poller; where a reader does that already, a
// second one would block behind it, so it waits for what the reader records.
func (c *conn) waitReadable(ctx context.Context) bool {
	if c.news == nil {
		return c.waitPoller(ctx, c.file.SetReadDeadline, c.raw.Read, unix.POLLIN)
	}
	for {
		c.recv.Lock()
		over := c.closed || c.recorded()
		c.recv.Unlock()
		if over {
			return true
		}
		select {
		case <-c.news:
		case <-ctx.Done():
			return false
		}
	}
}

// waitWritable waits until the socket takes bytes again, was closed or
// half-closed, which the next write finds out. It is false when ctx has ended. The poller lets one
// caller in at a time, and the reader has to be through first: else a full queue
// would keep it from receiving, and the far end perhaps from emptying the queue.
func (c *conn) waitWritable(ctx context.Context) bool {
	if c.receiving != nil {
		select {
		case <-c.receiving: // a connection that is established holds up nobody
		case <-ctx.Done():
			return false
		}
	}
	return c.waitPoller(ctx, c.file.SetWriteDeadline, c.raw.Write, unix.POLLOUT)
}

// waitPoller waits in Go's poller, which a close ends: Read or Write, not
// Control. It is false when ctx has ended.
func (c *conn) waitPoller(ctx context.Context, deadline func(time.Time) error, wait func(func(uintptr) bool) error, events int16) bool {
	if deadline(time.Time{}) != nil {
		return ctx.Err() == nil // closed
	}
	stop := context.AfterFunc(ctx, func() { _ = deadline(time.Unix(1, 0)) })
	defer stop()
	_ = wait(func(fd uintptr) bool {
		return pollNow(c.sys, int(fd), events) != 0 || c.writeEnd.Load() && events == unix.POLLOUT
	})
	return ctx.Err() == nil
}

// interrupted is the error of a call whose ctx has ended while it waited.
func (s *Socket) interrupted(op string, cause error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &OpError{Op: op, Addr: s.addr, Code: ErrFailed, Cause: cause}
}

// turn lets one call in at a time, and the others wait no longer than their
// contexts. The zero value is ready to use.
type turn struct {
	once sync.Once
	free chan struct{} // holds a value while somebody has the turn
}

func (t *turn) take(ctx context.Context) bool {
	t.once.Do(func() { t.free = make(chan struct{}, 1) })
	select {
	case t.free <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if ctx.Err() != nil { // both were ready: nothing is begun any more
		t.leave()
		return false
	}
	return true
}

func (t *turn) leave() { <-t.free }
