package peer

import "golang.org/x/sys/unix"

const sendFlags = 0 // macOS has no MSG_NOSIGNAL; the socket option in prepare does it

func prepare(fd int) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NOSIGPIPE, 1); err != nil {
		return err
	}
	return unix.SetNonblock(fd, true)
}

// kernelQueues returns Recv-Q and Send-Q in bytes, below zero where there is
// no figure (SO_NREAD and SO_NWRITE, getsockopt(2)).
func kernelQueues(fd int) (recvQ, sendQ int64) {
	return queueOption(fd, unix.SO_NREAD), queueOption(fd, unix.SO_NWRITE)
}

func queueOption(fd, option int) int64 {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, option)
	if err != nil {
		return -1
	}
	return int64(n)
}
