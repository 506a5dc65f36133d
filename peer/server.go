package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// MaxPendingConnections is the backlog of a server: Linux lets one connection
// more than that wait to be taken (spec §1.5).
const MaxPendingConnections = 8

// SocketPeer is what a *TCP and a *UDS have in common: the class
// StreamPeerSocket, as a server's TakeSocketConnection returns it.
type SocketPeer interface {
	Stream
	Poll() error
	Status() Status
	DisconnectFromHost()
	Wait(ctx context.Context, t PollType, timeout time.Duration) error
}

// server is what TCPServer and UDSServer share (SocketServer).
type server struct {
	mu       sync.Mutex
	listener *listener // nil while it does not listen

	sys kernel // the machine's if nil
}

// listener is one listening socket of the kernel.
type listener struct {
	sys    kernel
	domain int
	fd     int
	addr   string
	path   string // UDS
	made   *socketFile
}

// IsListening reports whether Listen was called, and Stop was not.
func (s *server) IsListening() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listener != nil
}

// IsConnectionAvailable reports whether a connection waits to be taken. It does
// not block, and is false when the server does not listen.
func (s *server) IsConnectionAvailable() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return false
	}
	events := pollNow(s.listener.sys, s.listener.fd, unix.POLLIN)
	return events != 0 && events&unix.POLLERR == 0
}

// Stop closes the listening socket; the file of a Unix socket goes too, if it
// still is the one that Listen made (Q10). Connections that were taken live on,
// those that wait are reset. It is safe when the server does not listen.
func (s *server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return
	}
	s.listener.made.remove() // before the close: we still have the inode
	_ = unix.Close(s.listener.fd)
	s.listener = nil
}

// listen makes the kernel listen on a bound socket, or closes it.
func (s *server) listen(l *listener) error {
	if err := l.sys.listen(l.fd, MaxPendingConnections); err != nil {
		l.made.remove()
		_ = unix.Close(l.fd)
		return opError("listen", l.addr, ErrFailed, err)
	}
	s.listener = l
	return nil
}

// take accepts the connection that waits longest.
func (s *server) take() (l *listener, fd int, remote unix.Sockaddr, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l = s.listener
	if l == nil {
		return nil, -1, nil, opError("accept", "", ErrUnavailable, ErrNotListening)
	}
	err = retry(func() error { fd, remote, err = l.sys.accept(l.fd); return err })
	switch {
	case err == nil:
		return l, fd, remote, nil
	case errors.Is(err, unix.EAGAIN):
		return l, -1, nil, opError("accept", l.addr, ErrBusy, err)
	}
	return l, -1, nil, opError("accept", l.addr, ErrFailed, err)
}

// TCPServer takes TCP connections (TCPServer). The zero value is ready to use
// and does not listen. It is safe for concurrent use; no call blocks.
type TCPServer struct{ server }

// Listen listens on a port (0 to 65535, 0: the system chooses a free one) of
// host: an IP literal, or "*" for any address of IPv4 and IPv6, "0.0.0.0" and
// "::" for any of one family.
//
// Errors: ErrAlreadyInUse (the server listens already, or the address cannot be
// bound, whatever the reason: the cause says it, Q25), ErrInvalidParameter,
// ErrCantCreate, ErrFailed. The server does not listen then.
func (s *TCPServer) Listen(port int, host string) error {
	addr := "tcp-listen://" + net.JoinHostPort(host, strconv.Itoa(port))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return opError("listen", addr, ErrAlreadyInUse, errListening)
	}
	ip, err := parseBind(host, port)
	if err != nil {
		return opError("listen", addr, ErrInvalidParameter, err)
	}
	sys := orSystem(s.sys)
	b := bindTCP(sys, ip, port, true)
	switch {
	case b.err == nil:
		return s.listen(&listener{sys: sys, domain: b.domain, fd: b.fd, addr: addr})
	case !b.opened:
		return opError("listen", addr, ErrCantCreate, b.err)
	}
	return opError("listen", addr, ErrAlreadyInUse, b.err)
}

