package peer

import (
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNoDescriptorsLeftIsSaidOnceAndClientsWait(t *testing.T) {
	s := newTestSet(t, Config{})
	s.sys = &shortOf{err: syscall.EMFILE, most: 3}
	id := s.listen(FamilyTCP)
	s.client(id)
	s.child(id)
	var told []string
	for _, e := range s.events(id) {
		if e.Op == "accept" {
			told = append(told, e.Cause.Error())
		}
	}
	if len(told) != 1 || !strings.Contains(told[0], "too many open files") || !strings.Contains(told[0], "ulimit -n") {
		t.Errorf("%q", told)
	}
}

// everyOther is a kernel in which every other accept that has a client fails.
type everyOther struct {
	system
	calls atomic.Int64
}

func (k *everyOther) accept(fd int) (int, unix.Sockaddr, error) {
	if k.calls.Add(1)%2 == 1 {
		return -1, nil, syscall.EMFILE
	}
	return k.system.accept(fd)
}

func TestAShortageInWhichSomeAreAcceptedIsOneEvent(t *testing.T) {
	s := newTestSet(t, Config{Now: new(fakeClock).now})
	s.sys = &everyOther{}
	id := s.listen(FamilyTCP)
	const n = 5
	for range n {
		s.client(id)
	}
	s.until("all to be accepted", func() bool { return len(s.children(id)) == n })
	told := 0
	for _, e := range s.events(id) {
		if e.Op == "accept" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("it is told %d times", told)
	}
}

// shortOf is a kernel in which some accepts fail.
type shortOf struct {
	system
	err   error
	most  int64 // of accepts that fail
	calls atomic.Int64
}

func (k *shortOf) accept(fd int) (int, unix.Sockaddr, error) {
	if k.calls.Add(1) <= k.most {
		return -1, nil, k.err
	}
	return k.system.accept(fd)
}

func TestWhoWaitsInTheQueueOfAListenerThatStopsIsStillServed(t *testing.T) {
	bothFamilies(t, func(t *testing.T, family Family) {
		s := newTestSet(t, Config{})
		s.sys = &shortOf{err: syscall.EMFILE, most: 1} // accept pauses, so that they wait
		id := s.listen(family)
		clients := []*farConn{s.client(id)}
		s.until("the shortage", func() bool { return s.row(id).Last.Op == "accept" })
		clients = append(clients, s.client(id))
		if err := s.Disconnect(id); err != nil {
			t.Fatal(err)
		}
		for _, c := range clients {
			c.send("hello")
		}
		s.until("both to be served", func() bool {
			rows := s.children(id)
			return len(rows) == 2 && rows[0].Received == 5 && rows[1].Received == 5
		})
	})
}

func TestAListenerWhosePathBecameAnothersSaysSo(t *testing.T) {
	s := newTestSet(t, Config{})
	id := s.listen(FamilyUDS)
	path := strings.TrimPrefix(s.row(id).Listener.Bound, "unix-listen://")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	other, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	s.until("it to be told", func() bool {
		e := s.row(id).Last
		return e.Op == "accept" && strings.Contains(e.Cause.Error(), "another program has made the path its own")
	})
}

// unfit is a kernel whose first client is one that Go's poller does not take.
type unfit struct {
	system
	done atomic.Bool
}

func (k *unfit) accept(fd int) (int, unix.Sockaddr, error) {
	accepted, remote, err := k.system.accept(fd)
	if err != nil || k.done.Swap(true) {
		return accepted, remote, err
	}
	_ = unix.Close(accepted)
	accepted, err = unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	return accepted, remote, err
}

func TestAClientThatCannotBeKeptIsTold(t *testing.T) {
	s := newTestSet(t, Config{})
	s.sys = &unfit{}
	id := s.listen(FamilyTCP)
	_ = s.refused(id)
	s.until("the event", func() bool { return s.row(id).Last.Op == "accept" })
	if e := s.row(id).Last; e.Code != ErrFailed || e.Cause == nil || len(s.children(id)) != 0 {
		t.Errorf("%+v", e)
	}
	s.client(id)
	s.child(id)
}
