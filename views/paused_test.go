package views

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"peerscope/peer"
)

func TestAFactThatWaitsIsToldAsFullyAsFits(t *testing.T) {
	for _, c := range []struct {
		fact  string
		age   time.Duration
		width int
		want  string
	}{
		{"FIN", 2400 * time.Millisecond, 30, "FIN 2 s ago, not polled"},
		{"FIN", 2400 * time.Millisecond, 15, "FIN waits 2 s"},
		{"FIN", 12 * time.Second, 13, "FIN waits"},
		{"FIN", 0, 8, "FIN"},
		{"connection reset by peer", 75 * time.Second, 36, "reset 1 min 15 s ago, not polled"},
		{"connection reset by peer", time.Second, 15, "reset waits 1 s"},
		{"connection refused", time.Second, 13, "refused waits"},
		{"SYN-ACK", time.Second, 13, "SYN-ACK waits"},
		{"timeout", time.Second, 13, "timeout waits"},
		{"no route to host", time.Second, 8, "no rout…"},
		{"a\x1b[2Jb", time.Second, 30, `a\x1b[2Jb 1 s ago, not polled`},
	} {
		got := unpolled(&Row{Fact: c.fact, FactAge: c.age}, c.width)
		if got != c.want || cells(got) > c.width {
			t.Errorf("%q, %v in %d cells: %q, want %q", c.fact, c.age, c.width, got, c.want)
		}
	}
}

func TestTheTitleAlwaysSaysThatPollingIsPaused(t *testing.T) {
	title := func(w int, paused time.Duration) string {
		f := scenePaused()
		f.Title.PausedFor = paused
		line, _, _ := strings.Cut(ansi.Strip(NewTheme(None, false).Render(f, w, 24)), "\n")
		return line
	}
	for w := 20; w <= 200; w++ {
		line := title(w, 134*time.Second)
		want := "paused"
		if w >= 40 {
			want = "polling paused 02:14 "
		}
		if !strings.Contains(line, want) {
			t.Fatalf("%d cells: %q", w, line)
		}
		if w >= 80 && !strings.Contains(line, "●  6") && !strings.Contains(line, "●  6 connected") {
			t.Errorf("%d cells: no counts in %q", w, line)
		}
	}
	for _, c := range []struct {
		paused time.Duration
		want   string
	}{{0, "paused 00:00 "}, {59999 * time.Millisecond, "paused 00:59 "}, {3*time.Hour + 61*time.Second, "paused 3:01:01 "}} {
		if line := title(120, c.paused); !strings.HasSuffix(line, c.want) {
			t.Errorf("%v: %q", c.paused, line)
		}
	}
}

func TestBothTimesAreToldWhereTheyDiffer(t *testing.T) {
	first := Event{From: peer.StatusNone, To: peer.StatusConnected, After: -1}
	for _, c := range []struct {
		after, late time.Duration
		want        string
	}{
		{3100 * time.Microsecond, 0, "● connected +3.1 ms"},
		{3100 * time.Microsecond, 2396900 * time.Microsecond, "● connected fact +3.1 ms, polled +2.4 s"},
		{-1, 2400 * time.Millisecond, "● connected polled +2.4 s"},
	} {
		e := Event{From: peer.StatusConnecting, To: peer.StatusConnected, After: c.after, Late: c.late}
		var text string
		for _, p := range (&Timeline{Events: []Event{first, e}}).entry(1, 120) {
			text += p.text
		}
		if !strings.HasSuffix(text, c.want) {
			t.Errorf("%q, want %q", text, c.want)
		}
	}
}
