package peer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestConnecting holds spec §2.1 and the CONNECTING rows of §2.2.
func TestConnecting(t *testing.T) {
	play(t, []rule{
		tcpOnly("is pending at first, and a poll sees it established", func(s *subject) {
			s.want(s.dial(), 0, StatusConnecting)
			if host, port := s.tcp.ConnectedHost(), s.tcp.ConnectedPort(); host != "127.0.0.1" || port != int(s.far.addr.Port) {
				s.t.Errorf("the address while CONNECTING is %s %d", host, port)
			}
			s.far.accept()
			s.waitHandshake()
			s.want(nil, 0, StatusConnecting) // nothing but a poll changes it
			s.poll(0, StatusConnected)
			s.poll(0, StatusConnected)
		}),
		udsOnly("is done at once", func(s *subject) {
			s.want(s.dial(), 0, StatusConnected)
			if path := s.uds.ConnectedPath(); path != s.far.addr.Path {
				s.t.Errorf("the path is %q", path)
			}
		}),
		udsOnly("to an abstract name", func(s *subject) {
			fd, err := openSocket(unix.AF_UNIX, unix.SOCK_STREAM)
			if err != nil {
				s.t.Fatal(err)
			}
			defer unix.Close(fd)
			if err := errors.Join(unix.Bind(fd, &unix.SockaddrUnix{}), unix.Listen(fd, 1)); err != nil { // autobind, unix(7)
				s.t.Fatal(err)
			}
			sa, err := unix.Getsockname(fd)
			if err != nil {
				s.t.Fatal(err)
			}
			s.want(s.dialTo(uds(sa.(*unix.SockaddrUnix).Name)), 0, StatusConnected)
		}),
		tcpOnly("refused is told by the next poll", func(s *subject) {
			s.far.l.Close()
			s.want(s.dial(), 0, StatusConnecting)
			s.waitRST()
			err := s.poll(ErrConnectionError, StatusError)
			s.wantCause(err, syscall.ECONNREFUSED, ByRemote)
			s.poll(0, StatusError) // ERROR is sticky
		}),
		udsOnly("refused is told by the call", func(s *subject) {
			os.Rename(s.far.addr.Path, s.far.addr.Path+"2") // keeps the file, which Close would unlink
			s.far.l.Close()
			err := s.dialTo(Address{Endpoint: Endpoint{Path: s.far.addr.Path + "2"}})
			s.want(err, ErrFailed, StatusNone)
			s.wantCause(err, syscall.ECONNREFUSED, ByNone)
		}),
		udsOnly("to a missing path fails in the call", func(s *subject) {
			err := s.dialTo(Address{Endpoint: Endpoint{Path: s.far.addr.Path + "-none"}})
			s.want(err, ErrFailed, StatusNone)
			s.wantCause(err, syscall.ENOENT, ByNone)
		}),
		udsOnly("to a regular file and to a directory fails in the call", func(s *subject) {
			dir := filepath.Dir(s.far.addr.Path)
			if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
				s.t.Fatal(err)
			}
			for _, path := range []string{filepath.Join(dir, "file"), dir} {
				s.want(s.dialTo(Address{Endpoint: Endpoint{Path: path}}), ErrFailed, StatusNone)
			}
		}),
		tcpOnly("to a port out of range is a bad argument", func(s *subject) {
			for _, port := range []int{0, -1, 65536, 70000} {
				s.want(s.tcp.ConnectToHost(context.Background(), "127.0.0.1", port), ErrInvalidParameter, StatusNone)
			}
			s.connected()
			s.want(s.tcp.ConnectToHost(context.Background(), "127.0.0.1", 0), ErrAlreadyInUse, StatusConnected) // busy is asked first
		}),
		udsOnly("to an empty path or one that is too long is a bad argument", func(s *subject) {
			for _, path := range []string{"", "/" + strings.Repeat("x", MaxPath)} {
				s.want(s.uds.ConnectToHost(path), ErrInvalidParameter, StatusNone)
			}
			s.want(s.uds.ConnectToHost("/"+strings.Repeat("x", MaxPath-1)), ErrFailed, StatusNone) // fits, but is not there
			s.connected()
			s.want(s.uds.ConnectToHost(""), ErrAlreadyInUse, StatusConnected)
		}),
		tcpOnly("to a name that does not resolve is told first, in any status", func(s *subject) {
			name := strings.Repeat("x", 64) + ".invalid" // a label has at most 63 bytes (RFC 1035 §2.3.4)
			lookup := func(status Status) {
				s.t.Helper()
				for _, port := range []int{80, 0} {
					s.want(s.tcp.ConnectToHost(context.Background(), name, port), ErrCantResolve, status)
				}
			}
			lookup(StatusNone)
			s.connected().reset()
			lookup(StatusConnected)
			s.waitRST()
			s.poll(ErrFailed, StatusError)
			lookup(StatusError)
		}),
		tcpOnly("to a name takes its IPv4 address", func(s *subject) {
			s.want(s.tcp.ConnectToHost(context.Background(), "localhost", int(s.far.addr.Port)), 0, StatusConnecting)
			if host := s.tcp.ConnectedHost(); host != "127.0.0.1" {
				s.t.Errorf("localhost is %q", host)
			}
		}),
		{name: "again is busy while CONNECTED, also after a FIN that no poll has seen", play: func(s *subject) {
			c := s.connected()
			s.want(s.dial(), ErrAlreadyInUse, StatusConnected)
			c.Close()
			s.waitFIN()
			s.want(s.dial(), ErrAlreadyInUse, StatusConnected)
			s.poll(0, StatusNone)
			s.connected()
		}},
		{name: "with the queue full stays pending, until the deadline has passed", full: true, play: func(s *subject) {
			s.SetConnectTimeout(connectTimeout)
			s.want(s.dial(), 0, StatusConnecting)
			s.SetConnectTimeout(time.Second) // not for the one in flight (Q16)
			s.poll(0, StatusConnecting)
			s.want(s.dial(), ErrAlreadyInUse, StatusConnecting)
			if left := s.Deadline().Sub(s.time.now()); left != connectTimeout {
				s.t.Errorf("the deadline is in %v", left)
			}
			s.time.move(connectTimeout)
			s.poll(0, StatusConnecting) // strictly after
			s.time.move(1)
			s.want(nil, 0, StatusConnecting) // nothing but a poll
			err := s.poll(ErrConnectionError, StatusError)
			if !strings.Contains(err.Error(), "no answer within 30s") {
				s.t.Errorf("%v", err)
			}
			if e := s.events.last(); s.log != nil && e.By != ByTimeout {
				s.t.Errorf("%+v", e)
			}
			if !s.Deadline().IsZero() {
				s.t.Error("the deadline stays")
			}
			s.poll(0, StatusError)
		}},
		{name: "that is established beats an expired deadline", full: true, play: func(s *subject) {
			s.want(s.dial(), 0, StatusConnecting)
			s.poll(0, StatusConnecting)
			s.far.accept()
			if s.family == FamilyTCP { // its SYN is sent again after a second
				s.far.accept()
				s.waitHandshake()
			}
			s.time.move(DefaultConnectTimeout + time.Hour)
			s.poll(0, StatusConnected)
		}},
		{name: "is CONNECTED once the queue has room", full: true, play: func(s *subject) {
			s.want(s.dial(), 0, StatusConnecting)
			s.far.accept()
			await(s.t, "CONNECTED", func() bool { s.Poll(); return s.Status() != StatusConnecting })
			s.want(nil, 0, StatusConnected)
			s.far.accept().send("hello")
			s.waitAvailable(5)
			s.read("hello", 0, StatusConnected)
		}},
		{name: "ends when the listener is closed meanwhile", full: true, play: func(s *subject) {
			s.want(s.dial(), 0, StatusConnecting)
			s.far.l.Close()
			var err error
			await(s.t, "ERROR", func() bool { err = s.Poll(); return s.Status() != StatusConnecting })
			s.want(err, ErrConnectionError, StatusError)
		}},
		{name: "can be given up, and begun again", full: true, play: func(s *subject) {
			s.want(s.dial(), 0, StatusConnecting)
			s.DisconnectFromHost()
			s.want(nil, 0, StatusNone)
			s.wantCause(nil, ErrDisconnected, ByLocal)
			s.poll(0, StatusNone)
			s.want(s.dial(), 0, StatusConnecting)
		}},
		{name: "lets nothing be read or written", full: true, play: func(s *subject) {
			s.want(s.dial(), 0, StatusConnecting)
			s.refusesAll(StatusConnecting)
			if n := s.AvailableBytes(); n != 0 {
				s.t.Errorf("%d bytes are available", n)
			}
		}},
	})
}

