package cli

import (
	"slices"
	"sync"

	"peerscope/peer"
	"peerscope/peer/capture"
)

// maxWaiting is how many rows may wait to be printed before the oldest of those
// that have ended are given up: a watch whose output stands still must not grow
// with every connection that comes and goes.
const maxWaiting = 4096

// waiting is what polls have seen and the printer has not printed. The watch
// puts in, the printer takes out.
type waiting struct {
	set   *peer.Set
	peers choice // of which the others are passed over

	sync.Mutex
	follows map[peer.ID]*follow // of every peer that was seen and is still in the set
	due     []*follow           // in the order in which they were seen
	ended   []*follow           // connections that are printed to their end or given up, and may still be in the set
	sweepAt int                 // how long ended may get before those that have left the set are forgotten
	skipped int64               // connections that were given up
}

// follow is how far the printing of one peer has come: what is known of it,
// guarded by the lock of waiting, and where the printer is, which is its own.
type follow struct {
	row     peer.Row // as it was seen last
	history *peer.History
	due     bool     // it waits to be printed
	begun   bool     // the printer has had it, so it is printed to its end
	skipped bool     // it was given up
	lost    [2]int64 // of a listener: bytes of its connections that were given up, by direction

	progress
}

func newWaiting(set *peer.Set, peers choice) *waiting {
	return &waiting{set: set, peers: peers, follows: map[peer.ID]*follow{}, sweepAt: 2 * peer.KeepEnded}
}

// show takes over what a poll saw. A row that has not been printed since the
// last time is printed once, as it is now.
func (w *waiting) show(changes []peer.Change) {
	w.Lock()
	defer w.Unlock()
	w.sweep()
	for i := range changes {
		c := &changes[i]
		if !w.peers.has(&c.Row) {
			continue
		}
		f := w.follows[c.Row.ID]
		if f == nil {
			f = &follow{history: c.History, progress: newProgress()}
			w.follows[c.Row.ID] = f
		}
		if f.skipped || f.due && f.row.Sampled.Equal(c.Row.Sampled) { // its bytes were counted, and no more is known
			continue
		}
		f.row = c.Row
		w.wait(f)
	}
	w.shed()
}

// wait puts a peer among those to print.
func (w *waiting) wait(f *follow) {
	if !f.due {
		f.due = true
		w.due = append(w.due, f)
	}
}

// shed gives up the oldest connections that have ended, and of which nothing
// was printed, while too many wait. Their bytes are counted for their listener.
func (w *waiting) shed() {
	more := len(w.due) - maxWaiting
	if more <= 0 {
		return
	}
	var listeners []*follow
	w.due = slices.DeleteFunc(w.due, func(f *follow) bool {
		if more <= 0 || f.begun || !connectionOver(&f.row) {
			return false
		}
		more--
		f.due, f.skipped, f.history = false, true, nil
		w.skipped++
		w.ended = append(w.ended, f)
		if l := w.follows[f.row.Parent]; l != nil {
			l.lost[capture.In] += f.row.Received
			l.lost[capture.Out] += f.row.Sent
			listeners = append(listeners, l)
		}
		return true
	})
	for _, l := range listeners {
		w.wait(l)
	}
}

// connectionOver reports whether a row is what came from a listener and has ended.
func connectionOver(r *peer.Row) bool { return r.Parent != 0 && !r.Sampled.IsZero() && ended(r) }

// job is a peer to print, as it was when it was taken.
type job struct {
	*follow
	row     peer.Row
	history *peer.History
	lost    [2]int64
}

// take returns what is to be printed, nil if there is nothing.
func (w *waiting) take() (jobs []job) {
	w.Lock()
	defer w.Unlock()
	for _, f := range w.due {
		jobs = append(jobs, job{f, f.row, f.history, f.lost})
		f.due, f.begun, f.lost = false, true, [2]int64{}
	}
	clear(w.due)
	w.due = w.due[:0]
	return jobs
}

// givenUp returns how many connections will not be printed.
func (w *waiting) givenUp() int64 {
	w.Lock()
	defer w.Unlock()
	return w.skipped
}

// printed notes that all there was of a connection is printed.
func (w *waiting) printed(f *follow) {
	w.Lock()
	defer w.Unlock()
	w.ended = append(w.ended, f)
}

// sweep forgets what has left the set. It is called between two polls: while a
// row is in the set a poll may tell of it again, which must not be printed anew.
func (w *waiting) sweep() {
	if len(w.ended) < w.sweepAt {
		return
	}
	w.ended = slices.DeleteFunc(w.ended, func(f *follow) bool {
		if f.due || w.set.History(f.row.ID) != nil {
			return false
		}
		delete(w.follows, f.row.ID)
		return true
	})
	w.sweepAt = 2 * max(len(w.ended), peer.KeepEnded)
}
