package views

import (
	"strings"
	"testing"
	"time"

	"peerscope/peer"
)

// detailsPane is what the details pane shows at a size where it has the focus.
func detailsPane(d *Details, w, h int) []string {
	f := sceneDemo()
	f.Details, f.Focus = d, PaneInspector
	rect := Layout(w, h, f.Table.Total, f.Focus, f.Beside()).Inspector
	var lines []string
	for y, line := range strings.Split(draw(f, w, h), "\n") {
		if y >= rect.Y && y < rect.Y+rect.H {
			lines = append(lines, string([]rune(line)[rect.X:]))
		}
	}
	return lines
}

// lineOf is the pane's line with that name.
func lineOf(t *testing.T, lines []string, name string) string {
	t.Helper()
	for _, line := range lines {
		if strings.Contains(line, " "+name+" ") {
			return line
		}
	}
	t.Fatalf("no line %q in\n%s", name, strings.Join(lines, "\n"))
	return ""
}

func TestTheDetailsDoNotJumpWhenNumbersChangeWidth(t *testing.T) {
	small, large := sceneTCPDetails(), sceneTCPDetails()
	for _, f := range []*peer.Figure[int64]{&small.TCP.Retrans, &small.TCP.NotSent, &small.TCP.CwndBytes, &small.TCP.DeliveryRate} {
		f.Value = 1
	}
	for _, f := range []*peer.Figure[int64]{&large.TCP.Retrans, &large.TCP.NotSent, &large.TCP.CwndBytes, &large.TCP.DeliveryRate} {
		f.Value = 999_999_999
	}
	small.TCP.RTT.Value, large.TCP.RTT.Value = time.Microsecond, 999*time.Millisecond
	for _, w := range []int{80, 100, 120, 150, 200} {
		before := detailsPane(&Details{Sections: []DetailSection{{Lines: DetailLines(small)}}}, w, 60)
		after := detailsPane(&Details{Sections: []DetailSection{{Lines: DetailLines(large)}}}, w, 60)
		for _, name := range []string{"rtt", "retrans", "cwnd", "notsent", "delivery"} {
			from, to := []rune(lineOf(t, before, name)), []rune(lineOf(t, after, name))
			if i, k := lastOf(from, name), lastOf(to, name); i != k {
				t.Errorf("width %d: the value of %s ends at %d, then at %d:\n%s\n%s", w, name, i, k, string(from), string(to))
			}
		}
	}
}

// lastOf is where the value behind name ends: before two blanks or the frame.
func lastOf(line []rune, name string) int {
	s := string(line)
	at := strings.Index(s, name) + len(name)
	value := strings.TrimLeft(s[at:], " ")
	at += len(s[at:]) - len(value)
	if end := strings.Index(value, "  "); end >= 0 {
		value = value[:end]
	}
	return len([]rune(s[:at])) + len([]rune(strings.TrimRight(value, " │")))
}

func TestOnlyWhatTheKernelGaveHasANumber(t *testing.T) {
	for _, line := range DetailLines(&peer.Details{}) { // of a system that says nothing
		if line.Value != noReading || line.More.Text != "" {
			t.Errorf("%s: %q %q", line.Name, line.Value.Text, line.More.Text)
		}
	}
	old := sceneTCPDetails()
	old.TCP = peer.TCPDetails{State: "ESTAB", RTT: old.TCP.RTT, Retrans: old.TCP.Retrans}
	lines := map[string]DetailLine{}
	for _, line := range DetailLines(old) {
		lines[line.Name] = line
	}
	if lines["rtt"].Value.Text != "123 µs" || lines["rtt"].More.Text != "" || lines["retrans"].Value != (Reading{"0", LookFaint}) ||
		lines["delivery"].Value != noReading || lines["cwnd"].Value != noReading || lines["cwnd"].More.Text != "" {
		t.Errorf("%+v", lines)
	}
}

func TestWhatNeedsAttentionIsMarked(t *testing.T) {
	marked := func(d *peer.Details) (names []string) {
		for _, line := range DetailLines(d) {
			if line.Value.Look == LookAttention || line.More.Look == LookAttention {
				names = append(names, line.Name)
			}
		}
		return names
	}
	if got := marked(sceneTCPDetails()); got != nil {
		t.Errorf("of a connection that is well: %v", got)
	}
	if got := strings.Join(marked(sceneStuck()), " "); got != "state retrans unacked snd_wnd sndbuf" {
		t.Errorf("of one that is stuck: %s", got)
	}
}

func TestTheDetailsScrollToTheirLastLine(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {36, 8}, {80, 24}, {120, 36}, {200, 60}} {
		d := sceneHeld().Details
		r := Layout(size[0], size[1], 12, PaneInspector, true)
		d.Scroll = r.DetailsScroll(d)
		lines := detailsPane(d, size[0], size[1])
		if all := strings.Join(lines, "\n"); !strings.Contains(all, "passcred") || strings.Contains(all, "↓") {
			t.Errorf("%v: the last line is out of sight:\n%s", size, all)
		}
		d.Scroll++
		if again := detailsPane(d, size[0], size[1]); strings.Join(again, "\n") != strings.Join(lines, "\n") {
			t.Errorf("%v: it scrolls beyond its end", size)
		}
	}
}

func TestABarShowsHowFullAQueueIs(t *testing.T) {
	for _, c := range []struct {
		bar  Bar
		want string
	}{
		{Bar{Bytes: 0, Used: 0, Limit: 100}, "░░░░░░░░ 0 B"},
		{Bar{Bytes: 1, Used: 1, Limit: 1_000_000}, "▏░░░░░░░ 1 B"},
		{Bar{Bytes: 50, Used: 50, Limit: 100}, "████░░░░ 50 B"},
		{Bar{Bytes: 3_000, Used: 100, Limit: 100}, "████████ 3.0 kB"},
		{Bar{Bytes: 3_000, Used: 200, Limit: 100, Approx: true}, "████████ ≈3.0 kB"},
		{Bar{Bytes: 812, Used: -1, Limit: -1}, "812 B"},
		{Bar{Bytes: -1, Used: -1, Limit: -1}, "–"},
	} {
		c.bar.Name = "recv-q"
		lines := detailsPane(&Details{Sections: []DetailSection{{Bars: []Bar{c.bar}}}}, 80, 24)
		if line := strings.Join(strings.Fields(lineOf(t, lines, "recv-q")), " "); line != "│ recv-q "+c.want+" │" {
			t.Errorf("%+v: %q, want %q", c.bar, line, c.want)
		}
	}
}
