package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/variant"
)

// The tests here are the class's own (spec §5), restated: TestGodot and the
// suite's name, then the rule.

func TestGodotServerIsNotListeningWhenNew(t *testing.T) {
	for _, s := range []interface{ IsListening() bool }{&TCPServer{}, &UDSServer{}} {
		if s.IsListening() {
			t.Errorf("%T listens", s)
		}
	}
}

func TestGodotServerTakesAClientAndTypedDataGoesBothWays(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		server := l.server()
		if !server.IsListening() || server.IsConnectionAvailable() {
			t.Fatal("listening, without a connection")
		}
		client := l.dial(t)
		switch c := client.(type) {
		case *TCP:
			if c.ConnectedHost() != "127.0.0.1" || c.ConnectedPort() != l.tcp.LocalPort() {
				t.Errorf("connected to %s %d", c.ConnectedHost(), c.ConnectedPort())
			}
		case *UDS:
			if c.Status() == StatusConnected && c.ConnectedPath() != l.at {
				t.Errorf("connected to %s", c.ConnectedPath())
			}
		}
		if s := client.Status(); s != StatusConnecting && s != StatusConnected { // which one is the system's (Q22)
			t.Errorf("the status is %v", s)
		}
		accepted := l.take(t)
		mustStatus(t, accepted, StatusConnected)
		if tcp, ok := accepted.(*TCP); ok && tcp.ConnectedHost() != "127.0.0.1" {
			t.Errorf("accepted from %q", tcp.ConnectedHost())
		}
		pollUntil(t, client, StatusConnected)
		ctx := waiting(t)
		to, from := StreamPeer{Stream: client}, StreamPeer{Stream: accepted}
		mustCode(t, to.PutString(ctx, "Hello World!"), 0)
		if got, err := from.GetString(ctx, -1); got != "Hello World!" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		mustCode(t, from.PutFloat(ctx, 3.1415), 0)
		if got, err := to.GetFloat(ctx); got != 3.1415 || err != nil {
			t.Errorf("%v, %v", got, err)
		}
		client.DisconnectFromHost()
		server.Stop()
		if server.IsListening() {
			t.Error("it still listens")
		}
	})
}

func TestGodotServerTakesFiveClientsInTheOrderTheyConnected(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		ctx := waiting(t)
		var clients, accepted []SocketPeer
		for range 5 {
			clients = append(clients, l.dial(t))
		}
		for range 5 {
			accepted = append(accepted, l.take(t))
		}
		for i := range 5 {
			pollUntil(t, clients[i], StatusConnected)
			mustStatus(t, accepted[i], StatusConnected)
			to, from := StreamPeer{Stream: clients[i]}, StreamPeer{Stream: accepted[i]}
			mustCode(t, to.PutString(ctx, fmt.Sprint("Hello ", i)), 0)
			if got, err := from.GetString(ctx, -1); got != fmt.Sprint("Hello ", i) || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		}
	})
}

func TestGodotTCPServerAConnectAfterStopEndsInErrorAndTheTimeoutIsSampled(t *testing.T) {
	l := listenTCP(t)
	client, _ := l.pair(t)
	port := l.tcp.LocalPort()
	client.DisconnectFromHost()
	l.tcp.Stop()
	late := &TCP{}
	late.SetConnectTimeout(time.Second)
	err := late.ConnectToHost(context.Background(), "127.0.0.1", port)
	late.SetConnectTimeout(0)
	mustCode(t, err, 0)
	mustStatus(t, late, StatusConnecting)
	if l.tcp.IsConnectionAvailable() {
		t.Error("a stopped server has a connection")
	}
	mustCode(t, pollUntil(t, late, StatusError), ErrConnectionError)
	late.DisconnectFromHost()
	mustStatus(t, late, StatusNone)
}

func TestGodotUDSServerAConnectAfterStopIsNotOK(t *testing.T) {
	l := listenUDS(t)
	client, _ := l.pair(t)
	client.DisconnectFromHost()
	l.uds.Stop()
	if _, err := os.Lstat(l.at); !os.IsNotExist(err) {
		t.Errorf("the file: %v", err)
	}
	late := &UDS{}
	mustCode(t, late.ConnectToHost(l.at), ErrFailed)
	mustStatus(t, late, StatusNone)
	if l.uds.IsConnectionAvailable() {
		t.Error("a stopped server has a connection")
	}
}

