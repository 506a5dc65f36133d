package relay

import (
	"errors"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

const (
	// maxRead is the most that one read takes, in bytes: the largest block of the log.
	maxRead = 1 << 20

	// leastRead is the least room that a read is content with where there is more to
	// read, in bytes: with less, the rest of a block would be left unused.
	leastRead = 64 << 10

	small = 4 << 10 // below: a read that a ping or a prompt fills, in bytes
)

// way is one direction of a pair: a goroutine that reads from one end and writes
// to the other. Nobody else touches what has no lock or atomic.
type way struct {
	p        *Pair
	dir      capture.Dir
	from, to *end
	held     atomic.Bool
	ended    bool // it has passed on the end of its bytes; guarded by the pair's mu

	look, send func(uintptr) bool // what is done in the poller, made once

	// What the last look found.
	n     int   // bytes to be read, or the length of the next packet
	atEnd bool  // the other end's FIN
	err   error // instead, or of the last write
	peeks bool  // peek first: the last read took little, or nothing of what FIONREAD had told (MSG_OOB counts there)
	one   [1]byte
	lost  error // the error of a packet socket, which comes before the packets that are left

	// When the memory of a load goes back: see lull.
	grown bool // the log has more than its smallest block for us
	armed bool // a deadline of lullTime is set
	moved bool // bytes came since

	// When a write that waits looks at the other end: see stall.
	timed bool // a deadline is set
	wrote bool // some was written since

	rest    []byte // to be written
	rights  []int  // descriptors that go with its first byte, ours to close
	sent    int    // of rest, by the last write
	tries   uint8  // writes that were refused
	control []byte // room for descriptors to be read, once some were
	deaf    bool   // nobody reads at the other end any more: what comes is kept and not written
}

func (w *way) init(p *Pair, d capture.Dir, from, to *end) {
	w.p, w.dir, w.from, w.to = p, d, from, to
	w.look, w.send = w.lookAt, w.sendTo
	if from.Packet {
		w.look = w.lookAtPacket
	}
}

// pump relays until the way is over. Its frame is there as long as the pair.
func (w *way) pump() {
	for w.turn() {
	}
	if w.ourEnd() {
		w.drain()
	}
}

// turn waits for what comes next and passes it on. It reports whether to go on.
func (w *way) turn() bool {
	switch err := w.from.raw.Read(w.look); {
	case err != nil:
		return w.lull() // else woken: the pair is over, or End was called
	case w.err != nil:
		return w.passError(w.err)
	case w.atEnd:
		return w.passEnd() && w.watch()
	}
	return w.pass()
}

// passError passes on that the socket was reset, or failed otherwise.
func (w *way) passError(err error) bool {
	_ = w.from.ended()
	w.release()
	w.p.fail(w.from, err)
	return false
}

// lookAt waits, in the poller and without a buffer, until the socket has
// something to say. It asks first what is the likelier: after a short read whether
// that was all.
func (w *way) lookAt(uintptr) bool {
	fd := w.from.FD
	w.n, w.err, w.atEnd = 0, nil, false
	if !w.peeks {
		w.n = int(recvQueue(fd))
	}
	w.peeks = false
	if w.n > 0 {
		return true
	}
	n, err := peek(fd, w.one[:])
	switch {
	case errors.Is(err, unix.EAGAIN):
		w.idle()
		return false
	case err != nil:
		w.err = err
	case n == 0:
		w.atEnd = true
	default:
		w.n = max(int(recvQueue(fd)), n)
	}
	return true
}

// pass reads what the last look has found into a block of the log and writes it
// on from there.
func (w *way) pass() bool {
	p, err := w.read()
	goOn := true
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		w.peeks = true
	case err != nil:
		goOn = w.passError(err)
	case !w.deaf:
		goOn = w.write(p)
	}
	w.letGo()
	return goOn
}

// keep reads what the last look has found into the log. An error is found by the
// next look: if it is not, there is nothing to be read.
func (w *way) keep() {
	if _, err := w.read(); err != nil {
		w.peeks = true
	}
	w.letGo()
}

// letGo ends the reservation, and closes what descriptors are left.
func (w *way) letGo() {
	w.p.c.Log.Commit(w.dir, 0)
	w.dropRights()
}

// read reads into a reserved block and publishes what came, which only of a packet
// is nothing. The bytes stay until the reservation ends.
func (w *way) read() (p []byte, err error) {
	if w.from.Packet {
		return w.readPacket()
	}
	p = w.p.c.Log.Reserve(w.dir, min(w.n, leastRead))
	p = p[:min(len(p), maxRead)]
	w.grown = w.grown || len(p) > small
	w.moved = true
	n, err := w.readBytes(p)
	if err == nil && n == 0 {
		err = unix.EAGAIN // the next look finds the end
	}
	if err != nil {
		return nil, err
	}
	w.peeks = n < small
	w.publish(n)
	return p[:n], nil
}

func (w *way) readBytes(p []byte) (int, error) {
	if w.from.Unix {
		return w.receive(p[:min(len(p), w.n)])
	}
	return unix.Read(w.from.FD, p)
}

func (w *way) publish(n int) {
	w.p.c.Log.Publish(w.dir, n)
	w.p.c.Mark()
}

