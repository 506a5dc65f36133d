package tui

import (
	"slices"
	"time"

	"peerscope/peer/capture"
	"peerscope/views"
)

// scroll is where the bytes pane stands in one peer's history. The zero value
// follows the tail.
type scroll struct {
	frozen bool
	top    place     // the first line shown, while frozen
	limit  time.Time // nothing newer is shown, while frozen
	cursor cursor    // the inspector's
	page   *page     // what is shown, while frozen
	moved  moved
}

// moved is whether the budget took the bytes that a frozen view showed, and
// nobody has scrolled since.
type moved uint8

const (
	notMoved moved = iota
	hasMoved       // to the oldest byte that is kept, and nobody was told
	saidMoved
)

// place is a line of the history: a line of the item with that time. It stays
// right when the width changes or older bytes go.
type place struct {
	t   time.Time
	off int64 // the first byte of a row of hex, counted in the chunk; or one of those below
}

const (
	lineGap   = -2      // "4.1 s without traffic", before the head; what was dropped of In
	lineHead  = -1      // a chunk's header; what was dropped of Out
	lineEvent = 1 << 62 // an event: behind the chunk of the same time, if there is one
)

func (p place) before(q place) bool {
	return p.t.Before(q.t) || p.t.Equal(q.t) && p.off < q.off
}

// window is a scroll with what it looks at: as many lines of a peer's history
// as the pane has. What it does costs in proportion to those lines.
type window struct {
	*scroll
	items
	height int // at least 1
}

// lines returns what the pane shows now.
func (w *window) lines() []line {
	if w.frozen {
		if found := w.down(w.top, w.height); len(found) > 0 || w.log.Wanted() {
			return found
		}
	} // nothing is left from the top on when other directions are shown
	return w.up(place{}, w.height)
}

// page is what the pane shows. A frozen one is kept as it is until bytes of it
// go: an event may be judged late.
type page struct {
	at    view
	lines []line
	views []views.Line
}

// view is what a page depends on while the view is frozen.
type view struct {
	top            place
	limit          time.Time
	dirs           capture.Dirs
	perRow, height int
}

// shown returns the page that is shown now.
func (w *window) shown() *page {
	at := view{w.top, w.limit, w.dirs, w.perRow, w.height}
	if w.frozen && w.page != nil && w.page.at == at {
		return w.page
	}
	p := &page{at: at, lines: w.lines()}
	data := make([]byte, len(p.lines)*w.perRow)
	for i, l := range p.lines {
		p.views = append(p.views, w.view(l, data[i*w.perRow:(i+1)*w.perRow]))
	}
	w.page = nil
	if w.frozen && !w.log.Wanted() {
		w.page = p
	}
	return p
}

func (w *window) freeze() {
	if w.frozen {
		return
	}
	w.frozen, w.limit = true, w.newest()
	w.top = w.tail()
}

func (w *window) follow() { *w.scroll = scroll{} }

func (w *window) toStart() {
	w.freeze()
	w.limit = w.newest() // what was newest may be gone
	w.top = place{off: lineGap}
	w.page = nil // the start may be another one by now
	w.moved = notMoved
}

// lost reports whether the budget took chunks of a frozen page. A view that it
// has moved goes on with it until somebody scrolls: there may be no chunk left
// of those that were to be shown.
func (w *window) lost() bool {
	if !w.frozen || w.page == nil {
		return w.moved != notMoved
	}
	var kept [2]int64
	for d := range kept {
		kept[d], _ = w.log.Span(capture.Dir(d))
	}
	chunks := 0
	for i := range w.page.lines {
		c := &w.page.lines[i].item.chunk
		switch {
		case c.Len == 0:
		case c.Off < kept[c.Dir]: // a chunk goes whole
			return true
		default:
			chunks++
		}
	}
	return chunks == 0 && w.moved != notMoved
}

// toOldest moves a view that has lost its bytes to the oldest that are kept.
func (w *window) toOldest() {
	was := w.moved
	w.toStart()
	w.moved = max(was, hasMoved)
}

