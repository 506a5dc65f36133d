package tui

import (
	"fmt"
	"math/rand"
	"slices"
	"sort"
	"testing"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
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

	list []plainLine // reused
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

func (p *plainWindow) behind() (n int64) {
	var seen [2]int64
	if shown := p.shown(); len(shown) > 0 {
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

func (p *plainWindow) follow() { p.frozen = false }

func (p *plainWindow) toStart() {
	p.freeze()
	p.limit = p.newest()
	p.top = plainLine{off: -2}
}

func (p *plainWindow) scrollBy(n int) {
	if n > 0 && !p.frozen {
		return
	}
	p.freeze()
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

// lineText is a line as plainWindow writes it.
func lineText(w *window, l line) string {
	v := w.view(l, make([]byte, w.perRow))
	d := capture.In
	if v.Out {
		d = capture.Out
	}
	switch v.Kind {
	case views.LineDropped:
		return fmt.Sprintf("dropped %v %d", d, v.Len)
	case views.LineGap:
		return fmt.Sprintf("gap %v", v.Gap)
	case views.LineChunk:
		return fmt.Sprintf("chunk %v %v %d", d, v.Gap, v.Len)
	case views.LineEvent:
		return "event " + v.Event.Cause
	}
	return fmt.Sprintf("hex %v %d %x", d, v.Offset, v.Data)
}

func TestAWindowIsAPageOfAListOfAllLines(t *testing.T) {
	for _, seed := range []int64{1, 2, 3, 4, 5, 6, 1795563058475857251, time.Now().UnixNano()} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { runWindow(t, seed) })
	}
}

// windowRun is one run of the same steps on a window and on the plain one.
type windowRun struct {
	*testing.T
	rnd   *rand.Rand
	clock int64 // in nanoseconds
	last  int64 // of the last chunk
	plain plainWindow
	h     history
	steps []string
}

func runWindow(t *testing.T, seed int64) {
	pool := capture.NewPool(capture.MinBudget)
	r := &windowRun{T: t, rnd: rand.New(rand.NewSource(seed)), clock: 1e18}
	log := capture.NewLog(pool, func() time.Time { return time.Unix(0, r.clock) })
	defer func() {
		log.Close()
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	}()
	r.plain = plainWindow{log: log, dirs: capture.Both, perRow: 16, height: 5}
	for range 1000 {
		r.step()
		if !r.check() {
			return
		}
	}
	if pool.Dropped() == 0 {
		t.Error("the budget took nothing: the run is too small")
	}
}

func (r *windowRun) window() *window {
	p := &r.plain
	return &window{scroll: &r.h.scroll, height: p.height,
		items: items{log: p.log, events: r.h.events, dirs: p.dirs, perRow: p.perRow}}
}

// step does one random thing to both.
func (r *windowRun) step() {
	p, w := &r.plain, r.window()
	r.clock += [...]int64{0, 0, 1, 2, 1e6, int64(r.rnd.Intn(6e9))}[r.rnd.Intn(6)]
	switch r.rnd.Intn(16) {
	case 0, 1, 2, 3, 4:
		d, n := capture.Dir(r.rnd.Intn(2)), 1+r.rnd.Intn(1<<r.rnd.Intn(13))
		r.last = max(r.clock, r.last+1)
		p.write(d, n, time.Unix(0, r.last))
		r.did("write %v %d", d, n)
	case 5:
		at := [...]int64{r.clock, r.last, r.clock - int64(r.rnd.Intn(3))}[r.rnd.Intn(3)]
		e := peer.Event{Time: time.Unix(0, at), Cause: fmt.Errorf("number %d", len(r.steps))}
		p.addEvent(e)
		r.h.add([]peer.Event{e}, nil)
		r.did("event at %d", at)
	case 6:
		p.freeze()
		w.freeze()
		r.did("freeze")
	case 7:
		if r.rnd.Intn(3) == 0 {
			p.follow()
			w.follow()
			r.did("follow")
		}
	case 8:
		if r.rnd.Intn(4) == 0 {
			p.toStart()
			w.toStart()
			r.did("to the start")
		}
	case 9:
		p.perRow = 4 << r.rnd.Intn(4)
		r.did("%d a row", p.perRow)
	case 10:
		p.height = 1 + r.rnd.Intn(20)
		r.did("%d high", p.height)
	case 11:
		p.dirs = capture.Dirs(1 + r.rnd.Intn(3))
		r.did("directions %b", p.dirs)
	default:
		n := r.rnd.Intn(2*p.height+1) - p.height
		p.scrollBy(n)
		w.scrollBy(n)
		r.did("scroll %d", n)
	}
}

func (r *windowRun) did(format string, args ...any) {
	r.steps = append(r.steps, fmt.Sprintf(format, args...))
}

// check compares what the two show and reports whether it is the same.
func (r *windowRun) check() bool {
	r.Helper()
	w := r.window()
	var got, want []string
	lines := w.lines()
	for _, l := range lines {
		got = append(got, lineText(w, l))
	}
	for _, l := range r.plain.shown() {
		want = append(want, l.text(w.perRow))
	}
	if !slices.Equal(got, want) {
		r.Errorf("step %d, after %q:\n got %q\nwant %q", len(r.steps), r.steps[max(len(r.steps)-12, 0):], got, want)
		return false
	}
	if w.frozen != r.plain.frozen {
		r.Errorf("frozen is %v", w.frozen)
		return false
	}
	if got, want := w.behind(lines), r.plain.behind(); got != want {
		r.Errorf("step %d, after %q: %d behind, want %d", len(r.steps), r.steps[max(len(r.steps)-12, 0):], got, want)
		return false
	}
	return true
}
