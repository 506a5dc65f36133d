package peer

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// queuePause is how long a dial waits before it asks again at a Unix socket
// whose queue is full: connect(2) gives EAGAIN there, and no event tells when
// there is room.
const queuePause = 5 * time.Millisecond

// dialer connects to the target of a tap.
type dialer struct {
	sys   kernel
	check func(Endpoint) error // refuses what must not be dialled, once a name is resolved
}

// ownError is an error of ours, of which the target knows nothing.
type ownError struct{ error }

func (e ownError) Unwrap() error { return e.error }

// dial connects, waiting until ctx ends at most. It returns the socket and the
// address that it dialled. Errors that are not the target's are ownError.
func (d dialer) dial(ctx context.Context, to Endpoint) (fd int, addr string, err error) {
	domain, remote, to, err := d.resolve(ctx, to)
	if err == nil {
		err = d.check(to)
	}
	addr = to.String()
	if err == nil {
		fd, err = d.sys.socket(domain, to.socketType())
		err = shortage(err, "the client was refused")
	}
	if err != nil {
		return -1, addr, ownError{err}
	}
	if err := d.connect(ctx, fd, remote); err != nil {
		_ = unix.Close(fd)
		return -1, addr, err
	}
	return fd, addr, nil
}

func (d dialer) connect(ctx context.Context, fd int, remote unix.Sockaddr) error {
	for {
		err := retry(func() error { return d.sys.connect(fd, remote) })
		switch {
		case errors.Is(err, unix.EINPROGRESS):
			return d.established(ctx, fd)
		case !errors.Is(err, unix.EAGAIN):
			return err
		}
		if err := pause(ctx, queuePause); err != nil {
			return err
		}
	}
}

// resolve returns what to dial, and the endpoint with the address in place of a
// name.
func (d dialer) resolve(ctx context.Context, to Endpoint) (domain int, remote unix.Sockaddr, literal Endpoint, err error) {
	if to.Family == FamilyUDS {
		return unix.AF_UNIX, &unix.SockaddrUnix{Name: to.Path}, to, nil
	}
	ip, err := lookup(ctx, to.Host)
	switch {
	case ctx.Err() != nil:
		return 0, nil, to, ctx.Err()
	case err != nil:
		return 0, nil, to, err
	}
	to.Host = ip.String()
	domain, remote, err = sockaddr(ip, int(to.Port))
	return domain, remote, to, err
}

// lookup returns the address of a host. IPv4 comes first because most servers
// on a name like localhost listen there; an IPv6 one can be written out.
func lookup(ctx context.Context, host string) (netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap(), nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.Addr{}, resolveCause(err)
	}
	for _, ip := range ips {
		if ip.Unmap().Is4() {
			return ip.Unmap(), nil
		}
	}
	return ips[0], nil // LookupNetIP returns at least one, or an error
}

// established waits for the end of a handshake. On this machine it is over by
// now. Where it is not, Go's poller waits, with a descriptor of its own: the
// socket joins it when it is relayed.
func (d dialer) established(ctx context.Context, fd int) error {
	if pollNow(d.sys, fd, unix.POLLOUT) != 0 {
		return socketError(fd)
	}
	second, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return ownError{shortage(err, "the client was refused")}
	}
	file := os.NewFile(uintptr(second), "target")
	defer func() { _ = file.Close() }()
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = file.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	err = raw.Write(func(fd uintptr) bool { return pollNow(d.sys, int(fd), unix.POLLOUT) != 0 })
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	}
	return socketError(fd)
}

// socketError is how a connect has ended.
func socketError(fd int) error {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && n != 0 {
		err = unix.Errno(n)
	}
	return err
}

// pause waits; the error is that of a ctx that has ended.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
