package peer

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/variant"
)

// The choices of spec §7, by their numbers.

func TestQ1ABoundUnixSocketConnectsFromItsPath(t *testing.T) {
	l := listenUDS(t)
	at := socketPath(t)
	s := &UDS{}
	mustCode(t, s.Bind(at), 0)
	mustStatus(t, s, StatusNone)
	if s.AvailableBytes() != 0 || s.ConnectedPath() != "" {
		t.Errorf("bound: available %d, path %q", s.AvailableBytes(), s.ConnectedPath())
	}
	mustCode(t, s.Bind(at), ErrAlreadyInUse)
	mustCode(t, s.ConnectToHost(l.at), 0)
	mustStatus(t, s, StatusConnected)
	accepted := l.take(t)
	from, err := unix.Getpeername(sockOf(accepted).conn.fd)
	if sa, ok := from.(*unix.SockaddrUnix); !ok || sa.Name != at {
		t.Errorf("the server sees %+v, %v", from, err)
	}
	put(t, s, "hello")
	get(t, accepted, "hello")
	mustCode(t, s.Bind(at+"2"), ErrAlreadyInUse)
	s.DisconnectFromHost()
	if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is left: %v", err)
	}
}

func TestQ1ABoundTCPSocketConnectsFromItsAddress(t *testing.T) {
	l := listenTCP(t)
	for _, host := range []string{"127.0.0.1", "*"} {
		s := &TCP{}
		t.Cleanup(s.DisconnectFromHost)
		mustCode(t, s.Bind(0, host), 0)
		port := s.LocalPort()
		mustCode(t, s.Bind(0, host), ErrAlreadyInUse)
		mustCode(t, l.dialAgain(s), 0)
		accepted := l.take(t).(*TCP)
		pollUntil(t, s, StatusConnected)
		if port == 0 || s.LocalPort() != port || accepted.ConnectedPort() != port {
			t.Errorf("%s: bound to %d, at %d, seen from %d", host, port, s.LocalPort(), accepted.ConnectedPort())
		}
		if s.ConnectedHost() != "127.0.0.1" || accepted.ConnectedHost() != "127.0.0.1" {
			t.Errorf("%s: connected to %s from %s", host, s.ConnectedHost(), accepted.ConnectedHost())
		}
	}
}

func TestQ2APeersHalfCloseEndsOursUnlessWeKeepIt(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		client, accepted := l.pair(t)
		mustCode(t, sockOf(accepted).CloseWrite(), 0)
		waitIn(t, client)
		mustCode(t, client.Poll(), 0)
		mustStatus(t, client, StatusNone)

		client, accepted = l.pair(t)
		sockOf(client).KeepWriteOnEOF = true
		mustCode(t, sockOf(accepted).CloseWrite(), 0)
		waitIn(t, client)
		for range 2 {
			mustCode(t, client.Poll(), 0)
			mustStatus(t, client, StatusConnected)
			_, err := client.GetPartialData(make([]byte, 1))
			mustCode(t, err, ErrFileEOF)
			put(t, client, "still here")
			get(t, accepted, "still here")
		}
		mustCode(t, sockOf(client).CloseWrite(), 0)
		mustCode(t, client.Poll(), 0)
		mustStatus(t, client, StatusNone)
	})
}

// resetting connects, and has the other end reset with bytes of its own unread
// here. On a Unix socket bytes of ours must lie unread there.
func resetting(t *testing.T, l *listening, unread string) SocketPeer {
	t.Helper()
	client, accepted := l.pair(t)
	put(t, client, "unread there")
	waitIn(t, accepted)
	if unread != "" {
		put(t, accepted, unread)
		await(t, "the bytes", func() bool { return client.AvailableBytes() == int64(len(unread)) })
	}
	accepted.DisconnectFromHost()
	await(t, "the reset", func() bool { return codeOf(sockOf(client).Wait(waiting(t), PollInOut, 0)) == ErrFailed })
	return client
}

func TestQ3APollLosesWhatIsUnreadAfterAResetAndAReadDoesNot(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		read := resetting(t, l, "hello")
		get(t, read, "hello")
		polled := resetting(t, l, "hello")
		mustCode(t, polled.Poll(), ErrFailed)
		if n := polled.AvailableBytes(); n != -1 {
			t.Errorf("%d bytes are available", n)
		}
	})
}

