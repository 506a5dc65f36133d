package cli

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// terminal is the program on a pseudo-terminal, and what a person would see.
// It never answers anything that the program might ask.
type terminal struct {
	t      *testing.T
	cmd    *exec.Cmd
	tmp    string // the program's TMPDIR
	screen vt10x.Terminal
	before *term.State

	master, slave *os.File
	ended         chan struct{} // the program has ended
	err           error         // of cmd.Wait, once ended is closed
	drained       chan struct{} // nothing more comes out of the terminal
	changed       chan struct{} // holds a value when something came out

	mu  sync.Mutex
	raw bytes.Buffer // all that came out
}

// open starts the program in a role on a terminal. With read false, nobody
// reads what the program writes.
func open(t *testing.T, cols, rows int, read bool, role string, args ...string) *terminal {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{
		t: t, master: master, slave: slave, screen: vt10x.New(vt10x.WithSize(cols, rows)),
		ended: make(chan struct{}), drained: make(chan struct{}), changed: make(chan struct{}, 1),
	}
	term.setSize(cols, rows)
	term.before = term.state()
	term.cmd, term.tmp = program(t, role, args...)
	term.cmd.Stdin, term.cmd.Stdout, term.cmd.Stderr = slave, slave, slave
	term.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := term.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		term.err = term.cmd.Wait()
		close(term.ended)
	}()
	if read {
		go term.read()
	} else {
		close(term.drained)
	}
	t.Cleanup(term.close)
	return term
}

// read shows what comes out of the terminal until it ends.
func (x *terminal) read() {
	defer close(x.drained)
	out := bufio.NewReader(io.TeeReader(x.master, x))
	for x.screen.Parse(out) == nil {
		select {
		case x.changed <- struct{}{}:
		default:
		}
	}
}

// Write keeps what came out, for read.
func (x *terminal) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.raw.Write(p)
}

func (x *terminal) output() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.raw.String()
}

func (x *terminal) close() {
	_ = x.cmd.Process.Kill() // it may have ended
	<-x.ended
	_ = x.slave.Close()
	<-x.drained
	_ = x.master.Close()
}

func (x *terminal) setSize(cols, rows int) {
	x.t.Helper()
	if err := pty.Setsize(x.master, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		x.t.Fatal(err)
	}
}

// state returns the terminal's settings (termios(3)).
func (x *terminal) state() *term.State {
	x.t.Helper()
	state, err := term.GetState(x.slave.Fd())
	if err != nil {
		x.t.Fatal(err)
	}
	return state
}

// lines returns the screen as it is, without what is blank at the right.
func (x *terminal) lines() []string {
	lines := strings.Split(x.screen.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \x00")
	}
	return lines
}

// wait waits until the screen is as ok wants it.
func (x *terminal) wait(what string, ok func(lines []string) bool) {
	x.t.Helper()
	limit := time.After(hang)
	for !ok(x.lines()) {
		select {
		case <-x.changed:
		case <-x.ended:
			x.t.Fatalf("the program ended (%v) before %s:\n%s", x.err, what, strings.Join(x.lines(), "\n"))
		case <-limit:
			x.t.Fatalf("no %s on the screen:\n%s", what, strings.Join(x.lines(), "\n"))
		}
	}
}

// waitFor waits until one line of the screen holds all the words.
func (x *terminal) waitFor(words ...string) {
	x.t.Helper()
	x.wait(strings.Join(words, " … "), func(lines []string) bool {
		return slices.ContainsFunc(lines, func(line string) bool { return holdsAll(line, words) })
	})
}

func holdsAll(line string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) })
}

func (x *terminal) typeKeys(keys string) {
	x.t.Helper()
	if _, err := x.master.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

func (x *terminal) signal(s os.Signal) {
	x.t.Helper()
	if err := x.cmd.Process.Signal(s); err != nil {
		x.t.Fatal(err)
	}
}

// end waits for the program and returns its exit code. The terminal's settings
// must be what they were.
func (x *terminal) end() int {
	x.t.Helper()
	select {
	case <-x.ended:
	case <-time.After(hang):
		x.t.Fatalf("the program hangs; the screen:\n%s", strings.Join(x.lines(), "\n"))
	}
	if after := x.state(); *after != *x.before {
		x.t.Errorf("the terminal's settings are\n%+v, they were\n%+v", *after, *x.before)
	}
	_ = x.slave.Close() // now the reader of the other side comes to the end
	<-x.drained
	return exitOf(x.t, x.err)
}

// restored fails unless the alternate screen was left and the cursor shown.
func (x *terminal) restored() {
	x.t.Helper()
	out := x.output()
	for _, mode := range []struct{ what, on, off string }{
		{"left the alternate screen", "\x1b[?1049h", "\x1b[?1049l"},
		{"shown the cursor", "\x1b[?25l", "\x1b[?25h"},
		{"ended bracketed paste", "\x1b[?2004h", "\x1b[?2004l"},
	} {
		on, off := strings.LastIndex(out, mode.on), strings.LastIndex(out, mode.off)
		if on < 0 || off < on {
			x.t.Errorf("the program has not %s: %q at %d, %q at %d", mode.what, mode.on, on, mode.off, off)
		}
	}
	if x.screen.Mode()&vt10x.ModeAltScreen != 0 || !x.screen.CursorVisible() {
		x.t.Error("the terminal still shows the alternate screen, or no cursor")
	}
}
