package cli

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/tui"
	"peerscope/views"
)

// The exit codes.
const (
	exitFine        = 0
	exitFailed      = 1 // a dialled peer or a listener failed or could not be opened
	exitUsage       = 2
	exitInterrupted = 130
)

// usageError is a wrong command line: exit code 2.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Main runs the program and returns its exit code.
func Main(args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.Execute()
	return exitCode(os.Stderr, err)
}

// exitCode tells what went wrong in one line and says what it means.
func exitCode(stderr io.Writer, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, tui.ErrInterrupted):
		return exitInterrupted
	case errors.Is(err, errPeerFailed): // its line has been printed as an event
		return exitFailed
	case errors.As(err, &usage):
		say(stderr, "%v (peerscope --help lists everything)", err)
		return exitUsage
	}
	say(stderr, "%v", err)
	return exitFailed
}

// say prints a line of ours. What it quotes may come from outside.
func say(w io.Writer, format string, args ...any) {
	lines := strings.Split(fmt.Sprintf(format, args...), "\n")
	for i := range lines {
		lines[i] = views.Clean(strings.ReplaceAll(lines[i], "\t", "    "))
	}
	_, _ = fmt.Fprintf(w, "peerscope: %s\n", strings.Join(lines, "\n")) // nobody is left to tell
}

// common are the flags of all commands that hold peers.
type common struct {
	poll    time.Duration
	timeout time.Duration
	memory  string
	spill   string
}

func (c *common) register(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.DurationVar(&c.poll, "poll", 33*time.Millisecond, "longest time from an event to the poll that sees it, 1ms to 10s")
	f.DurationVar(&c.timeout, "timeout", peer.DefaultConnectTimeout,
		"how long a connect may stay pending, and watch --expect waits, up to 30m")
	f.StringVar(&c.memory, "memory", "64MiB",
		"budget of all captured bytes together; when it is spent, the peer that uses most gives its oldest")
	f.StringVar(&c.spill, "spill", "",
		"write what the budget takes to a private file in `DIR`, or auto, to be scrolled and searched; gone at exit")
}

// set makes the set that the flags describe.
func (c *common) set(crash func(any, []byte)) (*peer.Set, error) {
	switch {
	case c.poll < time.Millisecond || c.poll > 10*time.Second:
		return nil, usagef("--poll %v: expected 1ms to 10s", c.poll)
	case c.timeout <= 0 || c.timeout > 30*time.Minute:
		return nil, usagef("--timeout %v: expected more than 0 and at most 30m", c.timeout)
	}
	memory, err := humanize.ParseBytes(c.memory)
	if err != nil || memory < capture.MinBudget || memory > math.MaxInt64 {
		return nil, usagef("--memory %q: expected a size such as 64MiB, at least %s", c.memory, humanize.IBytes(capture.MinBudget))
	}
	return peer.NewSet(peer.Config{Timeout: c.timeout, Memory: int64(memory), Spill: c.spill, Crash: crash}), nil
}

// addressHelp says how addresses are written.
const addressHelp = `Addresses, each with #LABEL behind if you like:
  HOST:PORT  tcp://HOST:PORT  /PATH  ./PATH  unix:///PATH  @NAME    connect
  tcp-listen://HOST:PORT  unix-listen:///PATH                       listen
  LISTEN=DIAL, for one :6380=127.0.0.1:6379                         tap: listen, and
      relay each client to the target; TCP and Unix sockets mix freely
A listener without HOST is reachable from this machine only; port 0 is a free one.`

// registerTakeovers adds the flag that taps live servers.
func registerTakeovers(cmd *cobra.Command, paths *[]string) {
	cmd.Flags().StringArrayVar(paths, "takeover", nil,
		"tap the live server at `PATH` of a Unix socket: its file is moved aside, and put back at the end; may be repeated")
}

