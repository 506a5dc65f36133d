package cli

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"peerscope/peer"
	"peerscope/tui"
)

// errPeerFailed is the end of a watch in which a dialled peer, a listener, or
// the source of what to send failed. What happened has been said.
var errPeerFailed = errors.New("a peer failed")

// flushTime is how long an interrupted watch waits for its last lines; half of it
// where ending the pairs took as long already. All ends within two seconds.
const flushTime = 500 * time.Millisecond

// watch polls and hands what it saw to the printer, which may lag behind.
type watch struct {
	set      *peer.Set
	every    time.Duration
	limit    time.Duration // the end after this time; 0: no limit
	printer  *printer
	expected *expectation // nil: nothing is expected
	sender   *sender      // nil: nothing to send
	failed   bool
	lastEnd  string // how what was dialled ended last, or could not be
}

func (w *watch) run(ctx context.Context) error {
	go w.printer.run()
	if w.expected != nil {
		go w.expected.run()
	}
	watching := ctx
	if w.limit > 0 {
		var end context.CancelFunc
		watching, end = context.WithTimeout(ctx, w.limit)
		defer end()
	}
	why := "nothing is left to watch"
	for w.poll(w.set.Poll) {
		if !w.pause(watching) {
			why = w.why(watching)
			break
		}
	}
	ending := time.Now()
	w.endPairs()
	w.poll(w.set.Step) // what came up to the end
	w.poll(w.set.Step) // the end of a connection is judged only after its bytes were consumed
	w.finish(ctx, max(flushTime-time.Since(ending), flushTime/2))
	return w.outcome(ctx, why)
}

// why says what has ended the watch while there was something left.
func (w *watch) why(watching context.Context) string {
	switch {
	case errors.Is(watching.Err(), context.DeadlineExceeded):
		return fmt.Sprintf("not within %v", w.limit)
	case w.printer.ended() && w.printer.err == nil:
		return fmt.Sprintf("not among the first %d events", w.printer.count)
	}
	return "stdout was closed"
}

// endTime is how long the end of the pairs is waited for: a side that does not
// answer our FIN is reset after a second.
const endTime = 1300 * time.Millisecond

// endPairs ends what is relayed and sees the end of it, which closing the set
// would wait for unseen.
func (w *watch) endPairs() {
	w.set.EndAll()
	limit, due := time.NewTimer(endTime), time.NewTicker(w.every)
	defer limit.Stop()
	defer due.Stop()
	for w.poll(w.set.Step); w.set.LivePairs(0) > 0; w.poll(w.set.Step) {
		select {
		case <-limit.C:
			return
		case <-due.C:
		}
	}
}

// poll polls once; false if nothing is left to watch.
func (w *watch) poll(poll func() []peer.Change) bool {
	changes := poll()
	for i := range changes {
		c := &changes[i]
		for _, e := range c.Events {
			w.failed = w.failed || isFailure(&c.Row, &e)
			if e.Cause != nil && c.Row.Parent == 0 && !errors.Is(e.Cause, peer.ErrDisconnected) {
				w.lastEnd = fmt.Sprintf("; %s: %v", c.Row.Address, e.Cause)
			}
		}
		if w.sender != nil && (c.Row.Status == peer.StatusConnected || ended(&c.Row)) {
			w.sender.ready(c.Row.ID, c.Row.Status == peer.StatusConnected)
		}
	}
	w.printer.show(changes)
	if w.expected != nil {
		w.expected.show(changes)
	}
	sayAll(w.set.Notes())
	t := w.set.Totals()
	// A name that was looked up just now is no lookup any more, and not yet counted as connecting.
	return t.ByStatus[peer.StatusConnecting]+t.ByStatus[peer.StatusConnected]+t.Lookups+t.Listening > 0 || w.set.Active()
}

// isFailure reports whether an event makes the watch one that failed: what was
// given on the command line could not be opened, or ended in an error. Of what
// comes to a listener that says nothing, nor does a shortage while it accepts.
func isFailure(r *peer.Row, e *peer.Event) bool {
	return e.Code != 0 && r.Parent == 0 && e.Op != "accept"
}

func ended(r *peer.Row) bool {
	return !r.Resolving && (r.Status == peer.StatusNone || r.Status == peer.StatusError)
}

// pause waits for the next poll: --poll while there is something to see, else
// until the first event. It is false when the watch is over.
func (w *watch) pause(ctx context.Context) bool {
	due := time.NewTimer(w.every)
	defer due.Stop()
	if !w.wait(ctx, due.C) || !w.set.Active() && !w.wait(ctx, nil) {
		return false
	}
	return true
}

// wait waits until a time has passed, or without one for an event. It is false
// when the watch is over.
func (w *watch) wait(ctx context.Context, due <-chan time.Time) bool {
	var changed <-chan struct{}
	if due == nil {
		changed = w.set.Changed()
	}
	var came <-chan struct{}
	if w.expected != nil {
		came = w.expected.came
	}
	select {
	case <-ctx.Done():
	case <-w.printer.done:
	case <-came:
	case <-due:
		return true
	case <-changed:
		return true
	}
	return false
}

// finish lets the search and the printer end. A signal ends them, after a while,
// even if nobody reads stdout any more.
func (w *watch) finish(ctx context.Context, patience time.Duration) {
	close(w.printer.last)
	ends := []<-chan struct{}{w.printer.done}
	if w.expected != nil {
		w.expected.finish(w.set.Now())
		ends = append(ends, w.expected.done)
	}
	for _, done := range ends {
		select {
		case <-done:
		case <-ctx.Done():
			select {
			case <-done:
			case <-time.After(patience):
			}
		}
	}
	if n := w.printer.givenUp(); n > 0 {
		sayAll([]string{fmt.Sprintf("%d connections were not printed: whoever reads stdout is too slow", n)})
	}
}

// outcome says how it all went. why is what ended it.
func (w *watch) outcome(ctx context.Context, why string) error {
	printed := w.printer.ended()
	switch {
	case printed && w.printer.err != nil && !errors.Is(w.printer.err, syscall.EPIPE): // else head has seen enough
		return fmt.Errorf("write stdout: %w", w.printer.err)
	case printed && w.printer.met, w.expected != nil && w.expected.has():
		return nil
	case ctx.Err() != nil:
		return tui.ErrInterrupted
	case w.expected != nil:
		return fmt.Errorf("--expect %s: %s; %s%s", w.expected.pattern, why, w.expected.instead(), w.lastEnd)
	case w.printer.until != eventName{}:
		return fmt.Errorf("--until %s: %s%s", w.printer.until, why, w.lastEnd)
	case w.printer.err == nil && (w.failed || w.sender != nil && w.sender.failed.Load()):
		return errPeerFailed
	}
	return nil
}
