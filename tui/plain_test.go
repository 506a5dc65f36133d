package tui

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
)

// plainWindow is what a window should be: all lines of the whole history in
// one list, and an index into it.
type plainWindow struct {
	log    *capture.Log
	chunks []capture.Chunk // all ever, in the order of time
	ends   [2]int64
	events []peer.Event // in the order of time

	dirs   capture.Dirs
	perRow int
	height int

	frozen bool
	top    plainLine
	limit  time.Time
	cursor cursor
	page   plainPage // what was drawn last
	moved  bool      // the budget moved the view, and nobody has scrolled since

	list []plainLine // reused
}

// plainPage is what a page of lines shows, and what it stands for while it is frozen.
type plainPage struct {
	at     view
	frozen bool
	lines  []plainLine
	texts  []string
}

// plainLine is a line of the history and how it orders among the others.
type plainLine struct {
	time  time.Time
	event bool  // behind the chunk of the same time
	off   int64 // in the chunk; -1 its head, -2 the gap before
	chunk capture.Chunk
	gap   time.Duration
	note  string   // what it says, where it is of no chunk
	in    [2]int64 // where each direction stands after it
}

func (l plainLine) before(o plainLine) bool {
	switch {
	case !l.time.Equal(o.time):
		return l.time.Before(o.time)
	case l.event != o.event:
		return o.event
	}
	return l.off < o.off
}

// text is the line in words, with perRow bytes a row.
func (l plainLine) text(perRow int) string {
	c := l.chunk
	switch {
	case l.note != "":
		return l.note
	case l.off == -2:
		return fmt.Sprintf("gap %v", l.gap)
	case l.off == -1:
		return fmt.Sprintf("chunk %v %v %d", c.Dir, l.gap, c.Len)
	}
	row := make([]byte, min(int64(perRow), c.Len-l.off))
	for i := range row {
		row[i] = plainByte(c.Dir, c.Off+l.off+int64(i))
	}
	return fmt.Sprintf("hex %v %d %x", c.Dir, c.Off+l.off, row)
}

// plainByte is what stands at an offset of a direction.
func plainByte(d capture.Dir, off int64) byte {
	return byte((uint64(off)*0x9e3779b97f4a7c15 + uint64(d)*0xbf58476d1ce4e5b9) >> 56)
}

func (p *plainWindow) write(d capture.Dir, n int, at time.Time) {
	buf := p.log.Reserve(d, n)
	n = min(n, len(buf))
	for i := range n {
		buf[i] = plainByte(d, p.ends[d]+int64(i))
	}
	p.log.Commit(d, n)
	p.chunks = append(p.chunks, capture.Chunk{Dir: d, Time: at, Off: p.ends[d], Len: int64(n)})
	p.ends[d] += int64(n)
}

// addEvent keeps the events sorted; one of a time that is taken comes a
// nanosecond later, and only the newest are kept.
func (p *plainWindow) addEvent(e peer.Event) {
	for slices.ContainsFunc(p.events, func(o peer.Event) bool { return o.Time.Equal(e.Time) }) {
		e.Time = e.Time.Add(1)
	}
	p.events = append(p.events, e)
	sort.SliceStable(p.events, func(i, j int) bool { return p.events[i].Time.Before(p.events[j].Time) })
	p.events = p.events[max(len(p.events)-maxHistory, 0):]
}

// lines is every line of what is kept, until the next call.
func (p *plainWindow) lines() []plainLine {
	var kept [2]int64
	list := p.list[:0]
	for d := capture.In; d <= capture.Out; d++ {
		kept[d], _ = p.log.Span(d)
		if p.dirs.Has(d) && kept[d] > 0 {
			list = append(list, plainLine{off: int64(d), note: fmt.Sprintf("dropped %v %d", d, kept[d])})
		}
	}
	var last time.Time
	events := p.events
	for _, c := range p.chunks {
		if !p.dirs.Has(c.Dir) || c.Off < kept[c.Dir] {
			continue
		}
		for ; len(events) > 0 && events[0].Time.Before(c.Time); events = events[1:] {
			list = append(list, eventLine(events[0]))
		}
		list = p.appendChunk(list, c, last)
		last = c.Time
	}
	for _, e := range events {
		list = append(list, eventLine(e))
	}
	var in [2]int64
	for i := range list {
		for d := range in {
			in[d] = max(in[d], list[i].in[d])
		}
		list[i].in = in
	}
	p.list = list
	return list
}

func eventLine(e peer.Event) plainLine {
	return plainLine{time: e.Time, event: true, note: "event " + e.Cause.Error()}
}

