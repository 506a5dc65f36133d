package relay

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// peekMost is up to how many bytes copying them once more costs less than
// asking the fdinfo file: 2 µs.
const peekMost = 16 << 10

// maxInfos bounds the fdinfo files that are kept open in the process.
const maxInfos = 1024

var infos atomic.Int32 // fdinfo files that are kept open

// extra is the fdinfo file of the socket that a busy way reads from, if it is
// kept open: its descriptor plus 1, so that the zero value has none.
type extra struct{ info int }

func (x *extra) close() {
	if x.info > 0 {
		_ = unix.Close(x.info - 1)
		x.info = 0
		infos.Add(-1)
	}
}

// receive reads from a Unix stream into p, which is no longer than what lies in
// the receive queue.
//
// The kernel merges plain bytes before a message that carries descriptors into the
// same read (unix_stream_read_generic in net/unix/af_unix.c), so that nobody could
// say which byte they came with. So a read that goes so far begins with that byte.
func (w *way) receive(p []byte) (int, error) {
	if len(p) > peekMost && w.sys.queuedRights(w.from.FD) == 0 {
		return unix.Read(w.from.FD, p)
	}
	n, some := peekRights(w.from.FD, p)
	if n < 1 {
		return unix.Read(w.from.FD, p[:1]) // which says why
	}
	if !some {
		return unix.Read(w.from.FD, p[:n])
	}
	// The first message with descriptors ends with these n bytes, or later.
	plain, whole := lastBegins(w.from.FD, p[:n])
	switch {
	case plain > 0:
		return unix.Read(w.from.FD, p[:plain])
	case whole:
		return w.readMessage(p[:n])
	}
	return w.readMessage(p[:1])
}

// peekRights looks at the next len(p) bytes and reports how many there are up to
// the end of the first message with descriptors, and whether there is one, in the
// bytes or after them. Nothing is taken: without room for a control message the
// kernel only says that one was truncated.
func peekRights(fd int, p []byte) (n int, some bool) {
	n, _, some, err := recvmsg(fd, p, nil, unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return n, some && err == nil
}

// lastBegins returns how many of the bytes of p, which lie in the receive queue, come
// before the message that the last one belongs to. Where that cannot be told it
// returns 0, and whole is false.
func lastBegins(fd int, p []byte) (before int, whole bool) {
	if !tellsMessages() {
		return 0, false
	}
	n, err := peekShort(fd, p)
	if err != nil {
		return 0, errors.Is(err, unix.EFAULT)
	}
	return n, true
}

// peekShort peeks at len(p) bytes with nowhere to put the last one. What the kernel
// says to have copied then is the messages before that byte's: one that cannot be
// copied to its end does not count.
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

// tellsMessages reports whether this kernel answers peekShort as we expect it. If
// not, descriptors are looked for one byte at a time.
var tellsMessages = sync.OnceValue(func() bool {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fds[0])
	defer unix.Close(fds[1])
	for _, n := range []int{3, 2, 4} {
		if _, err := unix.Write(fds[1], make([]byte, n)); err != nil {
			return false
		}
	}
	p := make([]byte, 9)
	within, err1 := peekShort(fds[0], p[:8])
	first, err2 := peekShort(fds[0], p[:4])
	_, err3 := peekShort(fds[0], p[:3])
	return within == 5 && first == 3 && errors.Join(err1, err2) == nil && errors.Is(err3, unix.EFAULT)
})

// queuedRights returns how many descriptors lie in the receive queue of fd
// (scm_fds, proc_pid_fdinfo(5)), -1 where the system does not say.
func (x *extra) queuedRights(fd int) int {
	info := x.info - 1
	if x.info == 0 {
		var err error
		info, err = unix.Open("/proc/self/fdinfo/"+strconv.Itoa(fd), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return -1
		}
		if infos.Add(1) > maxInfos {
			infos.Add(-1)
			defer unix.Close(info)
		} else {
			x.info = info + 1
		}
	}
	var text [256]byte
	n, err := unix.Pread(info, text[:], 0)
	if err != nil {
		return -1
	}
	_, after, found := bytes.Cut(text[:max(n, 0)], []byte("\nscm_fds:"))
	line, _, ended := bytes.Cut(after, []byte("\n"))
	if !found || !ended {
		return -1
	}
	count, err := strconv.Atoi(string(bytes.TrimSpace(line)))
	if err != nil {
		return -1
	}
	return count
}

// nameOf says what a descriptor is, as the kernel names it: a path, "socket:[91827]", "pipe:[4]".
func nameOf(fd int) string {
	name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	if err != nil {
		return "descriptor"
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
