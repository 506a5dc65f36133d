package cli

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"peerscope/peer"
	"peerscope/tui/noquery"
)

// hang is when something counts as hanging. It is no measure of anything: a
// machine that is busy with other tests may take most of it.
const hang = 20 * time.Second

// roleKey is the environment variable by which a re-executed test binary
// knows what to be.
const roleKey = "PEERSCOPE_TEST_ROLE"

// The roles.
const (
	roleProgram     = "program"      // peerscope itself, by the way of main
	rolePanic       = "panic"        // the inspector, with a goroutine of its set that panics on SIGUSR1
	roleUpdatePanic = "update panic" // the inspector, with a panic inside Update on SIGUSR1
)

func TestMain(m *testing.M) {
	switch role := os.Getenv(roleKey); role {
	case "":
		goleak.VerifyTestMain(m)
	case roleProgram: // as in main.go
		noquery.Restore()
		os.Exit(Main(os.Args[1:]))
	default:
		noquery.Restore()
		os.Exit(exitCode(os.Stderr, inspectAndPanic(role)))
	}
}

// inspectAndPanic is the inspector, wired as the commands wire it, with one
// peer, a takeover of each argument, and a panic that waits for SIGUSR1.
func inspectAndPanic(role string) error {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGUSR1)
	flags := common{poll: 33 * time.Millisecond, timeout: time.Second, memory: "1MiB"}
	return withInspector(&flags, func(set *peer.Set) (attachment, error) {
		addr, err := peer.ParseAddress("/missing.sock#nobody")
		if err != nil {
			return attachment{}, err
		}
		id := set.Add(addr)
		for _, arg := range os.Args[1:] {
			taken, err := peer.TakeOver(arg)
			if err != nil {
				return attachment{}, err
			}
			set.Add(taken)
		}
		if role == rolePanic {
			set.Go(func() { <-told; panic("boom in a goroutine") })
			return attachment{}, nil
		}
		set.Go(func() { <-told; _ = set.Reconnect(id) })
		seen := 0
		return attachment{changed: func(changes []peer.Change) {
			if seen += len(changes[0].Events); seen > 1 { // the reconnect has failed, too
				panic("boom in Update")
			}
		}}, nil
	})
}

// program returns the test binary as the program, with a private directory as
// TMPDIR. The terminal's type is set and CI is not, as for a person.
func program(t *testing.T, role string, args ...string) (cmd *exec.Cmd, tmp string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tmp = shortDir(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*hang)
	t.Cleanup(cancel)
	cmd = exec.CommandContext(ctx, self, args...)
	for _, entry := range os.Environ() {
		switch name, _, _ := strings.Cut(entry, "="); name {
		case "CI", "TERM", "TMPDIR", "NO_COLOR", "COLORFGBG", "COLORTERM", roleKey:
		default:
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "TMPDIR="+tmp, roleKey+"="+role)
	cmd.Env = append(cmd.Env, "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE")) // else each end takes a second with -race
	return cmd, tmp
}

// shortDir is t.TempDir with a path that leaves room for a socket's name.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ps")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// left returns what is in the program's TMPDIR.
func left(t *testing.T, tmp string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(tmp, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func nothingLeft(t *testing.T, tmp string) {
	t.Helper()
	if names := left(t, tmp); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

// exitOf returns the exit code that cmd.Wait's error tells of.
func exitOf(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.Exited():
		return exit.ExitCode()
	}
	t.Errorf("the program did not exit by itself: %v", err)
	return -1
}

// serve accepts connections on a loopback port, or on the Unix socket of a
// path, and gives each to handle, which ends when its connection does. It
// returns the address.
func serve(t *testing.T, path string, handle func(net.Conn)) string {
	t.Helper()
	network, at := "tcp", "127.0.0.1:0"
	if path != "" {
		network, at = "unix", path
	}
	l, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // closed
			}
			running.Go(func() {
				defer c.Close()
				handle(c)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	if path != "" {
		return "unix://" + path
	}
	return "tcp://" + l.Addr().String()
}

// echo sends back what comes, until it ends.
func echo(c net.Conn) { _, _ = io.Copy(c, c) }

// flood sends zeros until the other end has gone.
func flood(c net.Conn) {
	zeros := make([]byte, 64<<10)
	for {
		if _, err := c.Write(zeros); err != nil {
			return
		}
	}
}
