package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// An accept that failed for want of descriptors or memory is tried again after
	// acceptPause, and then at longer and longer pauses up to maxAcceptPause.
	acceptPause    = 5 * time.Millisecond
	maxAcceptPause = time.Second
)

// acceptor is the member of a listener's row, also that of a tap. A goroutine
// of its own accepts as soon as the kernel reports, and waits for no poll.
type acceptor struct {
	row *row
	set *Set

	mu    sync.Mutex
	bound *boundSocket // nil while it does not listen
}

// boundSocket is one listening socket and what accepts from it.
type boundSocket struct {
	file    *os.File
	raw     syscall.RawConn
	domain  int
	addr    string      // where it listens, with the real port
	path    string      // its file, "" if it has none,
	made    fs.FileInfo // and what that was at the beginning
	target  Endpoint
	note    string                          // what had to be put right before it could listen; "" if nothing
	close   func() (note string, err error) // takes its path away, or puts back what it took over
	stopped chan struct{}                   // closed when it listens no more
}

// listen begins to listen at the row's address, if it does not already. A
// failure is an event of the row. Callers hold Set.mu.
func (l *acceptor) listen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bound != nil {
		return
	}
	b, code, err := l.open()
	now := l.set.now()
	if err != nil {
		l.row.history.append(Event{Kind: EventError, Time: now, Polled: now, Op: "listen", Code: code, Cause: err, Remote: l.row.Address})
		l.row.mark()
		return
	}
	l.bound = b
	l.row.Started = now
	l.set.notice(b.note, nil)
	l.row.history.append(Event{Kind: EventListening, Time: now, Polled: now, Remote: b.addr, Note: b.note})
	l.row.mark()
	l.set.Go(func() { l.accept(b) })
	if b.made != nil {
		l.set.Go(func() { l.guard(b) })
	}
}

// guardEvery is how often a listener looks whether its path still is its own.
const guardEvery = time.Second

// guard tells, once, that a listener's path has become another socket's: of a
// server that was started again while its path was taken over, for one. New
// clients go there.
func (l *acceptor) guard(b *boundSocket) {
	for b.wait(guardEvery) {
		now, err := os.Lstat(b.path)
		if err == nil && os.SameFile(now, b.made) {
			continue
		}
		cause := fmt.Errorf("%w: another program has made the path its own and gets the new clients; d, then r, takes it again",
			unix.EADDRINUSE)
		if err != nil {
			cause = fmt.Errorf("%w: the path was removed, no client finds it; d and r make it again", err)
		}
		l.failed(b, cause)
		return
	}
}

// open binds and listens, and joins Go's poller.
func (l *acceptor) open() (*boundSocket, Error, error) {
	if err := l.set.refuseLoop(l.row); err != nil {
		return nil, ErrInvalidParameter, err
	}
	fd, b, code, err := l.bind()
	if err != nil {
		return nil, code, err
	}
	b.file = os.NewFile(uintptr(fd), "listener")
	b.raw, err = b.file.SyscallConn()
	if err == nil {
		err = b.file.SetDeadline(time.Time{}) // fails if the poller took no more
	}
	if err != nil {
		_, closeErr := b.close()
		return nil, ErrCantCreate, errors.Join(err, closeErr, b.file.Close())
	}
	if b.path != "" {
		b.made, _ = os.Lstat(b.path) // gone already: nothing is guarded
	}
	b.stopped = make(chan struct{})
	return b, 0, nil
}

// bind makes the listening socket. The row's address gets the port that the
// system chose, so that it is the same one when it listens again.
func (l *acceptor) bind() (int, *boundSocket, Error, error) {
	if l.row.addr.Family == FamilyUDS {
		return l.bindUnix()
	}
	host := l.row.addr.Host
	if host == localhost {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return -1, nil, ErrInvalidParameter, err
	}
	ip = ip.Unmap()
	made := bindTo(l.set.sys, ip, int(l.row.addr.Port), true, ip != netip.IPv6Unspecified())
	if made.err == nil {
		if made.err = l.set.sys.listen(made.fd, maxBacklog()); made.err != nil {
			_ = unix.Close(made.fd)
		}
	}
	switch {
	case !made.opened:
		return -1, nil, ErrCantCreate, made.err
	case errors.Is(made.err, unix.EADDRINUSE):
		return -1, nil, ErrAlreadyInUse, fmt.Errorf("%w: another program listens there; choose another port, or 0 for a free one", made.err)
	case made.err != nil:
		return -1, nil, ErrAlreadyInUse, made.err
	}
	l.row.addr.Port = uint16(localPort(made.fd))
	l.named()
	b := &boundSocket{domain: made.domain, addr: l.row.addr.written(listens), target: l.row.addr.Target}
	b.close = func() (string, error) { return "", nil }
	return made.fd, b, 0, nil
}

