package peer

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// mode is how the socket under test gets its facts (DESIGN, "The socket model").
type mode string

const (
	byItself    mode = "by itself"             // its calls ask the kernel
	withReader  mode = "with a reader"         // which may be ahead of the call under test or behind
	readerFirst mode = "with a reader, waited" // which has seen everything before the call under test
)

// subject is a socket under test and its far end.
type subject struct {
	*Socket
	t      *testing.T
	mode   mode
	family Family
	far    *far
	tcp    *TCP
	uds    *UDS
	time   *fakeClock
	log    *capture.Log // nil by itself
	events *eventLog
}

type eventLog struct {
	sync.Mutex
	list []Event
}

func (l *eventLog) last() Event {
	l.Lock()
	defer l.Unlock()
	if len(l.list) == 0 {
		return Event{}
	}
	return l.list[len(l.list)-1]
}

func newSubject(t *testing.T, m mode, f *far) *subject {
	s := &subject{t: t, mode: m, family: f.addr.Family, far: f, tcp: &TCP{}, uds: &UDS{}, time: &fakeClock{}, events: &eventLog{}}
	s.Socket = &s.uds.Socket
	if s.family == FamilyTCP {
		s.Socket = &s.tcp.Socket
	}
	s.now = s.time.now
	t.Cleanup(s.DisconnectFromHost)
	if m != byItself {
		s.attach()
	}
	return s
}

// subjectPool is room for all that a test sends: what a full log drops is lost to
// the calls too.
const subjectPool = 64 << 20

// attach gives the socket a reader, as Set.Add does.
func (s *subject) attach() {
	pool := capture.NewPool(subjectPool)
	s.log = capture.NewLog(pool, s.time.now)
	var work sync.WaitGroup
	s.Socket.attach(&sink{
		log: s.log,
		event: func(e Event) {
			s.events.Lock()
			defer s.events.Unlock()
			s.events.list = append(s.events.list, e)
		},
		mark:  func() {},
		spawn: work.Go,
	})
	s.t.Cleanup(func() {
		s.DisconnectFromHost()
		work.Wait()
		s.log.Close()
		if used := pool.Used(); used != 0 {
			s.t.Errorf("%d bytes of the pool are still used", used)
		}
		if err := pool.Close(); err != nil {
			s.t.Error(err)
		}
	})
}

// dial calls ConnectToHost on the far end's address.
func (s *subject) dial() error { return s.dialTo(s.far.addr) }

func (s *subject) dialTo(a Address) error {
	if s.family == FamilyUDS {
		return s.uds.ConnectToHost(a.Path)
	}
	return s.tcp.ConnectToHost(context.Background(), a.Host, int(a.Port))
}

// want checks what a call returned and the status that it left.
func (s *subject) want(err error, code Error, status Status) {
	s.t.Helper()
	if got := codeOf(err); got != code {
		s.t.Fatalf("the call returned %v: %s, want %s", err, got.Name(), code.Name())
	}
	if s.Status() != status {
		s.t.Fatalf("the status is %v, want %v", s.Status(), status)
	}
	open := s.ConnectedHost() != ""
	if status != StatusConnecting && status != StatusConnected && (open || s.AvailableBytes() != -1 || s.address() != "") {
		s.t.Fatalf("%v, but the socket is open: host %q, available %d, address %q", status, s.ConnectedHost(), s.AvailableBytes(), s.address())
	}
	if (status == StatusConnecting || status == StatusConnected) && !open {
		s.t.Fatalf("%v, but there is no address", status)
	}
}

// wantCause checks what the last failure or ending was put down to.
func (s *subject) wantCause(err, cause error, by By) {
	s.t.Helper()
	if err != nil && !errors.Is(err, cause) {
		s.t.Fatalf("%v does not wrap %v", err, cause)
	}
	if s.mode == byItself {
		return
	}
	if e := s.events.last(); !errors.Is(e.Cause, cause) || e.By != by || e.Time.After(e.Polled) {
		s.t.Fatalf("the last event is %+v, want cause %v by %q", e, cause, by)
	}
}

func (s *subject) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// ConnectedHost is that of the family.
func (s *subject) ConnectedHost() string {
	if s.family == FamilyUDS {
		return s.uds.ConnectedPath()
	}
	return s.tcp.ConnectedHost()
}

func (s *subject) poll(code Error, status Status) error {
	s.t.Helper()
	err := s.Poll()
	s.want(err, code, status)
	return err
}

func (s *subject) read(want string, code Error, status Status) error {
	s.t.Helper()
	p := make([]byte, 64)
	n, err := s.GetPartialData(p)
	if string(p[:n]) != want {
		s.t.Fatalf("read %q, want %q", p[:n], want)
	}
	s.want(err, code, status)
	return err
}

func (s *subject) write(data string, code Error, status Status) error {
	s.t.Helper()
	n, err := s.PutPartialData([]byte(data))
	if err == nil && n != len(data) {
		s.t.Fatalf("%d of %d bytes were sent", n, len(data))
	}
	s.want(err, code, status)
	return err
}

// connected dials, accepts and polls.
func (s *subject) connected() *farConn {
	s.t.Helper()
	if err := s.dial(); err != nil {
		s.t.Fatal(err)
	}
	c := s.far.accept()
	s.waitHandshake()
	s.poll(0, StatusConnected)
	return c
}

// The waits below let the kernel get ready, and the reader if the mode says so.

func (s *subject) waitHandshake() { s.t.Helper(); s.waitKernel(unix.POLLOUT, unix.POLLOUT) }

func (s *subject) waitFIN() {
	s.t.Helper()
	s.waitKernel(unix.POLLRDHUP, unix.POLLRDHUP)
	s.waitReader("the end", func(f facts) bool { return !f.eof.IsZero() || f.err != nil })
}

func (s *subject) waitRST() {
	s.t.Helper()
	s.waitKernel(0, unix.POLLHUP)
	s.waitReader("the error", func(f facts) bool { return f.err != nil })
}

// waitEnd waits until a Unix socket's other end has closed, or a TCP reset came.
func (s *subject) waitEnd() {
	s.t.Helper()
	s.waitKernel(0, unix.POLLHUP)
	s.waitReader("the end", func(f facts) bool { return !f.eof.IsZero() || f.err != nil })
}

func (s *subject) waitAvailable(n int64) {
	s.t.Helper()
	await(s.t, "bytes to read", func() bool { return s.AvailableBytes() == n })
	if s.mode == readerFirst {
		await(s.t, "the reader to take them", func() bool { return s.log.Unread(capture.In) == n })
	}
}

func (s *subject) current() *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn
}

func (s *subject) waitKernel(ask, want int16) {
	s.t.Helper()
	await(s.t, "the kernel", func() bool {
		return pollNow(system{}, s.current().fd, ask)&want != 0
	})
}

func (s *subject) waitReader(what string, seen func(facts) bool) {
	s.t.Helper()
	if s.mode != readerFirst {
		return
	}
	c := s.current()
	await(s.t, "the reader to see "+what, func() bool {
		c.recv.Lock()
		defer c.recv.Unlock()
		return seen(c.facts)
	})
}

// received returns how many bytes the log has, want where there is none.
func (s *subject) received(want int64) int64 {
	if s.log == nil {
		return want
	}
	_, end := s.log.Span(capture.In)
	return end
}

var errReset = syscall.ECONNRESET

const connectTimeout = 30 * time.Second
