package peer

import (
	"errors"
	"net"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"
)

// Bind gives the socket a local address before ConnectToHost: port 0 to 65535
// (0: the system chooses) of host, an IP literal or "*" for any (spec §2.5).
// The status stays as it is.
//
// Errors: ErrAlreadyInUse (the socket is open), ErrInvalidParameter,
// ErrUnavailable with the system's cause, ErrFailed (no socket could be made).
// The socket is closed then.
func (t *TCP) Bind(port int, host string) error {
	addr := "tcp://" + net.JoinHostPort(host, strconv.Itoa(port))
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn != nil {
		return t.refuse("bind", addr, ErrAlreadyInUse, errBusy)
	}
	ip, err := parseBind(host, port)
	if err != nil {
		return t.refuse("bind", addr, ErrInvalidParameter, err)
	}
	b := bindTCP(orSystem(t.sys), ip, port, false)
	switch {
	case b.err == nil:
		t.conn = t.newConn(FamilyTCP, b.domain, b.fd)
		return nil
	case !b.opened:
		return t.refuse("bind", addr, ErrFailed, b.err)
	}
	return t.refuse("bind", addr, ErrUnavailable, b.err)
}

// Bind gives the socket a path before ConnectToHost, or "@name" in the abstract
// namespace (Linux, our addition). A socket file that nobody answers at is
// replaced (Q9), and the new one is unlinked when the socket is closed, if it
// still is ours (Q10). The status stays as it is.
//
// Errors: ErrAlreadyInUse (the socket is open, or somebody answers at the path),
// ErrInvalidParameter (an empty path, or one longer than MaxPath),
// ErrAlreadyExists (a file that is no socket), ErrUnauthorized, ErrUnavailable,
// ErrFailed, each with the system's cause. The socket is closed then (Q11).
func (u *UDS) Bind(path string) error {
	addr := Endpoint{Family: FamilyUDS, Path: path}.String()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn != nil {
		return u.refuse("bind", addr, ErrAlreadyInUse, errBusy)
	}
	if err := checkPath(path); err != nil {
		return u.refuse("bind", addr, ErrInvalidParameter, err)
	}
	sys := orSystem(u.sys)
	fd, err := sys.socket(unix.AF_UNIX, unix.SOCK_STREAM)
	if err != nil {
		return u.refuse("bind", addr, ErrFailed, err)
	}
	made, code, err := bindPath(sys, fd, path, false)
	if err != nil {
		_ = unix.Close(fd)
		return u.refuse("bind", addr, code, err)
	}
	u.conn = u.newConn(FamilyUDS, unix.AF_UNIX, fd)
	u.conn.made = made
	return nil
}

// bound is a TCP socket that was bound, or why it was not: opened says whether
// there was a socket to bind.
type bound struct {
	fd, domain int
	opened     bool
	err        error
}

// bindTCP opens a socket and binds it, to any address of both families if ip is
// the zero Addr: one of IPv6 that takes IPv4 too, or on a machine without IPv6
// one of IPv4.
func bindTCP(sys kernel, ip netip.Addr, port int, reuse bool) bound {
	if ip.IsValid() {
		return bindTo(sys, ip, port, reuse, true)
	}
	b := bindTo(sys, netip.IPv6Unspecified(), port, reuse, false)
	if errors.Is(b.err, unix.EAFNOSUPPORT) || errors.Is(b.err, unix.EADDRNOTAVAIL) {
		return bindTo(sys, netip.IPv4Unspecified(), port, reuse, true)
	}
	return b
}

// bindTo binds to one address. reuse is SO_REUSEADDR, which lets a server listen
// again while old connections of its port are still in TIME-WAIT (tcp(7)); only
// is IPV6_V6ONLY (ipv6(7)).
func bindTo(sys kernel, ip netip.Addr, port int, reuse, only bool) bound {
	domain, local, err := sockaddr(ip, port)
	if err != nil {
		return bound{opened: true, err: err}
	}
	fd, err := sys.socket(domain, unix.SOCK_STREAM)
	if err != nil {
		return bound{err: err}
	}
	if reuse {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	if err == nil && domain == unix.AF_INET6 {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, option(only))
	}
	if err == nil {
		err = sys.bind(fd, local)
	}
	if err != nil {
		_ = unix.Close(fd)
		return bound{opened: true, err: err}
	}
	return bound{fd: fd, domain: domain, opened: true}
}

func option(on bool) int {
	if on {
		return 1
	}
	return 0
}

// remoteAddr reads a TCP address of the kernel's; an IPv4 one that is mapped
// into IPv6 is the IPv4 one.
func remoteAddr(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))
	}
	return netip.AddrPort{}
}

// localPort asks the kernel (getsockname(2)); 0 if there is none.
func localPort(fd int) int {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return 0
	}
	return int(remoteAddr(sa).Port())
}
