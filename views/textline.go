package views

import (
	"bytes"

	"peerscope/peer"
)

// Style names the role of a piece of text in a [TextLine].
type Style = style

// The roles that a line outside of a frame has a use for.
const (
	Plain    = plain
	Dim      = dim
	Faint    = faint
	Accent   = accent
	Good     = good
	Warm     = warm
	Bad      = bad
	Received = in
	Sent     = out
)

// MarkOf returns the shape that stands beside a status, one cell, and their role.
func MarkOf(s peer.Status) (shape string, role Style) {
	m := markOf(s)
	return m.shape, m.style
}

// TextLine is a line of text by itself, as `watch` prints it, written from left to
// right in the styles of a theme; those of the zero Theme are no styles, and
// leave no escape codes. What does not fit is cut with "…".
type TextLine struct{ p pen }

// NewTextLine returns an empty line of at most width cells.
func (t *Theme) NewTextLine(width int) *TextLine {
	l := &TextLine{pen{theme: t, width: width}}
	l.p.begin()
	return l
}

// Text writes text, made fit for a terminal.
func (l *TextLine) Text(role Style, s string) { l.p.text(role, Clean(s)) }

// Cell writes text in a column of so many cells, cut or filled up with blanks.
func (l *TextLine) Cell(role Style, s string, width int) {
	end := l.p.col + width
	l.p.textWidth(role, Clean(s), width)
	l.p.to(end)
}

// Right writes text at the right of a column of so many cells.
func (l *TextLine) Right(role Style, s string, width int) {
	s = cut(Clean(s), width)
	l.p.gap(width - cells(s))
	l.p.text(role, s)
}

// Gap writes n blanks.
func (l *TextLine) Gap(n int) { l.p.gap(n) }

// Room returns how many cells are left.
func (l *TextLine) Room() int { return l.p.limit - l.p.col }

// End returns the line with its newline, without blanks at the end.
func (l *TextLine) End() []byte {
	l.p.b = bytes.TrimRight(l.p.b, " ")
	l.p.style(plain)
	return append(l.p.b, '\n')
}

// Width returns how many cells text takes once it is fit for a terminal.
func Width(s string) int { return cells(Clean(s)) }
