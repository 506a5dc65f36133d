package views

import (
	"math"
	"strconv"
)

// Details is what the kernel says of the selected peer's sockets. It is shown
// in the inspector's place.
type Details struct {
	Title    string // whose they are, behind the pane's name
	Sections []DetailSection
	Scroll   int    // lines scrolled down; see [Rects.DetailsScroll]
	Empty    string // said in place of the sections when there are none
}

// DetailSection is one socket, or one direction that is held: bars on top, then
// lines. Without a title its lines follow those before.
type DetailSection struct {
	Title string // "client side", "→ held"
	Bars  []Bar
	Lines []DetailLine
}

// DetailLine is one thing that is known by name. See [DetailLines].
type DetailLine struct {
	Name  string
	Value Reading
	More  Reading // beside it, in a column of its own; empty for nothing
	Wide  bool    // Value is a text that may take the rest of the line, else it is right-aligned in its column
}

// Reading is a text that was formatted already, and how much it matters.
type Reading struct {
	Text string
	Look Look
}

// Look is how much a reading matters.
type Look uint8

// The looks.
const (
	LookPlain     Look = iota
	LookFaint          // a zero, or no figure
	LookAttention      // what explains why a connection does not move
)

// Bar is how full a queue is.
type Bar struct {
	Name   string // "unread", "recv-q", "far send-q"
	Bytes  int64  // what waits in it; below zero: no figure, shown as "–"
	Approx bool   // Bytes counts memory: shown with "≈"
	// Used of Limit is what the bar is drawn by, both in bytes: Bytes where they
	// are bounded, else the memory that they take (peer.Memory). Where one is not
	// known, below zero, there is no bar; with a limit of 0 neither.
	Used, Limit int64
}

// Widths of the details, in cells. A name has detailName, a value detailValue
// and what stands beside it detailMore, each with a blank before it; a value
// that needs more takes it from its name.
const (
	detailName  = len("far send-q")
	detailValue = len("999.9 MB")
	detailMore  = len("±999.9 ms") - 1
	detailCell  = detailName + 1 + detailValue

	detailTwo   = 2*detailCell + 4     // from this width on, short lines stand in two columns
	barLimit    = len(" of 999.9 MB")  // behind a bar's number
	barNumber   = len("≈999.9 MB") - 2 // the sign has three bytes and one cell
	barMost     = 24
	fullPercent = 80 // from here on a queue is as good as full: a sender waits for room for a whole segment
)

// details is the details pane.
func (p *pen) details(v *Details, r *Rects, focused bool) framed {
	w, h := r.inner(r.Inspector)
	rows := detailRows(v, w-2)
	first := min(max(v.Scroll, 0), r.DetailsScroll(v))
	lines := r.InspectorLines()
	foot := func() { p.detailsFoot(first, len(rows)-first-lines) }
	f := framed{
		pane:  pane{bare: r.Bare, focused: focused, x: r.Inspector.X, w: r.Inspector.W},
		name:  "Kernel",
		title: func() { p.gap(1); p.text(dim, tidy(v.Title)) },
	}
	if len(rows) > lines {
		f.foot = foot
	}
	f.line = func(y int) {
		switch i := first + y; {
		case y < lines && i < len(rows):
			p.detailRow(v, rows[i], w-2)
		case len(rows) == 0 && y == (h-1)/2:
			p.middle(dim, cut(tidy(v.Empty), w-2))
		case r.Bare && y == h-1:
			p.gap(1)
			foot()
		}
	}
	return f
}

// DetailsScroll is the largest [Details.Scroll] that still moves the pane.
func (r Rects) DetailsScroll(v *Details) int {
	w, _ := r.inner(r.Inspector)
	return max(0, len(detailRows(v, w-2))-r.InspectorLines())
}

// detailsFoot says how many lines are out of sight.
func (p *pen) detailsFoot(above, below int) {
	if above > 0 {
		p.text(dim, "↑ "+strconv.Itoa(above))
		p.gap(2)
	}
	if below > 0 {
		p.text(dim, "↓ "+strconv.Itoa(below))
	}
}

// detailRow names what stands on one line: of a section its title, a bar, a
// line, or two lines beside each other.
type detailRow struct {
	section int
	bar     int // index, or below zero
	line    int // index, or below zero; with a bar below zero too it is the title
	two     bool
}

