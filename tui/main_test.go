package tui

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// TestMain fixes what a screen depends on beside its model: the time zone, and
// a resolver that never answers and asks nobody.
func TestMain(m *testing.M) {
	time.Local = time.UTC
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	flag.Parse()
	goleak.VerifyTestMain(m)
}

// patience is the most that a test waits for anything. It is for hangs.
const patience = 20 * time.Second

// epoch is when the clocks of all tests begin.
var epoch = time.Date(2026, 11, 23, 9, 2, 10, 0, time.UTC)

// screen is a model on a set of its own, driven as Bubble Tea drives it.
type screen struct {
	testing.TB
	*Model
	dir   string // for sockets, with a short path
	clock atomic.Int64
}

// newScreen is an inspector without peers on a screen of w by h cells.
func newScreen(t testing.TB, w, h int) *screen {
	t.Helper()
	return newScreenOf(t, w, h, peer.Config{}, views.NewTheme(views.None, false))
}

func newScreenOf(t testing.TB, w, h int, c peer.Config, theme *views.Theme) *screen {
	t.Helper()
	dir, err := os.MkdirTemp("", "pstui")
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{TB: t, dir: dir}
	s.clock.Store(epoch.UnixNano())
	c.Now = s.now
	set := peer.NewSet(c)
	ctx, cancel := context.WithCancel(context.Background())
	s.Model = NewModel(ctx, Options{Set: set, Theme: theme, Poll: time.Millisecond, Now: s.now})
	t.Cleanup(func() {
		cancel()
		if err := set.Close(); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	s.resize(w, h)
	s.Update(pollMsg{})
	return s
}

func (s *screen) now() time.Time { return time.Unix(0, s.clock.Load()) }

// pass lets time pass, and the next poll come.
func (s *screen) pass(d time.Duration) {
	s.clock.Add(int64(d))
	s.Update(pollMsg{})
}

func (s *screen) resize(w, h int) { s.Update(tea.WindowSizeMsg{Width: w, Height: h}) }

// until polls until ok.
func (s *screen) until(what string, ok func() bool) {
	s.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		s.Update(pollMsg{})
		if ok() {
			return
		}
		tick := time.NewTimer(5 * time.Millisecond)
		select {
		case <-s.set.Changed():
		case <-tick.C:
		case <-end.C:
			s.Fatalf("waited %v for %s; the screen is\n%s", patience, what, s.text())
		}
		tick.Stop()
	}
}

// calm polls until no peer has anything more to tell.
func (s *screen) calm() {
	s.Helper()
	s.until("calm", func() bool { return !s.set.Active() })
}

// text is the screen without its escapes.
func (s *screen) text() string { return ansi.Strip(s.View()) }

// lines is the screen line by line, without blanks at the end.
func (s *screen) lines() []string {
	lines := strings.Split(s.text(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

func (s *screen) foot() string {
	lines := s.lines()
	return lines[len(lines)-1]
}

// pane is the title and the lines of a pane, without the frame.
func (s *screen) pane(name string) (title string, lines []string) {
	for _, l := range s.lines() {
		switch inner := strings.Trim(l, "│"); {
		case strings.HasPrefix(l, "╭─ "+name):
			title = strings.Trim(l, "╭─╮ ")
		case title != "" && strings.HasPrefix(l, "╰"):
			return title, lines
		case title != "":
			lines = append(lines, strings.TrimRight(inner, " "))
		}
	}
	return title, lines
}

// wantText fails unless the screen has each of the words.
func (s *screen) wantText(words ...string) {
	s.Helper()
	for _, w := range words {
		if !strings.Contains(s.text(), w) {
			s.Errorf("no %q on the screen:\n%s", w, s.text())
		}
	}
}

func (s *screen) wantFoot(words string) {
	s.Helper()
	if !strings.Contains(s.foot(), words) {
		s.Errorf("the foot is %q, want %q in it", s.foot(), words)
	}
}

// keyTypes are the keys that are no runes, by Bubble Tea's names.
var keyTypes = map[string]tea.KeyType{
	"tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab, "esc": tea.KeyEsc, "enter": tea.KeyEnter, "backspace": tea.KeyBackspace,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "shift+left": tea.KeyShiftLeft, "shift+right": tea.KeyShiftRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd,
	"ctrl+c": tea.KeyCtrlC, "ctrl+d": tea.KeyCtrlD, "ctrl+u": tea.KeyCtrlU, "ctrl+z": tea.KeyCtrlZ,
}

func keyMsg(name string) tea.KeyMsg {
	if kind, ok := keyTypes[name]; ok {
		return tea.KeyMsg{Type: kind}
	}
	if name == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune(name)}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// press presses keys and returns the last one's command.
func (s *screen) press(names ...string) (cmd tea.Cmd) {
	for _, name := range names {
		_, cmd = s.Update(keyMsg(name))
	}
	return cmd
}

// run runs a command that is to end at once, and takes its message in.
func (s *screen) run(cmd tea.Cmd) {
	s.Helper()
	if cmd == nil {
		s.Fatal("there is no command to run")
	}
	s.Update(cmd())
}

// add adds an address to the set as the command line does.
func (s *screen) add(arg string) peer.ID {
	s.Helper()
	a, err := peer.ParseAddress(arg)
	if err != nil {
		s.Fatal(err)
	}
	id := s.set.Add(a)
	s.Update(pollMsg{})
	return id
}

// far is the other end of a peer.
type far struct {
	net.Conn
	*screen
	id peer.ID
}

// connect adds a connected peer over TCP or a Unix socket.
func (s *screen) connect(network, label string) *far {
	s.Helper()
	at := "127.0.0.1:0"
	if network == "unix" {
		at = filepath.Join(s.dir, label)
	}
	return s.connectAt(network, at, label)
}

func (s *screen) connectAt(network, at, label string) *far {
	s.Helper()
	l, err := net.Listen(network, at)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = l.Close() })
	arg := l.Addr().String()
	f := &far{screen: s, id: s.add(arg + "#" + label)}
	if f.Conn, err = l.Accept(); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = f.Close() })
	s.until(label+" to be connected", func() bool { return f.row().Status == peer.StatusConnected })
	s.clock.Add(int64(time.Millisecond))
	return f
}

func (f *far) row() peer.Row {
	f.Helper()
	i, err := f.set.Index(f.id)
	if err != nil {
		f.Fatal(err)
	}
	return f.set.Rows(nil, i, 1)[0]
}

// tell sends bytes to the inspector as one chunk and waits until they are there.
func (f *far) tell(p []byte) {
	f.Helper()
	before := f.row().Received
	if _, err := f.Write(p); err != nil {
		f.Fatal(err)
	}
	f.until(fmt.Sprintf("%d bytes", len(p)), func() bool { return f.row().Received == before+int64(len(p)) })
}

// ask sends bytes to the far end, which reads them all.
func (f *far) ask(p []byte) {
	f.Helper()
	if _, err := f.set.Send(f.ctx, f.id, p); err != nil {
		f.Fatal(err)
	}
	if _, err := io.ReadFull(f, make([]byte, len(p))); err != nil {
		f.Fatal(err)
	}
	f.calm()
}

// counting is n bytes that tell where they stand: 00 00 00 10 at offset 16.
func counting(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i >> (8 * (3 - i%4)))
	}
	return p
}

// span is what is kept of a direction.
func (f *far) span(d capture.Dir) (kept, end int64) { return f.set.Log(f.id).Span(d) }
