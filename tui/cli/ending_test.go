package cli

import (
	"net"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// queries are what a program sends to ask the terminal for its colours (OSC
// 10, 11, 4), its cursor (DSR 6) or what it is (DA 1, 2, 3; XTVERSION).
var queries = regexp.MustCompile(`\x1b\](?:1[0-9]|4;\d+);\?(?:\x1b\\|\x07)?|\x1b\[\??6n|\x1b\[[>=]?0?c|\x1b\[>0?q`)

// A bound against the five seconds for which bubbletea's init waits on a
// terminal that stays silent, wide enough for a busy machine; no timing.
const silence = 2 * time.Second

func TestASilentTerminalDelaysNothing(t *testing.T) {
	address := serve(t, "", echo)
	for name, args := range map[string][]string{
		"--version": {"--version"},
		"watch":     {"watch", "--count", "1", address},
		"inspector": {address},
		"demo":      {"demo"},
	} {
		t.Run(name, func(t *testing.T) {
			limit := time.After(silence)
			x := open(t, 120, 36, true, roleProgram, args...)
			for queries.ReplaceAllString(x.output(), "") == "" {
				select {
				case <-x.changed:
				case <-limit:
					t.Fatalf("no output within %v", silence)
				}
			}
			if name == "inspector" || name == "demo" {
				x.waitFor("connected")
				x.typeKeys("q")
			}
			if code := x.end(); code != exitFine {
				t.Errorf("exit code %d", code)
			}
			if asked := queries.FindString(x.output()); asked != "" {
				t.Errorf("the terminal was asked: %q", asked)
			}
		})
	}
}

func TestATerminalThatStopsReadingDoesNotHoldUpTheEnd(t *testing.T) {
	var sent atomic.Int64
	address := serve(t, "", func(c net.Conn) {
		zeros := make([]byte, 64<<10)
		for {
			n, err := c.Write(zeros)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	x := open(t, 300, 100, false, roleProgram, address)
	// Two looks, 64 MiB apart: the one whose write finds no room stays there.
	for range 2 {
		eventually(t, "the program stuck in a write", func() bool { return !writable(t, x.slave) })
		goal := sent.Load() + 64<<20
		eventually(t, "traffic while nobody reads the screen", func() bool { return sent.Load() >= goal })
	}
	x.signal(syscall.SIGTERM)
	if code := x.end(); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	nothingLeft(t, x.tmp)
}

// writable reports whether a write to the terminal would find room and no
// other write under way.
func writable(t *testing.T, slave *os.File) bool {
	t.Helper()
	set := []unix.PollFd{{Fd: int32(slave.Fd()), Events: unix.POLLOUT}}
	if _, err := unix.Poll(set, 0); err != nil && err != unix.EINTR {
		t.Fatal(err)
	}
	return set[0].Revents&unix.POLLOUT != 0
}

// eventually waits for something that nobody tells us of.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit, look := time.After(hang), time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-limit:
			t.Fatalf("no %s", what)
		}
	}
}

func TestATerminalThatIsClosedEndsTheProgram(t *testing.T) {
	for name, read := range map[string]bool{"read": true, "never read": false} {
		t.Run(name, func(t *testing.T) {
			x := open(t, 120, 36, read, roleProgram, "demo")
			eventually(t, "demo directory", func() bool { return len(left(t, x.tmp)) > 0 })
			if read {
				x.waitFor(demoRows[0]...)
			}
			_ = x.slave.Close()
			_ = x.master.Close() // now the program gets SIGHUP, and EIO for every read and write
			select {
			case <-x.ended:
			case <-time.After(hang):
				t.Fatal("the program goes on without its terminal")
			}
			if code := exitOf(t, x.err); code != exitInterrupted && code != exitFailed {
				t.Errorf("exit code %d", code)
			}
			nothingLeft(t, x.tmp)
		})
	}
}

func TestAPanicIsToldAfterTheScreenIsGone(t *testing.T) {
	for role, says := range map[string]string{
		rolePanic:       "boom in a goroutine",
		roleUpdatePanic: "boom in Update",
	} {
		t.Run(role, func(t *testing.T) {
			x := open(t, 120, 36, true, role)
			x.waitFor("nobody", "no such file")
			x.signal(syscall.SIGUSR1)
			if code := x.end(); code != exitFailed {
				t.Errorf("exit code %d", code)
			}
			x.restored()
			_, after, _ := strings.Cut(x.output(), "\x1b[?1049l")
			for _, want := range []string{says, "goroutine ", "main_test.go"} {
				if !strings.Contains(after, want) {
					t.Errorf("%q is not told after the screen was left:\n%s", want, after)
				}
			}
			if strings.Contains(after, "\x1b[?1049l") {
				t.Errorf("the screen is left again after the trace, which sends the cursor back over it:\n%q", after)
			}
		})
	}
}
