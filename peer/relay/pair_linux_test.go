package relay

import (
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// family is what a connection is made of.
type family int

const (
	tcp family = iota
	uds
	packet // SOCK_SEQPACKET over UDS
)

func (f family) String() string { return [...]string{"tcp", "uds", "packet"}[f] }

// connect returns two sockets that are connected to each other, and block.
func connect(t testing.TB, f family) (a, b int) {
	t.Helper()
	if f == tcp {
		return connectTCP(t)
	}
	kind := unix.SOCK_STREAM
	if f == packet {
		kind = unix.SOCK_SEQPACKET
	}
	fds, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return fds[0], fds[1]
}

func connectTCP(t testing.TB) (a, b int) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	open := func() int {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		must(err)
		return fd
	}
	l := open()
	defer unix.Close(l)
	must(unix.Bind(l, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(unix.Listen(l, 1))
	at, err := unix.Getsockname(l)
	must(err)
	a = open()
	must(unix.Connect(a, at))
	b, _, err = unix.Accept4(l, unix.SOCK_CLOEXEC)
	must(err)
	return a, b
}

// relayed is a pair that runs, and what is beyond it: a client's and a server's socket.
type relayed struct {
	*Pair
	client, server *far
	pool           *capture.Pool
	log            *capture.Log
	spawned        sync.WaitGroup

	mu     sync.Mutex
	events []Event

	over   chan struct{}
	ending Ending // once over
}

// relayBetween connects a client and a server through a pair of ours.
func relayBetween(t testing.TB, client, server family) *relayed {
	t.Helper()
	return relayWith(t, 64<<20, client, server)
}

// relayWith does the same with another budget of the log.
func relayWith(t testing.TB, budget int64, client, server family) *relayed {
	t.Helper()
	c, ours := connect(t, client)
	theirs, s := connect(t, server)
	r := &relayed{client: newFar(t, c, client), server: newFar(t, s, server), over: make(chan struct{})}
	r.client.beyond, r.server.beyond = server, client
	r.make(t, capture.NewPool(budget), socketOf(t, ours, client), socketOf(t, theirs, server))
	r.start(t)
	return r
}

func socketOf(t testing.TB, fd int, f family) Socket {
	t.Helper()
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	return Socket{FD: fd, Unix: f != tcp, Packet: f == packet}
}

func (r *relayed) make(t testing.TB, pool *capture.Pool, client, server Socket) {
	t.Helper()
	r.pool, r.log = pool, capture.NewLog(pool, time.Now)
	var err error
	r.Pair, err = New(Config{
		Log: r.log,
		Event: func(e Event) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.events = append(r.events, e)
			if _, there := r.log.At(e.Dir, e.Off); there && e.Kind == Ancillary && e.Err == nil {
				t.Errorf("descriptors are told when byte %d, with which they came, can be seen already", e.Off)
			}
		},
		Mark:  func() {},
		Spawn: func(f func()) { r.spawned.Go(f) },
	}, client, server)
	if err != nil {
		t.Fatal(err)
	}
}

// start relays until the pair ends, which the test waits for.
func (r *relayed) start(t testing.TB) {
	t.Helper()
	r.Start(func(e Ending) {
		r.ending = e
		close(r.over)
	})
	t.Cleanup(func() {
		r.client.close()
		r.server.close()
		r.wait(t)
		r.spawned.Wait()
		r.log.Close()
		if err := r.pool.Close(); err != nil {
			t.Error(err)
		}
	})
}

// wait waits for the end of the pair.
func (r *relayed) wait(t testing.TB) Ending {
	t.Helper()
	await(t, "the end of the pair", func() bool {
		select {
		case <-r.over:
			return true
		default:
			return false
		}
	})
	return r.ending
}

// happened returns the events of a kind so far.
func (r *relayed) happened(k EventKind) (events []Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Kind == k {
			events = append(events, e)
		}
	}
	return events
}
