package relay

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// stampSpace is the room that the time of a packet takes in a control message.
var stampSpace = unix.CmsgSpace(int(unsafe.Sizeof(unix.Timeval{})))

// setPacketOptions makes the kernel say when each packet came (SO_TIMESTAMP,
// socket(7)). Nobody needs to know: it is what tells an empty packet from the end,
// both of which read 0 bytes and may be there at once.
func setPacketOptions(fd int) error {
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMP, 1)
}

// lookAtPacket waits, in the poller, until there is a packet or the end.
func (w *way) lookAtPacket(uintptr) bool {
	w.n, w.err, w.atEnd = 0, nil, false
	// There is room for the time and not for descriptors, which would be doubled.
	control := make([]byte, stampSpace)
	n, got, _, err := recvmsg(w.from.FD, nil, control, unix.MSG_PEEK|unix.MSG_TRUNC|unix.MSG_DONTWAIT)
	switch {
	case errors.Is(err, unix.EAGAIN):
		w.idle()
		return false
	case err != nil:
		w.err = err
	case n == 0 && got == 0:
		w.atEnd = true
	default:
		w.n = n
	}
	return true
}
