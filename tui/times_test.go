package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// inPane fails unless a pane has the words in its title and each of the others
// in its lines.
func (s *screen) inPane(name, words string, others ...string) {
	s.Helper()
	title, lines := s.pane(name)
	if !strings.Contains(title, words) {
		s.Errorf("the title is %q, want %q in it", title, words)
	}
	for _, want := range others {
		if all := strings.Join(lines, "\n"); !strings.Contains(all, want) {
			s.Errorf("no %q in\n%s", want, all)
		}
	}
}

func TestTCyclesTheTimes(t *testing.T) {
	f := filled(t, "unix", 120, 36, 5)
	f.clock.Add(int64(2500 * time.Millisecond))
	f.tell([]byte("late"))
	f.clock.Add(int64(time.Millisecond))
	f.Close()
	f.until("the end", func() bool { return f.row().Status == 0 })

	f.inPane("Timeline", "echo", "09:02:10.000 ")
	absolute := f.lines()
	f.press("t")
	f.inPane("Timeline", "echo  since start", "+0.000 ", "+2.502 ○ none")
	f.inPane("Bytes", "both  since start  following", "       +0.001", "       +2.501    +2.500 s       4 B", "       +2.502")
	f.press("t")
	f.inPane("Timeline", "echo  since previous", "09:02:10.000 ", "+2.502 s ○ none")
	f.inPane("Bytes", "both  since previous  following", "          – 09:02:10.001", "   +2.500 s 09:02:12.501", "    +1.0 ms 09:02:12.502")
	f.press("t")
	if got := f.lines(); strings.Join(got, "\n") != strings.Join(absolute, "\n") {
		t.Errorf("back at the clock it is\n%s", strings.Join(got, "\n"))
	}
}

func TestTheRulerSaysWhereAByteStandsAndWhenItCame(t *testing.T) {
	f := filled(t, "unix", 120, 36, 0)
	f.tell([]byte("first"))
	f.clock.Add(int64(1500 * time.Microsecond))
	f.tell([]byte("second"))
	f.press("i")
	f.wantText("← 0x5 · byte 1 of 6 · 09:02:10.002500 · 0 s ago")
	f.press("right", "right")
	f.wantText("← 0x7 · byte 3 of 6 · 09:02:10.002500 · 0 s ago")
	f.calm()
	for second := 1; second < 4; second++ {
		f.pass(400 * time.Millisecond)
		f.View()
		f.pass(600 * time.Millisecond)
		f.wantText(fmt.Sprintf("byte 3 of 6 · 09:02:10.002500 · %d s ago", second))
	}
}

// The age is a reason to draw once a second, and none while it is not seen.
func TestTheRulersAgeIsDrawnOnceASecondWhereItIsSeen(t *testing.T) {
	f := filled(t, "unix", 120, 36, 5)
	frames := func() (n int) {
		for range 80 { // until the rates and the sparkline stand still
			f.pass(time.Second)
		}
		for range 100 {
			f.View()
			f.pass(100 * time.Millisecond)
			if f.dirty {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		keys []string
		want int
	}{{nil, 0}, {[]string{"i"}, 10}, {[]string{"?"}, 0}, {[]string{"esc"}, 10}, {[]string{"i"}, 0}, {[]string{"i", "x"}, 0}} {
		f.press(c.keys...)
		if got := frames(); got != c.want {
			t.Errorf("after %q %d frames in ten seconds, want %d", c.keys, got, c.want)
		}
	}
}
