package tui

import (
	"fmt"
	"strings"
	"testing"

	"peerscope/views"
)

// selectedLabel is the label of the row that the table marks, "" if none is.
func (s *screen) selectedLabel() string {
	_, rows := s.pane("Peers")
	for _, row := range rows {
		if _, marked, found := strings.Cut(row, "▌"); found {
			return strings.Fields(marked)[1]
		}
	}
	return ""
}

func (s *screen) wantSelected(label string) {
	s.Helper()
	if got := s.selectedLabel(); got != label {
		s.Errorf("selected is %q, want %q:\n%s", got, label, s.text())
	}
}

// addNames adds peers that fail at once.
func (s *screen) addNames(labels ...string) {
	for _, label := range labels {
		s.add(s.dir + "/none#" + label)
	}
}

func TestTheFirstPeerIsSelected(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.wantSelected("")
	s.addNames("one", "two")
	s.wantSelected("one")
}

func TestTheSelectionStaysOnItsPeerWhenRowsComeAndGo(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.addNames("one", "two", "three", "four")
	s.press("j", "j")
	s.wantSelected("three")
	if err := s.set.Remove(1); err != nil {
		t.Fatal(err)
	}
	s.resize(81, 24)
	s.wantSelected("three")
	for i := range 20 {
		s.addNames(fmt.Sprint("more-", i))
		s.wantSelected("three")
	}
	if err := s.set.Remove(2); err != nil {
		t.Fatal(err)
	}
	s.resize(80, 24)
	s.wantSelected("three")
}

func TestRemovingTheSelectedPeerSelectsItsNeighbour(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.addNames("one", "two", "three")
	s.press("j", "x")
	s.wantSelected("three")
	s.press("x")
	s.wantSelected("one")
	s.press("x")
	s.wantSelected("")
	s.wantText("Nothing to watch yet", "127.0.0.1:6379")
	s.press("x")
	s.wantFoot("remove: no peer is selected")
	if len(s.histories) != 0 {
		t.Errorf("%d histories of removed peers are kept", len(s.histories))
	}
}

func TestTheSelectionMovesByLinesAndPagesWithinTheTable(t *testing.T) {
	s := newScreen(t, 80, 24)
	for i := 1; i <= 30; i++ {
		s.addNames(fmt.Sprint("p", i))
	}
	page := s.layout().TableRows()
	steps := []struct {
		keys []string
		want int
	}{
		{[]string{"k"}, 1}, {[]string{"j"}, 2}, {[]string{"down", "down", "up"}, 3}, {[]string{"g"}, 1},
		{[]string{"pgdown"}, 1 + page}, {[]string{"pgup", "pgup"}, 1}, {[]string{"ctrl+d"}, 1 + page/2},
		{[]string{"ctrl+u"}, 1}, {[]string{"G"}, 30}, {[]string{"j", "pgdown"}, 30}, {[]string{"home"}, 1}, {[]string{"end"}, 30},
	}
	for _, step := range steps {
		s.press(step.keys...)
		s.wantSelected(fmt.Sprint("p", step.want))
		if t.Failed() {
			t.Fatalf("after %q", step.keys)
		}
	}
}

func TestKeysThatComeInOneReadAllCount(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.addNames("one", "two", "three", "four")
	s.press("jjj")
	s.wantSelected("four")
	s.press("gjx")
	s.wantSelected("three")
	s.press("a./x.sock#five")
	s.wantFoot("./x.sock#five")
}

func TestPastedTextIsNoKeyPress(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.addNames("one", "two")
	for _, text := range []string{"x", "xx", "q"} {
		msg := keyMsg(text)
		msg.Paste = true
		if _, cmd := s.Update(msg); cmd != nil || s.set.Len() != 2 {
			t.Fatalf("pasting %q did something", text)
		}
	}
}

func TestTheFocusTurnsThroughThePanes(t *testing.T) {
	s := newScreen(t, 30, 8) // one pane at a time: the one with the focus
	s.addNames("one")
	titles := []string{"Peers", "Timeline", "Bytes"}
	for _, step := range []struct {
		key string
		to  int
	}{{"tab", 1}, {"tab", 2}, {"tab", 0}, {"shift+tab", 2}, {"shift+tab", 1}, {"1", 0}, {"3", 2}, {"2", 1}, {"2", 1}, {"tab", 2}} {
		s.press(step.key)
		if got := s.lines()[1]; !strings.HasPrefix(got, "── "+titles[step.to]) {
			t.Errorf("after %s: %q, want %s", step.key, got, titles[step.to])
		}
	}
	if s.focus != views.PaneBytes {
		t.Errorf("focus is %d", s.focus)
	}
}
