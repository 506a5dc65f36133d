package peer

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// Poll advances the status: spec §2.2. It is the only call that turns
// CONNECTING into CONNECTED, and the only one that ever sets ERROR. It never
// blocks. The error is nil for the class's OK.
func (s *Socket) Poll() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return nil
	}
	s.conn.recv.Lock()
	return s.judge(s.ask())
}

// sight is what a poll has found out.
type sight struct {
	facts
	at                        time.Time // nothing older is unknown
	unread, received, dropped int64     // bytes of the log; 0 without one
}

// ask asks the connection what the class's poll asks. Callers hold mu and the
// receive lock, which it leaves.
func (s *Socket) ask() sight {
	c := s.conn
	defer c.recv.Unlock()
	switch {
	case s.status == StatusConnecting:
		// The reader may have seen the handshake before a reset that it has not
		// come to yet. By itself the socket would refuse then (spec §2.2 [O]).
		if c.handshake(c.fd) && c.sink != nil {
			c.askRecorded(c.fd)
		}
	case s.status == StatusConnected && c.sink == nil:
		c.askKernel(c.fd)
	case s.status == StatusConnected:
		c.askRecorded(c.fd)
	}
	return s.glance()
}

// glance is what is recorded. The facts come before the bytes, for an end is
// recorded behind the last of them. Callers hold mu.
func (s *Socket) glance() sight {
	var see sight
	see.facts, see.at = s.conn.known()
	see.unread = s.unread()
	if s.sink != nil {
		see.dropped, see.received = s.sink.log.Span(capture.In)
	}
	return see
}

// judge lets the machine judge what was found out. Callers hold mu.
func (s *Socket) judge(see sight) error {
	switch s.status {
	case StatusConnecting:
		return s.judgeConnecting(see)
	case StatusConnected:
		return s.judgeConnected(see)
	}
	return nil
}

func (s *Socket) judgeConnecting(see sight) error {
	switch {
	case see.err != nil:
		return s.apply("connect", pollRefused, see.errAt, see.err, ByRemote)
	case !see.established.IsZero():
		if s.conn.file == nil {
			if err := s.conn.join(); err != nil {
				return s.apply("connect", pollRefused, see.at, err, ByLocal)
			}
			s.startReader()
		}
		return s.apply("connect", pollEstablished, see.established, nil, ByNone)
	case see.at.After(s.deadline):
		return s.apply("connect", pollLate, s.deadline, fmt.Errorf("no answer within %v", s.patience), ByTimeout)
	}
	return s.apply("connect", pollPending, see.at, nil, ByNone)
}

func (s *Socket) judgeConnected(see sight) error {
	switch {
	case see.err != nil:
		return s.apply("poll", pollReset, see.errAt, see.err, ByRemote)
	case !see.eof.IsZero() && see.unread == 0 && !s.keepsWriting():
		return s.apply("poll", pollEOF, see.eof, s.conn.endOfStream(), ByRemote)
	}
	return s.apply("poll", pollIdle, see.at, nil, ByNone)
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
func (s *Socket) keepsWriting() bool { return s.KeepWriteOnEOF && !s.conn.writeEnd.Load() }

func (c *conn) endOfStream() error {
	if c.family == FamilyTCP {
		return ErrFIN
	}
	return ErrEOF
}
