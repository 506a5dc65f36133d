package relay

import "golang.org/x/sys/unix"

// recvQueue returns how many bytes a read would give now, -1 where there is no
// figure (SIOCINQ, tcp(7)).
func recvQueue(fd int) int64 { return queue(fd, unix.SIOCINQ) }

// sendQueue returns how many bytes the other end's kernel has not acknowledged,
// -1 where there is no figure (SIOCOUTQ, tcp(7)). On a Unix socket it is the memory
// of the queued buffers (unix_outq_len in net/unix/af_unix.c).
func sendQueue(fd int) int64 { return queue(fd, unix.SIOCOUTQ) }

func queue(fd int, request uint) int64 {
	n, err := unix.IoctlGetInt(fd, request)
	if err != nil {
		return -1
	}
	return int64(n)
}