func TestGodotServerADisconnectedPeerGivesEmptyStringsOnBothEnds(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		ctx := waiting(t)
		client, accepted := l.pair(t)
		to, from := StreamPeer{Stream: client}, StreamPeer{Stream: accepted}
		mustCode(t, to.PutString(ctx, "Hello World!"), 0)
		if got, err := from.GetString(ctx, -1); got != "Hello World!" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		accepted.DisconnectFromHost()
		l.server().Stop()
		pollUntil(t, client, StatusNone)
		mustStatus(t, accepted, StatusNone)
		for _, s := range []*StreamPeer{&to, &from} {
			if got, err := s.GetString(ctx, -1); got != "" || codeOf(err) != ErrFailed {
				t.Errorf("%q, %v", got, err)
			}
		}
	})
}

func TestGodotUDSServerAtAnotherPath(t *testing.T) {
	l := &listening{uds: &UDSServer{}, at: socketPath(t) + "_alt"}
	mustCode(t, l.uds.Listen(l.at), 0)
	t.Cleanup(l.uds.Stop)
	client, accepted := l.pair(t)
	ctx := waiting(t)
	mustCode(t, (&StreamPeer{Stream: client}).Put32(ctx, 42), 0)
	if got, err := (&StreamPeer{Stream: accepted}).Get32(ctx); got != 42 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
}

// mock is a stand-in for the kernel under one socket, as in the class's own
// tests. What it does not answer for, a socket of the machine's does that is
// connected to nothing.
type mock struct {
	system
	bound     unix.Sockaddr
	revents   int16
	available int64
	sent      bytes.Buffer
	come      strings.Reader // given byte by byte
}

func (m *mock) bind(_ int, local unix.Sockaddr) error   { m.bound = local; return nil }
func (m *mock) poll(_ int, events int16) (int16, error) { return m.revents & events, nil }
func (m *mock) readable(int) int64                      { return m.available }

func (m *mock) send(_ int, p []byte) (int, error) { return m.sent.Write(p[:1]) }

func (m *mock) recv(_ int, p []byte) (int, error) {
	n, _ := m.come.Read(p[:1]) // 0 at the end
	return n, nil
}

func (m *mock) peek(_ int, p []byte) (int, error) {
	if m.come.Len() == 0 && m.available > 0 {
		return 0, unix.EAGAIN
	}
	return min(1, m.come.Len(), len(p)), nil
}

// mocked is a TCP socket on a stand-in, accepted from 127.0.1.1:5678.
func mocked(t *testing.T, m *mock) *TCP {
	t.Helper()
	fd, err := openSocket(unix.AF_INET, unix.SOCK_STREAM)
	if err != nil {
		t.Fatal(err)
	}
	s := &TCP{}
	s.sys = m
	t.Cleanup(s.DisconnectFromHost)
	remote := &unix.SockaddrInet4{Port: 5678, Addr: [4]byte{127, 0, 1, 1}}
	mustCode(t, s.adopt(FamilyTCP, unix.AF_INET, fd, remote, "tcp://127.0.1.1:5678"), 0)
	mustStatus(t, s, StatusConnected)
	return s
}

func isOpen(s *TCP) bool { return s.AvailableBytes() != -1 }

