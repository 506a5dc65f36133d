package peer

import "golang.org/x/sys/unix"

const sendFlags = unix.MSG_NOSIGNAL

func prepare(fd int) error { return unix.SetNonblock(fd, true) }

// kernelQueues returns Recv-Q in bytes; Send-Q has no figure here.
func kernelQueues(fd int) (recvQ, sendQ int64) { return readable(fd), -1 }
