package peer

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// GetPartialData does one non-blocking read into p: spec §2.3. No error and 0
// bytes means that nothing has come yet; at the end of the stream the error is
// ErrFileEOF and the status NONE.
func (s *Socket) GetPartialData(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status != StatusConnected {
		return 0, opError("receive", s.addr, ErrFailed, ErrNotConnected)
	}
	if len(p) == 0 {
		return 0, nil
	}
	c := s.conn
	c.recv.Lock()
	n := c.take(p)
	facts := c.facts
	c.recv.Unlock()
	switch {
	case n > 0:
		return n, nil
	case !facts.eof.IsZero(): // before a later error: the kernel gives 0 then, too (spec §2.3)
		return 0, s.apply("receive", readEOF, facts.eof, c.endOfStream(), ByRemote)
	case facts.err != nil:
		return 0, s.apply("receive", readFailed, facts.errAt, facts.err, ByRemote)
	}
	return 0, nil
}

// take hands out what is unread in the log first, and then asks the kernel.
// Callers hold recv.
func (c *conn) take(p []byte) (n int) {
	c.control(func(fd int) {
		if c.sink == nil {
			if c.look(fd) {
				n, _ = receive(fd, p) // look has seen bytes, and nobody else takes them
			}
			return
		}
		if c.sink.log.Unread(capture.In) == 0 {
			c.receiveInto(fd)
		}
		n = takeUnread(c.sink.log, p)
	})
	return n
}

// takeUnread copies from the read mark on and moves it.
func takeUnread(log *capture.Log, p []byte) int {
	for {
		unread := log.Unread(capture.In)
		if unread == 0 {
			return 0
		}
		_, end := log.Span(capture.In)
		n, dropped := log.CopyAt(p, capture.In, end-unread)
		if dropped == 0 {
			log.Consume(capture.In, int64(n))
			return n
		} // the budget has just moved the mark
	}
}

// PutPartialData sends what the kernel takes without blocking and returns how
// many bytes that were: spec §2.4. A refused write closes the socket.
func (s *Socket) PutPartialData(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(p) == 0:
		return 0, nil
	case s.status != StatusConnected:
		return 0, s.refuse("send", s.addr, ErrFailed, ErrNotConnected)
	case s.writeEnd:
		return 0, s.refuse("send", s.addr, ErrFailed, ErrWriteClosed)
	}
	sent := 0
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
		s.sink.log.Idle(capture.Out)
		s.sink.mark()
	}
	return sent, nil
}

func (s *Socket) failWrite(cause error) error {
	c, by := s.conn, ByRemote
	if c.sink != nil {
		c.recv.Lock()
		c.control(c.drain)
		c.recv.Unlock()
	}
	return s.apply("send", writeFailed, s.clock(), cause, by)
}

// put does one non-blocking send, into the log too if there is one.
func (c *conn) put(p []byte) (n int, err error) {
	p = p[:min(len(p), capture.MaxCopy)]
	c.control(func(fd int) {
		if c.sink == nil {
			n, err = send(fd, p)
			return
		}
		n, err = c.sink.log.Send(p, func(p []byte) (int, error) { return send(fd, p) })
	})
	return n, err
}

// PutData sends all of p. It blocks while the kernel's send queue is full,
// until ctx ends, and returns how many bytes were sent.
func (s *Socket) PutData(ctx context.Context, p []byte) (int, error) {
	s.sending.Lock()
	defer s.sending.Unlock()
	sent := 0
	for {
		n, err := s.PutPartialData(p[sent:])
		sent += n
		if err != nil || sent == len(p) {
			return sent, err
		}
		if err := s.waitWritable(ctx); err != nil {
			return sent, err
		}
	}
}

// waitWritable waits in Go's poller. RawConn.Write, not Control: a close must
// be able to end the wait, and only PutData and the handshake before it use
// the write side.
func (s *Socket) waitWritable(ctx context.Context) error {
	s.mu.Lock()
	c, addr := s.conn, s.addr
	s.mu.Unlock()
	if c == nil || c.file == nil {
		return nil // closed meanwhile: the next PutPartialData says so
	}
	if err := c.file.SetWriteDeadline(time.Time{}); err != nil {
		return nil //nolint:nilerr // closed meanwhile, as above
	}
	stop := context.AfterFunc(ctx, func() { _ = c.file.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	_ = c.raw.Write(func(fd uintptr) bool { return pollNow(int(fd), unix.POLLOUT) != 0 })
	if ctx.Err() != nil {
		return &OpError{Op: "send", Addr: addr, Code: ErrFailed, Cause: context.Cause(ctx)}
	}
	return nil
}

// CloseWrite half-closes: our sending ends (FIN), receiving goes on. It is our
// addition; the class cannot half-close. Later writes are refused and leave
// the connection alone.
func (s *Socket) CloseWrite() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.status != StatusConnected:
		return s.refuse("half-close", s.addr, ErrFailed, ErrNotConnected)
	case s.writeEnd:
		return nil
	}
	var err error
	s.conn.control(func(fd int) { err = unix.Shutdown(fd, unix.SHUT_WR) })
	if err != nil {
		return s.refuse("half-close", s.addr, ErrFailed, err)
	}
	s.writeEnd = true
	now := s.clock()
	s.record(Event{Kind: EventHalfClose, Time: now, Polled: now, Dir: capture.Out, By: ByLocal, Remote: s.addr})
	return nil
}
