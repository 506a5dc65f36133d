package peer

import (
	"context"
	"errors"
	"io"
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
	case s.writeEnd:
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
	c, at := s.conn, s.clock()
	if c.sink != nil {
		c.recv.Lock()
		c.control(c.drain)
		if c.facts.err != nil {
			cause, at = c.facts.err, c.facts.errAt
		}
		c.recv.Unlock()
	}
	return s.apply("send", writeFailed, at, cause, ByRemote)
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

// PutData sends all of p over the connection that there is when it begins. It
// blocks while the kernel's send queue is full or another PutData is under way,
// until ctx ends, and returns how many bytes were sent.
func (s *Socket) PutData(ctx context.Context, p []byte) (sent int, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	sent, _, err = s.putAll(ctx, p, nil)
	return sent, err
}

// PutFrom is PutData with what r gives until its end, piece by piece: no other
// PutData comes between the pieces. An error of r is returned as it is.
func (s *Socket) PutFrom(ctx context.Context, r io.Reader) (sent int64, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	piece := make([]byte, capture.MaxCopy)
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
		}
	}
}

// putAll sends all of p over on, or over the connection that there is if that
// is nil, and returns the connection. It is for whoever has entered.
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
		if n == 0 && !c.waitWritable(ctx) {
			return sent, c, s.interrupted(ctx)
		}
		on = c
	}
}

// enter waits for its turn among the PutData calls of the socket, so that what
// two of them send is never mixed.
func (s *Socket) enter(ctx context.Context) (leave func(), err error) {
	s.mu.Lock()
	if s.sending == nil {
		s.sending = make(chan struct{}, 1)
	}
	turn := s.sending
	s.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, s.interrupted(ctx)
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
		return 0, c, s.refuse("send", s.addr, ErrFailed, ErrNotConnected)
	}
	n, err := s.putPartial(p[:min(len(p), capture.MaxCopy)])
	if s.sink != nil && n == 0 {
		s.sink.log.Idle(capture.Out) // until the kernel takes more
	}
	return n, c, err
}

func (s *Socket) interrupted(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &OpError{Op: "send", Addr: s.addr, Code: ErrFailed, Cause: context.Cause(ctx)}
}

// waitWritable waits in Go's poller until the socket takes bytes again, or was
// closed, which the next write finds out. It is false when ctx has ended.
// RawConn.Write, not Control: a close must be able to end the wait. It lets one
// caller in at a time, and the reader has to be through first: else a full queue
// would keep it from receiving, and the far end perhaps from emptying the queue.
func (c *conn) waitWritable(ctx context.Context) bool {
	if c.receiving != nil {
		<-c.receiving // a connection that is established holds up nobody
	}
	if c.file.SetWriteDeadline(time.Time{}) != nil {
		return true
	}
	stop := context.AfterFunc(ctx, func() { _ = c.file.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	_ = c.raw.Write(func(fd uintptr) bool { return pollNow(int(fd), unix.POLLOUT) != 0 })
	return ctx.Err() == nil
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
	now := s.clock() // before the FIN goes out: what answers it is later
	var err error
	s.conn.control(func(fd int) { err = unix.Shutdown(fd, unix.SHUT_WR) })
	if err != nil {
		return s.refuse("half-close", s.addr, ErrFailed, err)
	}
	s.writeEnd = true
	s.record(Event{Kind: EventHalfClose, Time: now, Polled: now, Dir: capture.Out, By: ByLocal, Remote: s.addr})
	return nil
}