func (p *plainWindow) appendChunk(list []plainLine, c capture.Chunk, last time.Time) []plainLine {
	gap := time.Duration(-1)
	if !last.IsZero() {
		gap = c.Time.Sub(last)
	}
	if gap >= quiet {
		list = append(list, plainLine{time: c.Time, off: -2, chunk: c, gap: gap})
	}
	list = append(list, plainLine{time: c.Time, off: -1, chunk: c, gap: gap})
	for off := int64(0); off < c.Len; off += int64(p.perRow) {
		end := min(off+int64(p.perRow), c.Len)
		l := plainLine{time: c.Time, off: off, chunk: c}
		l.in[c.Dir] = c.Off + end
		list = append(list, l)
	}
	return list
}

// upTo is what may be shown of the lines.
func (p *plainWindow) upTo() []plainLine {
	list := p.lines()
	if !p.frozen {
		return list
	}
	return list[:sort.Search(len(list), func(i int) bool { return list[i].time.After(p.limit) })]
}

func (p *plainWindow) newest() (t time.Time) {
	if n := len(p.chunks); n > 0 {
		t = p.chunks[n-1].Time
	}
	if n := len(p.events); n > 0 && p.events[n-1].Time.After(t) {
		t = p.events[n-1].Time
	}
	return t
}

// first is the index of the first line shown.
func (p *plainWindow) first(list []plainLine) int {
	tail := max(len(list)-p.height, 0)
	if !p.frozen {
		return tail
	}
	top := p.top
	if !top.time.IsZero() && !top.event && top.off > 0 {
		top.off -= top.off % int64(p.perRow)
	}
	at := sort.Search(len(list), func(i int) bool { return !list[i].before(top) })
	switch {
	case at == len(list):
		return tail // nothing is left from there on
	case !list[at].time.Equal(p.top.time) && at > 0 && list[at-1].time.IsZero():
		return 0 // it is gone, and all before it: that is what the first lines say
	}
	return at
}

func (p *plainWindow) shown() []plainLine {
	list := p.upTo()
	first := p.first(list)
	return list[first:min(first+p.height, len(list))]
}

// draw is what the pane shows: frozen, the same page for as long as nothing is
// scrolled, resized or dropped.
func (p *plainWindow) draw() []string {
	at := view{p.top.place(), p.limit, p.dirs, p.perRow, p.height}
	if p.frozen && p.page.frozen && p.page.at == at {
		return p.page.texts
	}
	p.page = plainPage{at: at, frozen: p.frozen}
	for _, l := range p.shown() {
		p.page.lines = append(p.page.lines, l)
		p.page.texts = append(p.page.texts, l.text(p.perRow))
	}
	return p.page.texts
}

// settle moves a frozen page that has lost a chunk to the oldest kept, and one
// that was moved and has none.
func (p *plainWindow) settle() {
	if p.lost() {
		p.toStart()
		p.moved = true
	}
}

func (p *plainWindow) lost() bool {
	if !p.frozen || !p.page.frozen {
		return p.moved
	}
	chunks := slices.DeleteFunc(slices.Clone(p.page.lines), func(l plainLine) bool { return l.note != "" })
	gone := slices.ContainsFunc(chunks, func(l plainLine) bool {
		kept, _ := p.log.Span(l.chunk.Dir)
		return l.chunk.Off < kept
	})
	return gone || p.moved && len(chunks) == 0
}

func (l plainLine) place() place {
	switch {
	case l.event:
		return place{l.time, lineEvent}
	case l.time.IsZero() && l.note != "": // what was dropped of In, of Out
		return place{off: lineGap + l.off}
	}
	return place{l.time, l.off}
}

func (l plainLine) isHex() bool { return l.note == "" && l.off >= 0 }

func (p *plainWindow) behind() (n int64) {
	var seen [2]int64
	if shown := p.page.lines; len(shown) > 0 {
		seen = shown[len(shown)-1].in
	}
	for d := capture.In; d <= capture.Out; d++ {
		if p.dirs.Has(d) {
			kept, end := p.log.Span(d)
			n += end - max(seen[d], kept)
		}
	}
	return n
}

func (p *plainWindow) freeze() {
	if p.frozen {
		return
	}
	p.frozen, p.limit, p.top = true, p.newest(), plainLine{off: -2}
	if list := p.upTo(); len(list) > 0 {
		p.top = list[max(len(list)-p.height, 0)]
	}
}

func (p *plainWindow) follow() {
	p.frozen, p.cursor, p.page, p.moved = false, cursor{}, plainPage{}, false
}

func (p *plainWindow) toStart() {
	p.freeze()
	p.limit = p.newest()
	p.top = plainLine{off: -2}
	p.page, p.moved = plainPage{}, false
}

func (p *plainWindow) scrollBy(n int) {
	if n > 0 && !p.frozen {
		return
	}
	p.freeze()
	if p.lost() {
		p.settle()
		return
	}
	p.page, p.moved = plainPage{}, false
	at := p.first(p.upTo())
	if n >= 0 {
		p.limit = p.newest()
	}
	list := p.upTo()
	if len(list) == 0 {
		return
	}
	if at = max(at+n, 0); n >= 0 {
		at = min(at, max(len(list)-p.height, 0))
	}
	p.top = list[at]
}
