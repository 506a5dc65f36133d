package relay

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

func init() {
	playOther = func(role string) error {
		if role == "descriptors" {
			return withoutDescriptors()
		}
		return fmt.Errorf("no such role: %s", role)
	}
}

// A process that has no descriptor left cannot take what a client passes: that is
// said (MSG_CTRUNC), what came is passed on, and the bytes go on.
func TestWithoutFreeDescriptorsBytesGoOnAndTheLossIsSaid(t *testing.T) {
	out, err := runRole(t, "descriptors")
	if err != nil {
		t.Fatal(err)
	}
	if want := "10 bytes, 1 of 3 descriptors, said: true, more: 5\n"; out != want {
		t.Errorf("%q instead of %q", out, want)
	}
}

// withoutDescriptors leaves room for a single descriptor, and relays three.
func withoutDescriptors() error {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	fds2, err2 := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	err = errors.Join(err, err2, unix.SetNonblock(fds[1], true), unix.SetNonblock(fds2[0], true))
	if err != nil {
		return err
	}
	pool := capture.NewPool(capture.MinBudget)
	events := make(chan Event, 10)
	p, err := New(Config{
		Log: capture.NewLog(pool, time.Now), Mark: func() {},
		Event: func(e Event) { events <- e },
		Spawn: func(f func()) { go f() },
	}, Socket{FD: fds[1], Unix: true}, Socket{FD: fds2[0], Unix: true})
	if err != nil {
		return err
	}
	kernelOf() // it makes sockets, once
	p.Start(func(Ending) {})
	defer p.End()
	highest, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	unix.Close(highest)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(highest) + 1, Max: 20_000}); err != nil {
		return err
	}
	if _, err := sendmsg(fds[0], make([]byte, 10), []int{0, 1, 2}); err != nil {
		return err
	}
	e := <-events
	// It comes into the same place, which is free once it has been passed on.
	if !within(patience, func() bool {
		_, err := unix.FcntlInt(uintptr(highest), unix.F_GETFD, 0)
		return recvQueue(fds2[1]) == 10 && err != nil
	}) {
		return errors.New("nothing came")
	}
	control := make([]byte, 1000)
	n, got, _, err := recvmsg(fds2[1], make([]byte, 100), control, 0)
	if err != nil {
		return err
	}
	if _, err := unix.Write(fds[0], make([]byte, 5)); err != nil {
		return err
	}
	more, err := unix.Read(fds2[1], make([]byte, 100))
	fmt.Printf("%d bytes, %d of 3 descriptors, said: %v, more: %d\n", n, len(rightsOf(control[:got])), errors.Is(e.Err, errTruncated), more)
	return err
}

// A kernel that says less to a peek costs more, and nothing else.
func TestDescriptorsComeWithTheirByteWhateverAPeekSays(t *testing.T) {
	here := kernelOf()
	if !here.looksAhead || !here.tellsMessages {
		t.Logf("this kernel says less than others: %+v", here)
	}
	defer func(was func() peeking) { kernelOf = was }(kernelOf)
	for _, k := range []peeking{{}, {looksAhead: here.looksAhead}, {tellsMessages: here.tellsMessages}} {
		kernelOf = func() peeking { return k }
		r := relayBetween(t, uds, uds)
		r.Hold(capture.Out, true)
		r.client.send(50)
		r.client.sendRights(3, 1)
		r.client.send(20)
		r.client.close()
		r.Hold(capture.Out, false)
		if got := r.server.readRights(1); fmt.Sprint(got) != "[{50 1}]" || r.server.got != 73 {
			t.Errorf("%+v: %v, %d bytes", k, got, r.server.got)
		}
		r.server.close()
		r.wait(t)
	}
}

// A way whose end panics leaves nothing open: the panic is the owner's.
func TestAPanicClosesBothSockets(t *testing.T) {
	before := descriptors(t)
	c, ours := connect(t, tcp)
	theirs, s := connect(t, tcp)
	pool := capture.NewPool(capture.MinBudget)
	log := capture.NewLog(pool, time.Now)
	panics := make(chan any, 2)
	p, err := New(Config{
		Log: log, Event: func(Event) {},
		Mark: func() { panic("the owner's") },
		Spawn: func(f func()) {
			go func() {
				defer func() {
					if r := recover(); r != nil {
						panics <- r
					}
				}()
				f()
			}()
		},
	}, socketOf(t, ours, tcp), socketOf(t, theirs, tcp))
	if err != nil {
		t.Fatal(err)
	}
	client, server := newFar(t, c, tcp), newFar(t, s, tcp)
	client.send(10)
	p.Start(func(Ending) {})
	if r := <-panics; r != "the owner's" {
		t.Errorf("recovered %v", r)
	}
	client.readToEnd()
	server.readToEnd()
	client.close()
	server.close()
	if !strings.Contains(client.story(), "connection reset by peer") || descriptors(t) != before {
		t.Errorf("the client saw %s; %s descriptors more", client.story(), strconv.Itoa(descriptors(t)-before))
	}
	log.Close()
	if err := pool.Close(); err != nil {
		t.Error(err)
	}
}