func TestGodotMockAnAcceptedSocketIsConnectedAndDoesNotBlock(t *testing.T) {
	s := mocked(t, &mock{})
	if s.ConnectedHost() != "127.0.1.1" || s.ConnectedPort() != 5678 || !isOpen(s) {
		t.Errorf("%s %d, open: %v", s.ConnectedHost(), s.ConnectedPort(), isOpen(s))
	}
	_, accepted := listenTCP(t).pair(t)
	flags, err := unix.FcntlInt(uintptr(sockOf(accepted).conn.fd), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK == 0 {
		t.Errorf("flags %x, %v", flags, err)
	}
}

func TestGodotMockBind(t *testing.T) {
	m := &mock{}
	s := &TCP{}
	s.sys = m
	for _, port := range []int{-901, 70000} {
		mustCode(t, s.Bind(port, "127.0.4.1"), ErrInvalidParameter)
	}
	mustCode(t, s.Bind(7890, "127.0.4.1"), 0)
	if got := remoteAddr(m.bound).String(); got != "127.0.4.1:7890" || !isOpen(s) {
		t.Errorf("bound to %s, open: %v", got, isOpen(s))
	}
	mustStatus(t, s, StatusNone)
	s.DisconnectFromHost()
	if isOpen(s) {
		t.Error("it is open after a disconnect")
	}
}

func TestGodotMockPollWithBytesToReadStaysConnected(t *testing.T) {
	s := mocked(t, &mock{revents: unix.POLLIN | unix.POLLOUT, available: 100})
	mustCode(t, s.Poll(), 0)
	mustStatus(t, s, StatusConnected)
	if !isOpen(s) || s.AvailableBytes() != 100 {
		t.Errorf("%d bytes are available", s.AvailableBytes())
	}
}

func TestGodotMockPollReadableWithNothingToReadCloses(t *testing.T) {
	s := mocked(t, &mock{revents: unix.POLLIN | unix.POLLOUT})
	mustCode(t, s.Poll(), 0)
	mustStatus(t, s, StatusNone)
	if isOpen(s) {
		t.Error("it is open")
	}
}

func TestGodotMockDataGoesByteByByte(t *testing.T) {
	const hello, answer = "hello, world", "hello, it's me too!"
	m := &mock{revents: unix.POLLIN | unix.POLLOUT}
	m.come = *strings.NewReader(answer)
	s := mocked(t, m)
	put(t, s, hello)
	if m.sent.String() != hello {
		t.Errorf("sent %q", m.sent.String())
	}
	get(t, s, answer)
}

// memory is a StreamPeer on a Buffer, which r rewinds.
func memory() (*StreamPeer, *Buffer) {
	b := &Buffer{}
	return &StreamPeer{Stream: b}, b
}

func TestGodotStreamPeerIntegersGoRound(t *testing.T) {
	ctx := context.Background()
	for _, big := range []bool{false, true} {
		s, b := memory()
		if s.BigEndian {
			t.Error("big-endian when new")
		}
		s.BigEndian = big
		for name, round := range map[string]func() (int64, error, error){
			"8": func() (int64, error, error) {
				e := s.Put8(ctx, 42)
				b.Seek(0)
				v, f := s.Get8(ctx)
				return int64(v), e, f
			},
			"u8": func() (int64, error, error) {
				e := s.PutU8(ctx, 42)
				b.Seek(0)
				v, f := s.GetU8(ctx)
				return int64(v), e, f
			},
			"16": func() (int64, error, error) {
				e := s.Put16(ctx, 42)
				b.Seek(0)
				v, f := s.Get16(ctx)
				return int64(v), e, f
			},
			"u16": func() (int64, error, error) {
				e := s.PutU16(ctx, 42)
				b.Seek(0)
				v, f := s.GetU16(ctx)
				return int64(v), e, f
			},
			"32": func() (int64, error, error) {
				e := s.Put32(ctx, 42)
				b.Seek(0)
				v, f := s.Get32(ctx)
				return int64(v), e, f
			},
			"u32": func() (int64, error, error) {
				e := s.PutU32(ctx, 42)
				b.Seek(0)
				v, f := s.GetU32(ctx)
				return int64(v), e, f
			},
			"64": func() (int64, error, error) { e := s.Put64(ctx, 42); b.Seek(0); v, f := s.Get64(ctx); return v, e, f },
			"u64": func() (int64, error, error) {
				e := s.PutU64(ctx, 42)
				b.Seek(0)
				v, f := s.GetU64(ctx)
				return int64(v), e, f
			},
			"float": func() (int64, error, error) {
				e := s.PutFloat(ctx, 42)
				b.Seek(0)
				v, f := s.GetFloat(ctx)
				return int64(v), e, f
			},
			"double": func() (int64, error, error) {
				e := s.PutDouble(ctx, 42)
				b.Seek(0)
				v, f := s.GetDouble(ctx)
				return int64(v), e, f
			},
		} {
			b.Clear()
			if v, e, f := round(); v != 42 || e != nil || f != nil {
				t.Errorf("%s, big-endian %v: %d, %v, %v", name, big, v, e, f)
			}
		}
		b.Clear()
		mustCode(t, s.PutHalf(ctx, 3.1415927), 0)
		b.Seek(0)
		if v, err := s.GetHalf(ctx); math.Abs(v-3.14062) > 1e-4 || err != nil {
			t.Errorf("half: %v, %v", v, err)
		}
	}
}

func TestGodotStreamPeerStringsGoRoundAndAreEmptyOnAnEmptyBuffer(t *testing.T) {
	ctx := context.Background()
	s, b := memory()
	mustCode(t, s.PutString(ctx, "Hello, World!"), 0)
	mustCode(t, s.PutUTF8String(ctx, "Hello✩, World✩!"), 0)
	b.Seek(0)
	if got, err := s.GetString(ctx, -1); got != "Hello, World!" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := s.GetUTF8String(ctx, -1); got != "Hello✩, World✩!" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	b.SetDataArray([]byte("\x09\x00\x00\x00\xef\xbb\xbfh\xffi\x00hidden"))
	if got, err := s.GetUTF8String(ctx, -1); got != "h\ufffdi" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	b.Clear()
	for _, read := range []func(context.Context, int) (string, error){s.GetString, s.GetUTF8String} {
		if got, err := read(ctx, -1); got != "" || err == nil {
			t.Errorf("empty: %q, %v", got, err)
		}
	}
}

func TestGodotStreamPeerAVariantGoesRound(t *testing.T) {
	ctx := context.Background()
	for _, big := range []bool{false, true} {
		s, b := memory()
		s.BigEndian = big
		sent := variant.Array{Values: []variant.Value{variant.String("Hello, World!"), variant.Int(42)}}
		mustCode(t, s.PutVar(ctx, sent), 0)
		b.Seek(0)
		v, err := s.GetVar(ctx)
		mustCode(t, err, 0)
		if v.String() != `["Hello, World!", 42]` {
			t.Errorf("%v", v)
		}
	}
}

func TestGodotStreamPeerAVariantThatIsWrongLeavesTheConnectionAlone(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		ctx := waiting(t)
		client, accepted := l.pair(t)
		from := StreamPeer{Stream: client}
		put(t, accepted, "\x04\x00\x00\x00\xff\x00\x00\x00")
		v, err := from.GetVar(ctx)
		mustCode(t, err, ErrInvalidData)
		if wrong := (*variant.Error)(nil); v != nil || !errors.As(err, &wrong) || wrong.Off != 0 {
			t.Errorf("%v, %v", v, err)
		}
		put(t, accepted, "\x0c\x00\x00\x00\x02\x00\x00\x00\x2a\x00\x00\x00more")
		if v, err := from.GetVar(ctx); v != variant.Int(42) || err != nil {
			t.Errorf("%v, %v", v, err)
		}
		mustStatus(t, client, StatusConnected)
		err = from.PutVar(ctx, variant.String("a\x00b"))
		mustCode(t, err, ErrInvalidParameter)
		if n := accepted.AvailableBytes(); n != 0 {
			t.Errorf("%d bytes of what cannot be written were sent", n)
		}
		put(t, accepted, "\x08\x00\x00\x00\x02\x00")
		accepted.DisconnectFromHost()
		_, err = from.GetVar(ctx)
		mustCode(t, err, ErrFileEOF)
		mustStatus(t, client, StatusNone)
	})
}