func TestQ4TheCauseIsTheSameWhoeverNoticesTheReset(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		for name, notice := range map[string]struct {
			call   func(SocketPeer) error
			status Status
		}{
			"poll": {func(s SocketPeer) error { return s.Poll() }, StatusError},
			"read": {func(s SocketPeer) error { _, err := s.GetPartialData(make([]byte, 1)); return err }, StatusNone},
		} {
			s := resetting(t, l, "")
			err := notice.call(s)
			mustCode(t, err, ErrFailed)
			mustStatus(t, s, notice.status)
			wraps(t, err, syscall.ECONNRESET)
			if last := sockOf(s).LastError(); last != err {
				t.Errorf("%s: the last error is %v, not %v", name, last, err)
			}
			s.DisconnectFromHost() // as TCP has to before it dials again: it has ended nothing
			if last := sockOf(s).LastError(); last != err {
				t.Errorf("%s: after a disconnect the last error is %v, not %v", name, last, err)
			}
		}
		s, accepted := l.pair(t)
		accepted.DisconnectFromHost()
		mustCode(t, pollUntil(t, s, StatusNone), 0)
		if last := sockOf(s).LastError(); !errors.Is(last, ErrFIN) && !errors.Is(last, ErrEOF) {
			t.Errorf("the last error is %v", last)
		}
		wraps(t, sockOf(accepted).LastError(), ErrDisconnected)
	})
}

func TestQ5FromErrorAUnixSocketDialsAgainAndTCPDisconnectsFirst(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		s := resetting(t, l, "")
		mustCode(t, s.Poll(), ErrFailed)
		mustStatus(t, s, StatusError)
		if l.uds != nil {
			mustCode(t, l.dialAgain(s), 0)
			mustStatus(t, s, StatusConnected)
			return
		}
		mustCode(t, l.dialAgain(s), ErrAlreadyInUse)
		mustStatus(t, s, StatusError)
		s.DisconnectFromHost()
		mustCode(t, l.dialAgain(s), 0)
	})
}

func TestQ6AnAcceptedUnixSocketHasNoPathOfItsOwnButItsListeners(t *testing.T) {
	l := listenUDS(t)
	client, accepted := l.pair(t)
	if a := accepted.(*UDS); a.ConnectedPath() != "" || a.ListenerPath() != l.at {
		t.Errorf("path %q, listener's %q", a.ConnectedPath(), a.ListenerPath())
	}
	if c := client.(*UDS); c.ConnectedPath() != l.at || c.ListenerPath() != "" {
		t.Errorf("path %q, listener's %q", c.ConnectedPath(), c.ListenerPath())
	}
	accepted.DisconnectFromHost()
	if path := accepted.(*UDS).ListenerPath(); path != "" {
		t.Errorf("closed: %q", path)
	}
}

func TestQ7AnAcceptedSocketKnowsItsLocalPort(t *testing.T) {
	l := listenTCP(t)
	client, accepted := l.pair(t)
	if got := accepted.(*TCP).LocalPort(); got != l.tcp.LocalPort() {
		t.Errorf("%d, the server's is %d", got, l.tcp.LocalPort())
	}
	if got := client.(*TCP).LocalPort(); got != accepted.(*TCP).ConnectedPort() {
		t.Errorf("%d, the other end sees %d", got, accepted.(*TCP).ConnectedPort())
	}
}

func TestQ8TheLocalPortOfAClosedSocketIsZero(t *testing.T) {
	s := &TCP{}
	if s.LocalPort() != 0 || new(TCPServer).LocalPort() != 0 {
		t.Error("new")
	}
	mustCode(t, s.Bind(0, "127.0.0.1"), 0)
	s.DisconnectFromHost()
	if s.LocalPort() != 0 {
		t.Error("closed")
	}
}

// staleSocket leaves a socket file at which nobody listens.
func staleSocket(t *testing.T, path string) {
	t.Helper()
	fd, err := openSocket(unix.AF_UNIX, unix.SOCK_STREAM)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrUnix{Name: path}), unix.Listen(fd, 1)); err != nil {
		t.Fatal(err)
	}
}

