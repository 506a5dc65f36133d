package peer

import "golang.org/x/sys/unix"

const (
	keepIdle      = unix.TCP_KEEPIDLE
	lingerSeconds = unix.SO_LINGER
)

// tcpDetails has only the algorithm: x/sys knows no struct tcp_info here.
func tcpDetails(fd int) (d TCPDetails) {
	d.Congestion, _ = unix.GetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	return d
}

// peerProcess has no figure: the field of struct xucred is not in x/sys.
func peerProcess(int) (pid Figure[int64], program string) { return pid, "" }
