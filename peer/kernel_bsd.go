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

// openSocket makes a non-blocking, close-on-exec stream socket. The fork lock
// keeps a child from inheriting it in between.
func openSocket(domain int) (int, error) {
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(domain, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, err
	}
	if err := prepare(fd); err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// readable returns how many bytes a read would give now (FIONREAD).
func readable(fd int) int64 {
	n, err := unix.IoctlGetInt(fd, fionread)
	if err != nil {
		return -1
	}
	return int64(n)
}
