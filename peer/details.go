package peer

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Figure is a value that the kernel may not give: the zero Figure is none, so
// that no zero is shown that nobody has said.
type Figure[T any] struct {
	Value T
	Known bool
}

func known[T any](v T) Figure[T] { return Figure[T]{Value: v, Known: true} }

// Details is the kernel's view of one open socket at one moment. Sizes are in
// bytes. What a system or its version does not tell is not known.
type Details struct {
	Family        Family
	Local, Remote string // "127.0.0.1:6379", "[::1]:6379", "/run/app.sock", "@name"; empty where a socket has no name
	TCP           TCPDetails
	Options       Options
	Memory        Memory
	Peer          Credentials // of a Unix socket
}

// TCPDetails is TCP_INFO (tcp(7), struct tcp_info in linux/tcp.h, in the words
// of ss(8)), on macOS TCP_CONNECTION_INFO (netinet/tcp.h). Each figure is known
// from the version of Linux on that is given, if any is.
type TCPDetails struct {
	State      string // "ESTAB", "CLOSE-WAIT", as ss(8) has it; empty where it is not known
	Congestion string // the congestion control algorithm: "cubic"; empty where it is not known

	RTT, RTTVar Figure[time.Duration] // smoothed, and how much it varies; unknown before the first sample
	MinRTT      Figure[time.Duration] // 4.6

	Retrans      Figure[int64] // segments sent again, all in all
	Retransmits  Figure[int64] // of those, in flight now
	Unacked      Figure[int64] // segments sent and not acknowledged
	Lost         Figure[int64] // of those, taken for lost
	NotSent      Figure[int64] // bytes that were written and not sent yet; 4.6
	Cwnd         Figure[int64] // the congestion window in segments
	CwndBytes    Figure[int64] // and in bytes
	MSS          Figure[int64] // the largest segment that we send, in bytes
	DeliveryRate Figure[int64] // bytes a second that arrived there lately; 4.9, unknown before the first sample
	PacingRate   Figure[int64] // bytes a second that are sent at most; 3.15, unknown where there is no bound

	BytesAcked, BytesReceived Figure[int64]         // since the connection was made, a SYN and a FIN as one each; 4.1
	LastSent, LastReceived    Figure[time.Duration] // how long ago bytes went out and came in; unknown while none have (4.6)

	SendWindow Figure[int64] // what the other end offers, in bytes; 5.4
	RecvWindow Figure[int64] // what we offered last, in bytes; 6.2
	RecvSpace  Figure[int64] // what the buffer's tuning reckons with, in bytes
}

// Options are the socket options in force.
type Options struct {
	RecvBuf, SendBuf Figure[int64]         // SO_RCVBUF, SO_SNDBUF: memory; on Linux twice what was asked for (socket(7))
	NoDelay          Figure[bool]          // TCP_NODELAY
	KeepAlive        Figure[bool]          // SO_KEEPALIVE
	KeepIdle         Figure[time.Duration] // TCP_KEEPIDLE, known while keepalive is on, as are the next two
	KeepInterval     Figure[time.Duration] // TCP_KEEPINTVL
	KeepCount        Figure[int64]         // TCP_KEEPCNT: probes
	UserTimeout      Figure[time.Duration] // TCP_USER_TIMEOUT, known where one is set
	Linger           Figure[time.Duration] // SO_LINGER, known where one is set; zero: a close resets
	PassCred         Figure[bool]          // SO_PASSCRED, of a Unix socket
	Type             string                // of a Unix socket: "stream", "seqpacket"
}

// Memory is what the queues of a socket take of its buffers: SO_MEMINFO, Linux
// 4.12. It is more than their bytes, and what a queue is full by. What waits at
// a Unix socket is charged to the sender's buffer, so that its Recv is always 0.
type Memory struct {
	Recv Figure[int64] // of Options.RecvBuf
	Send Figure[int64] // of Options.SendBuf
}

