package tui

import (
	"time"

	"peerscope/peer/capture"
)

// cursor is the byte that the inspector is about. The zero cursor has not been
// placed by anybody: it is the first byte in sight of the newest chunk, and
// moves with the tail.
type cursor struct {
	placed bool
	dir    capture.Dir
	off    int64 // in its direction
}

// spot is a cursor with the chunk that its byte lies in.
type spot struct {
	chunk capture.Chunk
	off   int64 // in its direction
}

func (s spot) place() place { return place{s.chunk.Time, s.off - s.chunk.Off} }

// cursorIn returns where the cursor is while these lines are shown; false if
// there is no byte. A byte that the budget took, or whose direction is not
// shown any more, gives way to the one that an unplaced cursor has.
func (w *window) cursorIn(shown []line) (spot, bool) {
	if c := w.cursor; c.placed && w.dirs.Has(c.dir) {
		if chunk, ok := w.log.At(c.dir, c.off); ok {
			return spot{chunk, c.off}, true
		}
	}
	var at spot
	found := false
	for i := len(shown) - 1; i >= 0; i-- {
		l := shown[i]
		switch {
		case !l.isHex():
		case found && !l.t.Equal(at.chunk.Time):
			return at, true
		default:
			at, found = spot{l.item.chunk, l.item.chunk.Off + l.off}, true
		}
	}
	return at, found
}

func (l line) isHex() bool { return l.item.chunk.Len > 0 && l.off >= 0 && l.off != lineEvent }

// put places the cursor and brings it into sight.
func (w *window) put(s spot) {
	w.cursor = cursor{placed: true, dir: s.chunk.Dir, off: s.off}
	w.reveal(s)
}

// reveal scrolls by as little as shows the cursor's row, and its chunk's header
// above the first row.
func (w *window) reveal(s spot) {
	w.moved = notMoved
	at := s.place()
	row := place{at.t, w.align(at.off)}
	first := row
	if row.off == 0 && w.height > 1 {
		first.off = lineHead
	}
	if at.t.After(w.limit) {
		w.limit = w.newest()
	}
	shown := w.lines()
	if len(shown) == 0 {
		return
	}
	switch last := shown[len(shown)-1].place; {
	case first.before(shown[0].place):
		w.top = first
	case last.before(row):
		if page := w.up(place{row.t, w.next(row.off)}, w.height); len(page) > 0 {
			w.top = page[0].place
		}
	default:
		w.top = shown[0].place
	}
}

// moveRows moves the cursor by rows of bytes, downwards if n is above zero, and
// keeps its column where the row is long enough. It freezes the view. Where there
// is no byte in sight it scrolls.
func (w *window) moveRows(n int) {
	from, ok := w.startMove()
	if !ok {
		w.scrollBy(n)
		return
	}
	at := from.place()
	row, column := w.align(at.off), at.off-w.align(at.off)
	if to, moved := w.rowFrom(place{at.t, row}, n); moved {
		w.put(spot{to.item.chunk, to.item.chunk.Off + min(to.off+column, to.item.chunk.Len-1)})
		return
	}
	w.put(from)
}

// moveBytes moves the cursor by one byte, in the order in which they are
// shown: behind a row's last one comes the first of the next row.
func (w *window) moveBytes(by int) {
	from, ok := w.startMove()
	if !ok {
		return
	}
	to := from.off + int64(by)
	if to >= from.chunk.Off && to < from.chunk.Off+from.chunk.Len {
		w.put(spot{from.chunk, to})
		return
	}
	at := from.place()
	next, moved := w.rowFrom(place{at.t, w.align(at.off)}, by)
	switch c := next.item.chunk; {
	case !moved:
		w.put(from)
	case by > 0:
		w.put(spot{c, c.Off + next.off})
	default:
		w.put(spot{c, c.Off + min(next.off+int64(w.perRow), c.Len) - 1})
	}
}

// moveChunk moves the cursor to the first byte of the next chunk, or, if by is
// below zero, of its own and then of the one before.
func (w *window) moveChunk(by int) {
	from, ok := w.startMove()
	if !ok {
		return
	}
	to := make([]capture.Chunk, 0, 1)
	switch {
	case by > 0:
		w.limit = w.newest()
		to = w.log.After(to, from.chunk.Time, w.dirs)
	case from.off > from.chunk.Off:
		to = append(to, from.chunk)
	default:
		to = w.log.Before(to, from.chunk.Time, w.dirs)
	}
	if len(to) > 0 {
		from = spot{to[0], to[0].Off}
	}
	w.put(from)
}

// toFirst moves the cursor to the oldest byte there is.
func (w *window) toFirst() {
	w.toStart()
	if c := w.log.After(make([]capture.Chunk, 0, 1), time.Time{}, w.dirs); len(c) > 0 {
		w.put(spot{c[0], c[0].Off})
	}
}

// startMove freezes the view and returns where the cursor is.
func (w *window) startMove() (spot, bool) {
	at, ok := w.cursorIn(w.lines())
	w.freeze()
	return at, ok
}

// rowFrom returns the row that lies n rows of bytes from one, or the farthest
// there is; false if there is none. It looks at as many lines as it passes.
func (w *window) rowFrom(row place, n int) (found line, moved bool) {
	if n < 0 {
		return w.rowBefore(row, -n)
	}
	w.limit = w.newest()
	from := place{row.t, w.next(row.off)}
	for n > 0 {
		page := w.down(from, w.height)
		for _, l := range page {
			if l.isHex() && row.before(l.place) && n > 0 {
				found, moved = l, true
				n--
			}
		}
		if len(page) < w.height {
			break
		}
		from = page[len(page)-1].place
		from.off = w.next(from.off)
	}
	return found, moved
}

func (w *window) rowBefore(row place, n int) (found line, moved bool) {
	for n > 0 {
		page := w.up(row, w.height)
		for i := len(page) - 1; i >= 0 && n > 0; i-- {
			if page[i].isHex() {
				found, moved = page[i], true
				n--
			}
		}
		if len(page) < w.height {
			break
		}
		row = page[0].place
	}
	return found, moved
}
