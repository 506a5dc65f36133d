package views

// bytes is the bytes pane.
func (p *pen) bytes(v *Bytes, r *Rects, focused bool) framed {
	w, h := r.inner(r.Bytes)
	d := newDump(v, w)
	var foot func()
	if v.Ruler != nil {
		foot = func() { p.ruler(v.Ruler) }
	}
	return framed{
		pane:  pane{bare: r.Bare, focused: focused, x: r.Bytes.X, w: r.Bytes.W},
		name:  "Bytes",
		title: func() { p.bytesTitle(v) },
		foot:  foot,
		line: func(y int) {
			switch {
			case y < len(v.Lines):
				p.bytesLine(v, &v.Lines[y], d, y == 0)
			case len(v.Lines) == 0 && y == (h-1)/2:
				p.middle(dim, cut(tidy(v.Empty), w-2))
			}
		},
	}
}

// bytesTitle says whose bytes, which of them, and whether they move. The
// label gives way first: a frozen view must say so.
func (p *pen) bytesTitle(v *Bytes) {
	if v.Shown == "" {
		return
	}
	var b [48]byte
	state, st := append(b[:0], "following"...), good
	if v.Frozen {
		state, st = append(b[:0], "frozen"...), warm
		if v.Behind > 0 {
			state = append(appendMemory(append(state, ", "...), v.Behind), " behind"...)
		}
	}
	shown := tidy(v.Shown)
	search := tidy(v.Search)
	room := p.limit - p.col - 1 - 2 - cells(shown) - 2 - len(state)
	if search != "" {
		room -= 2 + cells(search)
	}
	if times := v.Times.String(); times != "" && room >= 2+len(times) {
		shown += "  " + times
		room -= 2 + len(times)
	}
	p.gap(1)
	if label := tidy(v.Label); label != "" && room > 3 {
		p.textWidth(dim, label, room)
		p.gap(2)
	}
	if room > -3 {
		p.text(dim, shown)
		p.gap(2)
	}
	p.number(st, state)
	if search != "" && p.limit-p.col > 3 {
		p.gap(2)
		p.textWidth(accent, search, min(cells(search), p.limit-p.col-1))
	}
	var d [48]byte
	dropped := append(appendMemory(d[:0], v.Dropped), " dropped"...)
	if v.Dropped > 0 && p.limit-p.col-1 >= 2+len(dropped) {
		p.gap(2)
		p.number(warm, dropped)
	}
}

// bytesLine draws one line of any kind.
func (p *pen) bytesLine(v *Bytes, l *Line, d *dump, first bool) {
	switch l.Kind {
	case LineHex:
		p.hexRow(l, d, first)
	case LineChunk:
		p.chunkLine(l, d, v.Relayed)
	case LineGap:
		var b [40]byte
		p.ruledLine(d, append(appendPause(b[:0], l.Gap), " without traffic"...), faint, part{})
	case LineDropped:
		var b [48]byte
		p.ruledLine(d, append(appendMemory(b[:0], l.Len), " older dropped"...), warm, directionArrow(l.Out))
	case LineEvent:
		p.eventLine(l, d)
	}
}

// directionArrow is the sign of a direction in its colour.
func directionArrow(sent bool) part {
	if sent {
		return part{out, "→"}
	}
	return part{in, "←"}
}

// direction names a direction; of a relayed pair by who sent it.
func direction(sent, relayed bool) part {
	switch {
	case sent && relayed:
		return part{outStrong, "→ client"}
	case sent:
		return part{outStrong, "→ sent"}
	case relayed:
		return part{inStrong, "← server"}
	}
	return part{inStrong, "← received"}
}

// chunkLine is the header of a chunk: which way, when, how long after the
// chunk before, how many bytes, and that the other direction had ended.
func (p *pen) chunkLine(l *Line, d *dump, relayed bool) {
	left := p.col
	name := direction(l.Out, relayed)
	p.gap(1)
	p.text(name.style, name.text)
	var b [32]byte
	when := moment{l.Time, d.start, l.Gap}
	if d.head.main.w > 0 {
		p.right(dim, when.main(b[:0], d.times), left+d.head.main.end())
	}
	if text := when.beside(b[:0], d.times); d.head.beside.w > 0 && len(text) > 0 {
		p.right(faint, text, left+d.head.beside.end())
	}
	p.right(plain, appendSize(b[:0], l.Len), left+d.head.size.end())
	if note := "after the half-close"; l.HalfClosed && p.limit-p.col > cells(note)+3 {
		p.gap(2)
		p.text(dim, note)
	}
}

// eventLine is a transition or a half-close among the bytes, in the columns
// of the chunk headers unless what happened is too long for them.
func (p *pen) eventLine(l *Line, d *dump) {
	left, e := p.col, &l.Event
	name := eventName(e)
	p.gap(1)
	p.text(name.style, name.text)
	var b [32]byte
	when := moment{e.Time, d.start, e.After}
	if d.times == TimesSincePrevious {
		when.after = l.Gap
	}
	inColumns := p.col < left+d.head.main.x
	write := func(st style, text []byte, at span) {
		switch {
		case at.w == 0 || len(text) == 0:
		case inColumns:
			p.right(st, text, left+at.end())
		default:
			p.gap(1)
			p.number(st, text)
		}
	}
	write(dim, when.main(b[:0], d.times), d.head.main)
	write(faint, when.beside(b[:0], d.times), d.head.beside)
	if e.Late > 0 {
		p.gap(1)
		p.text(faint, "polled +"+Duration(e.Late))
	}
	if e.Cause != "" {
		if cause := cutWords(tidy(e.Cause), p.limit-p.col-3); cause != "…" {
			p.gap(2)
			p.text(causeStyle(e), cause)
		}
	}
}

// ruledLine is text in the middle of a dotted ruler as wide as the rows.
func (p *pen) ruledLine(d *dump, words []byte, st style, sign part) {
	text := string(words)
	n := cells(text) + 2
	if sign.text != "" {
		n += 2
	}
	end := p.col + d.width
	p.gap(1)
	p.rule(faint, "┄", p.col+(d.width-2-n)/2)
	p.gap(1)
	if sign.text != "" {
		p.text(sign.style, sign.text)
		p.gap(1)
	}
	p.text(st, text)
	p.gap(1)
	p.rule(faint, "┄", end-1)
}
