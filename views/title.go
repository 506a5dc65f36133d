package views

import (
	"strings"

	"peerscope/peer"
)

// titleOrder is the order of the statuses in the title line.
var titleOrder = [...]peer.Status{peer.StatusConnected, peer.StatusConnecting, peer.StatusError, peer.StatusNone}

// The widths of the title's parts.
const (
	titleName  = " PeerScope"
	rateWidth  = len("999.9 kB/s")
	ratesWidth = 2*(2+rateWidth) + 2 + 1 // two arrows, a gap, a blank at the end
)

// title writes the first line: totals on the left, rates on the right. What
// does not fit goes in steps: the words, the counts, the rates. That polling
// is paused, or that the past is shown, stays, at the right end.
func (p *pen) title(t *Title) {
	p.begin()
	p.text(accentStrong, titleName)
	paused := asideText(t, p.width-p.col-2)
	end := p.width
	if paused != "" {
		end -= cells(paused) + 2
	}
	rates := t.Peers > 0 && end >= cells(titleName)+2+ratesWidth
	if paused != "" && end < cells(titleName)+headWidth(t)+countsWidth(t)+2+ratesWidth {
		rates = false // the counts tell more of statuses that stand still
	}
	p.limit = end
	if rates {
		p.limit -= ratesWidth + 2
	}
	if t.Peers > 0 {
		p.totals(t)
	}
	p.limit = p.width
	if rates {
		p.rates(t, end)
	}
	if paused != "" {
		p.to(end + 1)
		p.text(warmStrong, paused)
	}
	p.end()
}

// asideText says in so many cells what is out of the ordinary.
func asideText(t *Title, room int) string {
	switch {
	case !t.Past.IsZero():
		return pastText(t, room)
	case t.Paused:
		return pausedText(t, room)
	}
	return ""
}

// agoWidth is the width of how long ago something was, up to ten days.
const agoWidth = len("59 min 59 s")

// pastText says which time is shown, and how long ago that was, in a column of
// its own: the clock and what stands before it do not move as that grows.
func pastText(t *Title, room int) string {
	var b [48]byte
	clock := "◀ " + string(appendClock(b[:0], t.Past))
	ago := string(appendSeconds(b[:0], t.Ago))
	long := clock + "  " + strings.Repeat(" ", max(agoWidth-len(ago), 0)) + ago + " ago"
	for _, text := range [...]string{long, clock, "past"} {
		if cells(text) < room {
			return text
		}
	}
	return ""
}

// pausedText says that polling is paused, and for how long.
func pausedText(t *Title, room int) string {
	var b [24]byte
	long := "polling paused " + string(appendStopwatch(b[:0], t.PausedFor))
	for _, text := range [...]string{long, strings.TrimPrefix(long, "polling "), "paused"} {
		if cells(text) < room {
			return text
		}
	}
	return ""
}

// headWidth is what the number of peers takes, countsWidth what the counts
// behind it take without their words.
func headWidth(t *Title) int   { return 2 + decimals(t.Peers) + 1 + len("peers") }
func countsWidth(t *Title) int { return len(countsOf(t)) * (2 + 2 + decimals(t.Peers)) }

// titleCount is how many peers there are of a kind.
type titleCount struct {
	statusMark
	word string
	n    int
}

// countsOf is what the title counts: listeners where there are any, and the
// others by their status.
func countsOf(t *Title) []titleCount {
	list := make([]titleCount, 0, 1+len(titleOrder))
	if t.Listeners > 0 {
		m, word := ListenerListening.mark()
		list = append(list, titleCount{m, word, t.Listening})
	}
	for _, s := range titleOrder {
		list = append(list, titleCount{markOf(s), s.String(), t.ByStatus[s]})
	}
	return list
}

// totals writes how many peers there are, of each kind, and what was dropped.
func (p *pen) totals(t *Title) {
	digits := decimals(t.Peers)
	name := "peers"
	if t.Peers == 1 {
		name = "peer"
	}
	room := p.limit - p.col
	head, short := headWidth(t), countsWidth(t)
	if room < head {
		return
	}
	p.gap(2)
	p.int(strong, t.Peers)
	p.gap(1)
	p.text(dim, name)
	p.to(cells(titleName) + head)
	room -= head
	if room < short {
		return
	}
	counts := countsOf(t)
	worded, width := wordsThatFit(counts, short, room)
	for i, c := range counts {
		p.count(c, digits, i < worded)
	}
	room -= width
	var b [32]byte
	dropped := append(appendMemory(b[:0], t.Dropped), " dropped"...)
	if t.Dropped > 0 && room >= 2+len(dropped) {
		p.gap(2)
		p.number(warm, dropped)
	}
}

// wordsThatFit is how many of the counts have their words where there are room
// cells: all, all but the last, or none; and the cells that they take then. short
// is what they take without.
func wordsThatFit(counts []titleCount, short, room int) (n, width int) {
	n, width = len(counts), short
	for _, c := range counts {
		width += 1 + len(c.word)
	}
	if width > room {
		n--
		width -= 1 + len(counts[n].word)
	}
	if width > room {
		return 0, short
	}
	return n, width
}

// count writes how many peers there are of a kind; none are faint.
func (p *pen) count(c titleCount, digits int, word bool) {
	shape, number, name := c.style, plain, dim
	if c.n == 0 {
		shape, number, name = faint, faint, faint
	}
	p.gap(2)
	p.text(shape, c.shape)
	p.gap(1 + digits - decimals(c.n))
	p.int(number, c.n)
	if word {
		p.gap(1)
		p.text(name, c.word)
	}
}

// rates writes both rates before end, in fixed columns.
func (p *pen) rates(t *Title, end int) {
	x := end - ratesWidth
	p.rate(x, "↓", in, t.In)
	p.rate(x+2+rateWidth+2, "↑", out, t.Out)
}

func (p *pen) rate(x int, arrow string, st style, rate float64) {
	var b [24]byte
	p.to(x)
	number := faint
	if rate >= 1 { // false for NaN
		number = plain
	} else {
		st = faint
	}
	p.text(st, arrow)
	p.right(number, appendRate(b[:0], rate), x+2+rateWidth)
}

// decimals is how many digits n takes.
func decimals(n int) int {
	d := 1
	for ; n >= 10; n /= 10 {
		d++
	}
	return d
}
