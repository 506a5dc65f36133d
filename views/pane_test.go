package views

import (
	"strings"
	"testing"
	"time"

	"peerscope/peer"
)

// draw is a frame without colours.
func draw(f *Frame, w, h int) string {
	return goldenText(NewTheme(None, false).Render(f, w, h))
}

func TestTheScreenSaysInWords(t *testing.T) {
	failed := sceneError()
	failed.Prompt = nil
	empty := sceneEmpty()
	long := sceneFrozen()
	cases := []struct {
		name  string
		frame *Frame
		w, h  int
		words []string
	}{
		{"a frozen view", sceneFrozen(), 80, 24, []string{"frozen, 1.3 MiB behind"}},
		{"a frozen view with little room", sceneFrozen(), 34, 12, []string{"frozen, 1.3 MiB behind"}},
		{"which rows are shown", long, 120, 36, []string{"rows 11–22 of 300"}},
		{"why a peer failed", failed, 60, 24, []string{"✖ error", "reset by peer"}},
		{"why a peer failed on the narrowest table", failed, 40, 24, []string{"✖ error", "reset"}},
		{"how far a connect is", sceneDemo(), 120, 36, []string{"12.4 of 30 s"}},
		{"a send queue in memory", sceneDemo(), 120, 36, []string{"≈1.2 kB"}},
		{"a half-closed peer", sceneDemo(), 120, 36, []string{"closed"}},
		{"both directions", sceneDemo(), 120, 60, []string{"→ sent", "← received", "→ 12.0 MiB older dropped",
			"4.1 s without traffic"}},
		{"what to do first", empty, 80, 24, []string{"127.0.0.1:6379", "unix:///tmp/app.sock", "#redis",
			"peerscope demo"}},
		{"what to do first with little room", empty, 30, 8, []string{"a  adds", "?  lists"}},
		{"that nothing came", failed, 80, 24, []string{"no bytes yet"}},
		{"what is wrong with the input", sceneError(), 120, 36, []string{"no host:port"}},
		{"how to leave the help", sceneHelp(), 120, 36, []string{"esc closes"}},
		{"that the screen is too small", sceneDemo(), 19, 3, []string{"terminal too small", "20x4"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.frame.Bytes.Lines = sceneLinesOf(c.frame, c.w, c.h)
			got := draw(c.frame, c.w, c.h)
			for _, want := range c.words {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
		})
	}
}

// sceneLinesOf keeps a scene's bytes, or leaves it without.
func sceneLinesOf(f *Frame, w, h int) []Line {
	if len(f.Bytes.Lines) == 0 {
		return nil
	}
	f.Bytes.PerRow = Layout(w, h, f.Table.Total, f.Focus, f.Beside()).PerRow(0)
	return sceneLines(f.Bytes.PerRow)
}

func TestTheNewestEventIsAlwaysInSight(t *testing.T) {
	f := sceneDemo()
	f.Focus = PaneTimeline
	for n := 1; n < 60; n++ {
		f.Timeline.Events = append(f.Timeline.Events, Event{Time: at(time.Duration(n) * time.Second),
			Text: "half-closed", After: time.Second})
		for _, w := range []int{20, 44, 80, 120, 200} {
			got := draw(f, w, 36)
			newest := string(appendClock(nil, at(time.Duration(n)*time.Second)))
			if w < 40 {
				newest = newest[:5]
			}
			if !strings.Contains(got, newest) {
				t.Fatalf("%d events in %d columns: %s is not shown\n%s", n+3, w, newest, got)
			}
		}
	}
}

func TestOlderEventsAreCounted(t *testing.T) {
	events := make([]Event, 50)
	for i := range events {
		events[i] = Event{Time: at(0), To: peer.StatusConnected, From: peer.StatusConnected, After: time.Second}
	}
	for _, size := range [][2]int{{30, 1}, {76, 1}, {116, 2}, {196, 3}} {
		entries, earlier := (&Timeline{Events: events}).lastEntries(size[0], size[1])
		if len(entries)+earlier != len(events) || earlier == 0 {
			t.Errorf("%v: %d shown and %d earlier of %d", size, len(entries), earlier, len(events))
		}
	}
	if entries, earlier := (&Timeline{Events: events[:2]}).lastEntries(116, 2); len(entries) != 2 || earlier != 0 {
		t.Errorf("two events: %d shown, %d earlier", len(entries), earlier)
	}
}

func TestASparklineIsScaledToItsPeak(t *testing.T) {
	cases := []struct {
		samples []float64
		width   int
		want    string
	}{
		{[]float64{0, 1, 7}, 5, " ▁▇"},
		{[]float64{1e-9, 5e12}, 5, "▁▇"},
		{[]float64{0, 0}, 5, "  "},
		{[]float64{1, 1, 3, 3}, 2, "▃▇"},
		{[]float64{7, 0, 0, 3, 4}, 2, "▇▇"},
		{nil, 5, ""},
	}
	for _, c := range cases {
		p := &pen{theme: NewTheme(None, false), width: 20}
		p.begin()
		p.sparkline(c.samples, c.width)
		if got := string(p.b); got != c.want {
			t.Errorf("%v in %d cells is %q, want %q", c.samples, c.width, got, c.want)
		}
		if p.col > c.width {
			t.Errorf("%v in %d cells takes %d", c.samples, c.width, p.col)
		}
	}
}

func TestTheHelpScrollsToItsLastLine(t *testing.T) {
	f := sceneHelp()
	for _, size := range [][2]int{{40, 12}, {80, 24}, {120, 36}, {30, 8}} {
		w, h := size[0], size[1]
		last := HelpScroll(f.Help, w, h)
		f.Help.Scroll = last
		end := draw(f, w, h)
		if !strings.Contains(end, "bytes.") {
			t.Errorf("%dx%d: the last note is not reached with %d\n%s", w, h, last, end)
		}
		f.Help.Scroll = last + 100
		if draw(f, w, h) != end {
			t.Errorf("%dx%d: the help scrolls past its end", w, h)
		}
	}
}

func TestAPromptKeepsRoomForItsInput(t *testing.T) {
	for w := minWidth; w < 140; w++ {
		for _, failure := range []string{"", strings.Repeat("long error ", 20)} {
			pr := &Prompt{Title: "send to redis", Hint: "text, hex …, @file", Error: failure}
			room := PromptRoom(pr, w)
			if room < w/6 {
				t.Errorf("width %d: %d cells for the input", w, room)
			}
			pr.Input = strings.Repeat("x", max(room-1, 0)) + "\x1b[7m_\x1b[0m"
			f := sceneDemo()
			f.Prompt = pr
			if got := draw(f, w, 20); room > 0 && !errorAlone(pr, w) && !strings.Contains(got, "_") {
				t.Errorf("width %d: the cursor is out of sight\n%s", w, got[strings.LastIndex(strings.TrimSpace(got), "\n"):])
			}
		}
	}
}

func TestAnErrorOnANarrowScreenTakesThePlaceOfTheInput(t *testing.T) {
	f := sceneDemo()
	f.Prompt = &Prompt{Title: "send", Input: "a long text", Error: "bad escape \\q at 5"}
	if got := draw(f, 40, 12); !strings.Contains(got, "send › bad escape \\q at 5") {
		t.Errorf("the error is cut\n%s", got)
	}
	if got := draw(f, 60, 12); !strings.Contains(got, "a long text") {
		t.Errorf("the input is not shown\n%s", got)
	}
}

func TestAPeerWithoutALabelIsNamedByItsAddress(t *testing.T) {
	f := sceneDemo()
	f.Table.Rows[0].Label = ""
	if got := draw(f, 60, 24); !strings.Contains(got, "…127.0.0.1:43210") && !strings.Contains(got, ":43210") {
		t.Errorf("peer 1 has no name\n%s", got)
	}
}

func TestOffsetsBeyond4GiBKeepTheRowsAligned(t *testing.T) {
	f := sceneDemo()
	row := []byte("0123456789abcdef")
	f.Bytes.Lines = []Line{{Kind: LineHex, Offset: 16, Data: row}, {Kind: LineHex, Offset: 1 << 33, Data: row}}
	got := draw(f, 120, 36)
	if !strings.Contains(got, "←000000010  30 31") || !strings.Contains(got, " 200000000  30 31") {
		t.Errorf("rows are not aligned\n%s", got)
	}
}
