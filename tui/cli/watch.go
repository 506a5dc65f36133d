package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"peerscope/hexdump"
	"peerscope/peer"
	"peerscope/tui"
	"peerscope/views/report"
)

// errPeerFailed is the end of a watch in which a dialled peer, a listener, or
// the source of what to send failed. What happened has been said.
var errPeerFailed = errors.New("a peer failed")

// flushTime is how long an interrupted watch waits for its last lines; half of it
// where ending the pairs took as long already. All ends within two seconds.
const flushTime = 500 * time.Millisecond

// watchFlags are what watch takes beside the common flags.
type watchFlags struct {
	*common
	format     string
	events     []string
	duration   time.Duration
	count      int
	send       string
	closeWrite bool
	takeovers  []string
}

func newWatch(c *common) *cobra.Command {
	f := watchFlags{common: c}
	cmd := &cobra.Command{
		Use:   "watch ADDRESS ...",
		Short: "Print one line an event, for scripts",
		Long: `Connect to each address, or listen or tap there, and print one JSON object a line
for every event: status, error, data, buffers, listening, accepted, half-close,
ancillary, dropped. It ends when nothing is left to watch (what was dialled has
ended, and nothing listens), after --duration or --count, or on a signal.

` + addressHelp + `

Exit codes: 0 fine, 1 a dialled peer or a listener failed or could not be opened
(accepted and relayed connections do not count), 2 wrong usage, 130 interrupted.`,
		Example: `  peerscope watch --duration 2s 127.0.0.1:6379
  peerscope watch --send 'PING\r\n' --events data --count 2 127.0.0.1:6379
  peerscope watch :6380=127.0.0.1:6379 /tmp/pg.sock=/run/postgresql/.s.PGSQL.5432
  peerscope watch --takeover /run/app.sock`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			addrs, err := parseAddresses(cmd, args, f.takeovers)
			switch {
			case err != nil:
				return err
			case len(addrs) == 0:
				return usagef("watch: expected at least one address")
			}
			return f.run(addrs)
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "json", "of the lines: json")
	cmd.Flags().StringSliceVar(&f.events, "events", nil, "print only these: "+eventNames()+" (default all)")
	cmd.Flags().DurationVar(&f.duration, "duration", 0, "end after this time")
	cmd.Flags().IntVar(&f.count, "count", 0, "end after this many printed events")
	cmd.Flags().StringVar(&f.send, "send", "",
		`send to every dialled peer once it is connected: text with \n \r \t \xHH, hex 0a 0b, @file, or - for stdin as it comes`)
	cmd.Flags().BoolVar(&f.closeWrite, "close-write", false, "half-close every dialled peer after the last send")
	registerTakeovers(cmd, &f.takeovers)
	return cmd
}

func eventNames() string {
	names := make([]string, 0, len(report.Kinds))
	for _, k := range report.Kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, ",")
}

// wanted are the events to print.
func (f *watchFlags) wanted() (map[report.Kind]bool, error) {
	wanted := map[report.Kind]bool{}
	for _, k := range report.Kinds {
		wanted[k] = len(f.events) == 0
	}
	for _, name := range f.events {
		if !slices.Contains(report.Kinds, report.Kind(name)) {
			return nil, usagef("--events %q: expected some of %s", name, eventNames())
		}
		wanted[report.Kind(name)] = true
	}
	return wanted, nil
}

// source returns what --send names, for so many peers. It finds out at once
// what cannot be sent.
func (f *watchFlags) source(ctx context.Context, peers int) (source, error) {
	if f.send == "" {
		return source{}, nil
	}
	if f.send == "-" {
		stdin := newTee(ctx, os.Stdin, peers)
		return source{open: stdin.open, skip: stdin.skip}, nil
	}
	if path, isFile := hexdump.FileOf(f.send); isFile {
		open := func() (io.ReadCloser, error) { return tui.OpenFile(path) }
		file, err := open()
		if err != nil {
			return source{}, usagef("--send: %w", err)
		}
		return source{open: open}, file.Close()
	}
	p, err := hexdump.ParseSend(f.send)
	if err != nil {
		return source{}, usagef("--send: %w", err)
	}
	return source{open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p)), nil }}, nil
}

