package views

import (
	"time"

	"peerscope/hexdump"
)

// dump is what all lines of one bytes pane have in common.
type dump struct {
	per    int // bytes a row
	digits int // of the offsets
	shape  hexShape
	head   headerColumns
	times  Times
	start  time.Time // see [Bytes.Start]
	width  int       // of a row with its margins, or of the pane if that is less
	mark   *Mark
}

// rowMark is a mark within a row, as indexes of its bytes, and what was found in it.
type rowMark struct {
	cursor, from, to int64
	found            []Found
}

// in is the part of the mark that lies in a row; what is outside it has
// indexes of no byte.
func (m *Mark) in(l *Line) rowMark {
	if !m.Shown || m.Out != l.Out {
		return rowMark{cursor: -1, found: l.Found}
	}
	return rowMark{m.Cursor - l.Offset, m.From - l.Offset, m.To - l.Offset, l.Found}
}

// ground is what the i-th byte of a row stands on.
func (m *rowMark) ground(i int64) ground {
	switch {
	case i == m.cursor:
		return onCursor
	case i >= m.from && i < m.to:
		return onCovered
	}
	return foundGround(m.foundAt(i))
}

// foundAt returns the match that the i-th byte is a part of, nil if it is of none.
func (m *rowMark) foundAt(i int64) *Found {
	for f := range m.found {
		if i >= int64(m.found[f].From) && i < int64(m.found[f].To) {
			return &m.found[f]
		}
	}
	return nil
}

func foundGround(f *Found) ground {
	switch {
	case f == nil:
		return onScreen
	case f.Current:
		return onCurrent
	}
	return onFound
}

// mostPerRow bounds what a frame may ask for.
const mostPerRow = 64

// between is what the blank before the i-th byte stands on.
func (m *rowMark) between(i int64) ground {
	if i > m.from && i < m.to {
		return onCovered
	}
	if f := m.foundAt(i); f != nil && f == m.foundAt(i-1) {
		return foundGround(f)
	}
	return onScreen
}

// newDump decides how the lines of a pane of w cells are drawn. All offsets
// have as many digits as the largest needs, so that the columns stand still.
func newDump(v *Bytes, w int) *dump {
	d := &dump{per: v.PerRow, digits: 8, head: headerColumnsFor(w, v.Times), times: v.Times, start: v.Start, mark: &v.Mark}
	if d.per < 1 || d.per > mostPerRow {
		d.per = 16
	}
	for i := range v.Lines {
		if v.Lines[i].Kind == LineHex {
			d.digits = max(d.digits, hexdump.OffsetDigits(v.Lines[i].Offset))
		}
	}
	d.shape = hexShapeFor(w, d.per, d.digits)
	d.width = min(w, max(d.shape.width(d.per, d.digits), d.head.size.end()+1))
	return d
}

// hexRow draws one row: offset, bytes in hex, the same bytes as text. A run
// of bytes of one class carries one escape code. On the pane's first line,
// where the chunk's header is out of sight, the arrow takes the margin.
func (p *pen) hexRow(l *Line, d *dump, first bool) {
	room := p.limit - p.col
	row, mark := l.Data[:min(len(l.Data), d.per)], d.mark.in(l)
	switch {
	case l.Letter != "":
		p.textWidth(warmStrong, tidy(l.Letter), 1)
	case first:
		arrow := directionArrow(l.Out)
		p.text(arrow.style, arrow.text)
	default:
		p.gap(1)
	}
	if d.shape.width(d.per, d.digits) > room {
		p.hexCut(row, mark)
		return
	}
	if d.shape.offset {
		p.offset(l.Offset, d.digits)
		p.gap(d.shape.gap)
	}
	text := p.col + hexWidth(d.per) + d.shape.gap
	p.hexBytes(row, mark)
	if !d.shape.text {
		return
	}
	p.to(text)
	if d.shape.bars {
		p.text(faint, "│")
	}
	p.textBytes(row, mark)
	if d.shape.bars {
		p.to(text + 1 + d.per)
		p.text(faint, "│")
	}
}

// hexCut writes as many bytes as fit when not all of the row's do.
func (p *pen) hexCut(row []byte, mark rowMark) {
	n := len(row)
	for n > 0 && hexWidth(n)+2 > p.limit-p.col {
		n--
	}
	p.hexBytes(row[:n], mark)
	if n < len(row) {
		p.text(faint, "…")
	}
}

// offset writes an offset in hex.
func (p *pen) offset(offset int64, digits int) {
	p.style(dim)
	from := len(p.b)
	p.b = hexdump.AppendOffset(p.b, offset, digits)
	p.col += len(p.b) - from
}

// hexBytes writes bytes in hex; the caller has seen to the room.
func (p *pen) hexBytes(row []byte, mark rowMark) {
	b, last, ground := p.b, styleCount, onScreen
	for i, c := range row {
		st, g := byteStyles[c], mark.ground(int64(i))
		if i > 0 {
			if between := mark.between(int64(i)); between != ground {
				b = append(b, p.theme.sgr[between][st]...)
				last, ground = st, between
			}
			b = append(b, ' ')
			if i&7 == 0 {
				b = append(b, ' ')
			}
		}
		if st != last || g != ground {
			b = append(b, p.theme.sgr[g][st]...)
			last, ground = st, g
		}
		b = append(b, byteDigits[c][0], byteDigits[c][1])
	}
	p.wrote(b, last, ground, hexWidth(len(row)))
}

// textBytes writes bytes as text, one cell each; the caller has seen to the room.
func (p *pen) textBytes(row []byte, mark rowMark) {
	b, last, ground := p.b, styleCount, onScreen
	for i, c := range row {
		st, g := byteStyles[c], mark.ground(int64(i))
		if st != last || g != ground {
			b = append(b, p.theme.sgr[g][st]...)
			last, ground = st, g
		}
		b = append(b, byteGlyphs[c]...)
	}
	p.wrote(b, last, ground, len(row))
}

// wrote takes over what was appended to the pen's bytes, and goes on on the screen's own ground.
func (p *pen) wrote(b []byte, last style, g ground, n int) {
	if last == styleCount {
		return
	}
	p.b = b
	p.now = p.theme.sgr[g][last]
	p.col += n
	if g != onScreen {
		p.style(last)
	}
}