func TestGodotMarshallsHalfFloatAndDouble(t *testing.T) {
	ctx := context.Background()
	s, b := memory()
	mustCode(t, s.PutHalf(ctx, 0.33325195), 0)
	mustCode(t, s.PutFloat(ctx, 0.15625), 0)
	mustCode(t, s.PutDouble(ctx, 1./3), 0)
	if got := fmt.Sprintf("%x", b.DataArray()); got != "5535"+"0000203e"+"555555555555d53f" {
		t.Error(got)
	}
}

func TestGodotBuffer(t *testing.T) {
	ctx := context.Background()
	s, b := memory()
	state := func(size, position int, available int64) {
		t.Helper()
		if b.Size() != size || b.Position() != position || b.AvailableBytes() != available {
			t.Fatalf("size %d, position %d, available %d; want %d %d %d", b.Size(), b.Position(), b.AvailableBytes(), size, position, available)
		}
	}
	next := func(want uint8) {
		t.Helper()
		if v, err := s.GetU8(ctx); v != want || err != nil {
			t.Fatalf("%d, %v; want %d", v, err, want)
		}
	}
	state(0, 0, 0)
	for _, v := range []uint8{5, 7, 11} {
		mustCode(t, s.PutU8(ctx, v), 0)
	}
	mustCode(t, b.Seek(0), 0)
	state(3, 0, 3)
	next(5)
	next(7)
	next(11)
	mustCode(t, b.Seek(1), 0)
	next(7)
	for _, position := range []int{-1, 4} {
		mustCode(t, b.Seek(position), ErrInvalidParameter)
		state(3, 2, 1)
	}
	if n, err := b.PutData(ctx, nil); n != 0 || err != nil {
		t.Error(n, err)
	}
	state(3, 2, 1)
	p := make([]byte, 3)
	n, err := b.GetData(ctx, p)
	mustCode(t, err, ErrInvalidParameter)
	if n != 1 || p[0] != 11 {
		t.Errorf("%d bytes, %v", n, p)
	}
	state(3, 3, 0)
	if d := b.Duplicate(); d.Position() != 0 || !bytes.Equal(d.DataArray(), []byte{5, 7, 11}) {
		t.Errorf("%+v", d)
	}
	b.Clear()
	mustCode(t, b.Resize(42), 0)
	state(42, 0, 42)
	mustCode(t, b.Seek(21), 0)
	state(42, 21, 21)
	b.SetDataArray([]byte{9, 8})
	state(2, 0, 2)
	if !bytes.Equal(b.DataArray(), []byte{9, 8}) {
		t.Errorf("%v", b.DataArray())
	}
	mustCode(t, b.Resize(-1), ErrInvalidParameter)
}

