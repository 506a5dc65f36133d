package peer

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Poll advances the status: spec §2.2. It is the only call that turns
// CONNECTING into CONNECTED, and the only one that ever sets ERROR. It never
// blocks. The error is nil for the class's OK.
func (s *Socket) Poll() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.status {
	case StatusConnecting:
		return s.pollConnecting()
	case StatusConnected:
		return s.pollConnected()
	}
	return nil
}

func (s *Socket) pollConnecting() error {
	c, now := s.conn, s.clock()
	c.recv.Lock()
	// The reader may have seen the handshake before a reset that it has not
	// come to yet. By itself the socket would refuse then (spec §2.2 [O]).
	if c.handshake(c.fd) && c.sink != nil {
		c.askRecorded(c.fd)
	}
	facts := c.facts
	c.recv.Unlock()
	switch {
	case facts.err != nil:
		return s.apply("connect", pollRefused, facts.errAt, facts.err, ByRemote)
	case !facts.established.IsZero():
		if c.file == nil {
			if err := c.join(); err != nil {
				return s.apply("connect", pollRefused, now, err, ByLocal)
			}
			s.startReader()
		}
		return s.apply("connect", pollEstablished, facts.established, nil, ByNone)
	case now.After(s.deadline):
		return s.apply("connect", pollLate, now, fmt.Errorf("no answer within %v", s.patience), ByTimeout)
	}
	return s.apply("connect", pollPending, now, nil, ByNone)
}

func (s *Socket) pollConnected() error {
	c := s.conn
	c.recv.Lock()
	if c.sink == nil {
		c.askKernel(c.fd)
	} else {
		c.askRecorded(c.fd)
	}
	facts, unread := c.facts, s.unread()
	c.recv.Unlock()
	switch {
	case facts.err != nil:
		return s.apply("poll", pollReset, facts.errAt, facts.err, ByRemote)
	case !facts.eof.IsZero() && unread == 0 && !s.keepsWriting():
		return s.apply("poll", pollEOF, facts.eof, c.endOfStream(), ByRemote)
	}
	return s.apply("poll", pollIdle, s.clock(), nil, ByNone)
}

// askKernel is the class's own Poll on a connected socket: an end needs
// readability with nothing to read; an error counts only if it still stands.
func (c *conn) askKernel(fd int) {
	if c.pendingError(fd) {
		c.takeError(fd)
		return
	}
	if pollNow(c.sys, fd, unix.POLLIN) != 0 && c.sys.readable(fd) == 0 {
		c.look(fd)
	}
}

// askRecorded is Poll on a socket with a reader: what the reader has recorded
// comes first, then what it has not come to yet.
func (c *conn) askRecorded(fd int) {
	if c.facts.err != nil {
		return
	}
	if c.pendingError(fd) {
		c.drain(fd)
		if c.facts.err == nil {
			c.takeError(fd)
		}
		return
	}
	c.look(fd)
}

// keepsWriting reports whether the end of the other's sending leaves ours open.
// Callers hold mu.
func (s *Socket) keepsWriting() bool { return s.KeepWriteOnEOF && !s.writeEnd }

func (c *conn) endOfStream() error {
	if c.family == FamilyTCP {
		return ErrFIN
	}
	return ErrEOF
}
