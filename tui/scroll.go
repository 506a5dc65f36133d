package tui

import (
	"time"

	"peerscope/peer/capture"
)

// scroll is where the bytes pane stands in one peer's history. The zero value
// follows the tail.
type scroll struct {
	frozen bool
	top    place     // the first line shown, while frozen
	limit  time.Time // nothing newer is shown, while frozen
}

// place is a line of the history: a line of the item with that time. It stays
// right when the width changes or older bytes go.
type place struct {
	t   time.Time
	off int64 // the first byte of a row of hex, counted in the chunk; or lineGap, lineHead
}

const (
	lineGap  = -2 // "4.1 s without traffic", before the head
	lineHead = -1 // a chunk's header, or an event
)

func (p place) before(q place) bool {
	return p.t.Before(q.t) || p.t.Equal(q.t) && p.off < q.off
}

// window is a scroll with what it looks at: as many lines of a peer's history
// as the pane has. What it does costs in proportion to those lines.
type window struct {
	*scroll
	items
	height int
	now    time.Time
}

// lines returns what the pane shows now.
func (w *window) lines() []line {
	if !w.frozen {
		return w.up(place{}, w.height)
	}
	return w.down(w.top, w.height)
}

func (w *window) freeze() {
	if w.frozen {
		return
	}
	w.frozen, w.limit = true, w.now
	w.top = w.tail()
}

func (w *window) follow() { *w.scroll = scroll{} }

func (w *window) toStart() {
	w.freeze()
	w.top = place{off: lineGap}
}

// scrollBy moves by lines, downwards if n is above zero. It freezes the view;
// moving down in a frozen view brings in what has come since.
func (w *window) scrollBy(n int) {
	w.freeze()
	if n < 0 {
		if above := w.up(w.top, -n); len(above) > 0 {
			w.top = above[0].place
		}
		return
	}
	w.limit = w.now
	if below := w.down(w.top, n+1); len(below) > 0 {
		w.top = below[len(below)-1].place
	}
	if tail := w.tail(); tail.before(w.top) {
		w.top = tail
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
	if !end.t.IsZero() {
		if it, ok := w.at(end.t); ok {
			found = w.linesBackward(found, it, w.prev(it, end.off), n)
		}
	} else if end != (place{}) {
		return nil
	}
	list := w.before(w.bound(end.t), n-len(found))
	for i := len(list) - 1; i >= 0 && len(found) < n; i-- {
		found = w.linesBackward(found, list[i], w.last(list[i]), n)
	}
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
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
	for ; off >= w.first(it) && len(found) < n; off = w.prev(it, off) {
		found = append(found, line{place{it.time, off}, it})
	}
	return found
}

// down returns n lines from a place on, that line included.
func (w *window) down(from place, n int) []line {
	var found []line
	list := w.after(from.t.Add(-1), n)
	if from.t.IsZero() {
		list = w.after(from.t, n)
	} else if len(list) > 0 && !list[0].time.Equal(from.t) {
		list = w.withStart(list) // what stood at the top is gone
	}
	for _, it := range list {
		if w.frozen && it.time.After(w.limit) {
			break
		}
		off := w.first(it)
		if it.time.Equal(from.t) {
			off = max(off, w.align(from.off))
		}
		for ; off <= w.last(it) && len(found) < n; off = w.next(off) {
			found = append(found, line{place{it.time, off}, it})
		}
	}
	return found
}

// behind is how many bytes came after the last line that is shown.
func (w *window) behind(shown []line) int64 {
	if len(shown) == 0 {
		return 0
	}
	last := shown[len(shown)-1]
	var n int64
	for _, d := range [...]capture.Dir{capture.In, capture.Out} {
		if !w.dirs.Has(d) {
			continue
		}
		kept, end := w.log.Span(d)
		seen := kept
		if c := last.item.chunk; c.Len > 0 && c.Dir == d && last.off >= 0 {
			seen = c.Off + min(last.off+int64(w.perRow), c.Len)
		} else if before := w.log.Before(make([]capture.Chunk, 0, 1), last.t, d.Only()); len(before) > 0 {
			seen = before[0].Off + before[0].Len
		}
		n += end - max(seen, kept)
	}
	return n
}
