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

// dial connects, waiting until ctx ends at most. It returns the socket, joined
// to Go's poller, and the address that it dialled.
func (d dialer) dial(ctx context.Context, to Endpoint) (file *os.File, addr string, err error) {
	domain, remote, to, err := d.resolve(ctx, to)
	if err == nil {
		err = d.check(to)
	}
	addr = to.String()
	if err != nil {
		return nil, addr, err
	}
	fd, err := d.sys.socket(domain, to.socketType())
	if err != nil {
		return nil, addr, err
	}
	err = retry(func() error { return d.sys.connect(fd, remote) })
	for ; errors.Is(err, unix.EAGAIN); err = retry(func() error { return d.sys.connect(fd, remote) }) {
		if err := pause(ctx, queuePause); err != nil {
			_ = unix.Close(fd)
			return nil, addr, err
		}
	}
	pending := errors.Is(err, unix.EINPROGRESS)
	if err != nil && !pending {
		_ = unix.Close(fd)
		return nil, addr, err
	}
	file = os.NewFile(uintptr(fd), "target")
	if pending {
		err = d.established(ctx, file)
	}
	if pending && err != nil {
		return nil, addr, errors.Join(err, file.Close())
	}
	return file, addr, nil
}

// resolve returns what to dial, and the endpoint with the address in place of a
// name.
func (d dialer) resolve(ctx context.Context, to Endpoint) (domain int, remote unix.Sockaddr, literal Endpoint, err error) {
	if to.Family == FamilyUDS {
		return unix.AF_UNIX, &unix.SockaddrUnix{Name: to.Path}, to, nil
	}
	ip, err := lookup(ctx, to.Host)
	if err != nil {
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

// established waits in Go's poller for the end of a handshake.
func (d dialer) established(ctx context.Context, file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = file.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		if pollNow(d.sys, int(fd), unix.POLLOUT) == 0 {
			return false
		}
		n, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		switch {
		case err != nil:
			failed = err
		case n != 0:
			failed = unix.Errno(n)
		}
		return true
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	}
	return failed
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
