package tui

import (
	"strings"
	"testing"
	"time"

	textcursor "github.com/charmbracelet/bubbles/cursor"
	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// perform runs a command, and those that come of it, until the search stands
// still and nothing is read from disk.
func (s *screen) perform(cmd tea.Cmd) {
	s.Helper()
	if cmd == nil {
		return
	}
	came := make(chan tea.Msg, 64) // room for those that come later than anybody waits: the text cursor's
	begin := func(c tea.Cmd) {
		if c != nil {
			go func() { came <- c() }()
		}
	}
	begin(cmd)
	end := time.NewTimer(patience)
	defer end.Stop()
	for first := true; first || s.search.jumping || s.search.counting || !s.recalls.began.IsZero(); first = false {
		select {
		case msg := <-came:
			if batch, ok := msg.(tea.BatchMsg); ok {
				for _, c := range batch {
					begin(c)
				}
				continue
			}
			_, c := s.Update(msg)
			begin(c)
		case <-end.C:
			s.Fatalf("the search or the reading does not end:\n%s", s.text())
		}
	}
}

// find types what to search for, and waits for what comes of it.
func (s *screen) find(text string) {
	s.Helper()
	s.input.Cursor.SetMode(textcursor.CursorStatic) // its blinking would outlive the test
	s.press("/")
	_, cmd := s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
	s.perform(cmd)
}

// countOn does what the next poll does with what has come: what a screen's own
// polls begin is not performed.
func (s *screen) countOn() {
	s.Helper()
	s.search.counting = false
	s.clock.Add(int64(searchEvery))
	s.perform(s.keepSearching())
}

// current is the match that the search stands at.
func (s *screen) current() (capture.Dir, int64) { return s.search.at.Dir, s.search.at.Off }

// said is what the title of the bytes says of the search.
func (s *screen) said() string {
	title, _ := s.pane("Bytes")
	return title
}

func TestASearchGoesThroughBothDirectionsInTheOrderOfTime(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("tcp", "echo")
	f.tell([]byte("one needle, two nee"))
	f.ask([]byte("a needle out"))
	f.tell([]byte("dles, the last needle"))
	s.press("3")
	s.find("needle")
	if d, off := s.current(); d != capture.In || off != 34 {
		t.Errorf("a view that follows begins with the last match, not with %v %d", d, off)
	}
	s.press("enter")
	s.wantText("frozen", "4 of 4")
	type at struct {
		d   capture.Dir
		off int64
	}
	for _, c := range []struct {
		key  string
		want at
		said string
	}{
		{"N", at{capture.Out, 2}, "3 of 4"}, {"N", at{capture.In, 16}, "2 of 4"}, {"N", at{capture.In, 4}, "1 of 4"},
		{"N", at{capture.In, 34}, "4 of 4"}, {"n", at{capture.In, 4}, "1 of 4"}, {"n", at{capture.In, 16}, "2 of 4"},
	} {
		s.perform(s.press(c.key))
		if d, off := s.current(); (at{d, off}) != c.want || !strings.Contains(s.said(), c.said) {
			t.Errorf("%s: at %v %d, want %+v; the title is %q", c.key, d, off, c.want, s.said())
		}
	}
	s.press("v")
	s.perform(s.keepSearching())
	s.wantText("3 matches")
	s.press("esc")
	if s.search.on() || strings.Contains(s.said(), "match") {
		t.Errorf("esc ends it: %q", s.said())
	}
}

func TestEscBringsBackWhatWasBeforeTheSearch(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("tcp", "echo")
	for range 20 {
		f.tell([]byte("a line with a needle in it"))
	}
	s.press("3")
	before := s.text()
	s.find("needle")
	s.wantText("frozen", "20 of 20")
	s.press("esc")
	if s.text() != before {
		t.Errorf("the screen was\n%s\nand is\n%s", before, s.text())
	}
	s.find("line")
	s.press("enter")
	kept := s.text()
	s.find("hex 4")
	s.wantFoot("hex ▸4: half a byte 4")
	s.wantText("20 of 20")
	s.press("esc")
	if s.text() != kept {
		t.Errorf("the screen was\n%s\nand is\n%s", kept, s.text())
	}
}

func TestASearchCountsWhatComes(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("tcp", "echo")
	f.tell([]byte("needle nee"))
	s.press("3")
	s.find("needle")
	s.press("enter")
	s.wantText("1 match")
	f.tell([]byte("dle and a needle"))
	s.countOn()
	s.wantText("1 of 3", "behind")
}

func TestASearchOfAllPeersSelectsThem(t *testing.T) {
	s := newScreen(t, 120, 36)
	a, b, c := s.connect("tcp", "a"), s.connect("unix", "b"), s.connect("tcp", "c")
	a.tell([]byte("needle"))
	b.tell([]byte("nothing"))
	c.tell([]byte("needle needle"))
	s.input.Cursor.SetMode(textcursor.CursorStatic)
	s.press("g", "3", "/", "tab")
	s.wantFoot("search all peers")
	_, cmd := s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("needle"), Paste: true})
	s.perform(cmd)
	s.press("enter")
	s.wantText("1 of 3 in 2 peers")
	for _, want := range []struct {
		id   peer.ID
		said string
	}{{c.id, "2 of 3"}, {c.id, "3 of 3"}, {a.id, "1 of 3"}} {
		s.perform(s.press("n"))
		if s.selected != want.id || !strings.Contains(s.said(), want.said) {
			t.Errorf("peer %d is selected, want %d; the title is %q", s.selected, want.id, s.said())
		}
	}
	s.wantFoot("went on at the start")
}

