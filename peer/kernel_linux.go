package peer

import "golang.org/x/sys/unix"

// MaxPath is the longest path of a Unix socket in bytes: sun_path holds 108
// with its NUL (unix(7)).
const MaxPath = 107

const (
	hasAbstract = true
	// sendQApprox: unix_outq_len in net/unix/af_unix.c counts the memory of the queued buffers, not their bytes.
	sendQApprox = true
	sendFlags   = unix.MSG_NOSIGNAL
)

// openSocket makes a non-blocking, close-on-exec socket.
func openSocket(domain, typ int) (int, error) {
	return unix.Socket(domain, typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
}

// acceptSocket takes the connection that waits longest, non-blocking and
// close-on-exec.
func acceptSocket(fd int) (int, unix.Sockaddr, error) {
	return unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
}

// kernelQueues returns Recv-Q and Send-Q in bytes, below zero where there is
// no figure (SIOCINQ and SIOCOUTQ, tcp(7) and unix(7)).
func kernelQueues(fd int) (recvQ, sendQ int64) {
	return ioctlQueue(fd, unix.SIOCINQ), ioctlQueue(fd, unix.SIOCOUTQ)
}

func ioctlQueue(fd int, request uint) int64 {
	n, err := unix.IoctlGetInt(fd, request)
	if err != nil {
		return -1
	}
	return int64(n)
}

// readable returns how many bytes a read would give now (FIONREAD).
func readable(fd int) int64 { return ioctlQueue(fd, unix.SIOCINQ) }
