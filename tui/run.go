package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
)

// quitTime is how long the program may take to end by itself after a signal.
// A terminal that has stopped reading blocks Bubble Tea's renderer for ever.
const quitTime = time.Second

// leave undoes what Bubble Tea may have set on the terminal: bracketed paste,
// mouse, hidden cursor, alternate screen.
const leave = "\x1b[?2004l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?25h\x1b[?1049l"

// ErrInterrupted is returned by Run when a signal or ctrl+c ended it.
var ErrInterrupted = errors.New("interrupted")

// Crash is a panic that one of our goroutines has reported.
type Crash struct {
	Value any
	Stack []byte
}

// Run shows the inspector on the terminal until the user quits. Whatever ends
// it, the terminal is as it was before. A value from crashed, which stands for
// a panic in one of our goroutines, ends it too and is returned as an error.
func Run(o Options, crashed <-chan Crash) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m := NewModel(ctx, o)
	p := tea.NewProgram(m, tea.WithAltScreen(), tea.WithFPS(30), tea.WithoutSignalHandler())
	restore := saveTerminal()

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run()
		ended <- err
	}()

	var cause error
	select {
	case err := <-ended:
		restore()
		switch {
		case err != nil:
			return fmt.Errorf("terminal: %w", err)
		case m.Interrupted():
			return ErrInterrupted
		}
		return nil
	case <-signals:
		cause = ErrInterrupted
	case c := <-crashed:
		cause = fmt.Errorf("panic: %v\n\n%s", c.Value, c.Stack)
	}
	cancel()
	p.Quit()
	select {
	case <-ended: //nolint:errcheck // the cause is known already
	case <-time.After(quitTime):
	}
	restore()
	return cause
}

// saveTerminal returns what puts the terminal back as it is now. Bubble Tea
// does so as well; this is for the ends that it does not come to see.
func saveTerminal() (restore func()) {
	fd := os.Stdin.Fd()
	state, err := term.GetState(fd)
	return func() {
		if err != nil {
			return // stdin is no terminal
		}
		// A terminal that is gone, or does not read, takes neither; there is nobody to tell.
		_ = term.Restore(fd, state)
		_ = syscall.SetNonblock(int(os.Stdout.Fd()), true)
		_, _ = io.WriteString(os.Stdout, leave)
		_ = syscall.SetNonblock(int(os.Stdout.Fd()), false)
	}
}
