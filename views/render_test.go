package views

import (
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"peerscope/peer"
)

var ownEscapes = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// checkFrame fails unless the frame is h lines of w cells without a control
// character but SGR and the newlines.
func checkFrame(t *testing.T, frame string, w, h int) {
	t.Helper()
	bare := ownEscapes.ReplaceAllString(frame, "")
	for _, r := range bare {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%dx%d: the frame has %U", w, h, r)
		}
	}
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		t.Fatalf("%dx%d: %d lines", w, h, len(lines))
	}
	for y, line := range lines {
		if n := ansi.StringWidth(line); n != w {
			t.Fatalf("%dx%d: line %d has %d cells: %q", w, h, y, n, ansi.Strip(line))
		}
	}
}

func TestEveryFrameFillsEverySizeExactly(t *testing.T) {
	theme := NewTheme(TrueColor, false)
	for _, scene := range scenes {
		for w := 1; w <= 160; w += 7 {
			for h := 1; h <= 50; h += 5 {
				for _, focus := range []Pane{PanePeers, PaneTimeline, PaneBytes, PaneInspector} {
					f := scene.frame()
					f.Focus = focus
					checkFrame(t, theme.Render(f, w, h), w, h) // rows of 16 bytes whatever the width
				}
			}
		}
	}
}

func TestNoSizeIsTooSmallToAskFor(t *testing.T) {
	theme := NewTheme(None, false)
	for _, size := range [][2]int{{0, 0}, {-1, -1}, {0, 3}, {5, 0}, {1, 1}} {
		got := theme.Render(sceneDemo(), size[0], size[1])
		if n := strings.Count(got, "\n"); n != max(size[1]-1, 0) {
			t.Errorf("%v: %d newlines", size, n)
		}
	}
}

func TestTheZeroFrameIsDrawn(t *testing.T) {
	checkFrame(t, NewTheme(ANSI16, true).Render(&Frame{}, 80, 24), 80, 24)
}

func TestAThemeDrawsTheSameFrameTheSame(t *testing.T) {
	theme := NewTheme(TrueColor, false)
	first := theme.Render(sceneDemo(), 120, 36)
	theme.Render(sceneHelp(), 200, 60)
	if again := theme.Render(sceneDemo(), 120, 36); again != first {
		t.Error("a frame depends on the one before it")
	}
}

func TestWhatIsOddIsStillDrawn(t *testing.T) {
	f := sceneDemo()
	f.Title = Title{Peers: -1, ByStatus: [4]int{-1, math.MaxInt, 0, 0}, In: math.NaN(), Out: math.Inf(1), Dropped: math.MinInt64}
	f.Table.First, f.Table.Total = -5, math.MaxInt
	f.Table.Rows[0].ID = math.MaxInt
	f.Table.Rows[1].Status = peer.Status(9)
	f.Table.Rows[2].Spark = []float64{math.NaN(), math.Inf(1), -1, math.MaxFloat64, math.MaxFloat64}
	f.Table.Rows[3].Elapsed, f.Table.Rows[3].Deadline = -1, math.MaxInt64
	f.Table.Rows[4].Tree, f.Table.Rows[4].Listener = 99, &Listener{State: 99, Live: math.MinInt, Ended: math.MaxInt, Gone: math.MaxInt64}
	f.Table.Rows[5].Cause = ""
	f.Table.Rows[5].Hold = &Hold{Way: 99, Bars: [3]HoldBar{{math.MaxInt64, 1}, {math.MinInt64, math.MinInt64}, {1, math.MaxInt64}}}
	f.Bytes.PerRow = 1 << 40
	f.Bytes.Behind = math.MaxInt64
	f.Bytes.Lines = []Line{
		{Kind: LineKind(77)}, {Kind: LineHex, Offset: math.MinInt64, Data: make([]byte, 500)},
		{Kind: LineHex, Offset: math.MaxInt64}, {Kind: LineChunk, Len: math.MinInt64, Gap: math.MaxInt64},
		{Kind: LineGap, Gap: math.MinInt64}, {Kind: LineDropped, Len: -1},
		{Kind: LineEvent, Event: Event{From: 200, To: 200, After: math.MaxInt64}},
	}
	f.Bytes.Mark = Mark{Shown: true, Cursor: math.MaxInt64, From: math.MinInt64, To: math.MaxInt64}
	f.Inspector = &Inspector{Offset: math.MinInt64, ChunkLen: math.MaxInt64, Above: -1, Below: math.MaxInt, Selected: -7,
		Lines: []InspectorLine{{}, {Depth: math.MaxInt, Key: "k", State: 99}, {Depth: -1, Text: "e+e+1"}}}
	for _, w := range []int{20, 40, 80, 120, 200} {
		checkFrame(t, NewTheme(TrueColor, false).Render(f, w, 30), w, 30)
	}
	f.Inspector, f.Details = nil, &Details{Scroll: math.MaxInt, Sections: []DetailSection{{}, {Title: strings.Repeat("t", 99), Bars: []Bar{
		{Used: math.MaxInt64, Limit: 1}, {Bytes: math.MinInt64, Used: -1, Limit: math.MinInt64}, {Bytes: math.MaxInt64, Approx: true, Limit: math.MaxInt64},
	}, Lines: []DetailLine{{}, {Name: strings.Repeat("n", 99), Value: Reading{strings.Repeat("v", 99), 77}, More: Reading{strings.Repeat("m", 99), 1}}}}}}
	for _, w := range []int{20, 40, 80, 120, 200} {
		for _, f.Details.Scroll = range []int{math.MinInt, 0, math.MaxInt} {
			checkFrame(t, NewTheme(TrueColor, false).Render(f, w, 30), w, 30)
		}
	}
	f.Details = &Details{Empty: strings.Repeat("nothing ", 99)}
	checkFrame(t, NewTheme(TrueColor, false).Render(f, 80, 30), 80, 30)
}

// fill sets every string below v to s.
func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), s)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), s)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), s)
		}
	}
}

func FuzzNoTextBreaksTheFrame(f *testing.F) {
	seeds := []string{"", "ok", "\x1b[2J\x1b]0;x\x07\x9b1m", "日本語の受信口日本語の受信口日本語の受信口", "\u202eabc\u2066",
		"e\u0301\u0301\u0301\u0301", "\x1b[7m x\x1b[0", "a\nb\tc\r", "क्षि ൎ 👩‍👩‍👧 🇩🇪 1️⃣", "\xff\xfe",
		strings.Repeat("語", 700), strings.Repeat("long words ", 60)}
	for i, s := range seeds {
		f.Add(s, uint8(20+9*i), uint8(4+3*i), uint8(i))
	}
	themes := [...]*Theme{NewTheme(None, false), NewTheme(TrueColor, true)}
	f.Fuzz(func(t *testing.T, s string, w, h, which uint8) {
		frame := scenes[int(which)%len(scenes)].frame()
		frame.Focus = Pane(which / 8 % 4)
		fill(reflect.ValueOf(frame), s)
		width, height := max(int(w), 1), max(int(h)%70, 1)
		checkFrame(t, themes[which%2].Render(frame, width, height), width, height)
	})
}
