package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// closeTimeout bounds Close. Nothing in the servers waits once its socket is
// closed, so only a spawn that does not run its function makes it pass.
const closeTimeout = 2 * time.Second

// Demo is a running set of peers. Its methods may be called from any goroutine.
type Demo struct {
	seed  int64
	pace  pace
	spawn func(func())
	dir   string // private directory of the Unix sockets

	// Filled by open, and not changed after Start.
	peers     []Peer
	listeners []net.Listener
	fds       []int // sockets made without package net: see queue.go

	cancel  context.CancelFunc
	release func() error   // closes and removes everything; the work is done once
	running sync.WaitGroup // accept loops and connections
	done    chan struct{}  // closed when all of running have ended

	mu     sync.Mutex
	closed bool // no connection is kept any more
	conns  map[net.Conn]struct{}
}

// Start starts every peer. The same seed gives the same bytes in the same order
// on each connection. The demo ends with ctx or with [Demo.Close], which is to be
// called in either case, because it alone waits for the end and reports errors.
//
// Every goroutine is made by spawn, which must run the function that it is given
// in a new goroutine, and may recover its panics; nil stands for the go statement.
//
// An error means that the system would not give a socket or a directory; nothing
// is left behind then.
func Start(ctx context.Context, seed int64, spawn func(func())) (*Demo, error) {
	return start(ctx, seed, spawn, shownPace)
}

func start(ctx context.Context, seed int64, spawn func(func()), p pace) (*Demo, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start demo: %w", err)
	}
	if spawn == nil {
		spawn = func(f func()) { go f() }
	}
	dir, err := privateDir(os.TempDir(), "/tmp")
	if err != nil {
		return nil, fmt.Errorf("start demo: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	d := &Demo{
		seed: seed, pace: p, spawn: spawn, dir: dir, cancel: cancel,
		done: make(chan struct{}), conns: make(map[net.Conn]struct{}),
	}
	d.release = sync.OnceValue(d.releaseAll)
	err = d.open(ctx)
	// Only now, so that every accept loop is counted before it waits for them.
	spawn(func() {
		<-ctx.Done()
		_ = d.release() // Close reports it
		d.running.Wait()
		close(d.done)
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start demo: %w", err), d.Close())
	}
	return d, nil
}

// Peers returns the rows in the order in which they are to be shown.
func (d *Demo) Peers() []Peer { return slices.Clone(d.peers) }

// Close ends every connection, stops the servers, removes the private directory
// and returns when all goroutines have ended, within two seconds. Clients see FIN,
// but those of the resetter RST. Calling it again does nothing more and returns
// the same error.
func (d *Demo) Close() error {
	d.cancel()
	err := d.release()
	limit := time.NewTimer(closeTimeout)
	defer limit.Stop()
	select {
	case <-d.done:
		return err
	case <-limit.C:
		return errors.Join(err, fmt.Errorf("close demo: goroutines still running after %v", closeTimeout))
	}
}

// releaseAll closes every socket, which wakes all goroutines, and removes the directory.
func (d *Demo) releaseAll() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	var errs []error
	for _, l := range d.listeners {
		errs = append(errs, l.Close())
	}
	for _, fd := range d.fds {
		errs = append(errs, os.NewSyscallError("close", unix.Close(fd)))
	}
	for c := range d.conns {
		errs = append(errs, c.Close())
	}
	clear(d.conns)
	errs = append(errs, os.RemoveAll(d.dir))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close demo: %w", err)
	}
	return nil
}

// run runs f in a goroutine that Close waits for, also when f panics.
func (d *Demo) run(f func()) {
	d.running.Add(1)
	d.spawn(func() {
		defer d.running.Done()
		f()
	})
}

// keep makes Close close conn; false means that it is too late, and conn is closed.
func (d *Demo) keep(conn net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		_ = conn.Close()
		return false
	}
	d.conns[conn] = struct{}{}
	return true
}

// drop closes conn unless Close has done so.
func (d *Demo) drop(conn net.Conn) {
	d.mu.Lock()
	_, ours := d.conns[conn]
	delete(d.conns, conn)
	d.mu.Unlock()
	if ours {
		_ = conn.Close() // the client sees how it ended
	}
}
