package tui

import (
	"bytes"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"peerscope/hexdump"
	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// inspected is the inspector pane beside the bytes: its title and its lines.
func (s *screen) inspected() (title string, lines []string) {
	for _, l := range s.lines() {
		_, top, found := strings.Cut(l, "╭─ Inspector")
		switch {
		case found:
			title = strings.Trim(top, "─╮ ")
		case title != "" && strings.Contains(l, "endian"):
			return title, lines
		case title != "":
			parts := strings.Split(strings.TrimSuffix(l, "│"), "│")
			lines = append(lines, strings.TrimRight(parts[len(parts)-1], " "))
		}
	}
	return title, lines
}

// wantInspected fails unless the inspector has a line with these words.
func (s *screen) wantInspected(words ...string) {
	s.Helper()
	_, lines := s.inspected()
	for _, w := range words {
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.TrimLeft(l, " ▌") == w }) {
			s.Errorf("no line %q in the inspector:\n%s", w, s.text())
		}
	}
}

// mark is the cursor in the bytes. It fails unless its row is in sight.
func (s *screen) mark() views.Mark {
	s.Helper()
	f := s.snapshot()
	m := f.Bytes.Mark
	if !m.Shown {
		s.Fatalf("there is no cursor:\n%s", s.text())
	}
	for _, l := range f.Bytes.Lines {
		if l.Kind == views.LineHex && l.Out == m.Out && l.Offset <= m.Cursor && m.Cursor < l.Offset+int64(len(l.Data)) {
			return m
		}
	}
	s.Fatalf("the cursor at %#x is out of sight:\n%s", m.Cursor, s.text())
	return m
}

func (s *screen) wantCursor(when string, off int64) {
	s.Helper()
	if m := s.mark(); m.Cursor != off {
		s.Errorf("%s the cursor is at %#x, want %#x:\n%s", when, m.Cursor, off, s.text())
	}
}

func TestTheInspectorOpensAndClosesFromEveryPane(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}, {60, 24}, {40, 12}, {30, 9}} {
		for _, pane := range []string{"1", "2", "3"} {
			s := newScreen(t, size[0], size[1])
			f := s.connect("unix", "echo")
			f.tell([]byte("select"))
			s.press(pane)
			s.press("i")
			s.wantText("Inspector", "u8", "115")
			s.wantFoot("← → move")
			s.press("i")
			if strings.Contains(s.text(), "Inspector") {
				t.Errorf("%v from %s: i does not close it:\n%s", size, pane, s.text())
			}
			if s.press("4"); s.focus != views.PaneInspector || !strings.Contains(s.text(), "Inspector") {
				t.Errorf("%v from %s: 4 does not show it:\n%s", size, pane, s.text())
			}
			if s.press("i"); s.focus != views.PaneBytes {
				t.Errorf("%v: the focus is on pane %d, which is closed", size, s.focus)
			}
		}
	}
}

func TestTabVisitsTheInspectorWhileItIsOpen(t *testing.T) {
	f := filled(t, "unix", 120, 36, 100)
	f.press("1")
	for _, open := range []bool{false, true} {
		if open {
			f.press("i", "1")
		}
		var visited []views.Pane
		for range 4 {
			f.press("tab")
			visited = append(visited, f.focus)
		}
		if got := slices.Contains(visited, views.PaneInspector); got != open {
			t.Errorf("open %v: tab visits %v", open, visited)
		}
	}
}

func TestAClosedInspectorSaysHowToOpenIt(t *testing.T) {
	for _, key := range []string{"left", "right", "shift+left", "shift+right", "e"} {
		f := filled(t, "unix", 80, 24, 100)
		f.press(key)
		f.wantFoot("i opens it")
		f.wantBytesTitle("following")
	}
}

