package cli

import (
	"bytes"
	"net"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// pendingPath is a Unix socket that nobody can connect to for now: its
// listener's queue is full, which keeps a connect pending on Linux.
func pendingPath(t *testing.T) string {
	path := filepath.Join(shortDir(t), "full")
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	first, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Close() })
	return path
}

func TestAPeerThatIsNotConnectedYetHoldsUpNoOther(t *testing.T) {
	r := watchFor(t, "", "--send", "hi", "--events", "data", "--count", "2", pendingPath(t), serve(t, "", echo))
	if got := r.data("in"); r.code != exitFine || got != "hi" {
		t.Errorf("exit code %d, received %q", r.code, got)
	}
}

func TestStdinGoesToEveryPeerThatConnects(t *testing.T) {
	all := string(bytes.Repeat([]byte("0123456789abcdef"), 20_000))
	r := watchFor(t, all, "--send", "-", "--close-write", "--events", "data",
		serve(t, "", echo), refusedPort(t), serve(t, filepath.Join(shortDir(t), "echo"), echo))
	got := map[int]int64{}
	for _, e := range r.of("data", "in") {
		got[e.Peer] += e.Len
	}
	if n := int64(len(all)); got[1] != n || got[3] != n || r.code != exitFailed {
		t.Errorf("exit code %d, received by peer: %v, expected %d of 1 and 3", r.code, got, n)
	}
}