func TestQ9AStaleSocketFileIsReplacedAndALiveOneIsNot(t *testing.T) {
	stale := socketPath(t)
	staleSocket(t, stale)
	s := &UDS{}
	mustCode(t, s.Bind(stale), 0)
	s.DisconnectFromHost()
	staleSocket(t, stale)
	server := &UDSServer{}
	mustCode(t, server.Listen(stale), 0)
	server.Stop()

	l := listenUDS(t)
	for _, err := range []error{s.Bind(l.at), server.Listen(l.at)} {
		mustCode(t, err, ErrAlreadyInUse)
		wraps(t, err, syscall.EADDRINUSE)
	}
	if l.uds.IsConnectionAvailable() {
		t.Error("the listener finds a client that only asked whether it is alive")
	}
	client, accepted := l.pair(t)
	put(t, client, "hello")
	get(t, accepted, "hello")
	client.DisconnectFromHost()

	server.Force = true
	mustCode(t, server.Listen(l.at), 0)
	t.Cleanup(server.Stop)
	mustCode(t, l.dialAgain(client), 0)
	await(t, "the connection at the new server", server.IsConnectionAvailable)
}

func TestQ9WhatIsNoSocketIsLeftAlone(t *testing.T) {
	path := socketPath(t)
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := new(UDS).Bind(path)
	mustCode(t, err, ErrAlreadyExists)
	wraps(t, err, syscall.EEXIST)
	mustCode(t, new(UDSServer).Listen(path), ErrAlreadyInUse)
	if p, err := os.ReadFile(path); string(p) != "precious" {
		t.Errorf("%q, %v", p, err)
	}
}

func TestQ10OnlyAFileThatWeMadeIsUnlinked(t *testing.T) {
	path := socketPath(t)
	if err := os.Symlink(path+"-none", path); err != nil { // bind says EADDRINUSE
		t.Fatal(err)
	}
	mustCode(t, new(UDSServer).Listen(path), ErrAlreadyInUse)
	mustCode(t, new(UDS).Bind(path), ErrUnavailable)
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("a failed bind has taken the link away: %v", err)
	}

	at := path + "2"
	server := &UDSServer{}
	mustCode(t, server.Listen(at), 0)
	if err := os.Rename(at, at+"-ours"); err != nil { // keeps the inode, which the next file could get
		t.Fatal(err)
	}
	if err := os.WriteFile(at, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	if _, err := os.Lstat(at); err != nil {
		t.Errorf("stop has taken another's file away: %v", err)
	}
	os.Remove(at)
	mustCode(t, server.Listen(at), 0)
	server.Stop()
	if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stop has left our file: %v", err)
	}
}

func TestQ11AfterABindThatFailsTheSocketIsFree(t *testing.T) {
	path := socketPath(t)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := "/" + strings.Repeat("x", MaxPath)
	s, server := &UDS{}, &UDSServer{}
	for _, bad := range []struct {
		path         string
		bind, listen Error
	}{{path, ErrAlreadyExists, ErrAlreadyInUse}, {long, ErrInvalidParameter, ErrInvalidParameter}, {"", ErrInvalidParameter, ErrInvalidParameter}, {path + "\x00", ErrInvalidParameter, ErrInvalidParameter}} {
		for range 2 {
			mustCode(t, s.Bind(bad.path), bad.bind)
			mustCode(t, server.Listen(bad.path), bad.listen)
			if s.AvailableBytes() != -1 || server.IsListening() {
				t.Errorf("%q: open after it has failed", bad.path)
			}
		}
	}
	tcp := &TCP{}
	for range 2 {
		mustCode(t, tcp.Bind(70000, "*"), ErrInvalidParameter)
		mustCode(t, tcp.Bind(0, "not-an-ip"), ErrInvalidParameter)
	}
	mustCode(t, s.Bind(path+"2"), 0)
	mustCode(t, tcp.Bind(0, "*"), 0)
	s.DisconnectFromHost()
	tcp.DisconnectFromHost()
}

