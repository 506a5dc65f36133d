package tui

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
)

func TestEveryActionHasItsKeysAndWords(t *testing.T) {
	taken := map[string]string{}
	group := map[string]bool{}
	for _, g := range groups {
		group[g] = true
	}
	for _, a := range actions {
		h := a.binding.Help()
		if (h.Key == "") != (len(a.binding.Keys()) == 0) || h.Desc == "" || a.do == nil || !group[a.group] {
			t.Errorf("%+v lacks something", h)
		}
		for _, k := range a.binding.Keys() {
			if other, twice := taken[k]; twice {
				t.Errorf("%q is bound to %q and to %q", k, other, h.Desc)
			}
			taken[k] = h.Desc
			// What a terminal cannot tell from tab, enter and backspace.
			if k == "ctrl+i" || k == "ctrl+m" || k == "ctrl+h" {
				t.Errorf("%q is bound", k)
			}
		}
	}
	words := 0
	for _, a := range actions {
		if a.foot != "" {
			words++
		}
	}
	if n := len(newScreen(t, 80, 24).footKeys()); n != words {
		t.Errorf("the key line has %d of %d words", n, words)
	}
}

// helpText is all of the help, read by scrolling through it.
func helpText(s *screen) string {
	s.press("?")
	seen := map[string]bool{}
	var all []string
	for range 200 {
		for _, l := range s.lines()[2:] {
			if l = strings.Trim(l, "│ "); !seen[l] {
				seen[l] = true
				all = append(all, l)
			}
		}
		before := s.View()
		if s.press("j"); s.View() == before {
			break
		}
	}
	return strings.Join(all, "\n")
}

func TestTheHelpListsEveryBinding(t *testing.T) {
	for _, size := range [][2]int{{200, 60}, {80, 24}, {72, 12}} {
		s := newScreen(t, size[0], size[1])
		all := helpText(s)
		for _, a := range actions {
			h := a.binding.Help()
			if !strings.Contains(all, a.shown()+" ") || !strings.Contains(all, h.Desc) {
				t.Errorf("%v: no %s %q in\n%s", size, h.Key, h.Desc, all)
			}
		}
		if joined := strings.Join(strings.Fields(all), " "); !strings.Contains(joined, "Chunks are not the application's messages") {
			t.Errorf("%v: no notes in\n%s", size, all)
		}
	}
}

func TestTheHelpNeedsNoScrollingOnALargeScreen(t *testing.T) {
	s := newScreen(t, 200, 60)
	s.press("?")
	s.wantText("tab", "quit from anywhere", "as in the class.")
}

func TestTheHelpOpensScrollsAndCloses(t *testing.T) {
	for _, closing := range []string{"esc", "?", "q", "enter"} {
		s := newScreen(t, 80, 14)
		s.addNames("one")
		before := s.View()
		s.press("?")
		top := s.View()
		s.wantText("Help", "esc closes", "add a peer")
		for _, step := range [][2]string{{"j", "k"}, {"down", "up"}, {"pgdown", "pgup"}, {"ctrl+d", "ctrl+u"}, {" ", "pgup"}, {"G", "g"}, {"end", "home"}} {
			s.press(step[0])
			if s.View() == top {
				t.Errorf("%s does not scroll", step[0])
			}
			s.press(step[1])
			if s.View() != top {
				t.Errorf("%s does not scroll back", step[1])
			}
		}
		s.press("G", "j", "j")
		end := s.View()
		if s.press("k"); s.View() == end {
			t.Error("the help was scrolled beyond its end")
		}
		if cmd := s.press(closing); cmd != nil || s.View() != before {
			t.Errorf("%s does not close the help", closing)
		}
	}
}

func TestTrafficGoesOnUnderTheHelp(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("tcp", "echo")
	s.press("?")
	f.tell([]byte("meanwhile"))
	s.press("?")
	s.wantText("meanwhile")
}

func TestQQuitsAndCtrlCInterrupts(t *testing.T) {
	for _, open := range []string{"", "?", "a", "s"} {
		s := newScreen(t, 80, 24)
		s.addNames("one")
		if open != "" {
			s.press(open)
		}
		if cmd := s.press("ctrl+c"); cmd == nil || !s.Interrupted() {
			t.Errorf("ctrl+c after %q does not interrupt", open)
		} else if _, quits := cmd().(tea.QuitMsg); !quits {
			t.Errorf("ctrl+c after %q does not quit", open)
		}
	}
	s := newScreen(t, 80, 24)
	cmd := s.press("q")
	if cmd == nil || s.Interrupted() {
		t.Fatal("q does not quit")
	}
	if _, quits := cmd().(tea.QuitMsg); !quits {
		t.Error("q does not quit")
	}
}

