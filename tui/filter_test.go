package tui

import (
	"strings"
	"testing"

	"peerscope/peer"
)

// labels are those of the table's rows, in order.
func (s *screen) labels() (labels []string) {
	for _, r := range s.set.Rows(nil, 0, s.set.Len()) {
		labels = append(labels, r.Label)
	}
	return labels
}

func (s *screen) wantLabels(want string) {
	s.Helper()
	if got := strings.Join(s.labels(), " "); got != want {
		s.Errorf("the table has %q, want %q", got, want)
	}
}

func TestTheTableIsFilteredAsOneTypes(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.connect("tcp", "alpha")
	s.connect("unix", "beta")
	gone := s.add("unix:" + s.dir + "/nothing#gamma")
	s.press("g")
	before := s.layout()
	s.press("/", "t", "a")
	s.wantLabels("beta")
	s.wantText("filter ta  1 of 3")
	if s.layout() != before {
		t.Errorf("the panes jump: %+v, were %+v", s.layout(), before)
	}
	s.press("x", "x")
	s.wantLabels("")
	s.wantText("no peer passes the filter")
	s.press("esc")
	s.wantLabels("alpha beta gamma")
	s.press("/")
	s.typed(keyMsg("status:bogus"))
	s.wantFoot("unknown status bogus")
	s.wantLabels("alpha beta gamma")
	s.press("esc", "/")
	s.typed(keyMsg("no such file"))
	s.press("enter")
	s.wantLabels("gamma")
	if s.selected != gone {
		t.Errorf("%d is selected, and not in the table", s.selected)
	}
	s.press("esc")
	s.wantLabels("alpha beta gamma")
}

func TestAFilteredTableFollowsWhatItsRowsShowOnceASecond(t *testing.T) {
	s := newScreen(t, 120, 36)
	a := s.connect("tcp", "alpha")
	s.connect("tcp", "beta")
	s.press("/")
	s.typed(keyMsg("status:connected"))
	s.press("enter")
	_ = a.Close()
	s.until("it is closed", func() bool { row, _ := s.set.Row(a.id); return row.Status == peer.StatusNone })
	s.wantLabels("alpha beta")
	s.pass(arrangeEvery)
	s.wantLabels("beta")
}

func TestTheTableIsSortedByTheColumnThatIsChosen(t *testing.T) {
	s := newScreen(t, 200, 60)
	for _, label := range []string{"b", "c", "a"} {
		s.connect("tcp", label).tell(make([]byte, int(label[0])))
	}
	s.press("1", ">")
	s.wantLabels("a b c")
	s.wantText("label▲", "sorted by label")
	s.press("=")
	s.wantLabels("c b a")
	s.wantText("label▼")
	s.press("<", "<", "<")
	s.wantLabels("c b a")
	s.wantText("▼received", "the largest first")
	s.press("=")
	s.wantLabels("a b c")
	s.press(">", ">")
	s.wantLabels("b c a")
	if strings.ContainsAny(s.text(), "▲▼") {
		t.Errorf("a mark is left:\n%s", s.text())
	}
}