func TestQ12APathMayFillSunPathAndALongerOneIsABadArgument(t *testing.T) {
	dir := filepath.Dir(socketPath(t)) + "/"
	l := &listening{uds: &UDSServer{}, at: dir + strings.Repeat("x", MaxPath-len(dir))}
	mustCode(t, l.uds.Listen(l.at), 0)
	t.Cleanup(l.uds.Stop)
	client, _ := l.pair(t)
	if path := client.(*UDS).ConnectedPath(); path != l.at {
		t.Errorf("%q", path)
	}
	for _, err := range []error{new(UDS).ConnectToHost(l.at + "x"), new(UDS).Bind(l.at + "x"), new(UDSServer).Listen(l.at + "x")} {
		mustCode(t, err, ErrInvalidParameter)
	}
}

// interrupting gives EINTR once before every call, as a signal would.
type interrupting struct {
	system
	calls, interrupts int
}

func (k *interrupting) again() bool {
	k.calls++
	if k.calls%2 == 0 {
		return false
	}
	k.interrupts++
	return true
}

func (k *interrupting) connect(fd int, sa unix.Sockaddr) error {
	if k.again() {
		return unix.EINTR
	}
	return k.system.connect(fd, sa)
}

func (k *interrupting) accept(fd int) (int, unix.Sockaddr, error) {
	if k.again() {
		return -1, nil, unix.EINTR
	}
	return k.system.accept(fd)
}

func (k *interrupting) poll(fd int, events int16) (int16, error) {
	if k.again() {
		return 0, unix.EINTR
	}
	return k.system.poll(fd, events)
}

func (k *interrupting) recv(fd int, p []byte) (int, error) {
	if k.again() {
		return -1, unix.EINTR
	}
	return k.system.recv(fd, p)
}

func (k *interrupting) peek(fd int, p []byte) (int, error) {
	if k.again() {
		return -1, unix.EINTR
	}
	return k.system.peek(fd, p)
}

func (k *interrupting) send(fd int, p []byte) (int, error) {
	if k.again() {
		return -1, unix.EINTR
	}
	return k.system.send(fd, p)
}

func TestQ13ASignalInterruptsNoCall(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		k := &interrupting{}
		if l.tcp != nil {
			l.tcp.sys = &interrupting{}
			l.tcp.Stop()
			mustCode(t, l.tcp.Listen(0, "127.0.0.1"), 0)
		} else {
			l.uds.sys = &interrupting{}
			l.uds.Stop()
			mustCode(t, l.uds.Listen(l.at), 0)
		}
		client := l.client(t)
		sockOf(client).sys = k
		mustCode(t, l.dialAgain(client), 0)
		accepted := l.take(t)
		pollUntil(t, client, StatusConnected)
		put(t, client, "there")
		get(t, accepted, "there")
		put(t, accepted, "back")
		get(t, client, "back")
		mustCode(t, client.Poll(), 0)
		mustStatus(t, client, StatusConnected)
		if k.interrupts == 0 {
			t.Error("nothing was interrupted")
		}
	})
}

func TestQ14APortOutOfRangeIsABadArgument(t *testing.T) {
	for _, port := range []int{-1, 65536, 70000} {
		mustCode(t, new(TCPServer).Listen(port, "127.0.0.1"), ErrInvalidParameter)
		mustCode(t, new(TCP).Bind(port, "127.0.0.1"), ErrInvalidParameter)
	}
}

func TestQ15PortZeroIsForTheLocalEndOnly(t *testing.T) {
	l := listenTCP(t)
	s := &TCP{}
	mustCode(t, s.Bind(0, "127.0.0.1"), 0)
	if l.tcp.LocalPort() == 0 || s.LocalPort() == 0 {
		t.Error("no port was chosen")
	}
	s.DisconnectFromHost()
	mustCode(t, s.ConnectToHost(context.Background(), "127.0.0.1", 0), ErrInvalidParameter)
}

// pendingForever leaves every connect pending.
type pendingForever struct {
	system
	ready bool
}

func (k *pendingForever) connect(int, unix.Sockaddr) error {
	if k.ready {
		return nil
	}
	return unix.EINPROGRESS
}

func (k *pendingForever) poll(_ int, events int16) (int16, error) {
	if k.ready {
		return events & unix.POLLOUT, nil
	}
	return 0, nil
}

