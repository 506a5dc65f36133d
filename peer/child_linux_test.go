package peer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// child is this test binary, run again for a role: far ends in such numbers,
// and what can be measured or broken only in a process of its own.
type child struct {
	tb    testing.TB
	in    io.WriteCloser
	lines *bufio.Scanner
}

// startChild runs a role with arguments. The child ends when its standard
// input does, at the end of the test.
func startChild(tb testing.TB, role string, args ...string) *child {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"="+strings.Join(append([]string{role}, args...), " "))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		in.Close()
		io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			tb.Errorf("child %s: %v", role, err)
		}
	})
	return &child{tb, in, bufio.NewScanner(out)}
}

func (c *child) line() string {
	c.tb.Helper()
	if !c.lines.Scan() {
		c.tb.Fatal("the child has ended")
	}
	return c.lines.Text()
}

func init() { runChild = playRole }

func playRole(role string) int {
	words := strings.Fields(role)
	var err error
	switch words[0] {
	case "far":
		err = childFar(words[1])
	case "idle":
		err = childIdle(words[1], words[2:])
	case "takeover":
		err = childTakeover(words[1:])
	case "path":
		err = childPath(words[1:])
	case "descriptors":
		err = childWithoutDescriptors()
	case "tap":
		err = childTap(words[1], true)
	case "unpolled":
		err = childTap(words[1], false)
	case "io.Copy":
		err = childCopy(words[1], words[2], words[3])
	case "socat":
		err = childSocat(words[1], words[2], words[3])
	case "tap-far":
		err = childTapFar(words[1], words[2], words[3])
	case "tap-load":
		err = childTapLoad(words[1])
	default:
		err = errors.New("no such role")
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "child %s: %v\n", role, err)
		return 1
	}
	return 0
}

// childFar listens on several ports, prints each, and echoes what comes. For
// each number n on its input it writes a byte to n connections, in turn.
func childFar(listeners string) error {
	var (
		mu    sync.Mutex
		conns []net.Conn
	)
	count, err := strconv.Atoi(listeners)
	if err != nil {
		return err
	}
	for range count {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		fmt.Println(l.Addr())
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				mu.Lock()
				conns = append(conns, c)
				mu.Unlock()
				go smallEcho(c)
			}
		}()
	}
	next := 0
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		n, err := strconv.Atoi(in.Text())
		if err != nil {
			return err
		}
		mu.Lock()
		for range n {
			if _, err := conns[next%len(conns)].Write([]byte{'.'}); err != nil {
				return err
			}
			next++
		}
		mu.Unlock()
	}
	return nil
}

// smallEcho is io.Copy with a buffer that is small enough for ten thousand.
func smallEcho(c net.Conn) {
	for p := make([]byte, 1<<10); ; {
		n, err := c.Read(p)
		if err != nil {
			return
		}
		if _, err := c.Write(p[:n]); err != nil {
			return
		}
	}
}

// childIdle dials n peers, passes 1 KiB each way over each of them, polls on for
// five seconds as the program does, and prints its VmRSS in KiB.
func childIdle(n string, addrs []string) error {
	count, err := strconv.Atoi(n)
	if err != nil {
		return err
	}
	s := NewSet(Config{})
	if err := dialMany(s, count, addrs); err != nil {
		return err
	}
	for _, r := range s.Rows(nil, 0, count) {
		if _, err := s.Send(s.ctx, r.ID, make([]byte, 1<<10)); err != nil {
			return err
		}
	}
	tick := time.NewTicker(33 * time.Millisecond)
	defer tick.Stop()
	for s.Totals().Received < int64(count)<<10 {
		<-tick.C
		s.Poll()
	}
	for begun := time.Now(); time.Since(begun) < 5*time.Second; <-tick.C {
		s.Poll()
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, rss, _ := strings.Cut(string(status), "VmRSS:")
	fmt.Println(strings.Fields(rss)[0])
	return s.Close()
}

// dialMany adds n peers and polls until all are connected, in portions that
// the listeners' queues hold.
func dialMany(s *Set, n int, addrs []string) error {
	for begun := time.Now(); s.Len() < n; {
		for range min(500, n-s.Len()) {
			a, err := ParseAddress(addrs[s.Len()%len(addrs)])
			if err != nil {
				return err
			}
			s.Add(a)
		}
		for s.Totals().ByStatus[StatusConnected] < s.Len() {
			s.Poll()
			select {
			case <-s.Changed():
			case <-time.After(patience):
			}
			if time.Since(begun) > 3*patience {
				return fmt.Errorf("connecting: %+v", s.Totals())
			}
		}
	}
	return nil
}

// childWithoutDescriptors leaves the process no free descriptor, and prints
// what a connect makes of each status then.
func childWithoutDescriptors() error {
	l, err := net.Listen("unix", "@"+strconv.Itoa(os.Getpid())+"-peerscope-test")
	if err != nil {
		return err
	}
	var u UDS
	path := l.Addr().String()
	if err := u.ConnectToHost(path); err != nil {
		return err
	}
	if _, err := u.PutPartialData([]byte("unread")); err != nil {
		return err
	}
	c, err := l.Accept()
	if err != nil {
		return err
	}
	c.Close()
	if err := u.Poll(); u.Status() != StatusError {
		return fmt.Errorf("%v: %w", u.Status(), err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	limit.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	err = u.ConnectToHost(path)
	fmt.Println(codeOf(err).Name(), errors.Is(err, syscall.EMFILE), u.Status(), u.ConnectedPath() == "")
	return nil
}

func TestWithoutDescriptorsAConnectFailsAndLeavesNone(t *testing.T) {
	if got := startChild(t, "descriptors").line(); got != "FAILED true none true" {
		t.Errorf("from ERROR: %s", got)
	}
}
