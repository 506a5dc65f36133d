//go:build darwin || freebsd

package peer

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// MaxPath is the longest path of a Unix socket in bytes: sun_path holds 104
// with its NUL (unix(4)).
const MaxPath = 103

const (
	fionread    = 0x4004667f // FIONREAD of <sys/filio.h>, which x/sys does not name here
	hasAbstract = false
	sendQApprox = false
)

// openSocket makes a non-blocking, close-on-exec socket.
func openSocket(domain, typ int) (int, error) {
	fd, _, err := create(func() (int, unix.Sockaddr, error) {
		fd, err := unix.Socket(domain, typ, 0)
		return fd, nil, err
	})
	return fd, err
}

// acceptSocket takes the connection that waits longest, non-blocking and
// close-on-exec.
func acceptSocket(fd int) (int, unix.Sockaddr, error) {
	return create(func() (int, unix.Sockaddr, error) { return unix.Accept(fd) })
}

// create makes a socket. The fork lock keeps a child from inheriting it before
// it is close-on-exec.
func create(open func() (int, unix.Sockaddr, error)) (int, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	fd, remote, err := open()
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, nil, err
	}
	if err := prepare(fd); err != nil {
		_ = unix.Close(fd)
		return -1, nil, err
	}
	return fd, remote, nil
}

// readable returns how many bytes a read would give now (FIONREAD).
func readable(fd int) int64 {
	n, err := unix.IoctlGetInt(fd, fionread)
	if err != nil {
		return -1
	}
	return int64(n)
}