func TestQ16TheDeadlineIsStrictSampledOnceAndLosesToAConnection(t *testing.T) {
	for _, late := range []bool{true, false} {
		clock, k := &fakeClock{}, &pendingForever{}
		s := &TCP{}
		s.now, s.sys = clock.now, k
		t.Cleanup(s.DisconnectFromHost)
		s.SetConnectTimeout(time.Second)
		mustCode(t, s.ConnectToHost(context.Background(), "127.0.0.1", 9), 0)
		s.SetConnectTimeout(time.Hour)
		clock.move(time.Second)
		mustCode(t, s.Poll(), 0)
		mustStatus(t, s, StatusConnecting)
		clock.move(1)
		if late {
			mustCode(t, s.Poll(), ErrConnectionError)
			mustStatus(t, s, StatusError)
			continue
		}
		k.ready = true
		mustCode(t, s.Poll(), 0)
		mustStatus(t, s, StatusConnected)
	}
}

func TestQ17AReadThatFailsIsZeroAndLengthsAreBounded(t *testing.T) {
	ctx := context.Background()
	s, b := memory()
	b.SetDataArray([]byte{1, 2, 3})
	if v, err := s.GetU64(ctx); v != 0 || codeOf(err) != ErrInvalidParameter {
		t.Errorf("%d, %v", v, err)
	}
	for _, c := range []struct {
		length int32
		limit  int
		code   Error
	}{
		{DefaultMaxLength, 0, ErrInvalidParameter}, // not there: we have a few bytes only
		{DefaultMaxLength + 1, 0, ErrOutOfMemory},
		{1<<31 - 1, 0, ErrOutOfMemory},
		{5, 4, ErrOutOfMemory},
		{-1, 0, ErrInvalidData},
	} {
		for _, read := range []func(context.Context, int) (string, error){s.GetString, s.GetUTF8String} {
			b.Clear()
			s.Put32(ctx, c.length)
			b.PutPartialData([]byte("abcd"))
			b.Seek(0)
			s.MaxLength = c.limit
			got, err := read(ctx, -1)
			if got != "" || codeOf(err) != c.code {
				t.Errorf("length %d, limit %d: %q, %v", c.length, c.limit, got, err)
			}
		}
	}
	if n := cap(s.scratch); n > 2*growth+1024 {
		t.Errorf("a length that was claimed has cost %d bytes", n)
	}
}

func TestQ18AReadReturnsWhatItReadAndNothingToSendIsOK(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		s := l.client(t)
		for _, p := range [][]byte{nil, {}} {
			n, err := s.PutData(waiting(t), p)
			mustCode(t, err, 0)
			m, err := s.PutPartialData(p)
			mustCode(t, err, 0)
			if n+m != 0 {
				t.Error(n, m)
			}
		}
		n, err := s.GetData(waiting(t), make([]byte, 4))
		mustCode(t, err, ErrFailed)
		_, err = s.GetData(waiting(t), nil)
		mustCode(t, err, ErrFailed)
		if n != 0 {
			t.Error(n)
		}
	})
}

func TestQ19StringsHaveNoNULAndASCIIHasSpaces(t *testing.T) {
	ctx := context.Background()
	s, b := memory()
	mustCode(t, s.PutString(ctx, "h\u00e9 \u2729\U0001f3ae\xff"), 0)
	if got := string(b.DataArray()); got != "\x06\x00\x00\x00h     " {
		t.Errorf("%q", got)
	}
	b.Clear()
	mustCode(t, s.PutUTF8String(ctx, "h\u00e9"), 0)
	if got := string(b.DataArray()); got != "\x03\x00\x00\x00h\u00e9" {
		t.Errorf("%q", got)
	}
}

