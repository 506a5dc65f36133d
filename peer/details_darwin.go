package peer

import (
	"time"

	"golang.org/x/sys/unix"
)

const (
	keepIdle      = unix.TCP_KEEPALIVE
	lingerSeconds = unix.SO_LINGER_SEC // SO_LINGER counts ticks of the clock there
)

// tcpStates by number (netinet/tcp_fsm.h), in the words of ss(8).
var tcpStates = [...]string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECV", "ESTAB", "CLOSE-WAIT", "FIN-WAIT-1", "CLOSING", "LAST-ACK", "FIN-WAIT-2", "TIME-WAIT",
}

// tcpDetails asks TCP_CONNECTION_INFO (netinet/tcp.h): round-trip times in
// milliseconds, the congestion window in bytes.
func tcpDetails(fd int) (d TCPDetails) {
	info, err := unix.GetsockoptTCPConnectionInfo(fd, unix.IPPROTO_TCP, unix.TCP_CONNECTION_INFO)
	if err != nil {
		return d
	}
	if int(info.State) < len(tcpStates) {
		d.State = tcpStates[info.State]
	}
	millis := func(n uint32) Figure[time.Duration] {
		return Figure[time.Duration]{Value: time.Duration(n) * time.Millisecond, Known: info.Srtt > 0}
	}
	d.RTT, d.RTTVar = millis(info.Srtt), millis(info.Rttvar)
	d.Retrans = known(int64(info.Txretransmitpackets))
	d.CwndBytes = known(int64(info.Snd_cwnd))
	d.MSS = known(int64(info.Maxseg))
	d.BytesReceived = known(int64(info.Rxbytes))
	d.SendWindow, d.RecvWindow = known(int64(info.Snd_wnd)), known(int64(info.Rcv_wnd))
	return d
}

// peerProcess asks LOCAL_PEERPID (sys/un.h) and, for the name, sysctl(3).
func peerProcess(fd int) (pid Figure[int64], program string) {
	pid = askOption(fd, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	if pid.Value <= 0 {
		return Figure[int64]{}, ""
	}
	if proc, err := unix.SysctlKinfoProc("kern.proc.pid", int(pid.Value)); err == nil {
		program = programName(proc.Proc.P_comm[:])
	}
	return pid, program
}
