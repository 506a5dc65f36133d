package views

// Hold is what a held row shows: where the bytes wait that are not taken.
type Hold struct {
	Way  Way        // the direction of a relayed pair; WayNone: all there is
	Bars [3]HoldBar // unread with us, the kernel's receive queue, the sender's send queue
}

// HoldBar is how full something is, in bytes.
type HoldBar struct {
	Value int64 // below zero: no figure
	Limit int64 // what fills it; 0: not known
}

// level is how full it is, from 0 to steps; something is at least 1.
func (b HoldBar) level(steps int) int {
	switch {
	case b.Value <= 0:
		return 0
	case b.Value >= b.Limit:
		return steps
	}
	return max(int(float64(b.Value)/float64(b.Limit)*float64(steps)), 1)
}

// barLetters name the bars of a [Hold].
var barLetters = [...]string{"U", "R", "S"}

// eighths are the ends of a bar that lies, empty to full.
var eighths = [...]string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"}

// longestBar is enough to see eighths of a cell move.
const longestBar = 12

// hold writes "held" and three bars into width cells. Where there is little
// room a bar is one cell that fills from below, and then the word goes.
func (p *pen) hold(h *Hold, width int) {
	const letter, gaps = 1, 2 // of each bar, between them
	word, length := "", 0
	for _, word = range [...]string{"held" + waySign(h.Way), "held", ""} {
		room := width - gaps
		if word != "" {
			room -= cells(word) + 1
		}
		if length = min(room/len(h.Bars)-letter, longestBar); length > 0 {
			break
		}
	}
	if length <= 0 {
		p.textWidth(warmStrong, "held", width)
		return
	}
	if word != "" {
		p.text(warmStrong, word)
		p.gap(1)
	}
	for i, b := range h.Bars {
		if i > 0 {
			p.gap(1)
		}
		p.text(dim, barLetters[i])
		p.holdBar(b, length)
	}
}

// holdBar draws one bar of so many cells: it stands if it has only one.
func (p *pen) holdBar(b HoldBar, length int) {
	st := warm
	if b.Limit > 0 && b.Value >= b.Limit {
		st = warmStrong
	}
	end := p.col + length
	switch n := b.level(8 * length); {
	case b.Value < 0:
		p.text(faint, "–")
		p.to(end)
		return
	case n > 0 && length == 1:
		p.text(st, sparks[(n*len(sparks)+7)/8-1])
	case n > 0:
		p.rule(st, "█", p.col+n/8)
		p.text(st, eighths[n%8])
	}
	p.rule(faint, "·", end)
}

// waySign is the arrow of a way, "" for none.
func waySign(w Way) string {
	switch w {
	case WayOut:
		return "→"
	case WayIn:
		return "←"
	}
	return ""
}
