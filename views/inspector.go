package views

import (
	"strconv"
	"strings"

	"peerscope/hexdump"
)

// Inspector is what the bytes at the cursor are. Lines are exactly those to
// show, top first.
type Inspector struct {
	Out       bool  // the direction of the cursor's byte
	Offset    int64 // of the byte in its direction
	ChunkLen  int64 // of the chunk that it belongs to
	BigEndian bool
	Lines     []InspectorLine
	Above     int    // lines that are scrolled out of sight
	Below     int    // lines that have no room
	Selected  int    // index in Lines
	Empty     string // said in place of the lines when there are none
}

// InspectorLine is one value, or one part of a Variant.
type InspectorLine struct {
	Name  string // how it is read: "u16"; of a part of a Variant where it begins: "+8"
	Depth int    // of a part: how deep in the tree it lies
	Key   string // of a part: its index or its key
	Text  string
	State hexdump.State
}

// inspectorShort is the width of a pane from which on it has all its gaps.
const inspectorShort = 32

// inspector is the inspector pane, with the ruler in its foot where it is given one.
func (p *pen) inspector(v *Inspector, ruler *Ruler, r *Rects, focused bool) framed {
	f := framed{
		pane:  pane{bare: r.Bare, focused: focused, x: r.Inspector.X, w: r.Inspector.W},
		name:  "Inspector",
		title: func() { p.inspectorTitle(v) },
		foot:  func() { p.inspectorFoot(v, ruler) },
	}
	w, h := r.inner(r.Inspector)
	lines := r.InspectorLines()
	f.line = func(y int) {
		switch {
		case y < min(lines, len(v.Lines)):
			p.inspectorLine(&v.Lines[y], y == v.Selected, focused, w < inspectorShort)
		case len(v.Lines) == 0 && y == (h-1)/2:
			p.middle(dim, cut(tidy(v.Empty), w-2))
		case r.Bare && y == h-1:
			p.gap(1)
			p.inspectorFoot(v, ruler)
		}
	}
	return f
}

// inspectorTitle says which byte it is about: its offset in its direction, and
// how long its chunk is.
func (p *pen) inspectorTitle(v *Inspector) {
	if v.ChunkLen <= 0 {
		return
	}
	arrow := directionArrow(v.Out)
	p.gap(1)
	p.text(arrow.style, arrow.text)
	p.text(dim, " 0x"+strconv.FormatInt(v.Offset, 16)+" of "+strconv.FormatInt(v.ChunkLen, 10))
}

// inspectorFoot says the byte order, the key that changes it, and what is out of sight.
func (p *pen) inspectorFoot(v *Inspector, ruler *Ruler) {
	order := "little endian"
	if v.BigEndian {
		order = "big endian"
	}
	p.text(dim, order)
	p.gap(2)
	p.text(accent, "e")
	more := ""
	if v.Above > 0 {
		more += "  ↑ " + strconv.Itoa(v.Above)
	}
	if v.Below > 0 {
		more += "  ↓ " + strconv.Itoa(v.Below)
	}
	if p.col+cells(more) <= p.limit {
		p.text(dim, more)
	}
	if ruler != nil && p.limit-p.col > 2 {
		p.gap(2)
		p.ruler(ruler)
	}
}

// inspectorLine writes one value: its name, and what it is.
func (p *pen) inspectorLine(l *InspectorLine, selected, focused, narrow bool) {
	left, gap := p.col, 2
	if narrow {
		gap = 1
	}
	if selected {
		p.selected(true)
		mark := dim
		if focused {
			mark = accent
		}
		p.text(mark, "▌")
	}
	const names = len("variant")
	p.to(left + 1)
	p.limit--
	p.textWidth(dim, tidy(l.Name), names)
	p.to(left + 1 + names + gap)
	p.gap(min(max(l.Depth, 0), maxDepth) * 2)
	if l.Key != "" {
		p.textWidth(accent, tidy(l.Key), (p.limit-p.col)/2)
		p.text(dim, ":")
		p.gap(1)
	}
	p.text(stateStyle(l.State), fitValue(tidy(l.Text), p.limit-p.col))
	p.limit++
}

// fitValue shortens a clean value to width cells. Of a number the exponent
// stays, for without it the number is another one.
func fitValue(s string, width int) string {
	if cells(s) <= width {
		return s
	}
	s = strings.TrimPrefix(s, "would block: ")
	if i := strings.LastIndexByte(s, 'e'); i > 0 && isExponent(s[i+1:]) && len(s)-i < width {
		return cut(s[:i], width-(len(s)-i)) + s[i:]
	}
	return cut(s, width)
}

// isExponent reports a sign and digits.
func isExponent(s string) bool {
	return len(s) > 1 && (s[0] == '+' || s[0] == '-') && strings.Trim(s[1:], "0123456789") == ""
}

// maxDepth is how far parts of a Variant are moved to the right at most.
const maxDepth = 8

// stateStyle is the colour of a value: what a reader would wait for calls for
// attention, and what merely ends early does not.
func stateStyle(s hexdump.State) style {
	switch s {
	case hexdump.Whole:
		return plain
	case hexdump.Blocked:
		return warm
	case hexdump.Partial:
		return dim
	}
	return faint
}
