package relay

import (
	"time"

	"golang.org/x/sys/unix"
)

// stall makes a write that has to wait look at the socket that is read from after
// a while, and again and again: nobody else would learn that it was reset. It is
// the poller's own timer, set at most once per grace.
func (w *way) stall() {
	if w.timed {
		return
	}
	w.timed, w.wrote = true, false
	w.writeUntil(time.Now().Add(grace))
}

// stalled deals with a write that was not done by the deadline. It reports whether
// to write again: not if the pair is over or about to be, and not if what is read
// from was reset and nothing could be delivered for that long.
func (w *way) stalled() bool {
	w.timed = false
	w.from.mu.Lock()
	broken := w.from.broken
	w.from.mu.Unlock()
	if broken != nil || !w.writeUntil(time.Time{}) {
		return false
	}
	if !w.wrote && w.from.state()&unix.POLLERR != 0 {
		w.p.stop(w.from.side, w.from, w.from.takeError(), true)
		return false
	}
	return true
}

// writeUntil sets the deadline of the way's writes, unless the pair is about to end.
func (w *way) writeUntil(t time.Time) bool {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	if w.p.over || !w.p.until.IsZero() || w.p.hurried {
		return false
	}
	_ = w.to.file.SetWriteDeadline(t)
	return true
}
