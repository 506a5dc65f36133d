package relay

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// grace is how long the end of a pair waits for the other side: to take what
// came before a reset, or to close after End.
const grace = time.Second

var past = time.Unix(1, 0) // a deadline that wakes whoever waits, and everyone who comes later

// stop ends the pair because of by: both ways leave at once. It reports whether
// this was what ended it; err is what went wrong at the socket, nil for a plain
// end, and reset says that the other side is to see a reset.
func (p *Pair) stop(by Side, at *end, err error, reset bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || !p.until.IsZero() {
		return false
	}
	p.begin(by)
	p.ending.Err, p.ending.ErrBy = err, at.side
	p.reset = reset
	p.leave()
	return true
}

// noteFirst notes who ended first, before the other side can know of it.
func (p *Pair) noteFirst(by Side) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.begin(by)
	}
}

// begin notes who ended first. Callers hold mu.
func (p *Pair) begin(by Side) {
	if !p.began {
		p.began = true
		p.ending.By = by
	}
}

// leave makes both ways leave. Callers hold mu.
func (p *Pair) leave() {
	p.over = true
	for i := range p.ends {
		// It fails only for a file that is closed.
		_ = p.ends[i].file.SetDeadline(past)
	}
	p.wake.Broadcast()
}

// fail passes on that by was reset, once what came before is delivered.
func (p *Pair) fail(by *end, err error) {
	if p.stop(by.side, by, err, true) {
		p.ends[1-by.side].deliver()
	}
}

// gone ends the pair because by is closed entirely. The other side has been told
// that nothing more comes; what it sends from now on nobody takes. err is the
// error of a write that has met this, if one has.
func (p *Pair) gone(by *end, err error) {
	if p.stop(by.side, by, err, false) {
		p.ends[1-by.side].deliver() // closing with bytes unread is a reset too
	}
}

// wayEnded notes that one way has ended in order, and reports whether both have
// now, or whether the pair is over already, or about to be.
func (p *Pair) wayEnded(w *way) (both, over bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.ended = true
	return p.ways[1-w.dir].ended, p.over || !p.until.IsZero()
}

// finish ends a pair of which both ways have ended in order.
func (p *Pair) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave()
}

// hurry gives the way that reads the broken socket a second to write on what came
// before: the side that it writes to may be waiting for us to take its own bytes
// first. The writes of a Unix stream fail already.
func (p *Pair) hurry(broken *end) {
	to := &p.ends[1-broken.side]
	p.mu.Lock()
	defer p.mu.Unlock()
	if (to.Packet || !to.Unix) && !p.over && p.until.IsZero() {
		p.hurried = true
		_ = to.file.SetWriteDeadline(time.Now().Add(grace))
	}
}

// conclude ends a pair of which both ways have left because both sockets
// broke under their writes, before either could tell more.
func (p *Pair) conclude() {
	p.mu.Lock()
	by := p.ending.By
	p.mu.Unlock()
	if by != Local {
		p.stop(by, &p.ends[by], p.ends[by].broken, true)
	}
}

// isReset reports whether err, of a write, says that the connection was reset
// or lost. EPIPE does not: TCP gives it for a reset that came after a FIN
// (tcp_reset in net/ipv4/tcp_input.c) or whose error was told before, a Unix
// socket if the other end does not read any more.
func isReset(err error) bool { return err != nil && !errors.Is(err, unix.EPIPE) }

// End ends the pair from our side: both ends get a FIN after what is in flight and, where they have
// not ended theirs within a second, a reset. What comes until then is still kept, but not passed on.
// It does not wait.
func (p *Pair) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.closed || !p.until.IsZero() {
		return
	}
	p.begin(Local)
	p.until = time.Now().Add(grace)
	for i := range p.ends {
		_ = p.ends[i].file.SetReadDeadline(past) // wakes; the way sets the true one
		_ = p.ends[i].file.SetWriteDeadline(p.until)
	}
	p.wake.Broadcast()
}

// isEnding reports whether nothing is passed on any more.
func (p *Pair) isEnding() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over || !p.until.IsZero()
}

// ourEnd reports whether End was called, and then gives the way's reads until
// its deadline.
func (w *way) ourEnd() bool {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	if w.p.over || w.p.until.IsZero() {
		return false
	}
	_ = w.from.file.SetReadDeadline(w.p.until)
	return true
}

// drain passes on our FIN, and keeps what still comes until the side has closed
// or its time is up.
func (w *way) drain() {
	w.shutdown()
	for !w.from.eof {
		switch err := w.from.raw.Read(w.look); {
		case err != nil:
			return
		case w.err != nil || w.atEnd:
			_ = w.from.ended()
		default:
			w.keep()
		}
	}
}
