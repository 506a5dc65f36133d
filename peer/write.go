package peer

import (
	"context"
	"errors"
	"io"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// PutPartialData sends what the kernel takes without blocking and returns how
// many bytes that were: spec §2.4. A refused write closes the socket.
func (s *Socket) PutPartialData(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sink != nil {
		defer s.sink.log.Idle(capture.Out)
	}
	return s.putPartial(p)
}

// putPartial is PutPartialData while more may follow at once. Callers hold mu.
func (s *Socket) putPartial(p []byte) (sent int, err error) {
	switch {
	case len(p) == 0:
		return 0, nil
	case s.status != StatusConnected:
		return 0, s.refuse("send", s.addr, ErrFailed, ErrNotConnected)
	case s.conn.writeEnd.Load():
		return 0, s.refuse("send", s.addr, ErrFailed, ErrWriteClosed)
	}
	for sent < len(p) {
		n, err := s.conn.put(p[sent:])
		sent += n
		if errors.Is(err, unix.EAGAIN) {
			break
		}
		if err != nil {
			return sent, s.failWrite(err)
		}
	}
	if s.sink != nil {
		s.sink.mark()
	}
	return sent, nil
}

// failWrite closes a socket whose write was refused. A reader may have taken
// the error that says why, so that the write has only got EPIPE.
func (s *Socket) failWrite(cause error) error {
	at := s.clock()
	if s.conn.sink != nil {
		at, cause = s.conn.whyRefused(cause)
	}
	return s.apply("send", writeFailed, at, cause, ByRemote)
}

// whyRefused returns when the connection ended, after the bytes that came
// before, and why.
func (c *conn) whyRefused(cause error) (at time.Time, why error) {
	c.recv.Lock()
	defer c.recv.Unlock()
	c.drain(c.fd)
	if c.facts.err != nil {
		return c.facts.errAt, c.facts.err
	}
	return c.now(), cause
}

// put does one non-blocking send, into the log too if there is one.
func (c *conn) put(p []byte) (int, error) {
	p = p[:min(len(p), capture.MaxCopy)]
	if c.sink == nil {
		return c.transmit(c.fd, p)
	}
	return c.sink.log.Send(p, func(p []byte) (int, error) { return c.transmit(c.fd, p) })
}

// PutData sends all of p over the connection that there is when it begins. It
// blocks while the kernel's send queue is full or another PutData is under way,
// until ctx ends, and returns how many bytes were sent.
func (s *Socket) PutData(ctx context.Context, p []byte) (sent int, err error) {
	if !s.writing.take(ctx) {
		return 0, s.interrupted("send", context.Cause(ctx))
	}
	defer s.writing.leave()
	sent, _, err = s.putAll(ctx, p, nil)
	return sent, err
}

// PutFrom is PutData with what r gives until its end, piece by piece: no other
// PutData comes between the pieces. An error of r is returned as it is.
func (s *Socket) PutFrom(ctx context.Context, r io.Reader) (sent int64, err error) {
	piece := make([]byte, capture.MaxCopy)
	if !s.writing.take(ctx) {
		return 0, s.interrupted("send", context.Cause(ctx))
	}
	defer s.writing.leave()
	for on := (*conn)(nil); ; {
		n, end := r.Read(piece)
		if n > 0 {
			n, on, err = s.putAll(ctx, piece[:n], on)
			sent += int64(n)
		}
		switch {
		case err != nil:
			return sent, err
		case errors.Is(end, io.EOF):
			return sent, nil
		case end != nil:
			return sent, end
		case ctx.Err() != nil:
			return sent, s.interrupted("send", context.Cause(ctx))
		}
	}
}

// putAll sends all of p over on, or over the connection that there is if that
// is nil, and returns the connection. It is for whoever has the turn.
func (s *Socket) putAll(ctx context.Context, p []byte, on *conn) (sent int, _ *conn, err error) {
	if s.sink != nil {
		defer s.sink.log.Idle(capture.Out)
	}
	for {
		n, c, err := s.putSome(p[sent:], on)
		sent += n
		if err != nil || sent == len(p) {
			return sent, c, err
		}
		if n == 0 && !c.waitWritable(ctx) || ctx.Err() != nil {
			return sent, c, s.interrupted("send", context.Cause(ctx))
		}
		on = c
		runtime.Gosched() // whoever waits for mu may have it
	}
}

// putSome sends a part of p that is small enough to let a Poll in between, and
// returns the connection that took it. It refuses any other connection than on,
// unless that is nil: the rest of p must not begin a new connection.
func (s *Socket) putSome(p []byte, on *conn) (int, *conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.conn
	if on != nil && c != on {
		_, cause := on.ending()
		return 0, on, s.refuse("send", s.addr, ErrFailed, cause)
	}
	n, err := s.putPartial(p[:min(len(p), capture.MaxCopy)])
	if s.sink != nil && n == 0 {
		s.sink.log.Idle(capture.Out) // until the kernel takes more
	}
	return n, c, err
}

// CloseWrite half-closes: our sending ends (FIN), receiving goes on. It is our
// addition; the class cannot half-close. Later writes, and one that waits for
// room, are refused and leave the connection alone.
func (s *Socket) CloseWrite() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.status != StatusConnected:
		return s.refuse("half-close", s.addr, ErrFailed, ErrNotConnected)
	case s.conn.writeEnd.Load():
		return nil
	}
	now := s.clock() // before the FIN goes out: what answers it is later
	if err := unix.Shutdown(s.conn.fd, unix.SHUT_WR); err != nil {
		return s.refuse("half-close", s.addr, ErrFailed, err)
	}
	s.conn.writeEnd.Store(true)
	_ = s.conn.file.SetWriteDeadline(time.Unix(1, 0)) // wakes who waits; it cannot fail while the socket is open
	s.record(Event{Kind: EventHalfClose, Time: now, Polled: now, Dir: capture.Out, By: ByLocal, Remote: s.addr})
	return nil
}