// scrollBy moves by lines, downwards if n is above zero. Moving up freezes the
// view; moving down in a frozen view brings in what has come since.
func (w *window) scrollBy(n int) {
	if n > 0 && !w.frozen {
		return // there is nothing below the tail
	}
	w.freeze()
	if w.lost() {
		w.toOldest()
		return
	}
	w.moved, w.page = notMoved, nil
	if shown := w.lines(); len(shown) > 0 {
		w.top = shown[0].place // another one if bytes went or the width changed
	}
	if n < 0 {
		if above := w.up(w.top, -n); len(above) > 0 {
			w.top = above[0].place
		}
		return
	}
	w.limit = w.newest()
	if below := w.down(w.top, n+1); len(below) > 0 {
		w.top = below[len(below)-1].place
	}
	if page := w.up(place{}, w.height); len(page) > 0 && page[0].before(w.top) {
		w.top = page[0].place
	}
}

// tail is the first line of the last page.
func (w *window) tail() place {
	if page := w.up(place{}, w.height); len(page) > 0 {
		return page[0].place
	}
	return place{off: lineGap}
}

// up returns the last n lines before a place, oldest first; the zero place
// stands for the end.
func (w *window) up(end place, n int) []line {
	var found []line // newest first
	if end != (place{}) {
		if it, ok := w.at(end.t); ok {
			found = w.linesBackward(found, it, min(w.prev(end.off), w.last(it)), n)
		}
	}
	if end == (place{}) || !end.t.IsZero() { // nothing stands before what was dropped
		list := w.before(w.bound(end.t), n-len(found))
		for i := len(list) - 1; i >= 0 && len(found) < n; i-- {
			found = w.linesBackward(found, list[i], w.last(list[i]), n)
		}
	}
	slices.Reverse(found)
	return found
}

// bound is where a walk back from t begins: t, or the newest that may be shown.
func (w *window) bound(t time.Time) time.Time {
	if t.IsZero() && w.frozen {
		return w.limit.Add(1)
	}
	return t
}

func (w *window) linesBackward(found []line, it item, off int64, n int) []line {
	for ; off >= w.first(it) && len(found) < n; off = w.prev(off) {
		found = append(found, line{place{it.time, off}, it})
	}
	return found
}

// down returns n lines from a place on, that line included.
func (w *window) down(from place, n int) []line {
	var found []line
	after := from.t.Add(-1)
	if from.t.IsZero() {
		after = from.t
	}
	list := w.after(after, n, from)
	if !from.t.IsZero() && len(list) > 0 && !list[0].time.Equal(from.t) {
		list = w.orStart(list)
	}
	for _, it := range list {
		if w.frozen && it.time.After(w.limit) {
			break
		}
		off := w.first(it)
		if it.time.Equal(from.t) {
			off = max(off, w.align(from.off))
		}
		if it.time.IsZero() {
			off = min(off, w.last(it)) // the other direction was shown
		}
		for ; off <= w.last(it) && len(found) < n; off = w.next(off) {
			found = append(found, line{place{it.time, off}, it})
		}
	}
	return found
}

// behind is how many bytes came after the last line that is shown.
func (w *window) behind(shown []line) int64 {
	var last line // the zero line stands before everything
	if len(shown) > 0 {
		last = shown[len(shown)-1]
	}
	var n int64
	for _, d := range [...]capture.Dir{capture.In, capture.Out} {
		if w.dirs.Has(d) {
			kept, end := w.log.Span(d)
			n += end - max(w.seen(last, d), kept)
		}
	}
	return n
}

// seen is the offset in d of what comes after a line.
func (w *window) seen(l line, d capture.Dir) int64 {
	if c := l.item.chunk; c.Len > 0 && c.Dir == d && l.off >= 0 {
		return c.Off + min(l.off+int64(w.perRow), c.Len)
	}
	if l.t.IsZero() {
		return 0
	}
	t := l.t
	if l.off == lineEvent {
		t = t.Add(1)
	}
	end, _ := w.log.EndAt(d, t.Add(-1)) // 0 if that is not kept
	return end
}
