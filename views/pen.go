package views

import (
	"strconv"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// pen writes the lines of one frame. It counts cells, never writes beyond the
// limit of its line, and switches styles only where text in another follows.
type pen struct {
	theme *Theme
	b     []byte
	width int // cells of a whole line
	col   int // cells written on this line
	limit int // where the writable part of this line ends
	row   ground
	now   string
	begun bool
}

// begin starts the next line, writable over its whole width.
func (p *pen) begin() {
	if p.begun {
		p.b = append(p.b, '\n')
	}
	p.begun = true
	p.col, p.limit = 0, p.width
	p.now = p.theme.sgr[onScreen][plain]
}

// end fills the line up with blanks.
func (p *pen) end() {
	p.limit = p.width
	p.style(plain)
	p.to(p.width)
}

// style sets the style of what follows.
func (p *pen) style(s style) {
	code := p.theme.sgr[p.row][s]
	if code != p.now {
		p.b = append(p.b, code...)
		p.now = code
	}
}

// selected begins or ends the selected row's background.
func (p *pen) selected(on bool) {
	p.row = onScreen
	if on {
		p.row = onRow
	}
	p.style(plain)
}

// text writes clean text in a style, cut with "…" where the line ends.
func (p *pen) text(st style, s string) {
	p.textWidth(st, s, p.limit-p.col)
}

// textWidth is [pen.text] in at most width cells.
func (p *pen) textWidth(st style, s string, width int) {
	width = min(width, p.limit-p.col)
	if s == "" || width <= 0 {
		return
	}
	n := cells(s)
	if n > width {
		s = cut(s, width)
		n = cells(s)
	}
	p.style(st)
	p.b = append(p.b, s...)
	p.col += n
}

// number writes formatted digits: ASCII, or with a sign of one cell such as "–" and "µ".
func (p *pen) number(st style, digits []byte) {
	n := utf8.RuneCount(digits)
	if n > p.limit-p.col {
		p.text(st, string(digits))
		return
	}
	p.style(st)
	p.b = append(p.b, digits...)
	p.col += n
}

// right writes formatted digits so that they end before column end.
func (p *pen) right(st style, digits []byte, end int) {
	p.to(end - utf8.RuneCount(digits))
	p.number(st, digits)
}

// int writes a whole number.
func (p *pen) int(st style, n int) {
	var digits [20]byte
	p.number(st, strconv.AppendInt(digits[:0], int64(n), 10))
}

// blanks is a run that [pen.to] cuts from.
const blanks = "                                                                                "

// to writes blanks up to column col. Blanks look the same in every style, so
// the style stays.
func (p *pen) to(col int) {
	for n := min(col, p.limit) - p.col; n > 0; n = min(col, p.limit) - p.col {
		n = min(n, len(blanks))
		p.b = append(p.b, blanks[:n]...)
		p.col += n
	}
}

// gap writes n blanks.
func (p *pen) gap(n int) { p.to(p.col + n) }

// rule writes a one-cell sign again and again up to column col.
func (p *pen) rule(st style, sign string, col int) {
	col = min(col, p.limit)
	if p.col >= col {
		return
	}
	p.style(st)
	for ; p.col < col; p.col++ {
		p.b = append(p.b, sign...)
	}
}

// styled writes text that carries SGR sequences of its own (the text input's
// cursor). Every other escape sequence and control is made visible.
func (p *pen) styled(s string) {
	p.style(plain)
	for len(s) > 0 && p.col < p.limit {
		if n := sgrLen(s); n > 0 {
			p.b = append(p.b, s[:n]...)
			s = s[n:]
			continue
		}
		end := 1
		for end < len(s) && s[end] != ansi.ESC {
			end++
		}
		p.text(plain, tidy(s[:end]))
		s = s[end:]
	}
	p.b = append(p.b, "\x1b[0m"...)
	p.now = p.theme.sgr[onScreen][plain]
}

// sgrLen is the length of the SGR sequence that s begins with, or 0.
func sgrLen(s string) int {
	if len(s) < 3 || s[0] != ansi.ESC || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && c != ':' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}

// middle writes text in the middle of the writable part.
func (p *pen) middle(st style, s string) {
	p.to(p.col + (p.limit-p.col-cells(s))/2)
	p.text(st, s)
}
