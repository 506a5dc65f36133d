package relay

import "time"

// lullTime is how long a direction that was busy keeps its memory when nothing
// comes. A load has pauses of microseconds, and giving a block back and taking
// another costs more than filling it.
const lullTime = 100 * time.Millisecond

// idle says to the log that we are about to wait, at once if there is nothing to
// give back, else after a while: the poller's own timer, set at most once per lullTime.
func (w *way) idle() {
	if !w.grown {
		w.p.c.Log.Idle(w.dir)
		return
	}
	if !w.armed {
		w.armed, w.moved = true, false
		w.wakeAt(time.Now().Add(lullTime))
	}
}

// lull gives the memory of a load back if nothing has come since the deadline
// was set. It reports false if the way was woken for another reason.
func (w *way) lull() bool {
	if !w.wakeAt(time.Time{}) {
		return false
	}
	w.armed = false
	if !w.moved {
		w.calm()
	}
	return true
}

// calm gives back what only a load needs.
func (w *way) calm() {
	w.grown, w.control = false, nil
	w.p.c.Log.Idle(w.dir)
}

// wakeAt sets the deadline of the way's reads, unless the pair is about to end.
func (w *way) wakeAt(t time.Time) bool {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	if w.p.over || !w.p.until.IsZero() {
		return false
	}
	_ = w.from.file.SetReadDeadline(t)
	return true
}