// bindUnix makes the listening socket of a path, or takes the path over.
func (l *acceptor) bindUnix() (int, *boundSocket, Error, error) {
	addr := l.row.addr
	b := &boundSocket{domain: unix.AF_UNIX, addr: addr.written(listens), target: addr.Target}
	if !isAbstract(addr.Path) {
		b.path = addr.Path
	}
	if addr.Takeover {
		t, code, err := takeOver(l.set.sys, addr.Path, addr.socketType())
		if err != nil {
			return -1, nil, code, err
		}
		l.row.addr.Target.Family, l.row.addr.Target.Path = FamilyUDS, t.target
		l.named()
		b.target, b.note, b.close = l.row.addr.Target, t.note, t.restore
		return t.fd, b, 0, nil
	}
	p, code, err := listenPath(l.set.sys, addr.Path, addr.socketType())
	if err != nil {
		return -1, nil, code, err
	}
	b.note, b.close = p.note, func() (string, error) { p.made.remove(); return "", nil }
	return p.fd, b, 0, nil
}

// named puts what is known of the address only now into the row.
func (l *acceptor) named() {
	l.row.Label, l.row.Address = l.row.addr.Name(), l.row.addr.String()
}

// stop listens no more. What was accepted lives on.
func (l *acceptor) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bound
	if b == nil {
		return
	}
	l.bound = nil
	close(b.stopped)
	note, err := b.close() // the path first: while we still have the inode
	waiting := b.waiting(l.set.sys)
	err = errors.Join(err, b.file.Close())
	l.set.notice(note, err)
	if len(waiting) > 0 {
		l.set.Go(func() {
			for _, w := range waiting {
				l.set.accepted(l, b, w.fd, w.remote)
			}
		})
	}
	now := l.set.now()
	l.row.history.append(Event{
		Kind: EventError, Time: now, Polled: now, Op: "stop", Cause: ErrDisconnected, By: ByLocal, Remote: b.addr, Note: note,
	})
	if err != nil {
		l.row.history.append(Event{Kind: EventError, Time: now, Polled: now, Op: "stop", Code: ErrFailed, Cause: err, Remote: b.addr})
	}
	l.row.mark()
}

// look is what a poll does with a listener's row. Callers hold Set.mu.
func (l *acceptor) look(r *Row, w way, _ bool) bool {
	if !lock(&l.mu, w.patient) {
		return false
	}
	defer l.mu.Unlock()
	r.Sampled = l.set.now()
	r.Listener = Listener{
		Is: true, Listening: l.bound != nil, Folded: r.Listener.Folded,
		Live: l.row.live, Ended: len(l.row.ended), Gone: l.row.goneCount,
	}
	if l.bound != nil {
		r.Listener.Bound = l.bound.addr
	}
	return true
}

// accept takes connections until the listener is stopped.
func (l *acceptor) accept(b *boundSocket) {
	pause := acceptPause
	var short time.Time // when it was last waited for what is short
	for {
		fd, remote, err := b.next(l.set.sys)
		switch {
		case err == nil:
			pause = acceptPause
			l.set.accepted(l, b, fd, remote)
			continue
		case b.isStopped():
			return
		case errors.Is(err, unix.ECONNABORTED), errors.Is(err, unix.EPERM): // the client has gone, or a firewall refused it: accept(2)
			continue
		}
		if l.set.now().Sub(short) >= maxAcceptPause { // one event for one shortage, in which an accept may succeed now and then
			l.failed(b, shortage(err, "clients wait until some are closed"))
		}
		if !b.wait(pause) {
			return
		}
		short = l.set.now()
		pause = min(2*pause, maxAcceptPause)
	}
}

// next waits in Go's poller for the next connection.
func (b *boundSocket) next(sys kernel) (fd int, remote unix.Sockaddr, err error) {
	waitErr := b.raw.Read(func(listener uintptr) bool {
		err = retry(func() error { fd, remote, err = sys.accept(int(listener)); return err })
		return !errors.Is(err, unix.EAGAIN)
	})
	if waitErr != nil {
		return -1, nil, waitErr
	}
	return fd, remote, err
}

// client is an accepted connection.
type client struct {
	fd     int
	remote unix.Sockaddr
}

// waiting takes those who are in the queue of a listener that is about to be
// closed, which would end them: they came while it still listened.
func (b *boundSocket) waiting(sys kernel) (found []client) {
	const most = 1 << 16 // the longest queue
	_ = b.raw.Control(func(listener uintptr) {
		for range most {
			var c client
			err := retry(func() (err error) { c.fd, c.remote, err = sys.accept(int(listener)); return err })
			if err != nil {
				return
			}
			found = append(found, c)
		}
	})
	return found
}

func (b *boundSocket) isStopped() bool {
	select {
	case <-b.stopped:
		return true
	default:
		return false
	}
}

// wait waits for a while; false if the listener was stopped.
func (b *boundSocket) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-b.stopped:
		return false
	case <-timer.C:
		return true
	}
}

// failed tells that a connection could not be accepted.
func (l *acceptor) failed(b *boundSocket, err error) {
	now := l.set.now()
	l.row.history.append(Event{Kind: EventError, Time: now, Polled: now, Op: "accept", Code: ErrFailed, Cause: err, Remote: b.addr})
	l.row.mark()
}

// shortage says of an error that is one for want of descriptors what comes of it,
// and what to do.
func shortage(err error, so string) error {
	if errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) {
		return fmt.Errorf("%w: %s; ulimit -n raises the limit", err, so)
	}
	return err
}