// LocalPort returns the port that the server listens on, 0 if it does not.
func (s *TCPServer) LocalPort() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return 0
	}
	return localPort(s.listener.fd)
}

// TakeConnection returns the connection that waits longest, CONNECTED. The
// error wraps EAGAIN (and ErrBusy) when none waits, and is ErrUnavailable when
// the server does not listen.
func (s *TCPServer) TakeConnection() (*TCP, error) {
	l, fd, remote, err := s.take()
	if err != nil {
		return nil, err
	}
	t := &TCP{}
	t.sys = l.sys
	at := remoteAddr(remote)
	if err := t.adopt(FamilyTCP, l.domain, fd, remote, "tcp://"+at.String()); err != nil {
		return nil, opError("accept", l.addr, ErrFailed, err)
	}
	return t, nil
}

// TakeSocketConnection is TakeConnection; the peer is a *TCP.
func (s *TCPServer) TakeSocketConnection() (SocketPeer, error) {
	t, err := s.TakeConnection()
	if err != nil {
		return nil, err
	}
	return t, nil
}

// UDSServer takes connections to a Unix socket (UDSServer). The zero value is
// ready to use and does not listen. It is safe for concurrent use; no call blocks.
type UDSServer struct {
	// Force lets Listen take the path of a socket that somebody still answers
	// at, as the class does (Q9): its listener keeps what it has, and gets no more.
	Force bool

	server
}

// Listen listens at a path, or at "@name" in the abstract namespace (Linux, our
// addition). A socket file that nobody answers at is replaced; anything else
// that is there is left alone (Q9, Q10).
//
// Errors: ErrAlreadyInUse (the server listens already, or the path cannot be
// bound, whatever the reason: the cause says it, Q25), ErrInvalidParameter (an
// empty path, or one longer than MaxPath), ErrCantCreate, ErrFailed.
func (s *UDSServer) Listen(path string) error {
	addr := Endpoint{Family: FamilyUDS, Path: path}.written(listens)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return opError("listen", addr, ErrAlreadyInUse, errListening)
	}
	if err := checkPath(path); err != nil {
		return opError("listen", addr, ErrInvalidParameter, err)
	}
	sys := orSystem(s.sys)
	fd, err := sys.socket(unix.AF_UNIX, unix.SOCK_STREAM)
	if err != nil {
		return opError("listen", addr, ErrCantCreate, err)
	}
	made, _, err := bindPath(sys, fd, path, s.Force)
	if err != nil {
		_ = unix.Close(fd)
		return opError("listen", addr, ErrAlreadyInUse, err)
	}
	return s.listen(&listener{sys: sys, domain: unix.AF_UNIX, fd: fd, addr: addr, path: path, made: made})
}

// TakeConnection returns the connection that waits longest, CONNECTED; see
// [TCPServer.TakeConnection].
func (s *UDSServer) TakeConnection() (*UDS, error) {
	l, fd, _, err := s.take()
	if err != nil {
		return nil, err
	}
	u := &UDS{listener: l.path}
	u.sys = l.sys
	if err := u.adopt(FamilyUDS, unix.AF_UNIX, fd, nil, Endpoint{Family: FamilyUDS, Path: l.path}.String()); err != nil {
		return nil, opError("accept", l.addr, ErrFailed, err)
	}
	return u, nil
}

// TakeSocketConnection is TakeConnection; the peer is a *UDS.
func (s *UDSServer) TakeSocketConnection() (SocketPeer, error) {
	u, err := s.TakeConnection()
	if err != nil {
		return nil, err
	}
	return u, nil
}

// parseBind reads the address of a bind; the zero Addr is "*".
func parseBind(host string, port int) (netip.Addr, error) {
	if port < 0 || port > 65535 {
		return netip.Addr{}, fmt.Errorf("port %d is not from 0 to 65535", port)
	}
	if host == "*" {
		return netip.Addr{}, nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("host %q is neither an IP address nor *", host)
	}
	return ip.Unmap(), nil
}
