package relay

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// end is the socket of one side: one way reads from it, the other writes to it.
type end struct {
	Socket
	side Side
	file *os.File        // owns the descriptor once it has joined Go's poller
	raw  syscall.RawConn // of file: to wait in the poller

	// A write and the record of its error are one step, and so are an end of the
	// stream and its record: the error that a write takes is gone, and all that a
	// read sees of it is the end of the stream.
	mu     sync.Mutex
	broken error // of the first write that failed
	eof    bool  // nothing more comes from it
}

func (e *end) init(s Side, k Socket) { e.Socket, e.side = k, s }

// join gives the socket to Go's network poller.
func (e *end) join() error {
	if err := e.setOptions(); err != nil {
		return err
	}
	e.file = os.NewFile(uintptr(e.FD), "socket")
	raw, err := e.file.SyscallConn()
	if err == nil {
		err = e.file.SetDeadline(time.Time{}) // fails if the poller took no more (epoll(7), max_user_watches)
	}
	e.raw = raw
	return err
}

func (e *end) setOptions() error {
	switch {
	case e.Packet:
		return setPacketOptions(e.FD)
	case e.Unix:
		return nil
	}
	err := unix.SetsockoptInt(e.FD, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	if errors.Is(err, unix.EINVAL) {
		return nil // macOS, where it says that the connection has ended: the first read tells how
	}
	return err
}

// close closes the descriptor. A close that fails has closed all the same (close(2)).
func (e *end) close() {
	if e.file == nil {
		_ = unix.Close(e.FD)
		return
	}
	_ = e.file.Close()
}

// ended records that nothing more comes from e, and returns the error of a
// write that failed before.
func (e *end) ended() (broken error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.eof = true
	return e.broken
}

// state returns which of POLLERR and POLLHUP hold. POLLHUP is the end of both
// directions: on a Unix socket the other end was closed, or has shut both.
func (e *end) state() int16 {
	set := [1]unix.PollFd{{Fd: int32(e.FD)}}
	for {
		_, err := unix.Poll(set[:], 0)
		if err == nil {
			return set[0].Revents & (unix.POLLERR | unix.POLLHUP)
		}
		if !errors.Is(err, unix.EINTR) {
			return unix.POLLERR
		}
	}
}

// takeError takes the pending error of the socket (SO_ERROR). If there is none
// any more, a reset is what it was.
func (e *end) takeError() error {
	n, err := unix.GetsockoptInt(e.FD, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil || n == 0 {
		return unix.ECONNRESET
	}
	return syscall.Errno(n)
}

// deliver waits until the other end's kernel has all that was written, for a
// second at most: a reset would take away what it has not. What was written to a
// Unix socket is there at once.
func (e *end) deliver() {
	const longest = 10 * time.Millisecond
	wait := 100 * time.Microsecond
	for begun := time.Now(); !e.Unix && e.sends() && time.Since(begun) < grace; wait = min(2*wait, longest) {
		time.Sleep(wait)
	}
}

// sends reports whether the kernel has still bytes to send. Those of a socket that
// was reset stay counted (SIOCOUTQ).
func (e *end) sends() bool {
	e.mu.Lock()
	broken := e.broken
	e.mu.Unlock()
	return broken == nil && sendQueue(e.FD) > 0 && e.state()&unix.POLLERR == 0
}

func peek(fd int, p []byte) (int, error) {
	n, _, err := unix.Recvfrom(fd, p, unix.MSG_PEEK)
	return n, err
}
