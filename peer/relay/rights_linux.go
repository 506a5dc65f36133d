package relay

import (
	"errors"
	"os"
	"strconv"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receive reads from a Unix stream into p, which is no longer than what lies in
// the receive queue.
//
// The kernel merges plain bytes before a message that carries descriptors into the
// same read (unix_stream_read_generic in net/unix/af_unix.c), so that nobody could
// say which byte they came with. So a read that goes so far begins with that byte.
func (w *way) receive(p []byte) (int, error) {
	fd, kernel := w.from.FD, kernelOf()
	if kernel.looksAhead {
		if _, some := peekRights(fd, p[:1]); !some {
			return unix.Read(fd, p)
		}
	}
	n, some := peekRights(fd, p)
	if n < 1 {
		return w.readMessage(p[:1]) // which says why, and loses no descriptors if it was for a moment
	}
	if !some {
		return unix.Read(fd, p[:n])
	}
	// The first message with descriptors ends with these n bytes, or later.
	if !kernel.tellsMessages {
		return w.readMessage(p[:1])
	}
	plain, err := peekShort(fd, p[:n])
	if err != nil || plain < 1 {
		return w.readMessage(p[:n]) // no message begins among them but the first
	}
	return unix.Read(fd, p[:plain])
}

// peekRights looks at the next len(p) bytes and reports how many there are up to
// the end of the first message with descriptors, and whether there is one. Nothing
// is taken: without room for a control message the kernel only says that one was
// truncated.
func peekRights(fd int, p []byte) (n int, some bool) {
	n, _, some, err := recvmsg(fd, p, nil, unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return n, some && err == nil
}

// peekShort peeks at len(p) bytes with nowhere to put the last one. What the kernel
// says to have copied then is the messages before that byte's: one that cannot be
// copied to its end does not count, and is EFAULT if it is the first.
func peekShort(fd int, p []byte) (int, error) {
	var none byte
	iov := [2]unix.Iovec{{Base: &none}, {}}
	if len(p) > 1 {
		iov[0].Base = &p[0]
		iov[0].SetLen(len(p) - 1)
	}
	iov[1].SetLen(1) // at address 0
	msg := unix.Msghdr{Iov: &iov[0]}
	msg.SetIovlen(2)
	n, _, errno := unix.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), unix.MSG_PEEK|unix.MSG_DONTWAIT)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// peeking is what a kernel says to a peek beyond what is written anywhere. Where it
// does not, descriptors are found all the same, with more copying or byte by byte.
type peeking struct {
	looksAhead    bool // a peek at one byte tells of descriptors anywhere in the queue (Linux 4.3 and later)
	tellsMessages bool // peekShort tells where a message begins
}

// kernelOf tries this kernel out, once.
var kernelOf = sync.OnceValue(func() (k peeking) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return k
	}
	defer unix.Close(fds[0])
	defer unix.Close(fds[1])
	p := make([]byte, 9)
	if n, _ := unix.Write(fds[1], p[:3]); n != 3 {
		return k
	}
	_, none := peekRights(fds[0], p[:1])
	for _, n := range []int{2, 4} {
		if _, err := sendmsg(fds[1], p[:n], fds[1:]); err != nil {
			return k
		}
	}
	n, some := peekRights(fds[0], p)
	_, ahead := peekRights(fds[0], p[:1])
	k.looksAhead = !none && some && ahead

	second, err1 := peekShort(fds[0], p[:5])
	inside, err2 := peekShort(fds[0], p[:4])
	_, err3 := peekShort(fds[0], p[:3])
	k.tellsMessages = n == 5 && second == 3 && inside == 3 && errors.Join(err1, err2) == nil && errors.Is(err3, unix.EFAULT)
	return k
})

// longestName bounds what is kept of a path: a message may carry hundreds of descriptors.
const longestName = 256 // bytes

// nameOf says what a descriptor is, as the kernel names it: a path, "socket:[91827]", "pipe:[4]".
func nameOf(fd int) string {
	name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	switch {
	case err != nil:
		return "descriptor"
	case len(name) > longestName:
		return "…" + name[len(name)-longestName:]
	}
	return name
}

// recvmsg is recvmsg(2) without the sender's address, for which x/sys makes a
// value each time. p may be empty: x/sys would read a byte then.
func recvmsg(fd int, p, control []byte, flags int) (n, controlLen int, truncated bool, err error) {
	var (
		iov unix.Iovec
		msg unix.Msghdr
	)
	if len(p) > 0 {
		iov.Base = &p[0]
		iov.SetLen(len(p))
		msg.Iov = &iov
		msg.SetIovlen(1)
	}
	if len(control) > 0 {
		msg.Control = &control[0]
		msg.SetControllen(len(control))
	}
	for {
		r, _, errno := unix.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), uintptr(flags|unix.MSG_CMSG_CLOEXEC))
		switch errno {
		case 0:
			return int(r), int(msg.Controllen), msg.Flags&unix.MSG_CTRUNC != 0, nil
		case unix.EINTR:
			continue
		}
		return 0, 0, false, errno
	}
}

// sendmsg is sendmsg(2) with descriptors. p may be empty: x/sys would send a byte then.
func sendmsg(fd int, p []byte, rights []int) (int, error) {
	var (
		iov unix.Iovec
		msg unix.Msghdr
	)
	if len(p) > 0 {
		iov.Base = &p[0]
		iov.SetLen(len(p))
		msg.Iov = &iov
		msg.SetIovlen(1)
	}
	if len(rights) > 0 {
		control := unix.UnixRights(rights...)
		msg.Control = &control[0]
		msg.SetControllen(len(control))
	}
	r, _, errno := unix.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
	if errno != 0 {
		return 0, errno
	}
	return int(r), nil
}
