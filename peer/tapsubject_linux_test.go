package peer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// tapReport is what a tap tells of its process and of its Set.
type tapReport struct {
	Descriptors, Goroutines int
	RSS, PeakRSS            int64         // in KiB: VmRSS and VmHWM of proc(5)
	CPU                     time.Duration // of user and system
	MostRows                int64         // that a poll has left in the table
	Listener                Listener
	Totals                  Totals
}

// childTap is a tap that keeps everything, in a process of its own: it prints
// where it listens, and a tapReport for each line of its input. It polls as the
// inspector does, or never.
func childTap(arg string, polls bool) error {
	a, err := ParseAddress(arg)
	if err != nil {
		return err
	}
	s := NewSet(Config{})
	id := s.Add(a)
	s.Poll()
	row, err := s.Row(id)
	if err != nil {
		return err
	}
	if !row.Listener.Listening {
		return fmt.Errorf("%s: %w", arg, row.Last.Cause)
	}
	_, at, _ := strings.Cut(row.Listener.Bound, "://")
	fmt.Println(at)

	var mostRows atomic.Int64
	if polls {
		s.Go(func() { pollAsInspector(s, &mostRows) })
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		report, err := reportTap(s, id)
		if err != nil {
			return err
		}
		report.MostRows = mostRows.Load()
		if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
			return err
		}
	}
	return s.Close()
}

// pollAsInspector polls at the pace of the inspector (package tui) and asks for
// the rows that fit on its screen, until the Set is closed.
func pollAsInspector(s *Set, mostRows *atomic.Int64) {
	const (
		every  = 33 * time.Millisecond
		idle   = 250 * time.Millisecond
		screen = 40
	)
	var rows []Row
	for s.ctx.Err() == nil {
		due := time.After(every)
		s.Poll()
		mostRows.Store(max(mostRows.Load(), int64(s.Len())))
		rows = s.Rows(rows[:0], 0, screen)
		s.Show(rows)
		if !s.Active() {
			select {
			case <-s.ctx.Done():
			case <-s.Changed():
			case <-time.After(idle):
			}
		}
		select {
		case <-s.ctx.Done():
		case <-due:
		}
	}
}

func reportTap(s *Set, id ID) (r tapReport, err error) {
	row, err := s.Row(id)
	if err != nil {
		return r, err
	}
	r.Listener, r.Totals, r.Goroutines = row.Listener, s.Totals(), runtime.NumGoroutine()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return r, err
	}
	r.Descriptors = len(open)
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return r, err
	}
	for name, kib := range map[string]*int64{"VmRSS:": &r.RSS, "VmHWM:": &r.PeakRSS} {
		_, text, _ := strings.Cut(string(status), name)
		if *kib, err = strconv.ParseInt(strings.Fields(text)[0], 10, 64); err != nil {
			return r, err
		}
	}
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return r, err
	}
	r.CPU = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return r, nil
}

// childCopy is a plain proxy: io.Copy in both directions, and nothing kept.
func childCopy(network, at, target string) error {
	l, err := net.Listen(network, at)
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go acceptAll(l, func(client net.Conn) {
		defer client.Close()
		server, err := dialHalf(network, target)
		if err != nil {
			return
		}
		defer server.Close()
		copyBoth(client.(halfCloser), server)
	})
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// copyBoth copies until both sides have ended, and passes on the end of each.
func copyBoth(a, b halfCloser) {
	one := func(to, from halfCloser) {
		io.Copy(to, from)
		to.CloseWrite()
	}
	var work sync.WaitGroup
	work.Go(func() { one(a, b) })
	one(b, a)
	work.Wait()
}

// childSocat runs socat with its defaults, and ends it at the end of its own input.
func childSocat(network, at, target string) error {
	listen, connect := "UNIX-LISTEN:"+at+",fork", "UNIX-CONNECT:"+target
	if network == "tcp" {
		port, err := freePort()
		if err != nil {
			return err
		}
		at = "127.0.0.1:" + strconv.Itoa(port)
		listen, connect = fmt.Sprintf("TCP-LISTEN:%d,bind=127.0.0.1,fork", port), "TCP:"+target
	}
	cmd := exec.Command("socat", listen, connect)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	err := untilDialled(network, at)
	if err == nil {
		fmt.Println(at)
		_, err = io.Copy(io.Discard, os.Stdin)
	}
	err = errors.Join(err, cmd.Process.Signal(unix.SIGTERM))
	_ = cmd.Wait() // 143: the signal
	return err
}

// untilDialled waits until something listens, and ends its first connection in
// order: the far end sees that one too.
func untilDialled(network, at string) error {
	c, err := dialHalf(network, at)
	for begun := time.Now(); err != nil && time.Since(begun) < patience; c, err = dialHalf(network, at) {
		<-time.After(time.Millisecond)
	}
	if err != nil {
		return err
	}
	defer c.Close()
	err = c.CloseWrite()
	_, end := io.Copy(io.Discard, c)
	return errors.Join(err, end)
}
