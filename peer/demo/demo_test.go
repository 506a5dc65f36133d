package demo

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testPace is the pace of the demo with the waiting taken out.
var testPace = pace{
	tick:       time.Millisecond,
	frame:      time.Millisecond,
	value:      time.Millisecond,
	burstPause: span[time.Duration]{time.Millisecond, 2 * time.Millisecond},
	burstSize:  shownPace.burstSize,
	reset:      span[time.Duration]{time.Millisecond, 5 * time.Millisecond},
	line:       time.Millisecond,
	linger:     time.Second,
	answer:     time.Millisecond,
	patience:   time.Minute,
}

// limit is how long anything here may take before it counts as not happening.
const limit = 10 * time.Second

func startTest(t *testing.T, seed int64, p pace) *Demo {
	t.Helper()
	d, err := start(t.Context(), seed, nil, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

func find(t *testing.T, d *Demo, label string) Peer {
	t.Helper()
	for _, p := range d.Peers() {
		if p.Label == label {
			return p
		}
	}
	t.Fatalf("no peer %q", label)
	return Peer{}
}

// endpoint takes a canonical address apart for package net.
func endpoint(t *testing.T, address string) (network, where string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme, u.Host + u.Path // url undoes %23, %25 and %3D
}

func dial(t *testing.T, d *Demo, label string) net.Conn {
	t.Helper()
	network, where := endpoint(t, find(t, d, label).Address)
	c, err := net.DialTimeout(network, where, limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	return c
}

func read(t *testing.T, c net.Conn, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(c, b); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRowsAreUniqueLoopbackOrInThePrivateDirectory(t *testing.T) {
	d := startTest(t, 1, testPace)
	seen := map[string]bool{}
	kinds := map[string]int{}
	for _, p := range d.Peers() {
		if seen[p.Label] || seen[p.Address] {
			t.Errorf("%s %s: seen before", p.Label, p.Address)
		}
		seen[p.Label], seen[p.Address] = true, true
		switch network, where := endpoint(t, p.Address); {
		case network == "tcp" && strings.HasPrefix(where, "127.0.0.1:"):
			kinds[network]++
		case network == "unix" && strings.HasPrefix(where, d.dir+"/"):
			kinds[network]++
		default:
			t.Errorf("%s: address %s", p.Label, p.Address)
		}
	}
	if kinds["tcp"] != 9 || kinds["unix"] < 3 {
		t.Errorf("kinds %v", kinds)
	}
}

func TestCloseLeavesNoFileAndNoDescriptor(t *testing.T) {
	startAndClose := func() {
		d, err := start(t.Context(), 1, nil, testPace)
		if err != nil {
			t.Fatal(err)
		}
		var clients []net.Conn
		for _, label := range []string{"echo", "ticker", "ticker-uds", "chatty", "variants", "half-close"} {
			clients = append(clients, dial(t, d, label))
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		for _, c := range clients {
			_ = c.Close()
		}
		if _, err := os.Stat(d.dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", d.dir, err)
		}
	}
	startAndClose() // the runtime's poller takes its descriptors once
	before := descriptors(t)
	startAndClose()
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	for _, dir := range []string{"/proc/self/fd", "/dev/fd"} {
		if names, err := os.ReadDir(dir); err == nil {
			return len(names)
		}
	}
	t.Skip("this system does not list descriptors")
	return 0
}

func TestCloseTwiceIsOnce(t *testing.T) {
	d := startTest(t, 1, testPace)
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTheEndOfTheContextEndsTheDemo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d, err := start(ctx, 1, nil, testPace)
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, d, "echo")
	cancel()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("read: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := Start(ctx, 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("start after the end: %v", err)
	}
}

// That they end is what TestMain sees.
func TestAConnectionIsOneGoroutineOfTheSpawners(t *testing.T) {
	var spawned atomic.Int64
	d, err := start(t.Context(), 1, func(f func()) {
		spawned.Add(1)
		go f()
	}, testPace)
	if err != nil {
		t.Fatal(err)
	}
	atRest := spawned.Load()
	if want := int64(len(d.listeners)) + 1; atRest != want {
		t.Errorf("%d goroutines without clients, want %d", atRest, want)
	}
	read(t, dial(t, d, "ticker"), 1)
	if n := spawned.Load() - atRest; n != 1 {
		t.Errorf("%d goroutines for a connection", n)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestAPanicReachesTheSpawnerAndCloseStillReturns(t *testing.T) {
	caught := make(chan any, 1)
	d, err := start(t.Context(), 1, func(f func()) {
		go func() {
			defer func() {
				if r := recover(); r != nil {
					caught <- r
				}
			}()
			f()
		}()
	}, testPace)
	if err != nil {
		t.Fatal(err)
	}
	d.run(func() { panic("a bug") })
	if r := <-caught; r != "a bug" {
		t.Errorf("caught %v", r)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestCloseIsBoundedWhenNothingIsSpawned(t *testing.T) {
	d, err := start(t.Context(), 1, func(func()) {}, testPace)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err == nil || !strings.Contains(err.Error(), "still running") {
		t.Errorf("close: %v", err)
	}
	if _, err := os.Stat(d.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v", d.dir, err)
	}
}

// A burst larger than all buffers, so that the server is certain to stand in its write: 4 MiB of the send queue, and a
// receive queue that only grows while it is read (tcp_wmem, tcp_rmem in tcp(7)).
func TestAClientThatNeverReadsDoesNotStopClose(t *testing.T) {
	p := testPace
	p.burstSize = span[int]{12 << 20, 12 << 20}
	d := startTest(t, 1, p)
	c := dial(t, d, "chatty")
	read(t, c, 1)
	begin := time.Now()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("close took %v", took)
	}
}

func TestAClientThatNeverReadsIsDropped(t *testing.T) {
	p := testPace
	p.frame = 0
	p.patience = 20 * time.Millisecond
	d := startTest(t, 1, p)
	c := dial(t, d, "ticker-uds").(*net.UnixConn)
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	// A Unix socket shows the other end's close without being read.
	err = raw.Control(func(fd uintptr) {
		poll := []unix.PollFd{{Fd: int32(fd)}}
		for end := time.Now().Add(limit); time.Now().Before(end); {
			if n, _ := unix.Poll(poll, 100); n == 1 && poll[0].Revents&unix.POLLHUP != 0 {
				return
			}
		}
		t.Error("not dropped")
	})
	if err != nil {
		t.Fatal(err)
	}
}
