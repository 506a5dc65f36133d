package tui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// lineText is a line as plainWindow writes it.
func lineText(v views.Line) string {
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

// A window shows a page of the list of all lines, whatever was appended,
// dropped, scrolled, sought, marked, searched, frozen or resized before.
func TestAWindowIsAPageOfAListOfAllLines(t *testing.T) {
	var dropped int64
	steps := 0
	rapid.Check(t, func(t *rapid.T) {
		pool := capture.NewPool(capture.MinBudget)
		r := &windowRun{T: t, clock: 1e18}
		log := capture.NewLog(pool, func() time.Time { return time.Unix(0, r.clock) })
		defer func() {
			dropped += pool.Dropped()
			log.Close()
			if err := pool.Close(); err != nil {
				t.Error(err)
			}
		}()
		r.plain = plainWindow{log: log, dirs: capture.Both, perRow: 16, height: 5}
		for range r.int("steps", 1, 300) {
			r.step(windowSteps[r.int("step", 0, len(windowSteps)-1)])
			r.check()
		}
		steps += r.steps
	})
	t.Logf("%d steps, %d bytes dropped", steps, dropped)
	if dropped == 0 {
		t.Error("the budget took nothing: the runs are too small")
	}
}

// windowRun is one run of the same steps on a window and on the plain one.
type windowRun struct {
	*rapid.T
	clock int64 // in nanoseconds
	last  int64 // of the last chunk
	plain plainWindow
	h     history
	steps int

	marks []windowMark
	word  []byte // that is searched for; nil: none is
	found Model  // of which the search is used
}

func (r *windowRun) window() *window {
	p := &r.plain
	return &window{scroll: &r.h.scroll, height: p.height,
		items: items{log: p.log, events: r.h.events, dirs: p.dirs, perRow: p.perRow}}
}

func (r *windowRun) int(what string, from, to int) int {
	return rapid.IntRange(from, to).Draw(r.T, what)
}

func (r *windowRun) one(what string, of ...int64) int64 { return rapid.SampledFrom(of).Draw(r.T, what) }

// step does one thing to both, after some time, and what Update does then.
func (r *windowRun) step(do func(*windowRun, *plainWindow, *window)) {
	r.steps++
	r.clock += r.one("ns later", 0, 0, 1, 2, 1e6, 3999999999, 4e9, 6e9)
	do(r, &r.plain, r.window())
	r.plain.settle()
	if w := r.window(); w.lost() {
		w.toOldest()
	}
}

// windowSteps are what can be done; what is done often stands there often.
var windowSteps = []func(*windowRun, *plainWindow, *window){
	(*windowRun).write, (*windowRun).write, (*windowRun).write, (*windowRun).flood, (*windowRun).event,
	func(_ *windowRun, p *plainWindow, w *window) { p.freeze(); w.freeze() },
	func(_ *windowRun, p *plainWindow, w *window) { p.follow(); w.follow() },
	func(_ *windowRun, p *plainWindow, w *window) { p.toStart(); w.toStart() },
	(*windowRun).resize, (*windowRun).resize,
	func(r *windowRun, p *plainWindow, _ *window) { p.dirs = capture.Dirs(r.int("directions", 1, 3)) },
	(*windowRun).scroll, (*windowRun).scroll, (*windowRun).scroll, (*windowRun).scroll,
	func(r *windowRun, p *plainWindow, w *window) {
		n := r.int("rows", -2*p.height, 2*p.height)
		p.moveRows(n)
		w.moveRows(n)
	},
	func(r *windowRun, p *plainWindow, w *window) { n := r.by(); p.moveBytes(n); w.moveBytes(n) },
	func(r *windowRun, p *plainWindow, w *window) { n := r.by(); p.moveChunk(n); w.moveChunk(n) },
	func(_ *windowRun, p *plainWindow, w *window) { p.toFirst(); w.toFirst() },
	(*windowRun).seekOffset, (*windowRun).seekOffset, (*windowRun).seekTime,
	(*windowRun).mark, (*windowRun).mark, (*windowRun).toMark, (*windowRun).toMark, (*windowRun).search, (*windowRun).search,
}

func (r *windowRun) by() int { return int(r.one("by", -1, 1)) }

func (r *windowRun) write(p *plainWindow, _ *window) {
	r.last = max(r.clock, r.last+1)
	p.write(capture.Dir(r.int("direction", 0, 1)), 1+r.int("bytes", 0, 1<<r.int("log2", 0, 12)), time.Unix(0, r.last))
}

// flood writes about a quarter of the budget.
func (r *windowRun) flood(p *plainWindow, _ *window) {
	d := capture.Dir(r.int("direction", 0, 1))
	for range 8 {
		r.last = max(r.clock, r.last+1)
		p.write(d, 2000, time.Unix(0, r.last))
	}
}

func (r *windowRun) event(p *plainWindow, _ *window) {
	at := r.one("at", r.clock, r.last, r.clock-1, r.clock-2e9)
	e := peer.Event{Time: time.Unix(0, at), Cause: fmt.Errorf("number %d", r.steps)}
	p.addEvent(e)
	r.h.add([]peer.Event{e}, nil)
	r.clock++ // a chunk is stamped later than what is known by then
}

func (r *windowRun) scroll(p *plainWindow, w *window) {
	n := r.int("lines", -p.height, p.height)
	p.scrollBy(n)
	w.scrollBy(n)
}

// resize changes the size. The line at the top stays there; of a row of bytes
// the one does that was its first when the view was scrolled there.
func (r *windowRun) resize(p *plainWindow, w *window) {
	before := w.shown().lines
	p.perRow, p.height = int(r.one("bytes a row", 4, 8, 16, 32)), r.int("height", 1, 20)
	switch {
	case !w.frozen || len(before) == 0,
		w.top.t.IsZero(),            // its top is whatever is the start
		!before[0].t.Equal(w.top.t): // its top is of a direction that is not shown: this is the next, or the tail
		return
	}
	w = r.window()
	top := w.shown().lines[0]
	if was := before[0]; !top.t.Equal(was.t) || was.isHex() != top.isHex() || top.isHex() && top.off != w.align(w.top.off) {
		r.Fatalf("step %d: the top line was %v, and is %v at %d bytes a row", r.steps, was.place, top.place, p.perRow)
	}
}

// seekTime goes to any time, of a chunk or of none.
func (r *windowRun) seekTime(p *plainWindow, w *window) {
	t := r.one("time", 1, r.clock, r.last, r.clock-1e9, r.clock-6e9)
	if n := len(p.chunks); n > 0 {
		t = p.chunks[r.int("chunk", 0, n-1)].Time.UnixNano() + r.one("ns beside", -1, 0, 1)
	}
	p.toPlace(plainLine{time: time.Unix(0, t), off: -2})
	w.toTime(time.Unix(0, t))
}

// seekOffset goes to any byte that is kept, or places the cursor on it.
func (r *windowRun) seekOffset(p *plainWindow, w *window) {
	d := capture.Dir(r.int("direction", 0, 1))
	kept, end := p.log.Span(d)
	if kept == end {
		return
	}
	off := kept + int64(r.int("offset", 0, int(end-kept)-1))
	chunk, ok := w.log.At(d, off)
	if want, _ := p.chunkAt(d, off); !ok || chunk != want {
		r.Fatalf("step %d: the chunk at %v %d is %v, want %v", r.steps, d, off, chunk, want)
	}
	if !p.dirs.Has(d) || r.int("cursor", 0, 1) == 0 {
		p.toPlace(plainLine{time: chunk.Time, off: w.align(off - chunk.Off)})
		if err := w.toOffset(d, off); err != nil {
			r.Fatal(err)
		}
		return
	}
	p.freeze()
	w.freeze()
	p.put(spot{chunk, off})
	w.put(spot{chunk, off})
}

// check compares what the two show.
func (r *windowRun) check() {
	w, p := r.window(), &r.plain
	page := w.shown()
	r.checkFound(w, page)
	want := p.draw()
	got := make([]string, len(page.views))
	for i, v := range page.views {
		got[i] = lineText(v)
	}
	if !slices.Equal(got, want) {
		r.Fatalf("step %d:\n got %q\nwant %q", r.steps, got, want)
	}
	if w.frozen != p.frozen {
		r.Fatalf("step %d: frozen is %v", r.steps, w.frozen)
	}
	if got, want := w.behind(page.lines), p.behind(); got != want {
		r.Fatalf("step %d: %d behind, want %d", r.steps, got, want)
	}
	at, ok := w.cursorIn(page.lines)
	if want, found := p.cursorIn(p.page.lines); at != want || ok != found {
		r.Fatalf("step %d: the cursor is %v (%v), want %v (%v)", r.steps, at, ok, want, found)
	}
}
