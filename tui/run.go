package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
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

// Run shows the inspector on the terminal until the user quits or a signal
// comes. Whatever ends it, the terminal is as it was before. A value from
// crashed, which stands for a panic in one of our goroutines, ends it too and
// is returned as an error.
func Run(o Options, signals <-chan os.Signal, crashed <-chan Crash) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m := NewModel(ctx, o)
	p := tea.NewProgram(m, tea.WithAltScreen(), tea.WithFPS(30), tea.WithoutSignalHandler())
	// Bubble Tea restores it too; this is for the ends that it does not come to see.
	state, err := term.GetState(os.Stdout.Fd())
	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	// A terminal that is gone does not take it; there is nobody to tell.
	defer func() { _ = term.Restore(os.Stdout.Fd(), state) }()

	ended := make(chan error, 1)
	go func() {
		_, err := p.Run()
		ended <- err
	}()
	var cause error
	select {
	case err := <-ended:
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
	go p.Quit() // it waits for Update, and so for the renderer
	select {
	case <-ended: //nolint:errcheck // the cause is known already
	case <-time.After(quitTime):
		leaveScreen()
	}
	return cause
}

// command is what a tea.Cmd does outside of Update. Bubble Tea would tell of a
// panic on the screen that it is about to leave.
func (m *Model) command(do tea.Cmd) tea.Cmd {
	if m.crash == nil {
		return do
	}
	return func() tea.Msg {
		defer func() {
			if v := recover(); v != nil {
				m.crash(v, debug.Stack())
			}
		}()
		return do()
	}
}

// leaveScreen undoes what Bubble Tea has set, when it is stuck itself. It
// writes past os.Stdout, whose lock the stuck write holds, and never waits.
// Only then: a terminal that leaves its screen twice puts the cursor back to
// where it was before what has been printed in between.
func leaveScreen() {
	const stdout = 1
	// A terminal that is gone, or does not read, takes nothing; there is nobody to tell.
	_ = syscall.SetNonblock(stdout, true)
	_, _ = syscall.Write(stdout, []byte(leave))
	_ = syscall.SetNonblock(stdout, false)
}