// refusesAll holds the rows "any call" of spec §2.3 and "not CONNECTED" of §2.4.
func (s *subject) refusesAll(status Status) {
	s.t.Helper()
	s.read("", ErrFailed, status)
	_, err := s.GetPartialData(nil)
	s.want(err, ErrFailed, status)
	s.write("x", ErrFailed, status)
	_, err = s.PutData(context.Background(), []byte("x"))
	s.want(err, ErrFailed, status)
	if !errors.Is(err, ErrNotConnected) {
		s.t.Errorf("%v", err)
	}
	s.write("", 0, status) // nothing to send is OK, as a script sees it (Q18)
	s.want(s.CloseWrite(), ErrFailed, status)
}

// TestBeforeTheFirstPoll holds what happens to a TCP connection that was
// established and not polled yet.
func TestBeforeTheFirstPoll(t *testing.T) {
	dial := func(s *subject) *farConn {
		s.want(s.dial(), 0, StatusConnecting)
		return s.far.accept()
	}
	play(t, []rule{
		tcpOnly("data can be counted but not read", func(s *subject) {
			dial(s).send("hello")
			s.waitAvailable(5)
			s.refusesAll(StatusConnecting)
			s.poll(0, StatusConnected)
			s.waitAvailable(5)
			s.read("hello", 0, StatusConnected)
			s.read("", 0, StatusConnected)
		}),
		tcpOnly("a FIN gives CONNECTED, then NONE", func(s *subject) {
			dial(s).Close()
			s.waitFIN()
			s.poll(0, StatusConnected)
			s.poll(0, StatusNone)
		}),
		tcpOnly("data and FIN give CONNECTED until they are read", func(s *subject) {
			c := dial(s)
			c.send("hello")
			c.Close()
			s.waitFIN()
			s.poll(0, StatusConnected)
			s.poll(0, StatusConnected)
			s.read("hello", 0, StatusConnected)
			s.poll(0, StatusNone)
		}),
		tcpOnly("a reset is a failed connect", func(s *subject) {
			dial(s).reset()
			s.waitRST()
			err := s.poll(ErrConnectionError, StatusError)
			s.wantCause(err, errReset, ByRemote)
		}),
		tcpOnly("data and a reset are a failed connect", func(s *subject) {
			c := dial(s)
			c.send("hello")
			s.waitAvailable(5)
			c.reset()
			s.waitRST()
			s.wantCause(s.poll(ErrConnectionError, StatusError), errReset, ByRemote)
			if n := s.received(5); n != 5 {
				s.t.Errorf("the log has %d of 5 bytes (Q3)", n)
			}
		}),
		tcpOnly("the listener's death is a failed connect", func(s *subject) {
			s.want(s.dial(), 0, StatusConnecting)
			s.waitHandshake()
			s.far.l.Close()
			s.waitRST()
			s.wantCause(s.poll(ErrConnectionError, StatusError), errReset, ByRemote)
		}),
	})
}
