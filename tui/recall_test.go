package tui

import (
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	textcursor "github.com/charmbracelet/bubbles/cursor"
	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// spillMemory is the budget of a screen whose history is mostly on disk.
const spillMemory = 2 << 20

// newSpilling returns a screen that keeps on disk what its budget takes.
func newSpilling(t testing.TB, w, h int, memory int64) *screen {
	t.Helper()
	return newScreenOf(t, w, h, peer.Config{Memory: memory, Spill: t.TempDir()}, views.NewTheme(views.None, false))
}

// spilled waits until so much is on disk that the budget finds nothing else.
func (s *screen) spilled(total, memory int64) {
	s.Helper()
	for end := time.Now().Add(patience); ; {
		written, err := s.set.Spilled()
		if total-written <= memory/2 {
			return
		}
		if err != nil || time.Now().After(end) {
			s.Fatalf("%d of %d bytes are on disk: %v", written, total, err)
		}
	}
}

// write writes chunks of many sizes in both directions straight into the log of
// a peer that never sends, with a needle here and there and a pause now and then.
func (s *screen) write(total int64, spills bool) {
	s.Helper()
	log := s.set.Log(s.selected)
	for sum, kept, i := int64(0), int64(0), int64(0); sum < total; i++ {
		d := capture.Dir(i * i % 3 % 2)
		n := 1 + i*7919%3000
		if i%50 == 7 {
			n = 20_000
		}
		p := log.Reserve(d, int(n))
		n = min(n, int64(len(p)))
		for k := range p[:n] {
			p[k] = byte(k) ^ byte(i)
		}
		if i%40 == 3 {
			copy(p[:n], "needle")
		}
		s.clock.Add(int64(time.Millisecond))
		if i%64 == 0 {
			s.clock.Add(int64(5 * time.Second))
		}
		log.Commit(d, int(n))
		sum += n
		if kept += n + 16; spills { // its entry goes to disk too
			s.spilled(kept, spillMemory)
		}
	}
	if kept, _ := log.Span(capture.In); kept > 0 {
		s.Fatalf("%d bytes are gone", kept)
	}
}

// readBackAll draws until nothing more is wanted from disk.
func (s *screen) readBackAll() {
	s.Helper()
	for range maxRecalls {
		s.View()
		_, cmd := s.Update(nil)
		if cmd == nil {
			return
		}
		s.perform(cmd)
	}
	s.Fatal("there is no end to what is wanted from disk")
}

// do types keys, or a command, and waits for all that comes of it.
func (s *screen) do(keys string) {
	s.Helper()
	s.input.Cursor.SetMode(textcursor.CursorStatic)
	if text, ok := strings.CutPrefix(keys, "/"); ok {
		s.find(text)
		s.readBackAll()
		s.press("enter")
	} else if text, ok := strings.CutPrefix(keys, ":"); ok {
		s.perform(s.command(text))
	} else if text, ok := strings.CutPrefix(keys, "@"); ok {
		w, h, _ := strings.Cut(text, "x")
		_, cmd := s.Update(tea.WindowSizeMsg{Width: atoi(w), Height: atoi(h)})
		s.perform(cmd)
	} else { // faster than anything is read
		var cmds []tea.Cmd
		for _, k := range strings.Fields(keys) {
			cmds = append(cmds, s.press(k))
		}
		s.perform(tea.Batch(cmds...))
	}
	s.readBackAll()
}

// moves are what is done in the bytes pane.
var moves = []string{
	"k", "k k k", "j", "pgup", "pgup", "pgup", "pgdown", "ctrl+u", "g", "G", "f", "home", "end", "w", "t",
	"v", ":goto 0x400", ":goto out 70000", ":goto in 900000", ":goto 0x1ffff0", ":goto end",
	"/needle", "n", "n", "N", "esc", "[", "[", "]", "m a", "' a", "i", "right", "left", "l", "e", "i", "4", "3",
	"@80x24", "@120x40", "@200x60", "pgup pgup pgup k j pgup", "ctrl+u pgdown ctrl+u ctrl+u G k", "[ [ ]",
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// What is read back from disk is shown as if it had never left memory.
func TestHistoryOnDiskLooksLikeHistoryInMemory(t *testing.T) {
	const total = 6 << 20
	disk, memory := newSpilling(t, 120, 40, spillMemory), newScreenOf(t, 120, 40, peer.Config{Memory: 4 * total}, views.NewTheme(views.None, false))
	for _, s := range []*screen{disk, memory} {
		s.connect("unix", "past")
		s.write(total, s == disk)
		s.press("3")
	}
	if n, _ := disk.set.Log(disk.selected).CopyAt(make([]byte, 1), capture.In, 0); n != 0 {
		t.Fatal("the first byte is in memory")
	}
	disk.readBackAll()
	seed := time.Now().UnixNano()
	rnd := rand.New(rand.NewSource(seed))
	var keys []string
	for range 300 {
		k := moves[rnd.Intn(len(moves))]
		keys = append(keys, k)
		disk.do(k)
		memory.do(k)
		title, got := disk.pane("Bytes")
		wanted, want := memory.pane("Bytes")
		got, want = append(got, title), append(want, wanted)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d, after %q:\n%s\nwant\n%s", seed, keys[max(len(keys)-12, 0):], strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// A rate of the past is that of bytes whose counts are known at both its ends.
func TestARateOfThePastIsNotMadeOfWhatIsOnlyOnDisk(t *testing.T) {
	s := newSpilling(t, 120, 40, spillMemory)
	s.connect("unix", "past")
	begun := s.now()
	s.write(3*spillMemory, true)
	// At each of the chunks of the first second, which came after a pause, and of which nothing was read back.
	for ms := range 60 {
		at := begun.Add(5*time.Second + time.Duration(ms)*time.Millisecond)
		if sum, in, out := s.set.PastTotals(at); in < 0 || out < 0 || sum.Received < 0 {
			t.Errorf("%d ms: %d and %d bytes a second, %d received", ms, in, out, sum.Received)
		}
	}
}
