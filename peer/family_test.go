package peer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// socketPath is a path for a socket that is short enough everywhere, in a
// directory of its own.
func socketPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "peer")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// waiting is a context that ends with the patience of the tests.
func waiting(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// mustCode fails unless a call has returned the number, 0 for OK.
func mustCode(t testing.TB, err error, want Error) {
	t.Helper()
	if got := codeOf(err); got != want || (err == nil) != (want == 0) {
		t.Fatalf("the call returned %v: %s, want %s", err, got.Name(), want.Name())
	}
}

func mustStatus(t testing.TB, s SocketPeer, want Status) {
	t.Helper()
	if got := s.Status(); got != want {
		t.Fatalf("the status is %v, want %v", got, want)
	}
}

// pollUntil polls until the status is the one that is wanted.
func pollUntil(t testing.TB, s SocketPeer, want Status) (err error) {
	t.Helper()
	await(t, "status "+want.String(), func() bool {
		if e := s.Poll(); e != nil {
			err = e
		}
		return s.Status() == want
	})
	return err
}

// listening is a server of either family, and how it is dialled.
type listening struct {
	tcp *TCPServer
	uds *UDSServer
	at  string // UDS
}

func listenTCP(t testing.TB) *listening {
	t.Helper()
	l := &listening{tcp: &TCPServer{}}
	mustCode(t, l.tcp.Listen(0, "127.0.0.1"), 0)
	t.Cleanup(l.tcp.Stop)
	return l
}

func listenUDS(t testing.TB) *listening {
	t.Helper()
	l := &listening{uds: &UDSServer{}, at: socketPath(t)}
	mustCode(t, l.uds.Listen(l.at), 0)
	t.Cleanup(l.uds.Stop)
	return l
}

// both runs a test for each family.
func both(t *testing.T, run func(*testing.T, *listening)) {
	t.Run("tcp", func(t *testing.T) { run(t, listenTCP(t)) })
	t.Run("uds", func(t *testing.T) { run(t, listenUDS(t)) })
}

// dialled is a client that has begun to connect.
func (l *listening) dial(t testing.TB) SocketPeer {
	t.Helper()
	s := l.client(t)
	mustCode(t, l.dialAgain(s), 0)
	return s
}

func (l *listening) client(t testing.TB) (s SocketPeer) {
	if s = SocketPeer(&UDS{}); l.tcp != nil {
		s = &TCP{}
	}
	t.Cleanup(s.DisconnectFromHost)
	return s
}

func (l *listening) dialAgain(s SocketPeer) error {
	if tcp, ok := s.(*TCP); ok {
		return tcp.ConnectToHost(context.Background(), "127.0.0.1", l.tcp.LocalPort())
	}
	return s.(*UDS).ConnectToHost(l.at)
}

func (l *listening) server() interface {
	IsListening() bool
	IsConnectionAvailable() bool
	TakeSocketConnection() (SocketPeer, error)
	Stop()
} {
	if l.tcp != nil {
		return l.tcp
	}
	return l.uds
}

func (l *listening) take(t testing.TB) SocketPeer {
	t.Helper()
	await(t, "a connection to take", l.server().IsConnectionAvailable)
	s, err := l.server().TakeSocketConnection()
	mustCode(t, err, 0)
	t.Cleanup(s.DisconnectFromHost)
	return s
}

// pair is a client and the peer that the server took, both CONNECTED.
func (l *listening) pair(t testing.TB) (client, accepted SocketPeer) {
	t.Helper()
	client = l.dial(t)
	accepted = l.take(t)
	pollUntil(t, client, StatusConnected)
	mustStatus(t, accepted, StatusConnected)
	return client, accepted
}

func sockOf(s SocketPeer) *Socket {
	if tcp, ok := s.(*TCP); ok {
		return &tcp.Socket
	}
	return &s.(*UDS).Socket
}

// waitFor waits until the kernel has what the next call needs.
func waitIn(t testing.TB, s SocketPeer) {
	t.Helper()
	mustCode(t, sockOf(s).Wait(waiting(t), PollIn, patience), 0)
}

func put(t testing.TB, s Stream, p string) {
	t.Helper()
	if n, err := s.PutData(waiting(t), []byte(p)); n != len(p) || err != nil {
		t.Fatalf("%d of %d bytes were sent: %v", n, len(p), err)
	}
}

func get(t testing.TB, s Stream, want string) {
	t.Helper()
	p := make([]byte, len(want))
	if n, err := s.GetData(waiting(t), p); string(p[:n]) != want || err != nil {
		t.Fatalf("read %q, want %q: %v", p[:n], want, err)
	}
}

// called runs f in a goroutine and returns what waits for its end.
func called(t testing.TB, f func()) (wait func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	return func() {
		t.Helper()
		select {
		case <-done:
		case <-time.After(patience):
			t.Fatal("the call does not return")
		}
	}
}

func wraps(t testing.TB, err, cause error) {
	t.Helper()
	if !errors.Is(err, cause) {
		t.Fatalf("%v does not wrap %v", err, cause)
	}
}