func TestQ20BigEndianTurnsTheLengthOfAVariantAndNothingElse(t *testing.T) {
	ctx := context.Background()
	s, b := memory()
	s.BigEndian = true
	mustCode(t, s.PutVar(ctx, variant.Int(42)), 0)
	if got := fmt.Sprintf("%x", b.DataArray()); got != "00000008"+"02000000"+"2a000000" {
		t.Error(got)
	}
	b.Seek(0)
	if v, err := s.GetVar(ctx); v != variant.Int(42) || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

// getVar reads a Variant of these bytes, which are given in hexadecimal.
func getVar(t *testing.T, s *StreamPeer, b *Buffer, code string) (variant.Value, error) {
	t.Helper()
	p, err := hex.DecodeString(strings.ReplaceAll(code, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	b.Clear()
	mustCode(t, s.PutU32(context.Background(), uint32(len(p))), 0)
	b.PutPartialData(p)
	b.Seek(0)
	return s.GetVar(context.Background())
}

func TestQ21PackedStringsLoseTheirNULAndAPackedByteArrayNeedsNoPad(t *testing.T) {
	s, b := memory()
	v, err := getVar(t, s, b, "22000000 01000000 03000000 61620000")
	if got, ok := v.(variant.PackedStringArray); !ok || len(got) != 1 || got[0] != "ab" {
		t.Errorf("%v, %v", v, err)
	}
	v, err = getVar(t, s, b, "1d000000 05000000 0102030405")
	if got, ok := v.(variant.PackedByteArray); !ok || !bytes.Equal(got, []byte{1, 2, 3, 4, 5}) {
		t.Errorf("%v, %v", v, err)
	}
}

func TestQ28AnObjectIsAnIDAndIsSentAsNil(t *testing.T) {
	s, b := memory()
	v, err := getVar(t, s, b, "18000100 2a00000000000000")
	if got, ok := v.(variant.Object); !ok || got.ID != 42 || err != nil {
		t.Fatalf("%v, %v", v, err)
	}
	b.Clear()
	mustCode(t, s.PutVar(context.Background(), v), 0)
	if got := fmt.Sprintf("%x", b.DataArray()); got != "04000000"+"00000000" {
		t.Error(got)
	}
}

func TestQ22WhetherAConnectIsPendingIsTheSystems(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		s := l.dial(t)
		if got := s.Status(); got != StatusConnecting && got != StatusConnected {
			t.Errorf("%v", got)
		}
		pollUntil(t, s, StatusConnected)
	})
}

func TestQ23AskingForTheStatusPollsNothing(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		client, accepted := l.pair(t)
		accepted.DisconnectFromHost()
		waitIn(t, client)
		for range 3 {
			mustStatus(t, client, StatusConnected)
		}
		mustCode(t, client.Poll(), 0)
		mustStatus(t, client, StatusNone)
	})
}

func TestQ24AHostThatDoesNotResolveIsToldFirst(t *testing.T) {
	client, _ := listenTCP(t).pair(t)
	name := strings.Repeat("x", 64) + ".invalid" // a label has at most 63 bytes (RFC 1035 §2.3.4)
	mustCode(t, client.(*TCP).ConnectToHost(context.Background(), name, 0), ErrCantResolve)
	mustStatus(t, client, StatusConnected)
	mustCode(t, client.(*TCP).ConnectToHost(context.Background(), "127.0.0.1", 0), ErrAlreadyInUse)
}

// failing refuses one call with an errno.
type failing struct {
	system
	call string
	with error
}

func (k *failing) socket(domain, typ int) (int, error) {
	if k.call == "socket" {
		return -1, k.with
	}
	return k.system.socket(domain, typ)
}

func (k *failing) bind(fd int, sa unix.Sockaddr) error {
	if k.call == "bind" {
		return k.with
	}
	return k.system.bind(fd, sa)
}

func (k *failing) listen(fd, backlog int) error {
	if k.call == "listen" {
		return k.with
	}
	return k.system.listen(fd, backlog)
}

func (k *failing) connect(fd int, sa unix.Sockaddr) error {
	if k.call == "connect" {
		return k.with
	}
	return k.system.connect(fd, sa)
}

func (k *failing) accept(fd int) (int, unix.Sockaddr, error) {
	if k.call == "accept" {
		return -1, nil, k.with
	}
	return k.system.accept(fd)
}