// write writes all of p, with the descriptors that came with its first byte, and
// moves the read mark of the log by it. It reports whether the way goes on.
func (w *way) write(p []byte) bool {
	for {
		w.release()
		w.rest = p
		if err := w.to.raw.Write(w.send); err != nil {
			if w.stalled() {
				continue
			}
			return w.late()
		}
		if w.err != nil {
			if w.refused() {
				continue
			}
			return w.writeFailed(w.err)
		}
		w.dropRights()
		w.p.c.Log.Consume(w.dir, int64(w.sent))
		if p = p[w.sent:]; len(p) == 0 { // it may have been an empty packet
			w.rest = nil
			return true
		}
	}
}

// sendTo waits, in the poller, until some of the rest was written.
func (w *way) sendTo(uintptr) bool {
	w.to.mu.Lock()
	defer w.to.mu.Unlock()
	for {
		w.sent, w.err = w.sendOnce()
		switch {
		case w.err == nil:
			w.wrote = true
			return true
		case errors.Is(w.err, unix.EINTR):
			continue
		case errors.Is(w.err, unix.EAGAIN):
			w.stall()
			return false
		case !isRefusal(w.err) && w.to.broken == nil:
			w.to.broken = w.err
		}
		return true
	}
}

func (w *way) sendOnce() (int, error) {
	if len(w.rights) > 0 || w.to.Packet {
		return sendmsg(w.to.FD, w.rest, w.rights)
	}
	return unix.Write(w.to.FD, w.rest)
}

// late says what it means that a write was not done in time: the pair is over,
// or End's second, or the second after the socket that is read from broke.
func (w *way) late() bool {
	w.from.mu.Lock()
	err := w.from.broken
	w.from.mu.Unlock()
	if err != nil {
		w.p.stop(w.from.side, w.from, err, true)
	}
	return false
}

// writeFailed ends the way, or the pair, because nobody takes its bytes.
func (w *way) writeFailed(err error) bool {
	gone := !w.to.Unix || isReset(err) || w.to.state()&unix.POLLHUP != 0
	w.p.noteFirst(w.to.side)
	if w.from.Unix && (!gone || !w.from.Packet) {
		// Its writes fail from now on, as they would directly (EPIPE). Where packets are
		// unread it would see ECONNRESET, which the close makes of them.
		_ = unix.Shutdown(w.from.FD, unix.SHUT_RD)
	}
	w.deaf = !gone // the other end has shut its reading
	switch {
	case w.deaf && w.from.Unix:
		for w.look(0) && w.err == nil && !w.atEnd {
			w.keep() // what it sent before it could know; left unread, it would become a reset
		}
		both, over := w.p.wayEnded(w)
		if both {
			w.p.finish()
		}
		return !both && !over && w.watch()
	case w.deaf:
		return true // a TCP sender would not learn of it
	}
	w.to.mu.Lock()
	told := w.to.eof
	w.to.mu.Unlock()
	switch {
	case !told:
		w.p.hurry(w.to) // who reads it finds the rest, and then how it ended
	case w.to.Unix && !isReset(err):
		w.p.gone(w.to, err)
	default:
		w.p.fail(w.to, err)
	}
	return false
}

// passEnd passes on that nothing more comes. It reports whether the pair goes on.
func (w *way) passEnd() bool {
	broken := w.from.ended()
	w.p.noteFirst(w.from.side)
	w.calm()
	w.release()
	if isReset(broken) {
		// The write took the error, and left the end of the stream to be read.
		w.p.fail(w.from, broken)
		return false
	}
	gone := w.from.Unix && w.from.state()&unix.POLLHUP != 0
	both, over := w.p.wayEnded(w)
	switch {
	case over:
		return false
	case !both && !gone: // told before it is passed on, so that what it brings about comes later
		w.p.event(Event{Kind: HalfClose, By: w.from.side, Dir: w.dir})
	}
	if !gone || !w.to.Unix {
		w.shutdown() // else the close says both at once: the end, and that writes fail
	}
	if both {
		w.p.finish()
		return false
	}
	if gone {
		w.p.gone(w.from, nil)
		return false
	}
	if broken != nil && !w.from.Unix {
		w.p.fail(w.from, broken) // a FIN, and then a reset
		return false
	}
	return true
}

// shutdown passes on a FIN. Where that fails the socket has ended already, which
// the way that reads from it tells.
func (w *way) shutdown() { _ = unix.Shutdown(w.to.FD, unix.SHUT_WR) }

// watch waits for what may follow the end of the bytes: a reset, or that a Unix
// socket is closed entirely. It reports whether the way goes on, which it does not.
func (w *way) watch() bool {
	var state int16
	look := func(uintptr) bool {
		state = w.from.state()
		// A TCP socket that hangs up without an error has told it to a write.
		return state&unix.POLLERR != 0 || state != 0 && w.from.Unix
	}
	for w.from.raw.Read(look) != nil {
		if !w.lull() {
			return false
		}
	}
	if state&unix.POLLERR != 0 {
		w.p.fail(w.from, w.from.takeError())
	} else {
		w.p.gone(w.from, nil)
	}
	return false
}

// Hold stops passing on the bytes of d, or lets go again: what was taken stays with us, the rest with
// the kernel and the sender. An end, or a reset, waits behind them.
func (p *Pair) Hold(d capture.Dir, on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ways[d].held.Store(on)
	p.wake.Broadcast()
}

// release waits while the way is held.
func (w *way) release() {
	if !w.held.Load() {
		return
	}
	p := w.p
	p.mu.Lock()
	defer p.mu.Unlock()
	for w.held.Load() && !p.over && p.until.IsZero() {
		p.wake.Wait()
	}
}
