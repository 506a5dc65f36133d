//go:build darwin || freebsd

package relay

import (
	"errors"

	"golang.org/x/sys/unix"
)

// receive reads from a Unix stream into p. A read ends before the next message
// that carries descriptors (soreceive in kern/uipc_socket.c), so they come with
// the first byte of p.
func (w *way) receive(p []byte) (int, error) { return w.readMessage(p) }

// nameOf says what a descriptor is; there is no name to be had here.
func nameOf(int) string { return "descriptor" }

func recvmsg(fd int, p, control []byte, flags int) (n, controlLen int, truncated bool, err error) {
	for {
		n, controlLen, got, _, err := unix.Recvmsg(fd, p, control, flags)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return 0, 0, false, err
		}
		for _, fd := range rightsOf(control[:controlLen]) {
			unix.CloseOnExec(fd) // macOS has no MSG_CMSG_CLOEXEC
		}
		return n, controlLen, got&unix.MSG_CTRUNC != 0, nil
	}
}

func sendmsg(fd int, p []byte, rights []int) (int, error) {
	var control []byte
	if len(rights) > 0 {
		control = unix.UnixRights(rights...)
	}
	return unix.SendmsgN(fd, p, control, nil, 0)
}
