package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"peerscope/hexdump"
	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/tui"
	"peerscope/views/report"
)

// watchFlags are what watch takes beside the common flags.
type watchFlags struct {
	*common
	format     string
	events     []string
	peers      []string
	dir        string
	duration   time.Duration
	count      int
	until      string
	expect     string
	sends      []string
	closeWrite bool
	takeovers  []string

	given func(flag string) bool // on the command line, if only as ""
}

func newWatch(c *common) *cobra.Command {
	f := &watchFlags{common: c}
	cmd := &cobra.Command{
		Use:   "watch ADDRESS ...",
		Short: "Print what happens, for scripts: as JSON, text or hex",
		Long: `Connect to each address, or listen or tap there, and print every event as JSON,
as a readable line, or with its bytes as a hex dump. It ends when nothing is left
to watch (what was dialled has ended, and nothing listens), after --duration or
--count, with what --until or --expect waits for, or on a signal.

--expect PATTERN says by its exit code alone whether the bytes came: 0 as soon as
they have, 1 and a line on stderr if not within --timeout, or nothing is left to
watch. It prints events only if --format or --events asks for them. PATTERN is
text, "escapes\r\n", hex 48 65 ?? 6c, or re /EXPRESSION/i.

` + addressHelp + `

Exit codes: 0 fine, 1 a dialled peer or a listener failed or could not be opened
(accepted and relayed connections do not count); with --until or --expect: 0 it
came, 1 it did not. 2 wrong usage, 130 interrupted.`,
		Example: `  peerscope watch --format text --duration 2s 127.0.0.1:6379
  peerscope watch --send 'PING\r\n' --expect +PONG --timeout 2s 127.0.0.1:6379
  peerscope watch --send @request --expect 're /^HTTP.1\.. 200/' /run/app.sock
  peerscope watch --until 'status none' --duration 10s 127.0.0.1:6379
  peerscope watch --format hex --events data --peer 2 --dir out :6380=127.0.0.1:6379 | xxd -r
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
			f.given = cmd.Flags().Changed
			return f.run(addrs)
		},
	}
	f.register(cmd)
	return cmd
}

func (f *watchFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "json", "print as `json|text|hex`")
	flags.StringSliceVar(&f.events, "events", nil,
		"print only these: "+eventNames()+" (default all; text and hex go without buffers)")
	flags.StringArrayVar(&f.peers, "peer", nil,
		"look only at this peer: the `NUMBER|LABEL` of an address, or the number of a connection that came; may be repeated")
	flags.StringVar(&f.dir, "dir", "", "print only this direction, `in|out`; --expect looks there (default both; in)")
	flags.DurationVar(&f.duration, "duration", 0, "end after this time")
	flags.IntVar(&f.count, "count", 0, "end after this many printed events")
	flags.StringVar(&f.until, "until", "",
		"end with 0 once this `EVENT` was printed: 'status connected', 'half-close in', accepted; else with 1")
	flags.StringVar(&f.expect, "expect", "", "end with 0 once bytes that match this `PATTERN` came, with 1 if not within --timeout")
	flags.StringArrayVar(&f.sends, "send", nil,
		"send `TEXT` to every dialled peer once it is connected: with \\n \\r \\t \\xHH, hex 0a 0b, @file, - for stdin; may be repeated")
	flags.BoolVar(&f.closeWrite, "close-write", false, "half-close every dialled peer after the last send")
	registerTakeovers(cmd, &f.takeovers)
}

// check finds out what is wrong with the flags, with so many peers to dial.
func (f *watchFlags) check(addrs []peer.Address, dialled int) error {
	switch {
	case dialled == 0 && (len(f.sends) > 0 || f.closeWrite):
		return usagef("--send and --close-write are for dialled peers, and there is none: add HOST:PORT or /PATH")
	case !slices.Contains([]string{"json", "text", "hex"}, f.format):
		return usagef("--format %q: expected json, text or hex", f.format)
	case f.given("until") && f.given("expect"):
		return usagef("--until and --expect: expected one of them")
	case f.given("dir") && !slices.Contains(directions, f.dir):
		return usagef("--dir %q: expected in or out", f.dir)
	case f.duration < 0:
		return usagef("--duration %v: expected 0 or more", f.duration)
	case f.count < 0:
		return usagef("--count %d: expected 0 or more", f.count)
	}
	return choice(f.peers).check(addrs)
}

// selected is what to print.
func (f *watchFlags) selected() (selection, error) {
	s := selection{kinds: map[report.Kind]bool{}, dirs: capture.Both, peers: f.peers}
	for _, d := range []capture.Dir{capture.In, capture.Out} {
		if f.dir == d.String() {
			s.dirs = d.Only()
		}
	}
	quiet := f.given("expect") && !f.given("format") && !f.given("events")
	for _, k := range report.Kinds {
		s.kinds[k] = len(f.events) == 0 && !quiet && (f.format == "json" || k != report.Buffers)
	}
	for _, name := range f.events {
		if !slices.Contains(report.Kinds, report.Kind(name)) {
			return s, usagef("--events %q: expected some of %s", name, eventNames())
		}
		s.kinds[report.Kind(name)] = true
	}
	return s, nil
}

// printing is what to print and how, and what ends it.
func (f *watchFlags) printing(addrs []peer.Address) (p printing, err error) {
	p = printing{format: newFormat(f.format, addrs), count: f.count}
	if p.selected, err = f.selected(); err != nil || !f.given("until") {
		return p, err
	}
	if p.until, err = parseEventName(f.until); err != nil {
		return p, usagef("--until %w", err)
	}
	if !p.selected.has(p.until) {
		return p, usagef("--until %q: this event is not printed; see --events and --dir", f.until)
	}
	return p, nil
}

// source returns what a --send names, for so many peers. It finds out at once
// what cannot be sent.
func (f *watchFlags) source(ctx context.Context, send string, peers int) (source, error) {
	if send == "-" {
		stdin := newTee(ctx, os.Stdin, peers)
		return source{open: stdin.open, skip: stdin.skip}, nil
	}
	if path, isFile := hexdump.FileOf(send); isFile {
		open := func() (io.ReadCloser, error) { return tui.OpenFile(path) }
		file, err := open()
		if err != nil {
			return source{}, usagef("--send: %w", err)
		}
		return source{open: open}, file.Close()
	}
	p, err := hexdump.ParseSend(send)
	if err != nil {
		return source{}, usagef("--send: %w", err)
	}
	return source{open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p)), nil }}, nil
}

// sources returns what to send, one after the other.
func (f *watchFlags) sources(ctx context.Context, peers int) (list []source, err error) {
	stdins := 0
	for _, send := range f.sends {
		if send == "-" {
			stdins++
		}
		s, err := f.source(ctx, send, peers)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	if stdins > 1 {
		return nil, usagef("--send -: stdin can be sent once, not %d times", stdins)
	}
	return list, nil
}

// expectation is what --expect waits for, nil for nothing.
func (f *watchFlags) expectation(dirs capture.Dirs) (*expectation, error) {
	if !f.given("expect") {
		return nil, nil
	}
	pattern, err := hexdump.ParsePattern(f.expect)
	if err != nil {
		return nil, usagef("--expect: %w", err)
	}
	if dirs == capture.Both {
		dirs = capture.In.Only()
	}
	return newExpectation(pattern, f.peers, dirs), nil
}

// run watches until there is nothing left to watch, or it is told to end.
func (f *watchFlags) run(addrs []peer.Address) (err error) {
	dialled := 0
	for _, a := range addrs {
		if !a.Listens {
			dialled++
		}
	}
	if err := f.check(addrs, dialled); err != nil {
		return err
	}
	printing, err := f.printing(addrs)
	if err != nil {
		return err
	}
	expected, err := f.expectation(printing.selected.dirs)
	if err != nil {
		return err
	}
	sending, cancel := context.WithCancel(context.Background())
	defer cancel()
	sources, err := f.sources(sending, dialled)
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
	w := &watch{set: set, every: f.poll, printer: newPrinter(set, os.Stdout, printing), expected: expected, limit: f.duration}
	if expected != nil && (f.duration == 0 || f.timeout < f.duration) {
		w.limit = f.timeout
	}
	if len(sources) > 0 || f.closeWrite {
		w.sender = newSender(sending, set, ids, sources, f.closeWrite)
	}
	return w.run(ctx)
}
