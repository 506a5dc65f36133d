package peer

import (
	"math"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	keepIdle      = unix.TCP_KEEPIDLE
	lingerSeconds = unix.SO_LINGER
)

// tcpStates by number (linux/tcp_states.h), in the words of ss(8); of a closed
// socket, which it does not list, in those of RFC 9293 §3.3.2.
var tcpStates = [...]string{
	1: "ESTAB", 2: "SYN-SENT", 3: "SYN-RECV", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT",
	7: "CLOSED", 8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING",
}

// getOption is getsockopt(2) for any type, which x/sys has not. It returns how
// many bytes the kernel gave: an older one knows less of a struct that has grown.
func getOption[T any](fd, level, name int, v *T) (given uintptr) {
	size := uint32(unsafe.Sizeof(*v))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), uintptr(level), uintptr(name),
		uintptr(unsafe.Pointer(v)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return 0
	}
	return uintptr(size)
}

func tcpDetails(fd int) TCPDetails {
	var info unix.TCPInfo
	given := getOption(fd, unix.IPPROTO_TCP, unix.TCP_INFO, &info)
	d := tcpDetailsOf(&info, given)
	var name [16]byte // TCP_CA_NAME_MAX
	if n := getOption(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, &name); n > 0 {
		d.Congestion = congestionName(name[:n])
	}
	return d
}

// tcpDetailsOf reads the first given bytes of info.
func tcpDetailsOf(info *unix.TCPInfo, given uintptr) (d TCPDetails) {
	// The struct grows at its end: a field is there if what was given reaches beyond it.
	if given < unsafe.Offsetof(info.Total_retrans)+unsafe.Sizeof(info.Total_retrans) {
		return d // older than Linux 2.6
	}
	count := func(n uint32) Figure[int64] { return known(int64(n)) }
	micros := func(n uint32) Figure[time.Duration] {
		return Figure[time.Duration]{Value: time.Duration(n) * time.Microsecond, Known: n > 0 && n != math.MaxUint32}
	}
	if int(info.State) < len(tcpStates) {
		d.State = tcpStates[info.State]
	}
	d.RTT, d.RTTVar = micros(info.Rtt), micros(info.Rttvar)
	d.RTTVar.Known = d.RTT.Known // before the first sample it is what the timeout begins with
	d.Retrans, d.Retransmits = count(info.Total_retrans), count(info.Retrans)
	d.Unacked, d.Lost = count(info.Unacked), count(info.Lost)
	d.Cwnd, d.MSS = count(info.Snd_cwnd), count(info.Snd_mss)
	d.CwndBytes = known(int64(info.Snd_cwnd) * int64(info.Snd_mss))
	d.RecvSpace = count(info.Rcv_space)
	if given >= unsafe.Offsetof(info.Max_pacing_rate) && info.Pacing_rate != math.MaxUint64 {
		d.PacingRate = known(clampInt64(info.Pacing_rate))
	}
	if given >= unsafe.Offsetof(info.Segs_out) {
		d.BytesAcked, d.BytesReceived = known(clampInt64(info.Bytes_acked)), known(clampInt64(info.Bytes_received))
	}
	if given >= unsafe.Offsetof(info.Delivery_rate) {
		d.NotSent, d.MinRTT = count(info.Notsent_bytes), micros(info.Min_rtt)
		d.LastSent = Figure[time.Duration]{time.Duration(info.Last_data_sent) * time.Millisecond, info.Data_segs_out > 0}
		d.LastReceived = Figure[time.Duration]{time.Duration(info.Last_data_recv) * time.Millisecond, info.Data_segs_in > 0}
	}
	if given >= unsafe.Offsetof(info.Busy_time) && info.Delivery_rate > 0 {
		d.DeliveryRate = known(clampInt64(info.Delivery_rate))
	}
	if given >= unsafe.Offsetof(info.Rcv_wnd) {
		d.SendWindow = count(info.Snd_wnd)
	}
	if given >= unsafe.Offsetof(info.Rehash) {
		d.RecvWindow = count(info.Rcv_wnd)
	}
	return d
}

func clampInt64(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// congestionName is the algorithm's name; the common ones cost no memory.
func congestionName(b []byte) string {
	name := unix.ByteSliceToString(b)
	for _, common := range [...]string{"cubic", "reno", "bbr"} {
		if name == common {
			return common
		}
	}
	return name
}

// memInfo is what the kernel tells of a socket's memory, in bytes, by SK_MEMINFO_… (sk_get_meminfo in net/core/sock.c).
type memInfo [unix.SK_MEMINFO_VARS]uint32

// send is what a send queue takes: TCP keeps it, a Unix socket's lies with the receiver.
func (m *memInfo) send(family Family) int64 {
	if family == FamilyUDS {
		return int64(m[unix.SK_MEMINFO_WMEM_ALLOC])
	}
	return int64(m[unix.SK_MEMINFO_WMEM_QUEUED])
}

func socketMemory(fd int, family Family) (m Memory) {
	var info memInfo
	if given := getOption(fd, unix.SOL_SOCKET, unix.SO_MEMINFO, &info); given >= unsafe.Sizeof(info) {
		m.Recv = known(int64(info[unix.SK_MEMINFO_RMEM_ALLOC]))
		m.Send = known(info.send(family))
	}
	return m
}

// userTimeout is TCP_USER_TIMEOUT in milliseconds (tcp(7)); 0 leaves it to the system.
func userTimeout(fd int) Figure[time.Duration] {
	f := inUnits(askOption(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT), time.Millisecond)
	f.Known = f.Known && f.Value > 0
	return f
}

func passCred(fd int) Figure[bool] { return isOn(askOption(fd, unix.SOL_SOCKET, unix.SO_PASSCRED)) }

// peerCredentials asks who is at the other end of a Unix socket (unix(7)).
func peerCredentials(fd int) (c Credentials) {
	cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil || cred.Uid == math.MaxUint32 { // of a socket without another end
		return c
	}
	c.UID, c.GID = known(int64(cred.Uid)), known(int64(cred.Gid))
	if cred.Pid > 0 { // 0: a process outside our namespace
		c.PID = known(int64(cred.Pid))
		c.Program = readProgram(int(cred.Pid))
	}
	return c
}

// readProgram is /proc/PID/comm, at most 15 bytes (proc_pid_comm(5)).
func readProgram(pid int) string {
	fd, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/comm", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	var name [64]byte
	n, err := unix.Read(fd, name[:])
	if err != nil {
		return ""
	}
	return programName(name[:n])
}