func TestQ25AnErrorHasTheFamilysNumberAndTheSystemsCause(t *testing.T) {
	for _, c := range []struct {
		call                                         string
		with                                         syscall.Errno
		listenTCP, listenUDS, bindTCP, bindUDS, dial Error
	}{
		{"socket", syscall.EMFILE, ErrCantCreate, ErrCantCreate, ErrFailed, ErrFailed, ErrFailed},
		{"bind", syscall.EACCES, ErrAlreadyInUse, ErrAlreadyInUse, ErrUnavailable, ErrUnauthorized, 0},
		{"bind", syscall.EADDRINUSE, ErrAlreadyInUse, ErrAlreadyInUse, ErrUnavailable, ErrUnavailable, 0},
		{"bind", syscall.EADDRNOTAVAIL, ErrAlreadyInUse, ErrAlreadyInUse, ErrUnavailable, ErrUnavailable, 0},
		{"listen", syscall.EOPNOTSUPP, ErrFailed, ErrFailed, 0, 0, 0},
		{"connect", syscall.ENETUNREACH, 0, 0, 0, 0, ErrFailed},
	} {
		t.Run(c.call+" "+c.with.Error(), func(t *testing.T) {
			k := &failing{call: c.call, with: c.with}
			server, paths, tcp, uds := &TCPServer{}, &UDSServer{}, &TCP{}, &UDS{}
			server.sys, paths.sys, tcp.sys, uds.sys = k, k, k, k
			at := socketPath(t)
			bindTCP := &TCP{}
			bindTCP.sys = k
			bindUDS := &UDS{}
			bindUDS.sys = k
			for _, call := range []struct {
				err  error
				code Error
			}{
				{server.Listen(0, "127.0.0.1"), c.listenTCP},
				{paths.Listen(at), c.listenUDS},
				{bindTCP.Bind(0, "127.0.0.1"), c.bindTCP},
				{bindUDS.Bind(at + "2"), c.bindUDS},
			} {
				mustCode(t, call.err, call.code)
				if call.err != nil {
					wraps(t, call.err, c.with)
					wraps(t, call.err, call.code)
				}
			}
			if c.dial != 0 {
				for _, err := range []error{tcp.ConnectToHost(context.Background(), "127.0.0.1", 9), uds.ConnectToHost(at)} {
					mustCode(t, err, c.dial)
					wraps(t, err, c.with)
				}
				mustStatus(t, tcp, StatusNone)
			}
			for path, made := range map[string]bool{at: c.listenUDS == 0, at + "2": c.bindUDS == 0} {
				if _, err := os.Lstat(path); (err == nil) != made {
					t.Errorf("%s: %v", path, err)
				}
			}
			server.Stop()
			paths.Stop()
			bindTCP.DisconnectFromHost()
			bindUDS.DisconnectFromHost()
		})
	}
	both(t, func(t *testing.T, l *listening) {
		_, err := l.server().TakeSocketConnection()
		mustCode(t, err, ErrBusy)
		wraps(t, err, syscall.EAGAIN)
		mustCode(t, listenAgain(l), ErrAlreadyInUse)
	})
	l := listenTCP(t)
	l.tcp.Stop()
	l.tcp.sys = &failing{call: "accept", with: syscall.EMFILE}
	mustCode(t, l.tcp.Listen(0, "127.0.0.1"), 0)
	l.dial(t)
	await(t, "a connection", l.tcp.IsConnectionAvailable)
	_, err := l.tcp.TakeConnection()
	mustCode(t, err, ErrFailed)
	wraps(t, err, syscall.EMFILE)
	mustCode(t, new(TCPServer).Listen(0, "not-an-ip"), ErrInvalidParameter)
}

func listenAgain(l *listening) error {
	if l.tcp != nil {
		return l.tcp.Listen(0, "127.0.0.1")
	}
	return l.uds.Listen(l.at)
}

func TestQ26CountsAreRealAlsoWithAnError(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		s := resetting(t, l, "hello")
		p := make([]byte, 10)
		n, err := s.GetData(waiting(t), p)
		mustCode(t, err, ErrFailed)
		wraps(t, err, syscall.ECONNRESET)
		if string(p[:n]) != "hello" {
			t.Errorf("%q", p[:n])
		}
		mustStatus(t, s, StatusNone)
	})
}

