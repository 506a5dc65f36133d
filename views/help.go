package views

import (
	"slices"
	"strconv"
)

// helpGap parts the columns of the help, and keys from what they do.
const (
	helpGap    = 4
	helpKeyGap = 2
)

// help draws the list of keys over all panes.
func (p *pen) help(v *Help, r *Rects) {
	pn := pane{bare: r.Bare, focused: true}
	w, h := r.inner(r.helpRect())
	lines := helpLines(v, w-2)
	first := min(max(v.Scroll, 0), max(0, len(lines)-h))
	p.paneTop(pn, "Help", func() {
		p.gap(1)
		p.text(dim, "esc closes")
		if len(lines) > h {
			p.text(dim, "  lines "+strconv.Itoa(first+1)+"–"+strconv.Itoa(min(first+h, len(lines)))+" of "+strconv.Itoa(len(lines)))
		}
	})
	for y := range h {
		p.paneLine(pn)
		p.gap(1)
		p.limit--
		left := p.col
		if i := first + y; i < len(lines) {
			for _, piece := range lines[i] {
				p.to(left + piece.x)
				p.textWidth(piece.style, piece.text, piece.w)
			}
		}
		p.limit++
		p.paneLineEnd(pn)
	}
	p.paneBottom(pn, nil)
}

// HelpScroll is the largest [Help.Scroll] that still moves the help on a
// screen of w by h cells.
func HelpScroll(v *Help, w, h int) int {
	r := Layout(w, h, 1, PanePeers, false)
	if r.TooSmall {
		return 0
	}
	width, height := r.inner(r.helpRect())
	return max(0, len(helpLines(v, width-2))-height)
}

// piece is text at a place of a line.
type piece struct {
	x, w int
	part
}

// helpLines lays the groups out in as many columns as fit into w cells, in
// reading order down the columns, and the notes below them.
func helpLines(v *Help, w int) [][]piece {
	blocks, width := helpBlocks(v.Groups)
	if len(blocks) > 0 {
		width = min(width, max(w, 1))
	}
	count := max(1, min((w+helpGap)/(width+helpGap), len(blocks)))
	var lines [][]piece
	for c, column := range balance(blocks, count) {
		x := c * (width + helpGap)
		for y, row := range column {
			for y >= len(lines) {
				lines = append(lines, nil)
			}
			for _, pc := range row {
				pc.x += x
				lines[y] = append(lines[y], pc)
			}
		}
	}
	if len(v.Notes) > 0 && len(lines) > 0 {
		lines = append(lines, nil)
	}
	for _, note := range v.Notes {
		for _, line := range wrapWords(tidy(note), w) {
			lines = append(lines, []piece{{0, w, part{dim, line}}})
		}
	}
	return lines
}

// helpBlocks makes one block of lines of every group, and the width that
// holds the widest line.
func helpBlocks(groups []KeyGroup) (blocks [][][]piece, width int) {
	keys := 0
	for _, g := range groups {
		for _, k := range g.Keys {
			keys = max(keys, cells(tidy(k.Keys)))
		}
	}
	for _, g := range groups {
		title := tidy(g.Title)
		width = max(width, cells(title))
		block := [][]piece{{{0, cells(title), part{strong, title}}}}
		for _, k := range g.Keys {
			does := tidy(k.Does)
			width = max(width, keys+helpKeyGap+cells(does))
			block = append(block, []piece{
				{0, keys, part{accent, tidy(k.Keys)}},
				{keys + helpKeyGap, cells(does), part{dim, does}},
			})
		}
		blocks = append(blocks, block)
	}
	return blocks, width
}

// balance fills columns with whole blocks, in order, as low as it can be done.
func balance(blocks [][][]piece, columns int) [][][]piece {
	height := 0
	for _, b := range blocks {
		height = max(height, len(b))
	}
	for {
		var filled [][][]piece
		for i, b := range blocks {
			last := len(filled) - 1
			if i == 0 || len(filled[last])+1+len(b) > height {
				filled = append(filled, slices.Clone(b))
				continue
			}
			filled[last] = append(append(filled[last], nil), b...)
		}
		if len(filled) <= columns {
			return filled
		}
		height++
	}
}
