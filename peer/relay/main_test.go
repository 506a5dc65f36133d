package relay

import (
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// childRole names what a re-executed test binary does instead of testing.
const childRole = "PEERSCOPE_TEST_CHILD"

var runChild func(role string) error // where there are children

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		err := errors.ErrUnsupported
		if runChild != nil {
			err = runChild(role)
		}
		if err != nil {
			os.Stderr.WriteString("child " + role + ": " + err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// patience is the most that a test waits for anything. It is for hangs.
const patience = 20 * time.Second

// await waits until ok, which it asks again and again.
func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	if !within(patience, ok) {
		stacks := make([]byte, 64<<10)
		t.Fatalf("not within %v: %s\n%s", patience, what, stacks[:runtime.Stack(stacks, true)])
	}
}

func within(d time.Duration, ok func() bool) bool {
	tick := time.NewTicker(time.Millisecond / 2)
	defer tick.Stop()
	for begun := time.Now(); !ok(); <-tick.C {
		if time.Since(begun) > d {
			return false
		}
	}
	return true
}
