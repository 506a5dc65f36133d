package views

import "strconv"

// entryGap parts two entries of the timeline.
const entryGap = 3

// part is a piece of text in one style.
type part struct {
	style style
	text  string
}

// timeline draws the timeline pane: entries from left to right, wrapped
// between entries, the newest always in sight.
func (p *pen) timeline(t *Timeline, r *Rects, focused bool) {
	pn := pane{bare: r.Bare, focused: focused}
	w, h := r.inner(r.Timeline)
	w -= 2
	entries, earlier := t.lastEntries(w, h)
	p.paneTop(pn, "Timeline", func() {
		if label := tidy(t.Label); label != "" {
			p.gap(1)
			p.text(dim, label)
		}
		if times := t.Times.String(); times != "" && p.limit-p.col >= 2+len(times) {
			p.gap(2)
			p.text(dim, times)
		}
	})
	for y := range h {
		p.paneLine(pn)
		p.gap(1)
		p.limit--
		before := 0
		switch {
		case len(t.Events) == 0 && y == 0:
			p.text(dim, "nothing yet")
		case y == 0 && earlier > 0:
			p.text(faint, earlierText(earlier))
			before = entryGap
		}
		entries = p.timelineLine(entries, before, y == h-1)
		p.limit++
		p.paneLineEnd(pn)
	}
	p.paneBottom(pn, nil)
}

// timelineLine writes the entries that fit on this line and returns the
// others. before is the gap before the first, which is 0 at a line's begin.
// The newest is written on the last line even where it must be cut.
func (p *pen) timelineLine(entries [][]part, before int, last bool) [][]part {
	for len(entries) > 0 {
		if before > 0 && p.col+before+partsWidth(entries[0]) > p.limit && !last {
			break
		}
		p.gap(before)
		for _, part := range entries[0] {
			p.text(part.style, part.text)
		}
		entries, before = entries[1:], entryGap
	}
	return entries
}

// earlierText stands for the entries that are not shown.
func earlierText(n int) string { return "‹ " + strconv.Itoa(n) + " earlier" }

// lastEntries is as many of the newest entries as fit in h lines of w cells,
// and how many older ones there are.
func (t *Timeline) lastEntries(w, h int) (entries [][]part, earlier int) {
	const shortest = 12 // no entry is narrower: "+3 µs ○ none"
	events := t.Events
	most := min(len(events), h*(w/shortest+1))
	if most <= 0 {
		return nil, len(events)
	}
	earlier = len(events) - most
	for i := earlier; i < len(events); i++ {
		entries = append(entries, t.entry(i, w))
	}
	for len(entries) > 1 && timelineHeightOf(entries, earlier, w) > h {
		entries = entries[1:]
		earlier++
	}
	return entries, earlier
}

// timelineHeightOf is how many lines of w cells the entries take.
func timelineHeightOf(entries [][]part, earlier, w int) int {
	lines, x := 1, 0
	if earlier > 0 {
		x = cells(earlierText(earlier))
	}
	for i, e := range entries {
		n := partsWidth(e)
		switch {
		case i == 0 && x == 0:
			x = n
		case x+entryGap+n > w:
			lines++
			x = n
		default:
			x += entryGap + n
		}
	}
	return lines
}

func partsWidth(parts []part) int {
	n := 0
	for _, p := range parts {
		n += cells(p.text)
	}
	return n
}

// entry is one entry: when, what, how long after the one before, why. A cause
// that a line of w cells has no room for is shortened.
func (t *Timeline) entry(i, w int) []part {
	var b [32]byte
	events, e, times := t.Events, &t.Events[i], t.Times
	if i == 0 && times == TimesSincePrevious {
		times = TimesAbsolute // there is none before it
	}
	parts := make([]part, 0, 8)
	parts = append(parts, part{dim, string(moment{e.Time, t.Start, e.After}.main(b[:0], times)) + " "})
	// Where the status came from is said only when the entry before did not.
	if e.Text == "" && (i == 0 || events[i-1].Text != "" || events[i-1].To != e.From) {
		parts = append(parts,
			part{markOf(e.From).style, markOf(e.From).shape + " " + e.From.String()},
			part{faint, " → "})
	}
	parts = append(parts, eventName(e))
	if late := eventTimes(e, i > 0 && times != TimesSincePrevious); late != "" {
		parts = append(parts, part{faint, late})
	}
	if e.Cause != "" {
		cause, room := tidy(e.Cause), w-partsWidth(parts)-1
		if i > 0 {
			room -= cells(earlierText(i)) + entryGap
		}
		parts = append(parts, part{causeStyle(e), " " + shortCause(cause, max(room, cells(shortestCause(cause))))})
	}
	return parts
}

// eventTimes is how long after the event before this one came; where the poll
// came noticeably later, when that was as well.
func eventTimes(e *Event, follows bool) string {
	var b [32]byte
	switch follows = follows && e.After >= 0; {
	case e.Late > 0 && follows:
		fact := string(appendDuration(b[:0], e.After))
		return " fact +" + fact + ", polled +" + Duration(e.After+e.Late)
	case e.Late > 0:
		return " polled +" + Duration(e.Late)
	case follows:
		return " +" + string(appendDuration(b[:0], e.After))
	}
	return ""
}

// eventName is what happened, in the colour of it.
func eventName(e *Event) part {
	switch {
	case e.Text == "":
		m := markOf(e.To)
		return part{m.style, m.shape + " " + e.To.String()}
	case e.Waits:
		return part{warm, "… " + shortestCause(tidy(e.Text))}
	case e.Bad:
		return part{bad, "✖ " + tidy(e.Text)}
	case e.Way == WayOut:
		return part{out, "→ " + tidy(e.Text)}
	case e.Way == WayIn:
		return part{in, "← " + tidy(e.Text)}
	}
	return part{out, "◦ " + tidy(e.Text)}
}

func causeStyle(e *Event) style {
	if e.Bad {
		return bad
	}
	return dim
}
