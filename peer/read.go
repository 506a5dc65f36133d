package peer

import (
	"context"
	"fmt"

	"peerscope/peer/capture"
)

// GetPartialData does one non-blocking read into p: spec §2.3. No error and 0
// bytes means that nothing has come yet; at the end of the stream the error is
// ErrFileEOF and the status NONE.
func (s *Socket) GetPartialData(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.getPartial(p)
}

func (s *Socket) getPartial(p []byte) (int, error) {
	if s.status != StatusConnected {
		return 0, opError("receive", s.addr, ErrFailed, ErrNotConnected)
	}
	if len(p) == 0 {
		return 0, nil
	}
	c := s.conn
	n, facts := c.take(p)
	switch {
	case n > 0:
		return n, nil
	case !facts.eof.IsZero() && s.keepsWriting():
		return 0, opError("receive", s.addr, ErrFileEOF, c.endOfStream())
	case !facts.eof.IsZero(): // before a later error: the kernel gives 0 then, too (spec §2.3)
		return 0, s.apply("receive", readEOF, facts.eof, c.endOfStream(), ByRemote)
	case facts.err != nil:
		return 0, s.apply("receive", readFailed, facts.errAt, facts.err, ByRemote)
	}
	return 0, nil
}

// take hands out what is unread in the log, and asks the kernel for more if that
// is too little: one read gives what one receive would have given. It returns
// what is known then, too. Callers hold the Socket's mu.
func (c *conn) take(p []byte) (n int, _ facts) {
	c.recv.Lock()
	defer c.recv.Unlock()
	switch {
	case c.sink != nil:
		if c.sink.log.Unread(capture.In) < int64(len(p)) {
			c.receiveInto(c.fd)
		}
		n = takeUnread(c.sink.log, p)
	case !c.over():
		var err error
		n, err = c.receive(c.fd, p)
		c.note(n, err)
	}
	return n, c.facts
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

// GetData reads until p is full: spec §2.3. It blocks until the bytes have
// come, the stream has ended (ErrFileEOF), the connection has failed or was
// closed (ErrFailed), or ctx has ended, and then says how many it has and how
// many it needs. It returns how many bytes it has read, also with an error
// (Q18, Q26). Several at a time take turns.
func (s *Socket) GetData(ctx context.Context, p []byte) (got int, err error) {
	if !s.reading.take(ctx) {
		return 0, s.interrupted("receive", have(ctx, 0, len(p)))
	}
	defer s.reading.leave()
	for on := (*conn)(nil); ; {
		n, c, err := s.getSome(p[got:], on)
		got += n
		if err != nil || got == len(p) {
			return got, err
		}
		if n == 0 && !c.waitReadable(ctx) || ctx.Err() != nil {
			return got, s.interrupted("receive", have(ctx, got, len(p)))
		}
		on = c
	}
}

// have says why a read that waits has ended, and how far it came.
func have(ctx context.Context, n, of int) error {
	return fmt.Errorf("%w: have %d of %d bytes", context.Cause(ctx), n, of)
}

// getSome reads what has come and returns the connection that it came over. It
// reads from no other connection than on, unless that is nil, and says how on
// has ended then: another call may have noticed.
func (s *Socket) getSome(p []byte, on *conn) (int, *conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if on != nil && s.conn != on {
		code, cause := on.ending()
		return 0, on, opError("receive", s.addr, code, cause)
	}
	n, err := s.getPartial(p)
	return n, s.conn, err
}

// ending is how a call that waited is told of the end of its connection, which
// another call has noticed. Callers hold mu.
func (c *conn) ending() (code Error, cause error) {
	switch c.ended {
	case pollEOF, readEOF:
		return ErrFileEOF, c.cause
	case disconnected:
		return ErrFailed, ErrNotConnected
	}
	return ErrFailed, c.cause
}
