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

// lookAtPacket waits, in the poller, until there is a packet or the end. The
// error of a reset comes before the packets that are left (__skb_try_recv_datagram
// in net/core/datagram.c), and is kept for after them.
func (w *way) lookAtPacket(uintptr) bool {
	w.n, w.err, w.atEnd = 0, nil, false
	for {
		n, packet, err := peekPacket(w.from.FD)
		switch {
		case errors.Is(err, unix.EAGAIN):
			w.idle()
			return false
		case err != nil && w.lost == nil:
			w.lost = err
			continue
		case err != nil || !packet && w.lost != nil:
			w.err = w.lost
		case !packet:
			w.atEnd = true
		}
		w.n = n
		return true
	}
}

// peekPacket returns the length of the next packet, or that it is none.
func peekPacket(fd int) (n int, packet bool, err error) {
	// There is room for the time and not for descriptors, which would be doubled.
	control := make([]byte, stampSpace)
	n, got, _, err := recvmsg(fd, nil, control, unix.MSG_PEEK|unix.MSG_TRUNC|unix.MSG_DONTWAIT)
	return n, n > 0 || got > 0, err
}
