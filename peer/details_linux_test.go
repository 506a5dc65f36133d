package peer

import (
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pairOf is two connected sockets of the kernel's, non-blocking: of TCP on ip,
// of Unix sockets if ip is empty. It skips the test where ip is not there.
func pairOf(t testing.TB, ip string) (client, server int) {
	t.Helper()
	domain, local := unix.AF_UNIX, unix.Sockaddr(&unix.SockaddrUnix{Name: t.TempDir() + "/s"})
	switch ip {
	case "127.0.0.1":
		domain, local = unix.AF_INET, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	case "::1":
		domain, local = unix.AF_INET6, &unix.SockaddrInet6{Addr: [16]byte{15: 1}}
	case "::ffff:127.0.0.1":
		domain, local = unix.AF_INET6, &unix.SockaddrInet6{Addr: [16]byte{10: 0xff, 11: 0xff, 12: 127, 15: 1}}
	}
	opened := func(fd int, err error) int {
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(fd) })
		return fd
	}
	listener := opened(unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0))
	if err := unix.Bind(listener, local); err != nil {
		if domain == unix.AF_INET6 {
			t.Skip("no IPv6 on the loopback:", err)
		}
		t.Fatal(err)
	}
	if err := unix.Listen(listener, 1); err != nil {
		t.Fatal(err)
	}
	at, err := unix.Getsockname(listener)
	if err != nil {
		t.Fatal(err)
	}
	client = opened(unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0))
	if err := unix.Connect(client, at); err != nil {
		t.Fatal(err)
	}
	fd, _, err := acceptSocket(listener)
	server = opened(fd, err)
	if err := unix.SetNonblock(client, true); err != nil {
		t.Fatal(err)
	}
	return client, server
}

// transfer writes n bytes at one end and reads them at the other.
func transfer(t testing.TB, from, to, n int) {
	t.Helper()
	buf := make([]byte, n)
	if _, err := unix.Write(from, buf); err != nil {
		t.Fatal(err)
	}
	await(t, "the bytes", func() bool {
		got, _ := unix.Read(to, buf)
		n -= max(got, 0)
		return n == 0
	})
}

// flood writes until the kernel takes no more, and returns how much it took.
func flood(t testing.TB, fd int) (taken int64) {
	t.Helper()
	buf := make([]byte, 64<<10)
	blocked := 0
	await(t, "full queues", func() bool {
		for {
			n, err := unix.Write(fd, buf)
			if err != nil {
				blocked++ // several times: what is on its way makes room
				return blocked > 20
			}
			taken += int64(n)
			blocked = 0
		}
	})
	return taken
}