func newRoot() *cobra.Command {
	var flags common
	var takeovers []string
	cmd := &cobra.Command{
		Use:   "peerscope [ADDRESS ...]",
		Short: "Watch live TCP and Unix-socket connections: status, buffered bytes, and the bytes themselves",
		Long: `Watch live TCP and Unix-socket connections: status, buffered bytes, and the
bytes themselves. With addresses, peerscope connects to each, or listens or taps
there, and shows them all; with none it opens empty, and a adds one.

` + addressHelp,
		Example: `  peerscope demo
  peerscope 127.0.0.1:6379#redis /run/postgresql/.s.PGSQL.5432
  peerscope :6380=127.0.0.1:6379#redis     # then: redis-cli -p 6380
  peerscope --takeover /run/app.sock
  peerscope watch --format json --duration 2s 127.0.0.1:6379`,
		Args:                       cobra.ArbitraryArgs,
		Version:                    version(),
		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
		SilenceErrors:              true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return inspect(cmd, &flags, args, takeovers)
		},
	}
	cmd.SetVersionTemplate("peerscope {{.Version}}\n")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	flags.register(cmd)
	registerTakeovers(cmd, &takeovers)
	cmd.AddCommand(newDemo(&flags), newWatch(&flags))
	tellWrongUsage(cmd)
	return cmd
}

// flagError adds what was expected where the error of a flag does not say it.
func flagError(err error) error {
	var bad *strconv.NumError
	switch {
	case !errors.As(err, &bad):
		return usageError{err}
	case bad.Func == "ParseBool":
		return usagef("%w; expected true or false", err)
	}
	return usagef("%w; expected a whole number", err)
}

// inspect opens the inspector on addresses.
func inspect(cmd *cobra.Command, flags *common, args, takeovers []string) error {
	addrs, err := parseAddresses(cmd, args, takeovers)
	if err != nil {
		return err
	}
	return withInspector(flags, func(set *peer.Set) (attachment, error) {
		for _, a := range addrs {
			set.Add(a)
		}
		return attachment{}, nil
	})
}

// attachment is what else lives while the inspector runs. Its functions may be nil.
type attachment struct {
	changed func([]peer.Change) // called after each poll that saw a change; must not block
	close   func() error        // called before the set is closed
}

// withInspector runs the inspector on a set that prepare has filled.
func withInspector(flags *common, prepare func(*peer.Set) (attachment, error)) (err error) {
	if !term.IsTerminal(os.Stdout.Fd()) {
		return usagef("stdout is not a terminal; for lines of text use: peerscope watch")
	}
	signals := make(chan os.Signal, 1) // from here on, so that whatever prepare makes is closed
	signal.Notify(signals, endSignals()...)
	defer signal.Stop(signals)
	crashed := make(chan tui.Crash, 1)
	crash := func(v any, stack []byte) {
		select {
		case crashed <- tui.Crash{Value: v, Stack: stack}:
		default: // the first one ends the program
		}
	}
	set, err := flags.set(crash)
	if err != nil {
		return err
	}
	defer func() { err = closeSet(set, err) }()
	ended := make(chan struct{})
	defer close(ended)
	told := make(chan os.Signal, 1)
	set.Go(func() { // pairs have the time that a terminal which has stopped takes, too
		select {
		case s := <-signals:
			set.EndAll()
			told <- s
		case <-ended:
		}
	})
	with, err := prepare(set)
	if with.close != nil {
		defer func() { err = errors.Join(err, with.close()) }()
	}
	if err != nil {
		return err
	}
	theme := views.NewTheme(views.ProfileFrom(os.Getenv), views.LightFrom(os.Getenv))
	o := tui.Options{Set: set, Theme: theme, Poll: flags.poll, Now: set.Now, OnChange: with.changed, Crash: crash}
	return tui.Run(o, told, crashed)
}

// endSignals are the signals that end the program: not those that whoever
// started it, nohup for one, has it ignore.
func endSignals() []os.Signal {
	var signals []os.Signal
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}

// parseAddresses reads every argument before anything is dialled or listened at.
func parseAddresses(cmd *cobra.Command, args, takeovers []string) ([]peer.Address, error) {
	addrs := make([]peer.Address, 0, len(args)+len(takeovers))
	for _, arg := range args {
		a, err := peer.ParseAddress(arg)
		if err != nil {
			if like := cmd.Root().SuggestionsFor(arg); len(like) > 0 {
				return nil, usagef("%w; did you mean the command %q?", err, like[0])
			}
			return nil, usageError{err}
		}
		addrs = append(addrs, a)
	}
	for _, path := range takeovers {
		a, err := peer.TakeOver(path)
		if err != nil {
			return nil, usagef("--takeover: %w", err)
		}
		addrs = append(addrs, a)
	}
	return addrs, nil
}
