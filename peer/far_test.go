package peer

import (
	"io"
	"net"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// far is the other end: a listener of the kernel's, and no object of ours.
type far struct {
	t    testing.TB
	addr Address
	l    net.Listener
}

// listenFar listens on loopback or on a path of its own. Of a queue of n, the
// kernel admits n+1 clients that were not accepted (spec §1.5).
func listenFar(t testing.TB, family Family, queue int) *far {
	t.Helper()
	network, at := "tcp", "127.0.0.1:0"
	if family == FamilyUDS {
		network, at = "unix", filepath.Join(t.TempDir(), "s")
	}
	l, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	f := &far{t: t, l: l, addr: mustParse(t, l.Addr().String())}
	raw, err := l.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	// A listening socket that is told to listen again takes the new backlog.
	if cerr := raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), queue) }); cerr != nil || err != nil {
		t.Fatal(cerr, err)
	}
	return f
}

// listenFull is listenFar with a queue of 0 that is full: what is dialled next
// stays pending until something is accepted.
func listenFull(t testing.TB, family Family) *far {
	f := listenFar(t, family, 0)
	for range 16 {
		if f.fill() {
			return f
		}
	}
	t.Fatal("the queue never gets full")
	return nil
}

// fill dials once more and reports whether that stays pending.
func (f *far) fill() (pending bool) {
	f.t.Helper()
	domain, sa := unix.AF_UNIX, unix.Sockaddr(&unix.SockaddrUnix{Name: f.addr.Path})
	if f.addr.Family == FamilyTCP {
		domain, sa = unix.AF_INET, &unix.SockaddrInet4{Port: int(f.addr.Port), Addr: [4]byte{127, 0, 0, 1}}
	}
	fd, err := openSocket(domain, unix.SOCK_STREAM)
	if err != nil {
		f.t.Fatal(err)
	}
	err = unix.Connect(fd, sa)
	if err == unix.EAGAIN { // a Unix socket is refused and not queued
		unix.Close(fd)
		return true
	}
	if err != nil && err != unix.EINPROGRESS {
		f.t.Fatal(err)
	}
	const handshake = 200 // milliseconds; over loopback it is done when connect returns
	set := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	if n, _ := unix.Poll(set, handshake); n == 0 {
		unix.Close(fd) // a pending one would take the next free place
		return true
	}
	f.t.Cleanup(func() { unix.Close(fd) })
	return false
}

// accept takes the client that waits longest.
func (f *far) accept() *farConn {
	f.t.Helper()
	f.l.(interface{ SetDeadline(time.Time) error }).SetDeadline(time.Now().Add(patience))
	c, err := f.l.Accept()
	if err != nil {
		f.t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(patience))
	f.t.Cleanup(func() { c.Close() })
	return &farConn{c, f.t}
}

// farConn is an accepted connection; every call that goes wrong fails the test.
type farConn struct {
	net.Conn
	t testing.TB
}

func (c *farConn) send(s string) {
	c.t.Helper()
	if _, err := c.Write([]byte(s)); err != nil {
		c.t.Fatal(err)
	}
}

// closeWrite sends FIN and goes on receiving.
func (c *farConn) closeWrite() {
	c.t.Helper()
	if err := c.Conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		c.t.Fatal(err)
	}
}

// reset closes with RST. On a Unix socket, bytes of the client's must lie
// unread; then its kernel says the same (spec §2.2).
func (c *farConn) reset() {
	c.t.Helper()
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			c.t.Fatal(err)
		}
	}
	c.Close()
}

// receive returns n bytes, and fails on anything else.
func (c *farConn) receive(want string) {
	c.t.Helper()
	got := make([]byte, len(want))
	for n := 0; n < len(got); {
		k, err := c.Read(got[n:])
		if err != nil {
			c.t.Fatalf("far end: %q, %v; want %q", got[:n], err, want)
		}
		n += k
	}
	if string(got) != want {
		c.t.Fatalf("far end: %q, want %q", got, want)
	}
}

// end returns what ends the stream: io.EOF or an error of the system.
func (c *farConn) end() error {
	buf := make([]byte, 64<<10)
	for {
		if _, err := c.Read(buf); err != nil {
			return err
		}
	}
}

func mustParse(t testing.TB, arg string) Address {
	t.Helper()
	a, err := ParseAddress(arg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// serve accepts until the listener is closed, and runs do for each client in a
// goroutine. The cleanup ends and awaits them.
func (f *far) serve(do func(net.Conn)) {
	var (
		work  sync.WaitGroup
		mu    sync.Mutex
		conns []net.Conn
	)
	work.Go(func() {
		for {
			c, err := f.l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			work.Go(func() {
				defer c.Close()
				do(c)
			})
		}
	})
	f.t.Cleanup(func() {
		f.l.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		work.Wait()
	})
}

// echo sends back what comes, until it ends.
func echo(c net.Conn) { io.Copy(c, c) }