func TestTheInspectorSaysWhatTheBytesAtItsCursorAre(t *testing.T) {
	f := filled(t, "tcp", 120, 36, 0)
	f.tell([]byte("\x05\x00\x00\x00hello"))
	f.press("i")
	if title, _ := f.inspected(); title != "← 0x0 of 9" {
		t.Errorf("the title is %q", title)
	}
	f.wantInspected("u8       5", "u32      5", "leb128   5", `string   "hello"`, "binary   00000101")
	f.wantText("little endian  e")
	f.press("e")
	f.wantText("big endian  e")
	f.wantInspected("u16      1280", "string   have 9 of 83.8 MB")
	f.press("right", "right", "right", "right", "e")
	f.wantInspected("u8       104", `utf-8    "hello"`, "u64      need 8, have 5", "time32   2027-08-23 17:46:16Z")
}

func TestTheCursorMovesByByteAndRowAndChunk(t *testing.T) {
	f := filled(t, "unix", 120, 36, 0)
	for _, n := range []int{40, 5, 20} { // rows at 0 16 32, 40, 45 61
		f.tell(counting(n))
	}
	f.press("i")
	f.wantCursor("at first", 45)
	for i, step := range []struct {
		keys string
		want int64
	}{
		{"left", 44}, {"left", 43}, {"right right", 45}, {"shift+right", 45}, {"right right right", 48},
		{"j", 64}, {"k", 48}, {"j j j", 64}, {"right", 64}, {"left", 63},
		{"k", 47}, {"k", 42}, {"k", 34}, {"k", 18}, {"k k k", 2},
		{"g", 0}, {"left", 0}, {"j", 16}, {"shift+left", 0}, {"shift+right", 40}, {"shift+left", 0}, {"shift+right shift+right", 45},
		{"pgup", 0}, {"pgdown", 61}, {"ctrl+u", 0}, {"ctrl+d", 61},
	} {
		f.press(strings.Fields(step.keys)...)
		f.wantCursor(fmt.Sprintf("step %d: after %s", i, step.keys), step.want)
	}
}

func TestTheCursorGoesThroughBothDirectionsAsTheyAreShown(t *testing.T) {
	f := filled(t, "unix", 120, 36, 0)
	f.ask([]byte("ask"))
	f.clock.Add(int64(time.Millisecond))
	f.tell([]byte("answer"))
	f.press("i", "left")
	if m := f.mark(); !m.Out || m.Cursor != 2 {
		t.Errorf("before the answer's first byte comes %+v", m)
	}
	f.wantInspected("u8       107", "u16      need 2, have 1")
	f.press("v") // in alone
	if m := f.mark(); m.Out || m.Cursor != 0 {
		t.Errorf("without the direction of the cursor it is at %+v", m)
	}
}

func TestAMovedCursorFreezesTheViewAndGReturnsToLive(t *testing.T) {
	f := filled(t, "unix", 120, 36, 100)
	f.press("i")
	f.wantBytesTitle("following")
	f.tell([]byte("newer"))
	f.wantCursor("following", 100)
	f.press("left")
	f.wantBytesTitle("frozen")
	f.wantCursor("after left", 99)
	f.tell([]byte("newest"))
	f.wantCursor("frozen", 99)
	f.press("G")
	f.wantBytesTitle("following")
	f.wantCursor("live again", 105)
}

func TestTheCursorStaysInSight(t *testing.T) {
	keys := []string{"j", "k", "j", "k", "left", "right", "pgup", "pgdown", "ctrl+u", "ctrl+d", "g", "G", "shift+left", "shift+right", "w", "v", "4", "3"}
	for _, size := range [][2]int{{120, 36}, {80, 24}, {100, 13}, {200, 60}} {
		f := filled(t, "unix", size[0], size[1], 3000)
		rnd := rand.New(rand.NewSource(int64(size[0])))
		f.press("i")
		var pressed []string
		for i := range 300 {
			if i%20 == 0 {
				f.clock.Add(int64(5 * time.Second))
				f.tell(make([]byte, 1+rnd.Intn(200)))
				f.ask([]byte("between"))
			}
			if i%50 == 49 {
				f.resize(size[0]+rnd.Intn(40), size[1]+rnd.Intn(9))
			}
			key := keys[rnd.Intn(len(keys))]
			pressed = append(pressed, key)
			f.press(key)
			if f.focus == views.PaneInspector { // the selected value may lie elsewhere
				continue
			}
			f.mark()
			if t.Failed() {
				t.Fatalf("after %v", pressed)
			}
		}
	}
}

