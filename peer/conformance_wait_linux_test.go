package peer

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// wait lets the kernel get ready for the next step, and the reader too in the
// mode that waits for it.
func (p *player) wait(s fields) error {
	until := s.text("until")
	if until == "time" {
		return p.waitTime(s)
	}
	o := p.objects[s.text("on")]
	if o == nil {
		return fmt.Errorf("there is no %q to wait on", s.text("on"))
	}
	var ready func() bool
	switch until {
	case "handshake":
		ready = func() bool {
			return o.kernelSays(unix.POLLOUT)&unix.POLLOUT != 0 &&
				o.readerHas(func(f facts) bool { return !f.established.IsZero() || f.err != nil })
		}
	case "writable":
		ready = func() bool { return o.kernelSays(unix.POLLOUT)&unix.POLLOUT != 0 }
	case "readable":
		bytes, err := s.number("bytes")
		if err != nil {
			return err
		}
		ready = func() bool { return o.sock.AvailableBytes() >= bytes && o.readerTook(bytes) }
	case "fin":
		ready = func() bool {
			return o.kernelSays(unix.POLLRDHUP)&unix.POLLRDHUP != 0 &&
				o.readerHas(func(f facts) bool { return !f.eof.IsZero() || f.err != nil })
		}
	case "reset":
		// A reader may have taken the error already, which clears it.
		ready = func() bool {
			return (o.kernelSays(0)&unix.POLLERR != 0 || o.failed()) &&
				o.readerHas(func(f facts) bool { return f.err != nil })
		}
	case "pending":
		ready = o.connectionAvailable
	default:
		return fmt.Errorf("unknown wait until %q", until)
	}
	if o.sock == nil && until != "pending" || o.sock != nil && until == "pending" {
		return fmt.Errorf("a %s cannot wait until %q", o.class, until)
	}
	return waitFor(s.text("on")+" "+until, ready)
}

// resendPatience is the most that a trace waits: a SYN that met a full queue is
// sent again 1, 3, 7, 15 and 31 s after the first (tcp_syn_retries in tcp(7)), and
// on a busy machine it meets it more than once.
const resendPatience = 70 * time.Second

// waitFor asks again and again, as await does, and gives up with an error.
func waitFor(what string, ready func() bool) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for begun := time.Now(); !ready(); <-tick.C {
		if time.Since(begun) > resendPatience {
			return fmt.Errorf("not within %v: %s", resendPatience, what)
		}
	}
	return nil
}

// waitTime moves the clock that deadlines go by, and lets the kernel have the
// same time, in which it may send again.
func (p *player) waitTime(s fields) error {
	ms, err := s.number("ms")
	if err != nil {
		return err
	}
	d := time.Duration(ms) * time.Millisecond
	<-time.After(d)
	p.clock.move(d)
	return nil
}

// laterStep is a step that another goroutine plays some time after the step
// behind it has begun.
type laterStep struct {
	after time.Duration
	play  func() error
	done  chan error
}

func (p *player) arm(args fields) error {
	ms, err := args.number("after_ms")
	if err != nil {
		return err
	}
	s := args.object("step")
	for name := range s {
		if name != "do" && name != "args" {
			return fmt.Errorf("unknown field %q of a later step", name)
		}
	}
	if s == nil || len(args) != 2 || p.armed != nil {
		return fmt.Errorf("a later step has a time and a step, and only one runs at a time: %v", args)
	}
	p.armed = &laterStep{after: time.Duration(ms) * time.Millisecond, done: make(chan error, 1), play: func() error {
		_, err := p.do(s)
		return err
	}}
	return nil
}

func (l *laterStep) begin() {
	go func() {
		<-time.After(l.after)
		l.done <- l.play()
	}()
}

func (l *laterStep) wait() error { return <-l.done }

// osStep does something to the machine.
func (p *player) osStep(method string, args fields) error {
	if method == "signal" {
		return p.signal()
	}
	if method == "descriptors" {
		return p.descriptors(args["left"])
	}
	path, err := p.names.pathText(args.text("path"))
	if err != nil {
		return err
	}
	switch method {
	case "remove":
		return os.Remove(path)
	case "create":
		return createFile(path)
	case "chmod":
		var mode os.FileMode
		if _, err := fmt.Sscanf(args.text("mode"), "%o", &mode); err != nil {
			return fmt.Errorf("mode %v: %w", args["mode"], err)
		}
		return os.Chmod(path, mode)
	}
	return errUnknownStep
}

// signal interrupts the process, and with it the call that waits. A call that
// goes on all the same (Q13) would wait for ever: it is given up afterwards.
func (p *player) signal() error {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, unix.SIGUSR1)
	defer signal.Stop(caught)
	if err := unix.Kill(os.Getpid(), unix.SIGUSR1); err != nil {
		return err
	}
	select {
	case <-caught:
	case <-time.After(patience):
		return errors.New("the signal was not delivered")
	}
	<-time.After(100 * time.Millisecond) // in which the call would have ended
	p.cancel()
	return nil
}

// descriptors leaves the process no descriptor, or as many as it had before.
func (p *player) descriptors(left any) error {
	none := show(left) == "0"
	if !none && show(left) != "default" {
		return fmt.Errorf("unknown number of descriptors left: %v", left)
	}
	if p.sys != nil {
		p.sys.noDescriptors.Store(none)
		return nil
	}
	if !none {
		return unix.Setrlimit(unix.RLIMIT_NOFILE, &p.limit)
	}
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &p.limit); err != nil {
		return err
	}
	// The kernel gives the lowest number that is free, and poll(2) fails if it is
	// asked for more sockets than the limit: so no lower than that number.
	free, err := unix.Dup(0)
	if err != nil {
		return err
	}
	return errors.Join(unix.Close(free), unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(free), Max: p.limit.Max}))
}
