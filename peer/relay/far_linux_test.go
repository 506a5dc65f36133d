package relay

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// far is an end of a connection. It does what a scenario says and writes down
// what it saw. Its socket blocks; nothing blocks for longer than patience.
type far struct {
	t         testing.TB
	fd        int
	family    family
	beyond    family // of the end that it talks to, which is another one through a relay
	standsFor family // its own, but for one that is compared with an end of another
	once      sync.Once
	sent      int // bytes so far, which follow from their offsets
	got       int // bytes so far
	seen      []string
}

func newFar(t testing.TB, fd int, f family) *far {
	t.Helper()
	wait := unix.NsecToTimeval(patience.Nanoseconds())
	err := errors.Join(unix.SetNonblock(fd, false),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &wait))
	if err != nil {
		t.Fatal(err)
	}
	return &far{t: t, fd: fd, family: f, beyond: f, standsFor: f}
}

func (f *far) saw(format string, args ...any) { f.seen = append(f.seen, fmt.Sprintf(format, args...)) }

// story is all that it saw.
func (f *far) story() string { return strings.Join(f.seen, "; ") }

// stream is what all streams are made of, again and again. Its length divides
// no size of a buffer, so that bytes in a wrong place are wrong.
var stream = func() []byte {
	p := make([]byte, 1_000_003)
	for i := range p {
		p[i] = byte(uint64(i) * 0x9e3779b97f4a7c15 >> 56)
	}
	return p
}()

// fill makes the bytes of a stream from an offset on.
func fill(p []byte, off int) {
	for len(p) > 0 {
		n := copy(p, stream[off%len(stream):])
		p, off = p[n:], off+n
	}
}

// send writes n bytes, as packets of 1,000 bytes where there are packets.
func (f *far) send(n int) {
	for to := f.sent + n; f.sent < to; {
		if err := f.write(to - f.sent); err != nil {
			f.saw("send: %v", err)
			return
		}
	}
}

// write writes once, n bytes or less.
func (f *far) write(n int) error {
	most := 256 << 10
	if f.family == packet {
		most = 1000
	}
	p := make([]byte, min(n, most))
	fill(p, f.sent)
	n, err := ignoringEINTR(func() (int, error) { return unix.SendmsgN(f.fd, p, nil, nil, unix.MSG_NOSIGNAL) })
	f.sent += max(n, 0)
	return err
}

// sendUntilError writes until it cannot, a kilobyte at a time.
func (f *far) sendUntilError() {
	var err error
	if !within(patience, func() bool { err = f.write(1000); return err != nil }) {
		f.t.Error("writes go on and on")
	}
	f.saw("send: %v", err)
}

// flood writes as fast as it can, until it cannot. Of a Unix socket it is left to
// chance which error that is: a write that waits takes ECONNRESET, any other has EPIPE.
func (f *far) flood() {
	var err error
	for begun := time.Now(); err == nil && time.Since(begun) < patience; {
		err = f.write(1 << 20)
	}
	if f.family != tcp && (errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET)) {
		err = errors.New("broken")
	}
	f.saw("send: %v", err)
}

// fillUp writes without waiting, until there has been no room for a while.
func (f *far) fillUp() {
	const quiet = 200 // milliseconds
	p := make([]byte, 1000)
	set := []unix.PollFd{{Fd: int32(f.fd), Events: unix.POLLOUT}}
	for begun := time.Now(); time.Since(begun) < patience; {
		fill(p, f.sent)
		n, err := ignoringEINTR(func() (int, error) { return unix.SendmsgN(f.fd, p, nil, nil, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT) })
		f.sent += max(n, 0)
		if errors.Is(err, unix.EAGAIN) {
			if n, _ := ignoringEINTR(func() (int, error) { return unix.Poll(set, quiet) }); n == 0 {
				return
			}
		} else if err != nil {
			f.saw("send: %v", err)
			return
		}
	}
	f.t.Error("there is always room")
}

