package demo

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// connect begins a connection as the class does: non-blocking, by the plain system call.
func connect(t *testing.T, address string) (fd int, err error) {
	t.Helper()
	network, where := endpoint(t, address)
	var to unix.Sockaddr = &unix.SockaddrUnix{Name: where}
	family := unix.AF_UNIX
	if network == "tcp" {
		at := netip.MustParseAddrPort(where)
		to, family = &unix.SockaddrInet4{Addr: at.Addr().As4(), Port: int(at.Port())}, unix.AF_INET
	}
	fd, err = unix.Socket(family, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	return fd, unix.Connect(fd, to)
}

func TestSlowKeepsEveryClientConnecting(t *testing.T) {
	d := startTest(t, 1, testPace)
	for range 3 { // reconnecting changes nothing
		fd, err := connect(t, find(t, d, "slow").Address)
		if !errors.Is(err, unix.EINPROGRESS) {
			t.Fatalf("connect: %v", err)
		}
		if taken, err := connected(fd, lastPatience*5/2); taken || err != nil {
			t.Fatalf("after 50 ms: taken %v, %v", taken, err)
		}
	}
}

func TestSlowUDSGivesEAGAIN(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a full queue refuses here, and there is no such row")
	}
	d := startTest(t, 1, testPace)
	for range 3 {
		if _, err := connect(t, find(t, d, "slow-uds").Address); !errors.Is(err, unix.EAGAIN) {
			t.Errorf("connect: %v", err)
		}
	}
}

func TestRefusedRefusesAndKeepsItsPort(t *testing.T) {
	d := startTest(t, 1, testPace)
	network, where := endpoint(t, find(t, d, "refused").Address)
	if _, err := net.Dial(network, where); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial: %v", err)
	}
	if l, err := net.Listen(network, where); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listen: %v, %v", l, err)
	}
}

func TestMissingIsMissing(t *testing.T) {
	d := startTest(t, 1, testPace)
	if _, err := connect(t, find(t, d, "missing").Address); !errors.Is(err, unix.ENOENT) {
		t.Errorf("connect: %v", err)
	}
}
