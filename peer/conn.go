package peer

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// conn is one open kernel socket. Everything under the receive lock (recv) is
// done by whoever holds it: the reader, or a call of the class.
type conn struct {
	sys    kernel
	family Family
	domain int           // of the socket: AF_INET, AF_INET6 or AF_UNIX
	remote unix.Sockaddr // nil while it is only bound
	now    func() time.Time
	sink   *sink // nil: a socket by itself, whose calls ask the kernel

	// The descriptor stays open while the Socket's mu is held: only close, under
	// it, closes it. The calls that wait have a reference of the poller's own.
	fd   int
	file *os.File        // owns fd once it has joined Go's poller; nil for a bound socket and a pending Unix one
	raw  syscall.RawConn // of file
	made *socketFile     // what a bind made in the file system; nil if nothing

	ended fact  // what closed it, and why; guarded by the Socket's mu
	cause error // nil while it is open

	one [1]byte // what look peeks into

	writeEnd atomic.Bool // CloseWrite was called: nobody waits for room any more

	recv   sync.Mutex // the receive lock: held over one non-blocking receive, never longer
	facts  facts      // changed under both recv and learn
	closed bool       // no more is received or recorded

	// Facts get their times under it, too, so that a poll can learn them while
	// the reader is receiving: what it does not see is later. Held for nothing else.
	learn sync.Mutex

	receiving chan struct{} // closed when the reader leaves the poller's write side to PutData; nil without one
	news      chan struct{} // holds a value when the reader or a call has recorded something; nil without a reader
}

// sink is where a Set's sockets put what they receive and what happens.
type sink struct {
	log   *capture.Log
	gate  *gate        // nil: it is never shut
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

// record changes the facts, at the time that it passes on. Callers hold recv.
func (c *conn) record(change func(*facts, time.Time)) {
	c.learn.Lock()
	defer c.learn.Unlock()
	change(&c.facts, c.now())
	c.tell()
}

// known returns the facts, and a time: what is not among them is later.
func (c *conn) known() (facts, time.Time) {
	c.learn.Lock()
	defer c.learn.Unlock()
	return c.facts, c.now()
}

func (c *conn) fail(err error) {
	if c.facts.err == nil {
		c.record(func(f *facts, at time.Time) { f.err, f.errAt = err, at })
	}
}

// complete records that the handshake is.
func (c *conn) complete() { c.record(func(f *facts, at time.Time) { f.established = at }) }

// tell wakes a call that waits for what a reader records. Callers hold recv.
func (c *conn) tell() {
	if c.news == nil {
		return
	}
	select {
	case c.news <- struct{}{}:
	default:
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

// close closes the socket and ends its reader. If we disconnect while bytes lie
// unread in the log, a TCP socket sends RST and drops what it had not sent
// (linger 0, tcp(7)): R1. The bytes are counted once the reader takes no more of
// them out of the kernel, which sends RST itself for those that it still has.
func (c *conn) close(disconnect bool) {
	c.recv.Lock()
	c.closed = true
	c.tell()
	if c.sink != nil {
		c.sink.gate.wake()
	}
	reset := disconnect && c.family == FamilyTCP && c.sink != nil && c.sink.log.Unread(capture.In) > 0
	c.recv.Unlock()
	if reset {
		_ = unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1, Linger: 0})
	}
	c.made.remove() // while we still have the inode: nobody else's file can be the same
	// A close that fails has closed all the same (close(2)), and no byte of ours depends on it.
	if c.file == nil {
		_ = unix.Close(c.fd)
		return
	}
	_ = c.file.Close()
}

// begin issues connect(2), again while it is pending, as the class does.
// Only a nil error means connected; pending says that it may become so.
func (c *conn) begin(fd int) (pending bool, err error) {
	err = retry(func() error { return c.sys.connect(fd, c.remote) })
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
	if c.family == FamilyTCP && pollNow(c.sys, fd, unix.POLLOUT) == 0 {
		return false
	}
	if c.family == FamilyTCP {
		// A failed connect tells why once. BSD systems tell it here only: a second
		// connect may give EISCONN there.
		n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		failed := err == nil && n != 0
		switch {
		case failed && c.sink != nil:
			c.drain(fd) // what came before a reset
			fallthrough
		case failed:
			c.fail(syscall.Errno(n))
			return true
		case c.sink != nil:
			c.established(fd)
			return true
		}
	}
	pending, err := c.begin(fd)
	switch {
	case err != nil:
		c.fail(err)
	case pending:
		return false
	default:
		c.complete()
	}
	return true
}

// established records the end of a TCP handshake that has not failed so far,
// without connect: if a reset has come since, it would throw away what came
// before (tcp_disconnect in net/ipv4/tcp.c). Callers hold recv.
func (c *conn) established(fd int) {
	if _, err := unix.Getpeername(fd); err == nil {
		c.complete()
		return
	}
	c.drain(fd)
	if c.facts.err == nil {
		c.takeError(fd)
	}
}

// look records the end of the stream or an error, if that is what comes next.
// It reports whether bytes come next. Callers hold recv.
func (c *conn) look(fd int) (bytes bool) {
	if c.over() {
		return false
	}
	n := 0
	err := retry(func() (err error) { n, err = c.sys.peek(fd, c.one[:]); return err })
	return c.note(n, err)
}

// over reports whether nothing more will be received. Callers hold recv.
func (c *conn) over() bool { return c.closed || !c.facts.eof.IsZero() || c.facts.err != nil }

// note records what a receive of at least a byte has said. It reports whether
// there were bytes. Callers hold recv.
func (c *conn) note(n int, err error) (bytes bool) {
	switch {
	case errors.Is(err, unix.EAGAIN):
	case err != nil:
		c.fail(err)
	case n == 0:
		c.record(func(f *facts, at time.Time) { f.eof = at })
	default:
		return true
	}
	return false
}

// pendingError reports whether the socket has an error to tell (POLLERR). It
// does not read SO_ERROR, which would clear it.
func (c *conn) pendingError(fd int) bool {
	return pollNow(c.sys, fd, unix.POLLIN|unix.POLLOUT)&unix.POLLERR != 0
}

// takeError reads SO_ERROR, once it is decided that the socket will be closed.
func (c *conn) takeError(fd int) {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && n != 0 {
		c.fail(syscall.Errno(n))
		return
	}
	c.fail(unix.ECONNRESET) // the error was taken before us; a reset is what it was (spec §2.2)
}

func (c *conn) receive(fd int, p []byte) (n int, err error) {
	err = retry(func() error { n, err = c.sys.recv(fd, p); return err })
	return max(n, 0), err
}

func (c *conn) transmit(fd int, p []byte) (n int, err error) {
	err = retry(func() error { n, err = c.sys.send(fd, p); return err })
	return max(n, 0), err
}