func TestQ27AddressesAndPositionsAreRight(t *testing.T) {
	l := &listening{uds: &UDSServer{}, at: socketPath(t) + "öck"}
	mustCode(t, l.uds.Listen(l.at), 0)
	t.Cleanup(l.uds.Stop)
	client, _ := l.pair(t)
	if path := client.(*UDS).ConnectedPath(); path != l.at {
		t.Errorf("%q", path)
	}
	for written, want := range map[string]string{
		"fe80::1:2": "fe80:0:0:0:0:0:1:2", "::1": "0:0:0:0:0:0:0:1", "2001:db8::ff00:42:8329": "2001:db8:0:0:0:ff00:42:8329",
		"127.0.0.1": "127.0.0.1", "::ffff:127.0.0.1": "127.0.0.1",
	} {
		ip, err := parseBind(written, 0)
		if got := hostText(ip); got != want || err != nil {
			t.Errorf("%s prints as %s, %v", written, got, err)
		}
	}
	_, b := memory()
	b.SetDataArray([]byte("abcd"))
	mustCode(t, b.Seek(4), 0)
	mustCode(t, b.Resize(2), 0)
	if b.Position() != 2 || b.AvailableBytes() != 0 {
		t.Errorf("position %d, available %d", b.Position(), b.AvailableBytes())
	}
}

// What follows is no choice of the spec's, but belongs to the same calls.

func TestAServerOnAnyAddressTakesBothFamilies(t *testing.T) {
	s := &TCPServer{}
	mustCode(t, s.Listen(0, "*"), 0)
	defer s.Stop()
	for dial, want := range map[string]string{"127.0.0.1": "127.0.0.1", "::1": "0:0:0:0:0:0:0:1"} {
		l, err := net.Listen("tcp", net.JoinHostPort(dial, "0"))
		if err != nil {
			continue // this machine has no such address
		}
		l.Close()
		c := &TCP{}
		mustCode(t, c.ConnectToHost(context.Background(), dial, s.LocalPort()), 0)
		await(t, "the connection", s.IsConnectionAvailable)
		a, err := s.TakeConnection()
		mustCode(t, err, 0)
		if a.ConnectedHost() != want || a.ConnectedPort() != c.LocalPort() {
			t.Errorf("dialled %s: %s %d", dial, a.ConnectedHost(), a.ConnectedPort())
		}
		a.DisconnectFromHost()
		c.DisconnectFromHost()
	}
}

func TestWithoutIPv6AnyAddressIsThatOfIPv4(t *testing.T) {
	s := &TCPServer{}
	s.sys = noIPv6{}
	mustCode(t, s.Listen(0, "*"), 0)
	defer s.Stop()
	c := &TCP{}
	defer c.DisconnectFromHost()
	c.sys = noIPv6{}
	mustCode(t, c.Bind(0, "*"), 0)
	mustCode(t, c.ConnectToHost(context.Background(), "127.0.0.1", s.LocalPort()), 0)
	await(t, "the connection", s.IsConnectionAvailable)
}

type noIPv6 struct{ system }

func (k noIPv6) socket(domain, typ int) (int, error) {
	if domain == unix.AF_INET6 {
		return -1, unix.EAFNOSUPPORT
	}
	return k.system.socket(domain, typ)
}

func TestNoDelayNeedsAnOpenSocket(t *testing.T) {
	s := &TCP{}
	mustCode(t, s.SetNoDelay(true), ErrUnavailable)
	client, _ := listenTCP(t).pair(t)
	s = client.(*TCP)
	for _, on := range []bool{true, false} {
		mustCode(t, s.SetNoDelay(on), 0)
		if got, err := unix.GetsockoptInt(s.conn.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY); (got != 0) != on || err != nil {
			t.Errorf("%v: %d, %v", on, got, err)
		}
	}
}

func TestAnErrorSaysWhatWasTriedWhereAndWhy(t *testing.T) {
	at := socketPath(t)
	for want, err := range map[string]error{
		"bind unix://" + at + "/x: not a directory":                              new(UDS).Bind(at + "/x"),
		"listen tcp-listen://127.0.0.1:70000: port 70000 is not from 0 to 65535": new(TCPServer).Listen(70000, "127.0.0.1"),
		"accept: not listening":                                                  func() error { _, err := new(TCPServer).TakeConnection(); return err }(),
	} {
		if strings.HasSuffix(want, "directory") {
			os.WriteFile(at, nil, 0o600)
			err = new(UDS).Bind(at + "/x")
		}
		if fmt.Sprint(err) != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}
