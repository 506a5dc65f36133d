package tui

import (
	"slices"

	"peerscope/peer/capture"
)

// cursorIn is the byte that the cursor of a plain window is on.
func (p *plainWindow) cursorIn(shown []plainLine) (spot, bool) {
	if c := p.cursor; c.placed && p.dirs.Has(c.dir) {
		if chunk, ok := p.chunkAt(c.dir, c.off); ok {
			return spot{chunk, c.off}, true
		}
	}
	shown = slices.DeleteFunc(slices.Clone(shown), func(l plainLine) bool { return !l.isHex() })
	if len(shown) == 0 {
		return spot{}, false
	}
	newest := shown[len(shown)-1].chunk
	first := slices.IndexFunc(shown, func(l plainLine) bool { return l.chunk == newest })
	return spot{newest, newest.Off + shown[first].off}, true
}

// chunkAt is the chunk of a byte that is kept.
func (p *plainWindow) chunkAt(d capture.Dir, off int64) (capture.Chunk, bool) {
	kept, _ := p.log.Span(d)
	for _, c := range p.chunks {
		if c.Dir == d && off >= max(c.Off, kept) && off < c.Off+c.Len {
			return c, true
		}
	}
	return capture.Chunk{}, false
}

// put places the cursor and scrolls by as little as shows its row.
func (p *plainWindow) put(s spot) {
	p.cursor = cursor{placed: true, dir: s.chunk.Dir, off: s.off}
	p.reveal(s)
}

// reveal scrolls by as little as shows a byte's row, and its chunk's header above
// the first.
func (p *plainWindow) reveal(s spot) {
	p.moved = false
	if s.chunk.Time.After(p.limit) {
		p.limit = p.newest()
	}
	list := p.upTo()
	at := p.first(list)
	row := slices.IndexFunc(list, func(l plainLine) bool { return p.isIn(s, l) })
	head := row
	if list[row].off == 0 && p.height > 1 {
		head--
	}
	switch {
	case head < at:
		at = head
	case row >= at+p.height:
		at = row - p.height + 1
	}
	p.top = list[at]
}

func (p *plainWindow) isIn(s spot, l plainLine) bool {
	off := s.off - s.chunk.Off
	return l.isHex() && l.chunk == s.chunk && off >= l.off && off < l.off+int64(p.perRow)
}

// toPlace freezes the view with a line at its top, or the last page.
func (p *plainWindow) toPlace(at plainLine) {
	p.freeze()
	p.limit, p.top = p.newest(), at
	p.page, p.moved = plainPage{}, false
	list := p.upTo()
	if len(list) == 0 {
		p.top = plainLine{off: -2}
		return
	}
	p.top = list[min(p.first(list), max(len(list)-p.height, 0))]
}

func (p *plainWindow) startMove() (spot, bool) {
	at, ok := p.cursorIn(p.shown())
	p.freeze()
	return at, ok
}

// rows is every row of hex, and which of them has the byte.
func (p *plainWindow) rows(s spot) (rows []plainLine, at int) {
	rows = slices.DeleteFunc(slices.Clone(p.lines()), func(l plainLine) bool { return !l.isHex() })
	return rows, slices.IndexFunc(rows, func(l plainLine) bool { return p.isIn(s, l) })
}

func (p *plainWindow) moveRows(n int) {
	from, ok := p.startMove()
	if !ok {
		p.scrollBy(n)
		return
	}
	if n >= 0 {
		p.limit = p.newest()
	}
	rows, i := p.rows(from)
	to := max(min(i+n, len(rows)-1), 0)
	if to != i {
		column := from.off - from.chunk.Off - rows[i].off
		c := rows[to].chunk
		from = spot{c, c.Off + min(rows[to].off+column, c.Len-1)}
	}
	p.put(from)
}

func (p *plainWindow) moveBytes(by int) {
	from, ok := p.startMove()
	if !ok {
		return
	}
	if to := from.off + int64(by); to >= from.chunk.Off && to < from.chunk.Off+from.chunk.Len {
		p.put(spot{from.chunk, to})
		return
	}
	if by > 0 {
		p.limit = p.newest()
	}
	rows, i := p.rows(from)
	if i += by; i >= 0 && i < len(rows) {
		c, off := rows[i].chunk, rows[i].off
		if by < 0 {
			off = min(off+int64(p.perRow), c.Len) - 1
		}
		from = spot{c, c.Off + off}
	}
	p.put(from)
}

func (p *plainWindow) moveChunk(by int) {
	from, ok := p.startMove()
	if !ok {
		return
	}
	chunks := p.kept()
	i := slices.Index(chunks, from.chunk)
	switch {
	case by > 0:
		p.limit = p.newest()
		i++
	case from.off == from.chunk.Off:
		i--
	}
	if i >= 0 && i < len(chunks) {
		from = spot{chunks[i], chunks[i].Off}
	}
	p.put(from)
}

func (p *plainWindow) toFirst() {
	p.toStart()
	if chunks := p.kept(); len(chunks) > 0 {
		p.put(spot{chunks[0], chunks[0].Off})
	}
}

// kept is the chunks that can be shown.
func (p *plainWindow) kept() (list []capture.Chunk) {
	var kept [2]int64
	for d := range kept {
		kept[d], _ = p.log.Span(capture.Dir(d))
	}
	for _, c := range p.chunks {
		if p.dirs.Has(c.Dir) && c.Off >= kept[c.Dir] {
			list = append(list, c)
		}
	}
	return list
}
