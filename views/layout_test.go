package views

import (
	"fmt"
	"testing"
)

func ExampleLayout() {
	r := Layout(120, 36, 6, PaneBytes, false)
	fmt.Println(r.TableRows(), "peers,", r.BytesLines(), "lines of", r.PerRow(0), "bytes")
	// Output: 6 peers, 19 lines of 16 bytes
}

func TestPanesFillTheScreenWithoutOverlap(t *testing.T) {
	for w := minWidth; w <= 210; w += 7 {
		for h := minHeight; h <= 70; h++ {
			for _, peers := range []int{0, 1, 6, 12, 300} {
				checkInspected(t, w, h, peers, PaneInspector)
				for _, focus := range []Pane{PanePeers, PaneTimeline, PaneBytes} {
					checkInspected(t, w, h, peers, focus)
					r := Layout(w, h, peers, focus, false)
					y := 1
					for _, rect := range []Rect{r.Peers, r.Timeline, r.Bytes} {
						if rect.H == 0 {
							continue
						}
						if rect.Y != y || rect.W != w || rect.X != 0 {
							t.Fatalf("%dx%d, %d peers, focus %d: %+v does not begin at line %d", w, h, peers, focus, rect, y)
						}
						if _, inner := r.inner(rect); inner < 1 {
							t.Fatalf("%dx%d, %d peers, focus %d: %+v has no room inside", w, h, peers, focus, rect)
						}
						y += rect.H
					}
					if y != h-1 || r.Keys.Y != h-1 {
						t.Fatalf("%dx%d, %d peers, focus %d: panes end at %d", w, h, peers, focus, y)
					}
					if peers > 0 && !r.Shown(focus) {
						t.Fatalf("%dx%d: the focused pane %d is folded away", w, h, focus)
					}
				}
			}
		}
	}
}

// checkInspected fails unless the panes fill the screen when the inspector is open.
func checkInspected(t *testing.T, w, h, peers int, focus Pane) {
	t.Helper()
	r := Layout(w, h, peers, focus, true)
	y := 1
	for _, rect := range []Rect{r.Peers, r.Timeline, r.Bytes, r.Inspector} {
		switch {
		case rect.H == 0:
			continue
		case rect.X > 0: // beside the bytes
			if rect != r.Inspector || rect.X != r.Bytes.W || rect.Y != r.Bytes.Y || rect.H != r.Bytes.H || rect.X+rect.W != w {
				t.Fatalf("%dx%d, %d peers, focus %d: %+v: the inspector does not stand beside the bytes", w, h, peers, focus, r)
			}
			continue
		case rect.Y != y || rect.W != w && rect != r.Bytes:
			t.Fatalf("%dx%d, %d peers, focus %d: %+v does not begin at line %d", w, h, peers, focus, rect, y)
		}
		y += rect.H
	}
	if y != h-1 || peers > 0 && !r.Shown(focus) {
		t.Fatalf("%dx%d, %d peers, focus %d: %+v", w, h, peers, focus, r)
	}
	if r.Shown(PaneInspector) && r.InspectorLines() < 1 || r.Shown(PaneBytes) && r.PerRow(0) < 4 {
		t.Fatalf("%dx%d, %d peers, focus %d: there is no room in %+v", w, h, peers, focus, r)
	}
}

func TestTheInspectorStandsBesideTheBytesFrom80ColumnsOn(t *testing.T) {
	for _, c := range []struct{ w, perRow, inspector int }{
		{79, 16, 0}, {80, 8, 33}, {110, 8, 60}, {111, 16, 33}, {120, 16, 38}, {176, 16, 60}, {177, 32, 33}, {200, 32, 52}, {300, 32, 60},
	} {
		r := Layout(c.w, 36, 6, PaneBytes, true)
		if r.PerRow(0) != c.perRow || r.Inspector.W != c.inspector {
			t.Errorf("width %d: %d bytes a row and an inspector of %d, want %d and %d", c.w, r.PerRow(0), r.Inspector.W, c.perRow, c.inspector)
		}
		if r = Layout(c.w, 36, 6, PaneInspector, true); !r.Shown(PaneInspector) {
			t.Errorf("width %d: an inspector with the focus is not shown", c.w)
		}
	}
}

func TestBytesKeepTwelveLinesAt120x36(t *testing.T) {
	for peers := 1; peers <= 12; peers++ {
		r := Layout(120, 36, peers, PanePeers, false)
		if r.BytesLines() < 12 || r.TableRows() != peers {
			t.Errorf("%d peers: %d rows, %d lines of bytes", peers, r.TableRows(), r.BytesLines())
		}
	}
}

func TestThePeersTakeAboutAThird(t *testing.T) {
	for _, h := range []int{24, 36, 60} {
		if rows := Layout(120, h, 10_000, PanePeers, false).TableRows(); rows > h*2/5 || rows < h/4 {
			t.Errorf("height %d: %d rows", h, rows)
		}
	}
}

func TestSmallScreensFold(t *testing.T) {
	cases := []struct {
		w, h                             int
		small, peers, timeline, showText bool
	}{
		{19, 10, true, false, false, false},
		{20, 3, true, false, false, false},
		{20, 4, false, false, false, true},
		{39, 30, false, false, false, true},
		{120, 9, false, false, false, true},
		{40, 12, false, true, false, true},
		{80, 24, false, true, true, true},
	}
	for _, c := range cases {
		r := Layout(c.w, c.h, 6, PaneBytes, false)
		got := []bool{r.TooSmall, r.Shown(PanePeers), r.Shown(PaneTimeline), r.Shown(PaneBytes)}
		if want := []bool{c.small, c.peers, c.timeline, c.showText}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%dx%d: too small, peers, timeline, bytes are %v, want %v", c.w, c.h, got, want)
		}
	}
}

func TestBytesARowFitTheWidth(t *testing.T) {
	cases := []struct{ w, most, want int }{
		{200, 0, 32}, {144, 0, 32}, {143, 0, 16}, {120, 0, 16}, {120, 32, 16}, {80, 0, 16}, {78, 0, 16}, {77, 0, 8},
		{200, 16, 16}, {200, 8, 8}, {40, 0, 8}, {30, 0, 8}, {20, 0, 4}, {200, 4, 4},
	}
	for _, c := range cases {
		if got := Layout(c.w, 30, 1, PaneBytes, false).PerRow(c.most); got != c.want {
			t.Errorf("width %d, at most %d: %d bytes a row, want %d", c.w, c.most, got, c.want)
		}
	}
}

func TestColumnsGoFromTheLeastImportant(t *testing.T) {
	gone := 0
	for w := 210; w >= minWidth-2; w-- {
		at := tableColumns(w, 2)
		dropped := 0
		for i, c := range dropOrder {
			if at[c].w == 0 {
				dropped++
				if i >= dropped {
					t.Fatalf("width %d: column %d is gone before less important ones", w, c)
				}
			}
		}
		if dropped < gone {
			t.Fatalf("width %d: a column came back in a narrower pane", w)
		}
		gone = dropped
		end := 0
		for c, s := range at {
			if s.w > 0 && c > int(columnID) && s.x <= end {
				t.Fatalf("width %d: column %d touches the one before", w, c)
			}
			end = max(end, s.end())
		}
		if end > w {
			t.Fatalf("width %d: columns take %d cells", w, end)
		}
	}
}