// check finds out what is wrong with the flags, with so many peers to dial.
func (f *watchFlags) check(dialled int) error {
	switch {
	case dialled == 0 && (f.send != "" || f.closeWrite):
		return usagef("--send and --close-write are for dialled peers, and there is none: add HOST:PORT or /PATH")
	case f.format != "json":
		return usagef("--format %q: expected json", f.format)
	case f.duration < 0:
		return usagef("--duration %v: expected 0 or more", f.duration)
	case f.count < 0:
		return usagef("--count %d: expected 0 or more", f.count)
	}
	return nil
}

// run watches until there is nothing left to watch, or it is told to end.
func (f *watchFlags) run(addrs []peer.Address) (err error) {
	dialled := 0
	for _, a := range addrs {
		if !a.Listens {
			dialled++
		}
	}
	if err := f.check(dialled); err != nil {
		return err
	}
	wanted, err := f.wanted()
	if err != nil {
		return err
	}
	sending, cancel := context.WithCancel(context.Background())
	defer cancel()
	from, err := f.source(sending, dialled)
	if err != nil {
		return err
	}
	set, err := f.set(nil)
	if err != nil {
		return err
	}
	defer func() {
		cancel() // what waits for its source would keep the set from closing
		err = closeSet(set, err)
	}()
	signal.Ignore(syscall.SIGPIPE) // a reader that has gone is an error of Write, and a quiet end
	ctx, stop := signal.NotifyContext(context.Background(), endSignals()...)
	defer stop()

	ids := make([]peer.ID, 0, dialled)
	for _, a := range addrs {
		if id := set.Add(a); !a.Listens {
			ids = append(ids, id)
		}
	}
	w := &watch{set: set, every: f.poll, printer: newPrinter(set, os.Stdout, wanted, f.count)}
	if f.send != "" || f.closeWrite {
		w.sender = newSender(sending, set, ids, from, f.closeWrite)
	}
	return w.run(ctx, f.duration)
}

// watch polls and hands what it saw to the printer, which may lag behind.
type watch struct {
	set     *peer.Set
	every   time.Duration
	printer *printer
	sender  *sender // nil: nothing to send
	failed  bool
}

func (w *watch) run(ctx context.Context, duration time.Duration) error {
	go w.printer.run()
	watching := ctx
	if duration > 0 {
		var end context.CancelFunc
		watching, end = context.WithTimeout(ctx, duration)
		defer end()
	}
	for w.poll(w.set.Poll) && w.pause(watching) {
	}
	ending := time.Now()
	w.endPairs()
	w.poll(w.set.Step) // what came up to the end
	w.poll(w.set.Step) // the end of a connection is judged only after its bytes were consumed
	return w.finish(ctx, max(flushTime-time.Since(ending), flushTime/2))
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
		}
		if w.sender != nil && (c.Row.Status == peer.StatusConnected || ended(&c.Row)) {
			w.sender.ready(c.Row.ID, c.Row.Status == peer.StatusConnected)
		}
	}
	w.printer.show(changes)
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
	select {
	case <-ctx.Done():
		return false
	case <-w.printer.done:
		return false
	case <-due.C:
	}
	if w.set.Active() {
		return true
	}
	select {
	case <-ctx.Done():
		return false
	case <-w.printer.done:
		return false
	case <-w.set.Changed():
		return true
	}
}

// finish lets the printer end and says how it all went. A signal ends it, after a
// while, even if nobody reads stdout any more.
func (w *watch) finish(ctx context.Context, patience time.Duration) error {
	close(w.printer.last)
	select {
	case <-w.printer.done:
	case <-ctx.Done():
		select {
		case <-w.printer.done:
		case <-time.After(patience):
		}
	}
	if n := w.printer.givenUp(); n > 0 {
		sayAll([]string{fmt.Sprintf("%d connections were not printed: whoever reads stdout is too slow", n)})
	}
	if ctx.Err() != nil {
		return tui.ErrInterrupted
	}
	switch err := w.printer.err; {
	case errors.Is(err, syscall.EPIPE):
		return nil // head has seen enough
	case err != nil:
		return fmt.Errorf("write stdout: %w", err)
	case w.failed, w.sender != nil && w.sender.failed.Load():
		return errPeerFailed
	}
	return nil
}