// The rest is "Add our own" of spec §5, as far as TestConnected, TestConnecting
// and TestFromError do not hold it.

func TestGodotOursABlockingReadAtTheEndHasWhatCame(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		client, accepted := l.pair(t)
		put(t, accepted, "abc")
		accepted.DisconnectFromHost()
		p := make([]byte, 10)
		n, err := client.GetData(waiting(t), p)
		mustCode(t, err, ErrFileEOF)
		mustStatus(t, client, StatusNone)
		if string(p[:n]) != "abc" {
			t.Errorf("%q", p[:n])
		}
	})
}

func TestGodotOursAFullServerLeavesTheNextClientPendingUntilOneIsTaken(t *testing.T) {
	l := listenUDS(t) // over TCP a SYN is sent again after a second only: TestConnecting holds it
	var last SocketPeer
	for n := 0; last == nil; n++ {
		if s := l.client(t); codeOf(l.dialAgain(s)) == 0 && s.Status() == StatusConnecting {
			last = s
		} else if n > 2*MaxPendingConnections {
			return // BSD systems refuse instead (Q22)
		}
	}
	mustCode(t, last.Poll(), 0)
	mustStatus(t, last, StatusConnecting)
	l.take(t)
	mustCode(t, last.Poll(), 0)
	mustStatus(t, last, StatusConnected)
}

func TestGodotOursStopResetsThePendingAndLeavesTheAcceptedAlone(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		client, accepted := l.pair(t)
		pending := l.dial(t)
		pollUntil(t, pending, StatusConnected)
		await(t, "the connection to arrive", l.server().IsConnectionAvailable)
		l.server().Stop()
		l.server().Stop()
		err := pollUntil(t, pending, StatusError)
		mustCode(t, err, ErrFailed)
		wraps(t, err, syscall.ECONNRESET)
		put(t, client, "hi")
		get(t, accepted, "hi")
		_, err = l.server().TakeSocketConnection()
		mustCode(t, err, ErrUnavailable)
		wraps(t, err, ErrNotListening)
	})
}