// searched is a peer on the smallest budget that has told a text with a needle,
// which was searched for.
func searched(t *testing.T, text string) *far {
	s := newScreenOf(t, 120, 36, peer.Config{Memory: capture.MinBudget}, views.NewTheme(views.None, false))
	f := s.connect("tcp", "echo")
	f.tell([]byte(text))
	s.press("3")
	s.find("needle")
	s.press("enter")
	return f
}

func TestAMatchThatIsNotThereIsNotFound(t *testing.T) {
	f := searched(t, "needle")
	s := f.screen
	for range 4 {
		f.tell(counting(capture.MinBudget / 2))
	}
	s.countOn()
	s.wantText("no match")
	s.perform(s.press("n"))
	s.wantText("no match")
	s.press("n", "N", "esc", "n")
	s.wantFoot("nothing is searched for")
}

func TestRowsWhoseBytesAreDroppedAreNotLookedThrough(t *testing.T) {
	f := searched(t, "needle needle")
	s := f.screen
	w, _ := s.window()
	page := w.shown()
	for range 8 {
		f.tell(counting(capture.MinBudget / 2))
	}
	s.highlight(w, page.lines, page.views) // the page that was made before
	for i := range page.views {
		if len(page.views[i].Found) > 0 {
			t.Errorf("line %d: %+v", i, page.views[i].Found)
		}
	}
}

func TestAPatternThatIsNotFinishedIsNoErrorYet(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.connect("tcp", "echo").tell([]byte("a needle"))
	s.press("3")
	for _, text := range []string{"re /need", `"need`, "hex "} {
		s.find(text)
		s.wantFoot("tab: all peers")
		s.press("enter")
		s.wantFoot(text + "▸: ")
		s.press("esc")
	}
}

// A jump that was under way when a search was begun, and given up, has ended.
func TestASearchThatIsBroughtBackSearchesNoMore(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.connect("tcp", "echo").tell([]byte("one needle, two needle"))
	s.press("3")
	s.find("needle")
	s.press("enter")
	s.press("n") // its command is not run
	s.press("/", "x", "esc")
	s.countOn()
	if said := s.said(); strings.Contains(said, "searching") || !strings.Contains(said, "2 of 2") {
		t.Errorf("the title is %q", said)
	}
}
