package peer

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// childRole names what a re-executed test binary does instead of testing.
const childRole = "PEERSCOPE_TEST_CHILD"

var runChild func(role string) (exit int) // where there are children

// TestMain leaves the resolver without a network: what /etc/hosts knows is
// found, and no question leaves the machine.
func TestMain(m *testing.M) {
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("tests ask no name server")
	}}
	if role := os.Getenv(childRole); role != "" && runChild != nil {
		os.Exit(runChild(role))
	}
	goleak.VerifyTestMain(m)
}

// patience is the most that a test waits for anything. It is for hangs: what
// is waited for takes microseconds, or a second where TCP retransmits a SYN.
const patience = 20 * time.Second

// await waits until ok, which it asks again and again.
func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for begun := time.Now(); !ok(); <-tick.C {
		if time.Since(begun) > patience {
			stacks := make([]byte, 64<<10)
			t.Fatalf("not within %v: %s\n%s", patience, what, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// fakeClock stands still until it is moved.
type fakeClock struct{ ahead atomic.Int64 } // nanoseconds

func (c *fakeClock) now() time.Time {
	return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Add(time.Duration(c.ahead.Load()))
}

func (c *fakeClock) move(by time.Duration) { c.ahead.Add(int64(by)) }

func codeOf(err error) Error {
	var op *OpError
	if errors.As(err, &op) {
		return op.Code
	}
	return 0
}
