package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"
)

// TCP is a TCP stream peer (StreamPeerTCP). The zero value is ready to use and
// has StatusNone.
type TCP struct{ Socket }

// ConnectToHost begins to connect to port (1 to 65535) of host, an IP literal
// or a name: spec §2.1. A nil error means that it has started, not that it is
// connected: Poll tells when it is. A name is looked up first, which blocks
// until it is answered, the connect timeout has passed or ctx ends; of its
// addresses the first IPv4 one is used, else the first.
//
// Errors: ErrCantResolve, ErrAlreadyInUse (not in StatusNone),
// ErrInvalidParameter, ErrFailed with the system's cause; the status is then
// as it was, but NONE after ErrFailed.
func (t *TCP) ConnectToHost(ctx context.Context, host string, port int) error {
	addr := "tcp://" + net.JoinHostPort(host, strconv.Itoa(port))
	ip, err := t.resolve(ctx, host)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case errors.Is(ctx.Err(), context.Canceled): // given up while the name was looked up
		return &OpError{Op: "connect", Addr: addr, Code: ErrFailed, Cause: context.Cause(ctx)}
	case err != nil:
		return t.refuse("resolve", addr, ErrCantResolve, err)
	case t.status != StatusNone:
		return t.refuse("connect", addr, ErrAlreadyInUse, errBusy)
	case port < 1 || port > 65535:
		return t.refuse("connect", addr, ErrInvalidParameter, fmt.Errorf("port %d is not from 1 to 65535", port))
	}
	domain, remote, err := sockaddr(ip, port)
	if err != nil {
		return t.refuse("connect", addr, ErrInvalidParameter, err)
	}
	if t.conn != nil && t.conn.domain == unix.AF_INET6 && ip.Is4() { // bound to "*"
		remote = &unix.SockaddrInet6{Port: port, Addr: ip.As16()}
	}
	return t.start(FamilyTCP, domain, remote, "tcp://"+netip.AddrPortFrom(ip, uint16(port)).String())
}

// resolve returns the address to dial.
func (t *TCP) resolve(ctx context.Context, host string) (netip.Addr, error) {
	// A context of its own: a lookup that takes too long is a name that cannot
	// be resolved, and ctx says only whether the caller has given up.
	t.mu.Lock()
	patience := t.nextTimeout()
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return lookup(ctx, host)
}

// resolveCause drops the resolver's own "lookup HOST on SERVER:", which the row says already.
func resolveCause(err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return errors.New(dns.Err)
	}
	return err
}

func sockaddr(ip netip.Addr, port int) (domain int, sa unix.Sockaddr, err error) {
	if ip.Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: port, Addr: ip.As4()}, nil
	}
	sa6 := &unix.SockaddrInet6{Port: port, Addr: ip.As16()}
	if zone := ip.Zone(); zone != "" {
		ifi, err := net.InterfaceByName(zone)
		if err != nil {
			return 0, nil, fmt.Errorf("zone %q: no such network interface", zone)
		}
		sa6.ZoneId = uint32(ifi.Index)
	}
	return unix.AF_INET6, sa6, nil
}

// ConnectedHost returns the remote address in the class's own notation (spec
// §1.5), already while CONNECTING; "" on a closed socket.
func (t *TCP) ConnectedHost() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn == nil {
		return ""
	}
	return hostText(remoteAddr(t.conn.remote).Addr())
}

// hostText is how the class prints an address: IPv4 dotted, IPv6 as 8 groups
// without zero compression, "" if there is none.
func hostText(ip netip.Addr) string {
	if !ip.Is6() {
		if ip.Is4() {
			return ip.String()
		}
		return ""
	}
	a := ip.As16()
	group := func(i int) int { return int(a[2*i])<<8 | int(a[2*i+1]) }
	return fmt.Sprintf("%x:%x:%x:%x:%x:%x:%x:%x", group(0), group(1), group(2), group(3), group(4), group(5), group(6), group(7))
}

// ConnectedPort returns the remote port, already while CONNECTING; 0 on a
// closed socket.
func (t *TCP) ConnectedPort() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn == nil {
		return 0
	}
	return int(remoteAddr(t.conn.remote).Port())
}

// LocalPort returns the port at our end, 0 on a closed socket (Q8). It is the
// real one on an accepted socket too (Q7).
func (t *TCP) LocalPort() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn == nil {
		return 0
	}
	return localPort(t.conn.fd)
}

// SetNoDelay turns TCP_NODELAY on or off (tcp(7)): small writes go out at once
// instead of waiting for the answer to the one before (Nagle's algorithm, which
// is on by default). The socket must be open, CONNECTING is enough, else the
// error is ErrUnavailable.
func (t *TCP) SetNoDelay(on bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn == nil {
		return t.refuse("set no delay", "", ErrUnavailable, errClosed)
	}
	if err := unix.SetsockoptInt(t.conn.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, option(on)); err != nil {
		return t.refuse("set no delay", t.addr, ErrFailed, err)
	}
	return nil
}