// detailRows lays the sections out in w cells.
func detailRows(v *Details, w int) []detailRow {
	var rows []detailRow
	for s := range v.Sections {
		section := &v.Sections[s]
		if section.Title != "" {
			rows = append(rows, detailRow{s, -1, -1, false})
		}
		for i := range section.Bars {
			rows = append(rows, detailRow{s, i, -1, false})
		}
		for i := 0; i < len(section.Lines); i++ {
			two := w >= detailTwo && i+1 < len(section.Lines) && section.Lines[i].short() && section.Lines[i+1].short()
			rows = append(rows, detailRow{s, -1, i, two})
			if two {
				i++
			}
		}
	}
	return rows
}

// short reports a line that leaves room for another.
func (l *DetailLine) short() bool { return !l.Wide && l.More.Text == "" }

// detailRow writes one line of the pane, of which w cells are for text.
func (p *pen) detailRow(v *Details, row detailRow, w int) {
	p.gap(1)
	p.limit--
	section := &v.Sections[row.section]
	switch {
	case row.bar >= 0:
		p.bar(&section.Bars[row.bar], w)
	case row.line < 0:
		p.text(strong, cut(tidy(section.Title), w))
		p.gap(1)
		p.rule(faint, "─", p.limit)
	default:
		left := p.col
		p.detailLine(&section.Lines[row.line], w)
		if row.two {
			p.to(left + (w+3)/2)
			p.detailLine(&section.Lines[row.line+1], w/2)
		}
	}
	p.limit++
}

// detailLine writes a name and what is known by it.
func (p *pen) detailLine(l *DetailLine, w int) {
	left, name := p.col, tidy(l.Name)
	value := tidy(l.Value.Text)
	if l.Wide {
		p.textWidth(dim, name, detailName)
		p.to(left + detailName + 1)
		p.text(l.Value.Look.style(), elide(value, p.limit-p.col))
		return
	}
	spare := min(max(w-detailCell-1-detailMore, 0), 5)
	end := left + detailCell + spare/2
	p.textWidth(dim, name, end-cells(value)-1-left)
	p.to(end - cells(value))
	p.text(l.Value.Look.style(), value)
	if l.More.Text == "" {
		return
	}
	more := tidy(l.More.Text)
	look := l.More.Look.style()
	if look == plain {
		look = dim
	}
	p.to(max(end+1, end+1+detailMore+spare-spare/2-cells(more)))
	p.text(look, more)
}

// style of a look.
func (l Look) style() style {
	switch l {
	case LookFaint:
		return faint
	case LookAttention:
		return warmStrong
	}
	return plain
}

// bar writes a queue: its name, how full it is, what waits, and where there is
// room for it the limit.
func (p *pen) bar(b *Bar, w int) {
	left := p.col
	limited := w >= detailTwo
	end := left + w
	p.textWidth(dim, tidy(b.Name), detailName)
	p.to(left + detailName + 1)
	if limited {
		end -= barLimit
	}
	number := plain
	known := b.Used >= 0 && b.Limit > 0
	fill := 0.0
	if known {
		fill = min(float64(b.Used)/float64(b.Limit), 1)
	}
	colour := in
	switch {
	case b.Bytes <= 0:
		number = faint
	case fill*100 >= fullPercent:
		number, colour = warmStrong, warmStrong
	}
	if width := min(end-barNumber-1-p.col, barMost); width > 0 && known {
		p.fill(colour, fill, width)
	}
	var digits [32]byte
	text := digits[:0]
	if b.Approx && b.Bytes > 0 {
		text = append(text, "≈"...)
	}
	p.right(number, appendSize(text, b.Bytes), end)
	if limited && b.Limit > 0 {
		p.text(faint, " of ")
		p.right(dim, appendSize(digits[:0], b.Limit), left+w)
	}
}

// fill writes a bar of width cells, filled from 0 to 1. What is not empty shows
// at least an eighth of a cell.
func (p *pen) fill(st style, fill float64, width int) {
	full := int(math.Ceil(fill * float64(width) * 8))
	end := p.col + width
	p.rule(st, "█", p.col+full/8)
	if part := eighths[full%8]; part != "" && p.col < end {
		p.text(st, part)
	}
	p.rule(faint, "░", end)
}
