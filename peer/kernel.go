package peer

import (
	"errors"

	"golang.org/x/sys/unix"
)

// kernel is the system calls under a socket: the family's one seam. A test
// puts a stand-in there, which plays a script (the class's own mock tests) or
// gives an errno that the machine would not. A descriptor is a real one in any
// case, because Go's poller and close(2) work on it: a stand-in opens one and
// answers for it. No call waits. EINTR is left to the callers.
type kernel interface {
	socket(domain, typ int) (fd int, err error) // non-blocking and close-on-exec
	connect(fd int, remote unix.Sockaddr) error
	bind(fd int, local unix.Sockaddr) error
	listen(fd, backlog int) error
	accept(fd int) (accepted int, remote unix.Sockaddr, err error)
	poll(fd int, events int16) (revents int16, err error)
	recv(fd int, p []byte) (int, error)
	peek(fd int, p []byte) (int, error) // recv that takes nothing
	send(fd int, p []byte) (int, error)
	readable(fd int) int64 // how many bytes a recv would give (FIONREAD), below zero where there is no figure
}

// system is the kernel of this machine.
type system struct{}

func (system) socket(domain, typ int) (int, error)        { return openSocket(domain, typ) }
func (system) connect(fd int, remote unix.Sockaddr) error { return unix.Connect(fd, remote) }
func (system) bind(fd int, local unix.Sockaddr) error     { return unix.Bind(fd, local) }
func (system) listen(fd, backlog int) error               { return unix.Listen(fd, backlog) }
func (system) accept(fd int) (int, unix.Sockaddr, error)  { return acceptSocket(fd) }
func (system) recv(fd int, p []byte) (int, error)         { return unix.Read(fd, p) }
func (system) readable(fd int) int64                      { return readable(fd) }

func (system) poll(fd int, events int16) (int16, error) {
	set := [1]unix.PollFd{{Fd: int32(fd), Events: events}}
	_, err := unix.Poll(set[:], 0)
	return set[0].Revents, err
}

func (system) peek(fd int, p []byte) (int, error) {
	n, _, err := unix.Recvfrom(fd, p, unix.MSG_PEEK)
	return n, err
}

func (system) send(fd int, p []byte) (int, error) {
	return unix.SendmsgN(fd, p, nil, nil, sendFlags)
}

// orSystem is the kernel that a zero value uses.
func orSystem(k kernel) kernel {
	if k == nil {
		return system{}
	}
	return k
}

// pollNow is poll(2) with a zero-length wait. It returns the events that hold.
func pollNow(k kernel, fd int, events int16) (revents int16) {
	err := retry(func() (err error) { revents, err = k.poll(fd, events); return err })
	if err != nil {
		return unix.POLLERR
	}
	return revents
}

// retry calls again after EINTR: Go's own signals make it frequent (Q13).
func retry(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
