package views

// pane is a frame around content lines, or only a ruler above them where
// there is no room for more.
type pane struct {
	bare    bool
	focused bool
	x, w    int // the columns that it takes; a w of 0 is the whole line
}

func (pn pane) border() style {
	if pn.focused {
		return accent
	}
	return faint
}

// paneBegin goes to the pane's next line, which is the same line of the screen
// where the pane stands beside another, and returns where it ends.
func (p *pen) paneBegin(pn pane) (end int) {
	if pn.x == 0 {
		p.begin()
	}
	p.limit = p.width
	if pn.w > 0 {
		p.limit = pn.x + pn.w
	}
	return p.limit
}

// paneEnded ends the line of the screen with its last pane.
func (p *pen) paneEnded(end int) {
	if end == p.width {
		p.end()
	}
}

// paneTop writes the upper border with a title in it.
func (p *pen) paneTop(pn pane, name string, title func()) {
	end := p.paneBegin(pn)
	corner, last := "╭─", "╮"
	if pn.bare {
		corner, last = "──", "─"
	}
	p.text(pn.border(), corner)
	p.gap(1)
	p.limit = end - 2
	if pn.focused {
		p.text(accentStrong, name)
	} else {
		p.text(strong, name)
	}
	if title != nil {
		title()
	}
	p.limit = end
	p.gap(1)
	p.rule(pn.border(), "─", end-1)
	p.text(pn.border(), last)
	p.paneEnded(end)
}

// paneLine begins one content line.
func (p *pen) paneLine(pn pane) {
	p.paneBegin(pn)
	if pn.bare {
		return
	}
	p.text(pn.border(), "│")
	p.limit--
}

// paneLineEnd ends one content line.
func (p *pen) paneLineEnd(pn pane) {
	p.to(p.limit)
	if p.row != onScreen {
		p.selected(false)
	}
	if !pn.bare {
		p.limit++
		p.text(pn.border(), "│")
	}
	p.paneEnded(p.limit)
}

// paneBottom writes the lower border, with a foot in it if there is one.
func (p *pen) paneBottom(pn pane, foot func()) {
	if pn.bare {
		return
	}
	end := p.paneBegin(pn)
	p.text(pn.border(), "╰")
	if foot != nil {
		p.text(pn.border(), "─")
		p.gap(1)
		p.limit = end - 2
		foot()
		p.gap(1)
		p.limit = end
	}
	p.rule(pn.border(), "─", end-1)
	p.text(pn.border(), "╯")
	p.paneEnded(end)
}

// framed is a pane that is drawn line by line, so that two can stand beside
// each other.
type framed struct {
	pane
	name  string
	title func()
	line  func(y int)
	foot  func() // may be nil
}

// beside draws panes with h content lines from left to right.
func (p *pen) beside(h int, panes ...framed) {
	for _, f := range panes {
		p.paneTop(f.pane, f.name, f.title)
	}
	for y := range h {
		for _, f := range panes {
			p.paneLine(f.pane)
			f.line(y)
			p.paneLineEnd(f.pane)
		}
	}
	for _, f := range panes {
		p.paneBottom(f.pane, f.foot)
	}
}