func TestTheDetailsOfATCPSocketAreTheKernels(t *testing.T) {
	client, server := pairOf(t, "127.0.0.1")
	for _, name := range []int{unix.TCP_NODELAY, unix.TCP_USER_TIMEOUT} {
		if err := unix.SetsockoptInt(client, unix.IPPROTO_TCP, name, 4000); err != nil {
			t.Fatal(err)
		}
	}
	for name, n := range map[int]int{unix.TCP_KEEPIDLE: 42, unix.TCP_KEEPINTVL: 7, unix.TCP_KEEPCNT: 3} {
		if err := unix.SetsockoptInt(client, unix.IPPROTO_TCP, name, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.SetsockoptInt(client, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1); err != nil {
		t.Fatal(err)
	}
	if err := unix.SetsockoptLinger(client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1, Linger: 5}); err != nil {
		t.Fatal(err)
	}
	transfer(t, client, server, 100_000)
	transfer(t, server, client, 500)

	d, far := inspectSocket(client, FamilyTCP), inspectSocket(server, FamilyTCP)
	if d.Local == "" || d.Local != far.Remote || d.Remote != far.Local || !strings.HasPrefix(d.Local, "127.0.0.1:") {
		t.Errorf("from %q to %q, and seen from there from %q to %q", d.Local, d.Remote, far.Local, far.Remote)
	}
	info := d.TCP
	if info.State != "ESTAB" || info.Congestion == "" {
		t.Errorf("state %q, congestion control %q", info.State, info.Congestion)
	}
	if !info.RTT.Known || info.RTT.Value <= 0 || info.RTT.Value > time.Second || !info.RTTVar.Known || !info.MinRTT.Known {
		t.Errorf("rtt %v, rttvar %v, at least %v", info.RTT, info.RTTVar, info.MinRTT)
	}
	if info.CwndBytes != known(info.Cwnd.Value*info.MSS.Value) || info.CwndBytes.Value <= 0 {
		t.Errorf("cwnd %v of %v: %v", info.Cwnd, info.MSS, info.CwndBytes)
	}
	// The SYN counts among what was acknowledged (tcp_snd_una_update).
	if n := info.BytesAcked.Value; n < 100_000 || n > 100_001 || info.BytesReceived != known[int64](500) {
		t.Errorf("acked %v, received %v", info.BytesAcked, info.BytesReceived)
	}
	if !info.LastSent.Known || !info.LastReceived.Known || info.LastSent.Value > patience {
		t.Errorf("last sent %v, received %v", info.LastSent, info.LastReceived)
	}
	for name, f := range map[string]Figure[int64]{"retrans": info.Retrans, "unacked": info.Unacked, "lost": info.Lost,
		"notsent": info.NotSent, "rcv_space": info.RecvSpace} {
		if !f.Known {
			t.Errorf("%s is not known", name)
		}
	}
	o := d.Options
	if !o.NoDelay.Value || !o.KeepAlive.Value || o.KeepIdle != known(42*time.Second) || o.KeepInterval != known(7*time.Second) ||
		o.KeepCount != known[int64](3) || o.UserTimeout != known(4*time.Second) || o.Linger != known(5*time.Second) {
		t.Errorf("options in force: %+v", o)
	}
	if o.RecvBuf.Value <= 0 || o.SendBuf.Value <= 0 || !d.Memory.Recv.Known || !d.Memory.Send.Known {
		t.Errorf("buffers %+v, memory %+v", o, d.Memory)
	}
	plain := far.Options
	if plain.NoDelay != known(false) || plain.KeepAlive != known(false) || plain.KeepIdle.Known || plain.UserTimeout.Known ||
		plain.Linger.Known || plain.PassCred.Known || plain.Type != "" {
		t.Errorf("options that nobody has set: %+v", plain)
	}
}

func TestTheDetailsFollowTheState(t *testing.T) {
	client, server := pairOf(t, "127.0.0.1")
	state := func(fd int) string { return inspectSocket(fd, FamilyTCP).TCP.State }
	if err := unix.Shutdown(client, unix.SHUT_WR); err != nil {
		t.Fatal(err)
	}
	await(t, "CLOSE-WAIT and FIN-WAIT-2", func() bool { return state(server) == "CLOSE-WAIT" && state(client) == "FIN-WAIT-2" })
	if d := inspectSocket(server, FamilyTCP); d.TCP.LastSent.Known || d.TCP.LastReceived.Known {
		t.Errorf("no byte went, and the last was sent %v and received %v ago", d.TCP.LastSent, d.TCP.LastReceived)
	}
	if err := unix.Shutdown(server, unix.SHUT_WR); err != nil {
		t.Fatal(err)
	}
	await(t, "CLOSED", func() bool { return state(server) == "CLOSED" })
}

func TestAnOlderKernelsTCPInfoHasNoZeros(t *testing.T) {
	var info unix.TCPInfo
	b := (*[unsafe.Sizeof(info)]byte)(unsafe.Pointer(&info))
	for i := range b {
		b[i] = 1
	}
	for _, c := range []struct {
		given   uintptr
		version string
		known   int
	}{
		{0, "none", 0}, {103, "not even 2.6", 0}, {104, "2.6", 10}, {120, "3.15", 11}, {136, "4.1", 13}, {160, "4.6", 17},
		{168, "4.9", 18}, {224, "4.19", 18}, {232, "5.4", 19}, {240, "6.2", 20}, {unsafe.Sizeof(info), "this one", 20},
	} {
		v := reflect.ValueOf(tcpDetailsOf(&info, c.given))
		n := 0
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Struct && f.FieldByName("Known").Bool() {
				n++
			}
		}
		if n != c.known {
			t.Errorf("%d bytes, as Linux %s gives: %d figures are known, want %d", c.given, c.version, n, c.known)
		}
	}
}

