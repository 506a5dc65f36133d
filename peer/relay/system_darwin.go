package relay

import "golang.org/x/sys/unix"

// sendQueue returns how many bytes the other end has not acknowledged, -1 where
// there is no figure (SO_NWRITE, getsockopt(2)).
func sendQueue(fd int) int64 {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NWRITE)
	if err != nil {
		return -1
	}
	return int64(n)
}