func TestTheSelectedValueMarksTheBytesThatItCovers(t *testing.T) {
	f := filled(t, "unix", 120, 36, 0)
	f.tell([]byte("\x20\x00\x00\x00" + strings.Repeat("x", 32) + "behind"))
	f.press("i", "4")
	for i, want := range []int64{1, 2, 4, 8, 8, 2, 4, 8, 1, 1, 2, 36, 0, 0, 1} {
		if m := f.mark(); m.From != 0 || m.To != want {
			t.Errorf("value %d covers %d to %d, want %d", i, m.From, m.To, want)
		}
		f.press("j")
	}
	f.press("g")
	if m := f.mark(); m.To != 1 {
		t.Errorf("g selects what covers %d bytes", m.To)
	}
	f.press("G")
	if got := f.snapshot().Inspector; got.Lines[got.Selected].Name != "variant" {
		t.Errorf("G selects %+v", got.Lines[got.Selected])
	}
}

func TestAValueIsReadAcrossChunksOfItsDirection(t *testing.T) {
	f := filled(t, "unix", 120, 36, 0)
	f.tell([]byte{1, 2})
	f.ask([]byte("meanwhile, the other way"))
	f.tell([]byte{3})
	f.press("i", "g")
	f.wantInspected("u16      513", "u32      need 4, have 3")
	f.tell([]byte{4})
	f.wantInspected("u32      67305985")
	f.press("4", "j", "j")
	if m := f.mark(); m.Out || m.From != 0 || m.To != 4 {
		t.Errorf("%+v is marked", m)
	}
}

func TestACursorOnBytesThatAreGoneGivesWay(t *testing.T) {
	s := newScreenOf(t, 120, 36, peer.Config{Memory: 256 << 10}, views.NewTheme(views.None, false))
	f := s.connect("unix", "much")
	f.tell(counting(4000))
	s.press("3", "i", "g")
	s.wantCursor("at the start", 0)
	for i := 0; ; i++ {
		if kept, _ := f.span(capture.In); kept > 0 {
			break
		}
		f.clock.Add(int64(time.Millisecond))
		f.tell(make([]byte, 16<<10))
	}
	kept, _ := f.span(capture.In)
	s.wantCursor("where the view has moved to the oldest kept", kept)
	s.press("j", "j", "right")
	if m := s.mark(); m.Cursor <= 4000 {
		t.Errorf("the cursor is at %+v", m)
	}
}

func TestAnInspectorWithoutBytesSaysSo(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.connect("unix", "silent")
	s.press("i")
	s.wantText("no bytes to inspect")
	for _, key := range []string{"j", "k", "left", "right", "shift+left", "g", "G", "4", "j", "k", "G", "e"} {
		s.press(key)
		s.wantText("no bytes to inspect")
	}
	empty := newScreen(t, 80, 24)
	empty.press("i", "j", "left", "4", "j", "i")
	empty.wantText("Nothing to watch yet")
}

// Each direction's bytes are copied for one frame, and no more than MaxCopy.
func TestTheInspectorReadsAtMost64KiB(t *testing.T) {
	f := filled(t, "unix", 120, 36, 0)
	n := 3 * capture.MaxCopy
	prefix := []byte{byte(n), byte(n >> 8), byte(n >> 16), 0}
	f.tell(prefix)
	f.tell(bytes.Repeat([]byte("x"), capture.MaxCopy))
	f.press("i", "g", "4")
	f.wantInspected("string   have 65540 of 196612 byt…")
	for range 2 {
		f.tell(bytes.Repeat([]byte("x"), capture.MaxCopy))
	}
	f.press(strings.Split(strings.Repeat("j", hexdump.ValueCount-4), "")...)
	if m := f.mark(); m.To != int64(4+n) {
		t.Errorf("the string covers %+v", m)
	}
	if got := len(f.inspector.bytes); got > capture.MaxCopy {
		t.Errorf("%d bytes were copied", got)
	}
}