// read reads n bytes.
func (f *far) read(n int) {
	if got, how := f.receive(n); got < n {
		f.saw("%d of %d bytes, %s", got, n, how)
	} else {
		f.saw("%d bytes", got)
	}
}

// readToEnd reads until nothing more comes, and says how much and how it ended.
// The error of a packet socket comes before the packets that are left.
func (f *far) readToEnd() {
	for range 2 {
		got, how := f.receive(1 << 40)
		f.saw("%d bytes, %s", got, how)
		if f.family != packet || how == "end" {
			return
		}
	}
}

// readAtLeast reads until nothing more comes. How much it was is left to chance,
// beyond least.
func (f *far) readAtLeast(least int, then func()) {
	got, how := f.receive(least)
	then()
	if got == least {
		_, how = f.receive(1 << 40)
	}
	f.saw("at least %d bytes, %s", got, how)
}

// receive reads up to n bytes, all of which must be the stream's, and packets whole.
func (f *far) receive(n int) (got int, how string) {
	p, want := make([]byte, 256<<10), make([]byte, 256<<10)
	for got < n {
		k, err := ignoringEINTR(func() (int, error) { return unix.Read(f.fd, p[:min(len(p), n-got)]) })
		switch {
		case err != nil:
			return got, err.Error()
		case k == 0:
			return got, "end"
		case f.family == packet && k != 1000 && k != n-got:
			f.saw("a packet of %d bytes", k)
		}
		fill(want[:k], f.got)
		if !bytes.Equal(p[:k], want[:k]) {
			f.saw("other bytes at %d", f.got)
			f.t.Errorf("other bytes at %d", f.got)
		}
		f.got += k
		got += k
	}
	return got, ""
}

func (f *far) shutdown(how int) {
	if err := unix.Shutdown(f.fd, how); err != nil {
		f.saw("shutdown: %v", err)
	}
}

// awaitUnread waits until n bytes lie in the receive queue.
func (f *far) awaitUnread(n int64) {
	if !within(patience, func() bool { return recvQueue(f.fd) >= n }) {
		f.t.Errorf("%d bytes are unread instead of %d", recvQueue(f.fd), n)
	}
}

// awaitSent waits until the kernel beyond a TCP socket has all that was written.
func (f *far) awaitSent() {
	if f.family == tcp && !within(patience, func() bool { return sendQueue(f.fd) == 0 }) {
		f.t.Errorf("%d bytes are not sent", sendQueue(f.fd))
	}
}

// awaitEnd waits until the end has come, without reading up to it.
func (f *far) awaitEnd() {
	set := []unix.PollFd{{Fd: int32(f.fd), Events: unix.POLLRDHUP}}
	_, err := ignoringEINTR(func() (int, error) { return unix.Poll(set, int(patience.Milliseconds())) })
	if err != nil || set[0].Revents == 0 {
		f.t.Errorf("no end: %v", err)
	}
}

// awaitBroken waits until both directions have ended.
func (f *far) awaitBroken() {
	if !within(patience, func() bool { return (&end{Socket: Socket{FD: f.fd}}).state()&unix.POLLHUP != 0 }) {
		f.t.Error("it is not broken")
	}
}

// awaitClose waits until the other end is closed entirely, if it can be told.
func (f *far) awaitClose() {
	if f.family != tcp && f.beyond != tcp {
		f.awaitBroken()
	}
}

// awaitReset waits until a reset has come, or what the close of a Unix socket makes of it.
func (f *far) awaitReset() {
	if f.family == tcp && f.beyond != tcp {
		f.awaitEnd() // a FIN is all that TCP shows of a close
	} else {
		f.awaitBroken()
	}
}

func (f *far) close() { f.once.Do(func() { unix.Close(f.fd) }) }

// reset closes with a reset, as far as there is such a thing in its family. An end
// that stands for one of another family does what that could do.
func (f *far) reset() {
	if f.standsFor == tcp {
		if err := unix.SetsockoptLinger(f.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}); err != nil {
			f.saw("linger: %v", err)
		}
	}
	f.close()
}

func ignoringEINTR(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
