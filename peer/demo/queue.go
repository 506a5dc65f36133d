package demo

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The peers below need what package net does not offer: a queue of a chosen length,
// and a port that is bound but not listened on.

const (
	// fullAfter bounds the clients put into a queue. Linux with a backlog of 0 takes one
	// (include/net/sock.h, sk_acceptq_is_full); a BSD may read 0 as 128 and add half.
	fullAfter = 256
	// firstPatience is for a client that will be taken, lastPatience for one that should not.
	// A handshake on loopback is over before connect returns, but for a machine under load.
	firstPatience = time.Second
	lastPatience  = 20 * time.Millisecond
)

var loopback = &unix.SockaddrInet4{Addr: netip.MustParseAddr("127.0.0.1").As4()}

// openSlowTCP makes a listener whose queue is full: Linux drops a SYN then
// (net/ipv4/tcp_input.c, tcp_conn_request), so the client sends it again until its deadline.
func (d *Demo) openSlowTCP(p *Peer) error {
	fd, at, err := d.bind(unix.AF_INET, loopback, p)
	if err != nil {
		return err
	}
	return d.listenFull(fd, unix.AF_INET, at)
}

// openSlowUDS does the same with a Unix socket, where connect gives EAGAIN (connect(2)).
func (d *Demo) openSlowUDS(p *Peer) error {
	path := d.socketPath(p.Label)
	fd, at, err := d.bind(unix.AF_UNIX, &unix.SockaddrUnix{Name: path}, p)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	return d.listenFull(fd, unix.AF_UNIX, at)
}

// openRefused binds a port and never listens: connects are refused, and nobody else gets the port.
func (d *Demo) openRefused(p *Peer) error {
	_, _, err := d.bind(unix.AF_INET, loopback, p)
	return err
}

// listenFull listens on a socket bound to at and fills its queue.
func (d *Demo) listenFull(fd, family int, at unix.Sockaddr) error {
	if err := unix.Listen(fd, 0); err != nil {
		return os.NewSyscallError("listen", err)
	}
	return d.fill(family, at)
}

// fill connects to a listener until a client is not taken. The clients stay until Close.
func (d *Demo) fill(family int, to unix.Sockaddr) error {
	patience := firstPatience
	for range fullAfter {
		fd, err := d.socket(family)
		if err != nil {
			return err
		}
		err = unix.Connect(fd, to)
		if errors.Is(err, unix.EINPROGRESS) {
			var taken bool
			if taken, err = connected(fd, patience); err == nil && !taken {
				return nil
			}
		}
		if family == unix.AF_UNIX && errors.Is(err, unix.EAGAIN) {
			return nil
		}
		if err != nil {
			return os.NewSyscallError("connect", err)
		}
		patience = lastPatience
	}
	return fmt.Errorf("the queue of a listener with backlog 0 still takes clients after %d", fullAfter)
}

// connected waits for the end of a pending connect; false means that it is still pending.
func connected(fd int, patience time.Duration) (bool, error) {
	deadline := time.Now().Add(patience)
	for {
		left := max(time.Until(deadline), 0)
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, int(left.Milliseconds()))
		switch {
		case errors.Is(err, unix.EINTR): // the Go scheduler's signals
			continue
		case err != nil || n == 0:
			return false, err
		}
		code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && code != 0 {
			err = syscall.Errno(code)
		}
		return err == nil, err
	}
}

// socket makes a stream socket, non-blocking and close-on-exec, that Close closes.
// The lock is what syscall.ForkLock asks for where socket(2) cannot set both at once (macOS).
func (d *Demo) socket(family int) (int, error) {
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	d.fds = append(d.fds, fd)
	return fd, os.NewSyscallError("setnonblock", unix.SetNonblock(fd, true))
}

// bind makes a socket bound to at, gives p its address and returns where it is bound.
func (d *Demo) bind(family int, at unix.Sockaddr, p *Peer) (int, unix.Sockaddr, error) {
	fd, err := d.socket(family)
	if err != nil {
		return -1, nil, err
	}
	if err := unix.Bind(fd, at); err != nil {
		return -1, nil, os.NewSyscallError("bind", err)
	}
	sa, err := unix.Getsockname(fd) // the port is the kernel's choice
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		p.Address = "tcp://" + netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)).String()
	case *unix.SockaddrUnix:
		p.Address = unixAddress(sa.Name)
	}
	return fd, sa, os.NewSyscallError("getsockname", err)
}
