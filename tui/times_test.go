package tui

import (
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
