package peer

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// raw is a plain kernel socket, the other end of what is under test.
type raw struct {
	fd    int // -1 once closed
	later []byte
}

func (r *raw) close() error {
	if r.fd < 0 {
		return nil
	}
	err := unix.Close(r.fd)
	r.fd = -1
	return err
}

// waitFD waits in the kernel until the descriptor is ready for what is asked.
func waitFD(fd int, ask int16) error {
	end := time.Now().Add(patience)
	for {
		set := []unix.PollFd{{Fd: int32(fd), Events: ask}}
		n, err := unix.Poll(set, int(time.Until(end).Milliseconds()))
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case n == 0:
			return fmt.Errorf("a raw socket was not ready within %v", patience)
		}
		return nil
	}
}

// rawAddress returns where the arguments of a raw step point to.
func (p *player) rawAddress(args fields) (domain int, sa unix.Sockaddr, err error) {
	if path, ok := args["path"]; ok {
		name, err := p.names.pathText(fmt.Sprint(path))
		return unix.AF_UNIX, &unix.SockaddrUnix{Name: name}, err
	}
	ip, err := netip.ParseAddr(args.text("host"))
	if err != nil || !ip.IsLoopback() {
		return 0, nil, fmt.Errorf("no host for a raw socket: %q", args.text("host"))
	}
	port, err := p.names.port(args["port"])
	if err != nil {
		if !portName.MatchString(args.text("port")) {
			return 0, nil, err
		}
		port = 0 // the step opens it
	}
	return sockaddr(ip, port)
}

// rawBind makes the listener of the raw steps that follow, listening or not.
func (p *player) rawBind(args fields, listen bool) error {
	domain, sa, err := p.rawAddress(args)
	if err != nil {
		return err
	}
	fd, err := openSocket(domain, unix.SOCK_STREAM)
	if err != nil {
		return err
	}
	l := &raw{fd: fd}
	p.raws = append(p.raws, l)
	p.listener = l
	if domain != unix.AF_UNIX {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return err
		}
	}
	if err := unix.Bind(fd, sa); err != nil {
		return err
	}
	if listen {
		backlog, err := args.number("backlog")
		if err != nil {
			return err
		}
		if err := unix.Listen(fd, int(backlog)); err != nil {
			return err
		}
	}
	if domain == unix.AF_UNIX {
		return nil
	}
	port, err := kernelPort(fd)
	if err != nil {
		return err
	}
	return p.names.definePort(args.text("port"), port)
}

func (p *player) openListener() (*raw, error) {
	if p.listener == nil || p.listener.fd < 0 {
		return nil, errors.New("no raw socket listens")
	}
	return p.listener, nil
}

// rawConnect dials the raw listener, or where the arguments point to, and waits
// until that is done.
func (p *player) rawConnect(args fields) (*raw, error) {
	domain, sa, err := p.rawListenerAddress()
	if args != nil {
		domain, sa, err = p.rawAddress(args)
	}
	if err != nil {
		return nil, err
	}
	fd, err := openSocket(domain, unix.SOCK_STREAM)
	if err != nil {
		return nil, err
	}
	r := &raw{fd: fd}
	p.raws = append(p.raws, r)
	if err := unix.Connect(fd, sa); err != nil && err != unix.EINPROGRESS {
		return nil, err
	}
	return r, waitFD(fd, unix.POLLOUT)
}

func (p *player) rawListenerAddress() (domain int, sa unix.Sockaddr, err error) {
	l, err := p.openListener()
	if err != nil {
		return 0, nil, err
	}
	sa, err = unix.Getsockname(l.fd)
	switch sa.(type) {
	case *unix.SockaddrUnix:
		return unix.AF_UNIX, sa, err
	case *unix.SockaddrInet6:
		return unix.AF_INET6, sa, err
	}
	return unix.AF_INET, sa, err
}

func (p *player) rawAccept() (*raw, error) {
	l, err := p.openListener()
	if err != nil {
		return nil, err
	}
	if err := waitFD(l.fd, unix.POLLIN); err != nil {
		return nil, err
	}
	fd, _, err := unix.Accept4(l.fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		return nil, err
	}
	r := &raw{fd: fd}
	p.raws = append(p.raws, r)
	return r, nil
}

func (r *raw) send(data []byte) (fields, error) {
	sent := 0
	for sent < len(data) {
		n, err := unix.SendmsgN(r.fd, data[sent:], nil, nil, unix.MSG_NOSIGNAL)
		switch err {
		case nil:
			sent += n
		case unix.EINTR:
		case unix.EAGAIN:
			if err := waitFD(r.fd, unix.POLLOUT); err != nil {
				return nil, err
			}
		default:
			return nil, err
		}
	}
	return fields{"sent": sent}, nil
}

