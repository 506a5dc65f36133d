//go:build darwin || freebsd

package relay

import "golang.org/x/sys/unix"

const fionread = 0x4004667f // FIONREAD of <sys/filio.h>, which x/sys does not name here

// recvQueue returns how many bytes a read would give now, -1 where there is no figure.
func recvQueue(fd int) int64 {
	n, err := unix.IoctlGetInt(fd, fionread)
	if err != nil {
		return -1
	}
	return int64(n)
}
