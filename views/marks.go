package views

import (
	"strconv"
	"time"
)

// Marks is the list of marked places, drawn over the panes.
type Marks struct {
	Lines    []MarkLine // in the order of time
	Selected int
}

// MarkLine is one place.
type MarkLine struct {
	Letter string // empty of a transition, which marks itself
	Time   time.Time
	Peer   string
	Offset int64 // of its byte; below zero: none
	Out    bool  // the direction of that
	Note   string
}

// marks draws the list of marks over all panes, with the selected one in sight.
func (p *pen) marks(v *Marks, r *Rects) {
	pn := pane{bare: r.Bare, focused: true}
	_, h := r.inner(r.helpRect())
	first := max(min(v.Selected-h/2, len(v.Lines)-h), 0)
	p.paneTop(pn, "Marks", func() {
		p.gap(1)
		p.text(dim, strconv.Itoa(len(v.Lines)))
	})
	for y := range h {
		p.paneLine(pn)
		if i := first + y; i < len(v.Lines) {
			p.markLine(&v.Lines[i], i == v.Selected)
		}
		p.paneLineEnd(pn)
	}
	p.paneBottom(pn, nil)
}

// markLine writes one mark: its letter, when, of whom, where, and what it is.
func (p *pen) markLine(l *MarkLine, selected bool) {
	const peerWidth, offsetWidth = 20, 14
	left := p.col
	if selected {
		p.selected(true)
		p.gap(1)
		p.text(accent, "▌")
	}
	p.to(left + 3)
	if l.Letter == "" {
		p.text(faint, "◦")
	} else {
		p.text(accentStrong, l.Letter)
	}
	var b [32]byte
	p.to(left + 6)
	p.number(dim, appendClock(b[:0], l.Time))
	p.gap(2)
	x := p.col
	p.textWidth(plain, tidy(l.Peer), min(peerWidth, max(p.limit-p.col, 0)))
	p.to(min(x+peerWidth+2, p.limit))
	if p.limit-p.col > offsetWidth {
		x = p.col
		if l.Offset >= 0 {
			arrow := directionArrow(l.Out)
			p.text(arrow.style, arrow.text)
			p.gap(1)
			p.text(plain, "0x"+strconv.FormatInt(l.Offset, 16))
		}
		p.to(x + offsetWidth)
	}
	p.gap(1)
	p.textWidth(dim, tidy(l.Note), max(p.limit-p.col, 0))
}