// receive receives until it has what is expected, an end or an error, and
// then what else lies there, at most limit bytes in all. Where nothing is
// expected to come it does not wait (errno EAGAIN).
func (r *raw) receive(limit, expected int, waits bool) (fields, error) {
	data, got := append([]byte(nil), r.later...), fields{}
	r.later = nil
	buf := make([]byte, min(limit, 1<<20))
	for len(data) < limit {
		n, err := unix.Read(r.fd, buf[:min(limit-len(data), len(buf))])
		if err == unix.EINTR {
			continue
		}
		if err == unix.EAGAIN && waits && (len(data) < expected || len(data) == 0) {
			if err := waitFD(r.fd, unix.POLLIN); err != nil {
				return nil, err
			}
			continue
		}
		if err == nil && n > 0 {
			data = append(data, buf[:n]...)
			if waits && expected == 0 { // an end was expected: show what came instead
				break
			}
			continue
		}
		if len(data) > 0 { // the end is for the next receive
			break
		}
		if err != nil {
			return fields{"errno": errnoName(err)}, nil
		}
		got["meaning"] = "EOF"
		break
	}
	got["count"], got["data"] = len(data), data
	return got, nil
}

func errnoName(err error) string {
	var errno unix.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	return unix.ErrnoName(errno)
}

// reset closes with RST: linger 0, tcp(7).
func (r *raw) reset() error {
	if err := unix.SetsockoptLinger(r.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1, Linger: 0}); err != nil {
		return err
	}
	return r.close()
}

func (r *raw) peerName() (fields, error) {
	sa, err := unix.Getpeername(r.fd)
	if err != nil {
		return nil, err
	}
	at := remoteAddr(sa)
	return fields{"host": at.Addr().String(), "port": int(at.Port())}, nil
}

// rawStep plays a step of a raw socket.
func (p *player) rawStep(name, method string, s fields) (fields, error) {
	args := s.object("args")
	switch method {
	case "listen", "bind_without_listen":
		return nil, p.rawBind(args, method == "listen")
	case "connect", "accept":
		var made *raw
		var err error
		if method == "connect" {
			made, err = p.rawConnect(args)
		} else {
			made, err = p.rawAccept()
		}
		if err != nil {
			return nil, err
		}
		as := s.text("as")
		if as == "" {
			as = name
		}
		p.ends[as] = made
		return nil, nil
	case "listener.close":
		l, err := p.openListener()
		if err != nil {
			return nil, err
		}
		return nil, l.close()
	}
	r := p.ends[name]
	if r == nil || r.fd < 0 {
		return nil, fmt.Errorf("there is no open raw socket %q", name)
	}
	switch method {
	case "send":
		data, err := bytesOf(args["data"])
		if err != nil {
			return nil, err
		}
		return r.send(data)
	case "recv":
		return p.rawReceive(r, s)
	case "close":
		return nil, r.close()
	case "reset":
		if how := args.text("how"); !strings.Contains(how, "SO_LINGER {1,0}") {
			return nil, fmt.Errorf("unknown way to reset: %q", how)
		}
		return nil, r.reset()
	case "shutdown":
		how, known := map[string]int{"SHUT_RD": unix.SHUT_RD, "SHUT_WR": unix.SHUT_WR, "SHUT_RDWR": unix.SHUT_RDWR}[args.text("how")]
		if !known {
			return nil, fmt.Errorf("unknown way to shut down: %q", args.text("how"))
		}
		return nil, unix.Shutdown(r.fd, how)
	case "getpeername":
		return r.peerName()
	}
	return nil, errUnknownStep
}

func (p *player) rawReceive(r *raw, s fields) (fields, error) {
	args := s.object("args")
	expected := 0
	switch count := s["count"]; count {
	case nil: // an error is expected
	case "<equal to sent_in_total>":
		expected = int(p.sentInTotal)
	default:
		n, err := s.number("count")
		if err != nil {
			return nil, err
		}
		expected = int(n)
	}
	limit := expected + 1<<20 // "<all>": and what should not be there
	if args["bytes"] != "<all>" {
		n, err := args.number("bytes")
		if err != nil {
			return nil, err
		}
		limit = int(n)
	}
	if whole, ok := args["whole"]; ok {
		if whole != true {
			return nil, fmt.Errorf("unknown whole: %v", whole)
		}
		got, err := r.receive(limit, limit, true)
		r.later, _ = got["data"].([]byte)
		return nil, err
	}
	return r.receive(limit, expected, s["errno"] != "EAGAIN")
}