func TestCtrlZSaysWhyNot(t *testing.T) {
	s := newScreen(t, 100, 24)
	if cmd := s.press("ctrl+z"); cmd != nil {
		t.Error("ctrl+z does something")
	}
	s.wantFoot("ctrl+z is not bound: a stopped program would stop its connections")
}

func TestANoticeGoesAfterFiveSeconds(t *testing.T) {
	s := newScreen(t, 100, 24)
	s.press("ctrl+z")
	s.pass(noticeTime)
	s.wantFoot("ctrl+z is not bound")
	s.pass(time.Millisecond)
	s.wantFoot("? help")
	s.press("ctrl+z")
	s.pass(3 * time.Second)
	s.press("s") // a newer one has its own five seconds
	s.pass(3 * time.Second)
	s.wantFoot("send: no peer is selected")
}

func TestDisconnectHalfCloseAndReconnectAct(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.press("d")
	s.wantFoot("disconnect: no peer is selected")
	f := s.connectAt("tcp", "127.0.0.1:0", "echo")
	s.press("D")
	s.calm()
	s.wantText("half-closed by us", "closed")
	if n, err := f.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("after a half-close the far end reads %d, %v", n, err)
	}
	f.tell([]byte("still heard"))
	s.wantText("still heard")
	s.press("d")
	s.calm()
	s.wantText("○ none", "disconnected")
	s.press("D")
	s.wantFoot("echo: half-close: not connected")
	s.press("r")
	s.until("the second connection", func() bool { return f.row().Status == peer.StatusConnected })
	s.wantText("● connected", "still heard")
}

func TestAnEndingSaysWhy(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("unix", "app")
	s.add(filepath.Join(s.dir, "none") + "#gone")
	s.wantText("no such file")
	f.Close()
	s.until("the end", func() bool { return f.row().Status == peer.StatusNone })
	s.wantText("EOF; closed, as the class does")
}

// A name that is being looked up is a row that says so, until it is given up.
func TestALookupIsShown(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.add("pending.test:6379")
	s.wantText("○ none", "resolving")
	s.press("d")
	s.calm()
	if strings.Contains(s.text(), "resolving") {
		t.Errorf("still resolving:\n%s", s.text())
	}
}

func TestTheTitleCountsWhatThereIs(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("tcp", "echo")
	s.addNames("gone")
	s.wantText("2 peers  ● 1 connected  ◐ 0 connecting  ✖ 0 error  ○ 1 none")
	for range 4 {
		s.pass(rateStep)
	}
	f.tell(make([]byte, 3000))
	for range 4 {
		s.pass(rateStep)
		s.wantText("↓   3.0 kB/s", "↑      0 B/s")
	}
	s.pass(rateStep)
	s.wantText("↓      0 B/s", "3.0 kB")
}

func TestTheSparklineIsTheLastThirtySeconds(t *testing.T) {
	var s spark
	at := func(n int) time.Time { return epoch.Add(time.Duration(n) * sparkBucket) }
	if s.cells(1, at(0)) != nil {
		t.Error("a peer without traffic has a sparkline")
	}
	s.add(1, at(0), 100)
	s.add(1, at(0), 20)
	s.add(1, at(2), 3)
	want := func(now int, cells ...float64) {
		t.Helper()
		all := append(make([]float64, sparkCells-len(cells)), cells...)
		if got := s.cells(1, at(now)); fmt.Sprint(got) != fmt.Sprint(all) {
			t.Errorf("at %d: %v, want %v", now, got, all)
		}
	}
	want(2, 120, 0, 3)
	want(5, 120, 0, 3, 0, 0, 0)
	want(sparkCells+1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	want(1000)
	for i := range 30 {
		moved := s.tick(at(i))
		if want := i <= 2+sparkCells; moved != want {
			t.Errorf("bucket %d: moved is %v", i, moved)
		}
		if s.tick(at(i)) {
			t.Errorf("bucket %d moved twice", i)
		}
	}
}

func TestEveryActionHasANameOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range actions {
		if a.name == "" || seen[a.name] || strings.ContainsAny(a.name, " \t") {
			t.Errorf("%q does not name one action", a.name)
		}
		seen[a.name] = true
	}
}
