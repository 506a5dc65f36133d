package peer

import (
	"errors"
	"io"
	"syscall"
	"testing"
)

// rule is one row of spec §2, played against the kernel.
type rule struct {
	name string
	one  bool   // for one family only:
	only Family // this one
	full bool   // the far end's queue is full
	play func(*subject)
}

func tcpOnly(name string, play func(*subject)) rule {
	return rule{name: name, one: true, only: FamilyTCP, play: play}
}

func udsOnly(name string, play func(*subject)) rule {
	return rule{name: name, one: true, only: FamilyUDS, play: play}
}

// play runs the rules for each family and each mode.
func play(t *testing.T, rules []rule) {
	for _, r := range rules {
		for family, name := range []string{"tcp", "uds"} {
			if r.one && r.only != Family(family) {
				continue
			}
			for _, m := range []mode{byItself, withReader, readerFirst} {
				t.Run(r.name+"/"+name+"/"+string(m), func(t *testing.T) {
					t.Parallel()
					listen := func() *far { return listenFar(t, Family(family), 8) }
					if r.full {
						listen = func() *far { return listenFull(t, Family(family)) }
					}
					r.play(newSubject(t, m, listen()))
				})
			}
		}
	}
}

// TestConnected holds the CONNECTED rows of spec §2.2 to §2.5.
func TestConnected(t *testing.T) {
	play(t, []rule{
		{name: "bytes are read as they come, and nothing yet is OK", play: func(s *subject) {
			c := s.connected()
			s.read("", 0, StatusConnected)
			c.send("hello")
			s.waitAvailable(5)
			s.poll(0, StatusConnected)
			n, err := s.GetPartialData(nil)
			s.want(err, 0, StatusConnected)
			p := make([]byte, 2)
			n2, err := s.GetPartialData(p)
			s.want(err, 0, StatusConnected)
			if n != 0 || n2 != 2 || string(p) != "he" {
				s.t.Fatal(n, n2, p)
			}
			s.read("llo", 0, StatusConnected)
			s.read("", 0, StatusConnected)
			s.write("back", 0, StatusConnected)
			c.receive("back")
		}},
		{name: "a FIN with bytes unread stays CONNECTED until they are read", play: func(s *subject) {
			c := s.connected()
			c.send("hello")
			c.Close()
			s.waitFIN()
			s.poll(0, StatusConnected)
			s.poll(0, StatusConnected)
			s.read("hello", 0, StatusConnected)
			s.poll(0, StatusNone)
			s.wantCause(nil, s.endCause(), ByRemote)
		}},
		{name: "a FIN with nothing unread is NONE and OK, and we close too", play: func(s *subject) {
			c := s.connected()
			c.closeWrite()
			s.waitFIN()
			s.poll(0, StatusNone)
			s.wantCause(nil, s.endCause(), ByRemote)
			if err := c.end(); err != io.EOF {
				s.t.Errorf("the far end sees %v", err)
			}
			s.refusesAll(StatusNone)
		}},
		{name: "after the peer's half-close we may write until a poll sees it", play: func(s *subject) {
			c := s.connected()
			c.send("abc")
			c.closeWrite()
			s.waitFIN()
			s.poll(0, StatusConnected)
			s.write("hello", 0, StatusConnected)
			c.receive("hello")
			s.read("abc", 0, StatusConnected)
			s.write("again", 0, StatusConnected)
			c.receive("again")
			s.poll(0, StatusNone)
			if err := c.end(); err != io.EOF {
				s.t.Errorf("the far end sees %v", err)
			}
		}},
		{name: "a read at the end is ERR_FILE_EOF and NONE", play: func(s *subject) {
			c := s.connected()
			c.send("abc")
			c.Close()
			s.waitFIN()
			s.read("abc", 0, StatusConnected)
			err := s.read("", ErrFileEOF, StatusNone)
			s.wantCause(err, s.endCause(), ByRemote)
			s.poll(0, StatusNone)
		}},
		{name: "a reset is ERROR and FAILED", play: func(s *subject) {
			s.resetIdle()
			err := s.poll(ErrFailed, StatusError)
			s.wantCause(err, errReset, ByRemote)
			s.poll(0, StatusError)
			s.refusesAll(StatusError)
		}},
		{name: "a poll after a reset loses what is unread, but for the log", play: func(s *subject) {
			s.resetAfter("hello")
			s.wantCause(s.poll(ErrFailed, StatusError), errReset, ByRemote)
			if n := s.received(5); n != 5 {
				s.t.Errorf("the log has %d of 5 bytes (Q3)", n)
			}
		}},
		{name: "a read after a reset gives what is queued, then FAILED and NONE", play: func(s *subject) {
			s.resetAfter("hello")
			s.read("hello", 0, StatusConnected)
			s.wantCause(s.read("", ErrFailed, StatusNone), errReset, ByRemote)
			s.poll(0, StatusNone)
		}},
		{name: "a write after a reset is FAILED and NONE", play: func(s *subject) {
			s.resetIdle()
			s.write("x", ErrFailed, StatusNone)
			if e := s.events.last(); s.mode == readerFirst && !errors.Is(e.Cause, errReset) {
				s.t.Errorf("the cause is %v", e.Cause)
			}
			s.poll(0, StatusNone)
		}},
		tcpOnly("the first write after a FIN is OK, the next is FAILED and NONE", func(s *subject) {
			s.finThenWrite()
			s.write("two", ErrFailed, StatusNone)
		}),
		tcpOnly("a write after a FIN, then a poll: ERROR and FAILED", func(s *subject) {
			s.finThenWrite()
			s.poll(ErrFailed, StatusError)
		}),
		tcpOnly("a write after a FIN, then a read: ERR_FILE_EOF and NONE", func(s *subject) {
			s.finThenWrite()
			s.read("", ErrFileEOF, StatusNone)
		}),
		udsOnly("a write to a peer that has closed is FAILED and NONE", func(s *subject) {
			s.connected().Close()
			s.waitEnd()
			s.wantCause(s.write("one", ErrFailed, StatusNone), syscall.EPIPE, ByRemote)
			s.write("two", ErrFailed, StatusNone)
		}),
		{name: "the listener's death before it has accepted is a reset", play: func(s *subject) {
			if err := s.dial(); err != nil {
				s.t.Fatal(err)
			}
			s.waitHandshake()
			s.poll(0, StatusConnected)
			s.far.l.Close()
			s.waitRST()
			s.wantCause(s.poll(ErrFailed, StatusError), errReset, ByRemote)
		}},
		{name: "disconnecting is idempotent, and the far end sees a FIN", play: func(s *subject) {
			c := s.connected()
			for range 2 {
				s.DisconnectFromHost()
				s.want(nil, 0, StatusNone)
			}
			if err := c.end(); err != io.EOF {
				s.t.Errorf("the far end sees %v", err)
			}
			s.connected()
		}},
		{name: "disconnecting with bytes unread resets the far end", play: func(s *subject) {
			c := s.connected()
			c.send("hello")
			s.waitAvailable(5)
			s.DisconnectFromHost()
			err := c.end()
			r1 := s.family == FamilyUDS && s.mode != byItself && err == io.EOF // R1, the only difference that a reader makes
			if !errors.Is(err, errReset) && !r1 {
				s.t.Errorf("the far end sees %v", err)
			}
		}},
		{name: "what was unread is not the next connection's", play: func(s *subject) {
			c := s.connected()
			c.send("hello")
			s.waitAvailable(5)
			s.DisconnectFromHost()
			c = s.connected()
			s.read("", 0, StatusConnected)
			s.DisconnectFromHost()
			if err := c.end(); err != io.EOF {
				s.t.Errorf("the far end sees %v", err)
			}
		}},
	})
}