// Credentials are those of the program at the other end of a Unix socket, as
// they were when it connected or, seen from a client, when the server began to
// listen: SO_PEERCRED of unix(7), LOCAL_PEERCRED of unix(4). A server's process
// may therefore be the one that opened the socket for it. The zero value is none.
type Credentials struct {
	PID, UID, GID Figure[int64] // PID is unknown where it has no number in our namespace
	Program       string        // of the process that has this PID now, as the process itself says it; empty: unknown
}

// String reads "pid 4711 psql, uid 0, gid 0", as far as it is known.
func (c Credentials) String() string {
	var words []string
	if c.PID.Known {
		words = append(words, strings.TrimSuffix(fmt.Sprintf("pid %d %s", c.PID.Value, c.Program), " "))
	}
	if c.UID.Known {
		words = append(words, fmt.Sprintf("uid %d, gid %d", c.UID.Value, c.GID.Value))
	}
	return strings.Join(words, ", ")
}

// inspectSocket asks the kernel about an open socket. It does not wait, and
// takes no error from the socket. A Unix socket's Credentials never change:
// where they are known already, peerCredentials need not be asked again.
func inspectSocket(fd int, family Family) Details {
	d := Details{Family: family}
	if sa, err := unix.Getsockname(fd); err == nil {
		d.Local = socketName(sa)
	}
	if sa, err := unix.Getpeername(fd); err == nil {
		d.Remote = socketName(sa)
	}
	d.Options.RecvBuf = askOption(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	d.Options.SendBuf = askOption(fd, unix.SOL_SOCKET, unix.SO_SNDBUF)
	d.Memory = socketMemory(fd, family)
	if family == FamilyTCP {
		d.TCP = tcpDetails(fd)
		d.Options.tcp(fd)
		return d
	}
	d.Options.uds(fd)
	d.Peer = peerCredentials(fd)
	return d
}

// tcp reads what only a TCP socket has.
func (o *Options) tcp(fd int) {
	o.NoDelay = isOn(askOption(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY))
	o.KeepAlive = isOn(askOption(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE))
	if o.KeepAlive.Value {
		o.KeepIdle = inUnits(askOption(fd, unix.IPPROTO_TCP, keepIdle), time.Second)
		o.KeepInterval = inUnits(askOption(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL), time.Second)
		o.KeepCount = askOption(fd, unix.IPPROTO_TCP, unix.TCP_KEEPCNT)
	}
	o.UserTimeout = userTimeout(fd)
	if l, err := unix.GetsockoptLinger(fd, unix.SOL_SOCKET, lingerSeconds); err == nil && l.Onoff != 0 {
		o.Linger = known(time.Duration(l.Linger) * time.Second)
	}
}

// uds reads what only a Unix socket has.
func (o *Options) uds(fd int) {
	o.PassCred = passCred(fd)
	switch askOption(fd, unix.SOL_SOCKET, unix.SO_TYPE).Value {
	case unix.SOCK_STREAM:
		o.Type = "stream"
	case unix.SOCK_SEQPACKET:
		o.Type = "seqpacket"
	}
}

// askOption is a socket option that is a number.
func askOption(fd, level, name int) Figure[int64] {
	n, err := unix.GetsockoptInt(fd, level, name)
	return Figure[int64]{Value: int64(n), Known: err == nil}
}

func isOn(f Figure[int64]) Figure[bool] { return Figure[bool]{Value: f.Value != 0, Known: f.Known} }

func inUnits(f Figure[int64], unit time.Duration) Figure[time.Duration] {
	return Figure[time.Duration]{Value: time.Duration(f.Value) * unit, Known: f.Known}
}

// socketName is the address of a socket as text, empty where it has none.
func socketName(sa unix.Sockaddr) string {
	if sa, ok := sa.(*unix.SockaddrUnix); ok {
		if sa.Name == "@" { // how x/sys reads a socket that nobody has bound
			return ""
		}
		return sa.Name
	}
	addr := remoteAddr(sa)
	if !addr.IsValid() {
		return ""
	}
	return addr.String()
}

// programName is a process's name for itself, which ends with a newline or a NUL.
func programName(b []byte) string {
	name, _, _ := strings.Cut(string(b), "\x00")
	return strings.TrimSuffix(name, "\n")
}
