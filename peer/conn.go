package peer

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// conn is one open kernel socket. Everything under the receive lock (recv) is
// done by whoever holds it: the reader, or a call of the class.
type conn struct {
	family Family
	remote unix.Sockaddr
	now    func() time.Time
	sink   *sink // nil: a socket by itself, whose calls ask the kernel

	fd   int             // the descriptor while file is nil: a Unix socket that is not connected yet
	file *os.File        // owns the descriptor once it has joined Go's poller
	raw  syscall.RawConn // of file

	recv   sync.Mutex // the receive lock: held over one non-blocking receive, never longer
	facts  facts
	closed bool // no more is received or recorded

	receiving chan struct{} // closed when the reader leaves the poller's write side to PutData; nil without one
}

// sink is where a Set's sockets put what they receive and what happens.
type sink struct {
	log   *capture.Log
	event func(Event)  // appends to the row's events
	mark  func()       // something new is to be seen by the next Set.Poll
	spawn func(func()) // starts a goroutine that the Set waits for
}

// facts are what the kernel said, each recorded once and in stream order,
// because the kernel forgets: an error is cleared by the call that returns it
// (spec, notes for the Go side).
type facts struct {
	established time.Time // the handshake was complete
	eof         time.Time // a receive gave 0 bytes
	err         error     // the first error of the socket
	errAt       time.Time
}

func (c *conn) fail(err error) {
	if c.facts.err == nil {
		c.facts.err, c.facts.errAt = err, c.now()
	}
}

// join gives the descriptor to Go's network poller. A TCP socket joins before
// it is connected, a Unix socket after: a pending one waits for nothing that
// the poller could report.
func (c *conn) join() error {
	c.file = os.NewFile(uintptr(c.fd), "socket")
	raw, err := c.file.SyscallConn()
	if err == nil {
		err = c.file.SetDeadline(time.Time{}) // fails if the poller took no more (epoll(7), max_user_watches)
	}
	if err != nil {
		return errors.Join(err, c.file.Close())
	}
	c.raw = raw
	return nil
}

// control calls f with the descriptor, which stays open meanwhile. It does
// not wait for the reader, as RawConn.Read would.
func (c *conn) control(f func(fd int)) {
	if c.file == nil {
		f(c.fd)
		return
	}
	// The only error is that the file is closed; then there is nothing to ask.
	_ = c.raw.Control(func(fd uintptr) { f(int(fd)) })
}

// close closes the socket and ends its reader. If we disconnect while bytes lie
// unread in the log, a TCP socket sends RST and drops what it had not sent
// (linger 0, tcp(7)): R1. The bytes are counted once the reader takes no more of
// them out of the kernel, which sends RST itself for those that it still has.
func (c *conn) close(disconnect bool) {
	c.recv.Lock()
	c.closed = true
	reset := disconnect && c.family == FamilyTCP && c.sink != nil && c.sink.log.Unread(capture.In) > 0
	c.recv.Unlock()
	if reset {
		c.control(func(fd int) {
			_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1, Linger: 0})
		})
	}
	// A close that fails has closed all the same (close(2)), and no byte of ours depends on it.
	if c.file == nil {
		_ = unix.Close(c.fd)
		return
	}
	_ = c.file.Close()
}

// connect issues connect(2), again while it is pending, as the class does.
// Only a nil error means connected; pending says that it may become so.
func (c *conn) connect(fd int) (pending bool, err error) {
	err = retry(func() error { return unix.Connect(fd, c.remote) })
	switch {
	case err == nil, errors.Is(err, unix.EISCONN):
		return false, nil
	case errors.Is(err, unix.EINPROGRESS), errors.Is(err, unix.EALREADY), errors.Is(err, unix.EAGAIN):
		return true, nil
	}
	return false, err
}

// handshake asks whether the connect has ended and records the answer. It
// re-issues connect only once the socket has something to say: on a failed
// socket a further call would start a new attempt. Callers hold recv.
func (c *conn) handshake(fd int) (ended bool) {
	if !c.facts.established.IsZero() || c.facts.err != nil {
		return true
	}
	if c.family == FamilyTCP && pollNow(fd, unix.POLLOUT) == 0 {
		return false
	}
	if c.sink != nil && pendingError(fd) {
		c.drain(fd) // what came before a reset: connect on a failed socket throws it away (tcp_disconnect in net/ipv4/tcp.c)
	}
	if c.family == FamilyTCP {
		// A failed connect tells why once. BSD systems tell it here only: a second
		// connect may give EISCONN there.
		if n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR); err == nil && n != 0 {
			c.fail(syscall.Errno(n))
			return true
		}
	}
	pending, err := c.connect(fd)
	switch {
	case err != nil:
		c.fail(err)
	case pending:
		return false
	default:
		c.facts.established = c.now()
	}
	return true
}

// look records the end of the stream or an error, if that is what comes next.
// It reports whether bytes come next. Callers hold recv.
func (c *conn) look(fd int) (bytes bool) {
	if c.closed || !c.facts.eof.IsZero() || c.facts.err != nil {
		return false
	}
	var one [1]byte
	n, err := peek(fd, one[:])
	switch {
	case errors.Is(err, unix.EAGAIN):
		return false
	case err != nil:
		c.fail(err)
	case n == 0:
		c.facts.eof = c.now()
	default:
		return true
	}
	return false
}

// pendingError reports whether the socket has an error to tell (POLLERR). It
// does not read SO_ERROR, which would clear it.
func pendingError(fd int) bool { return pollNow(fd, unix.POLLIN|unix.POLLOUT)&unix.POLLERR != 0 }

// takeError reads SO_ERROR, once it is decided that the socket will be closed.
func (c *conn) takeError(fd int) {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && n != 0 {
		c.fail(syscall.Errno(n))
		return
	}
	c.fail(unix.ECONNRESET) // the error was taken before us; a reset is what it was (spec §2.2)
}

// pollNow is poll(2) with a zero-length wait. It returns the events that hold.
func pollNow(fd int, events int16) int16 {
	set := [1]unix.PollFd{{Fd: int32(fd), Events: events}}
	err := retry(func() error { _, err := unix.Poll(set[:], 0); return err })
	if err != nil {
		return unix.POLLERR
	}
	return set[0].Revents
}

func peek(fd int, p []byte) (n int, err error) {
	err = retry(func() error { n, _, err = unix.Recvfrom(fd, p, unix.MSG_PEEK); return err })
	return n, err
}

func receive(fd int, p []byte) (n int, err error) {
	err = retry(func() error { n, err = unix.Read(fd, p); return err })
	return max(n, 0), err
}

func send(fd int, p []byte) (n int, err error) {
	err = retry(func() error { n, err = unix.SendmsgN(fd, p, nil, nil, sendFlags); return err })
	return max(n, 0), err
}

// retry calls again after EINTR: Go's own signals make it frequent (Q13).
func retry(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