// TestFromError holds the last column of spec §2.6.
func TestFromError(t *testing.T) {
	play(t, []rule{
		tcpOnly("TCP must disconnect before it dials again", func(s *subject) {
			s.resetIdle()
			s.poll(ErrFailed, StatusError)
			s.want(s.dial(), ErrAlreadyInUse, StatusError)
			s.DisconnectFromHost()
			s.want(nil, 0, StatusNone)
			s.connected()
		}),
		udsOnly("UDS dials at once", func(s *subject) {
			s.resetIdle()
			s.poll(ErrFailed, StatusError)
			s.want(s.dial(), 0, StatusConnected)
		}),
		udsOnly("UDS is NONE after a connect that fails at once", func(s *subject) {
			s.resetIdle()
			s.poll(ErrFailed, StatusError)
			s.want(s.dialTo(Address{Endpoint: Endpoint{Path: s.far.addr.Path + "-none"}}), ErrFailed, StatusNone)
		}),
	})
}

// resetIdle connects, and has the far end reset with nothing to read.
func (s *subject) resetIdle() { s.t.Helper(); s.resetAfter("") }

// resetAfter is resetIdle with bytes to read before the reset.
func (s *subject) resetAfter(data string) {
	s.t.Helper()
	c := s.connected()
	if data != "" {
		c.send(data)
		s.waitAvailable(int64(len(data)))
	}
	if s.family == FamilyUDS {
		s.write("unread", 0, StatusConnected)
	}
	c.reset()
	s.waitRST()
}

// finThenWrite has the far end close, and its kernel answer our write with RST.
func (s *subject) finThenWrite() {
	s.t.Helper()
	s.connected().Close()
	s.waitFIN()
	s.write("one", 0, StatusConnected)
	s.waitRST()
}

func (s *subject) endCause() error {
	if s.family == FamilyTCP {
		return ErrFIN
	}
	return ErrEOF
}