func TestWhatTCPInfoHasNoSampleOfIsNotKnown(t *testing.T) {
	info := unix.TCPInfo{Rttvar: 250_000, Min_rtt: math.MaxUint32, Pacing_rate: math.MaxUint64, Last_data_sent: 7, Snd_mss: 536, State: 200}
	d := tcpDetailsOf(&info, unsafe.Sizeof(info))
	if d.RTT.Known || d.RTTVar.Known || d.MinRTT.Known || d.PacingRate.Known || d.DeliveryRate.Known || d.LastSent.Known || d.State != "" {
		t.Errorf("%+v", d)
	}
}

func TestTheDetailsOfAUnixSocketSayWhoIsThere(t *testing.T) {
	client, server := pairOf(t, "")
	if err := unix.SetsockoptInt(server, unix.SOL_SOCKET, unix.SO_PASSCRED, 1); err != nil {
		t.Fatal(err)
	}
	d, far := inspectSocket(client, FamilyUDS), inspectSocket(server, FamilyUDS)
	if d.Remote == "" || d.Remote != far.Local || d.Local != "" {
		t.Errorf("from %q to %q, and seen from there from %q", d.Local, d.Remote, far.Local)
	}
	comm, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	want := Credentials{PID: known(int64(os.Getpid())), UID: known(int64(os.Getuid())), GID: known(int64(os.Getgid())),
		Program: strings.TrimSuffix(string(comm), "\n")}
	if d.Peer != want || far.Peer != want {
		t.Errorf("there is %+v, and there %+v, want %+v", d.Peer, far.Peer, want)
	}
	o := far.Options
	if o.Type != "stream" || o.PassCred != known(true) || d.Options.PassCred != known(false) || o.RecvBuf.Value <= 0 || o.NoDelay.Known {
		t.Errorf("options: %+v", o)
	}
	if d.TCP != (TCPDetails{}) {
		t.Errorf("a Unix socket has %+v", d.TCP)
	}
}

func TestASocketWithoutAnotherEndHasNoCredentials(t *testing.T) {
	for family, domain := range map[Family]int{FamilyTCP: unix.AF_INET, FamilyUDS: unix.AF_UNIX} {
		fd, err := openSocket(domain, unix.SOCK_STREAM)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(fd) })
		if d := inspectSocket(fd, family); d.Remote != "" || d.Peer != (Credentials{}) {
			t.Errorf("an unconnected socket: %+v", d)
		}
	}
	if d := inspectSocket(-1, FamilyTCP); d != (Details{}) {
		t.Errorf("no socket at all: %+v", d)
	}
}

func TestASeqpacketSocketSaysSo(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fds[0])
	defer unix.Close(fds[1])
	if d := inspectSocket(fds[0], FamilyUDS); d.Options.Type != "seqpacket" || !d.Peer.PID.Known {
		t.Errorf("%+v", d)
	}
}

func BenchmarkDetails(b *testing.B) {
	for name, ip := range map[string]string{"tcp": "127.0.0.1", "uds": ""} {
		b.Run(name, func(b *testing.B) {
			family := FamilyTCP
			if ip == "" {
				family = FamilyUDS
			}
			fd, _ := pairOf(b, ip)
			b.ReportAllocs()
			for b.Loop() {
				inspectSocket(fd, family)
			}
		})
	}
}
