package tui

import (
	"flag"
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// past is a peer with a history, in the bytes pane on a screen of 200x60.
type past struct {
	*far
	log   *capture.Log
	total int64
	rnd   *rand.Rand
}

// newPast writes a history of at least so many bytes straight into the log of a peer that never sends, in
// chunks of so many bytes, a millisecond apart.
func newPast(b *testing.B, total int64, chunk int) *past {
	s := newScreenOf(b, 200, 60, peer.Config{Memory: 2*total + 8*int64(chunk)}, views.NewTheme(views.TrueColor, false))
	return s.withHistory(total, chunk, func(int64) {})
}

// withHistory writes the history; wrote is told how much there is of it by now.
func (s *screen) withHistory(total int64, chunk int, wrote func(int64)) *past {
	s.Helper()
	f := &past{far: s.connect("unix", "past"), total: total, rnd: rand.New(rand.NewSource(1))}
	f.log = s.set.Log(f.id)
	for end := int64(0); end < total; end += int64(chunk) {
		p := f.log.Reserve(capture.In, chunk)[:chunk]
		for i := 0; i < chunk; i += 16 {
			p[i] = byte(f.rnd.Int())
		}
		s.clock.Add(int64(time.Millisecond))
		f.log.Commit(capture.In, chunk)
		wrote(end + int64(chunk) + 16*(end/int64(chunk)+1))
	}
	if kept, end := f.span(capture.In); kept > 0 || end < total {
		s.Fatalf("the history goes from %d to %d, want %d", kept, end, total)
	}
	s.press("3")
	return f
}

// drawn does something to the window and returns how long that and the frame took.
func (f *past) drawn(do func(*window)) time.Duration {
	begin := time.Now()
	w, _ := f.window()
	do(w)
	f.dirty = true
	f.View()
	return time.Since(begin)
}

// steps are what is measured, by name: how it is prepared, and what is timed. A
// frame is one that a line of scrolling has changed, for a frozen one is kept.
var pastSteps = []step{
	{"frame-start", func(f *past) { f.press("g") }, (*past).scrolled},
	{"frame-middle", func(f *past) { f.drawn(f.toOffset(f.total / 2)) }, (*past).scrolled},
	{"frame-end", func(f *past) { f.press("G", "k") }, (*past).scrolled},
	{"jump-start", func(f *past) { f.press("G"); f.View() }, func(f *past) time.Duration { return f.drawn((*window).toStart) }},
	{"jump-end", func(f *past) { f.press("g"); f.View() }, func(f *past) time.Duration { return f.drawn((*window).follow) }},
	{"jump-offset", func(f *past) { f.press("G"); f.View() },
		func(f *past) time.Duration { return f.drawn(f.toOffset(f.rnd.Int63n(f.total))) }},
	{"jump-time", func(f *past) { f.press("G"); f.View() }, func(f *past) time.Duration {
		c, _ := f.log.At(capture.In, f.rnd.Int63n(f.total))
		return f.drawn(func(w *window) { w.toTime(c.Time.Add(-time.Microsecond)) })
	}},
}

func (f *past) scrolled() time.Duration {
	by := 1 - 2*f.rnd.Intn(2)
	return f.drawn(func(w *window) { w.scrollBy(by) })
}

func (f *past) toOffset(off int64) func(*window) {
	return func(w *window) {
		if err := w.toOffset(capture.In, off); err != nil {
			f.Fatal(err)
		}
	}
}

// BenchmarkPast is what frames and jumps cost at the start, in the middle and
// at the end of a history, whatever its chunks: 64 bytes, 64 KiB, or all that
// the largest block holds. x-64KiB is the median over runs of what the median
// frame over 64 MiB costs, compared with one over 64 KiB in the same moments.
func BenchmarkPast(b *testing.B) {
	for _, chunk := range []int{64, 64 << 10, 1<<20 - 64} {
		long, short := newPast(b, 64<<20, chunk), newPast(b, 64<<10, min(chunk, 64<<10))
		for _, step := range pastSteps {
			b.Run(fmt.Sprintf("%s/%s", views.Size(int64(chunk)), step.name), func(b *testing.B) { compare(b, step, long, short) })
		}
	}
}

// step is one of pastSteps.
type step struct {
	name    string
	prepare func(*past)
	do      func(*past) time.Duration
}

// compare measures a step over two histories in the same moments.
func compare(b *testing.B, s step, long, short *past) {
	const runs, frames = 15, 41
	var ratios, took [runs]float64
	for b.Loop() {
		for i := range runs {
			both := [2][frames]time.Duration{}
			for n := range frames { // alternating, so that both see the same machine
				for k, f := range []*past{long, short} {
					s.prepare(f)
					both[k][n] = s.do(f)
				}
			}
			slices.Sort(both[0][:])
			slices.Sort(both[1][:])
			took[i] = float64(both[0][frames/2].Nanoseconds()) / 1000
			ratios[i] = took[i] * 1000 / float64(both[1][frames/2].Nanoseconds())
		}
	}
	slices.Sort(ratios[:])
	slices.Sort(took[:])
	b.ReportMetric(took[runs/2], "µs/frame")
	b.ReportMetric(ratios[runs/2], "x-64KiB")
	b.ReportMetric(ratios[runs/4], "x-64KiB-q1")
	b.ReportMetric(ratios[runs*3/4], "x-64KiB-q3")
}

// BenchmarkSpilled is BenchmarkPast over 4 GiB on disk with a budget of 64 MiB: what
// a frame costs whose page has been read back, and what a jump to bytes that are
// on disk takes, reading included. -short and -benchtime 1x take 256 MiB: a glance.
func BenchmarkSpilled(b *testing.B) {
	const chunk, memory = 16 << 10, 64 << 20
	total := int64(4 << 30)
	if testing.Short() || flag.Lookup("test.benchtime").Value.String() == "1x" {
		total = 256 << 20
	}
	s := newSpilling(b, 200, 60, memory)
	long, short := s.withHistory(total, chunk, func(kept int64) { s.spilled(kept, memory) }), newPast(b, 64<<10, chunk)
	long.readBackAll()
	scroll := step{"frame-disk", func(f *past) { f.readBackAll() }, (*past).scrolled}
	for _, f := range []*past{long, short} {
		f.do(fmt.Sprintf(":goto %d", f.total/2))
	}
	b.Run(scroll.name, func(b *testing.B) { compare(b, scroll, long, short) })
	b.Run("jump-disk", func(b *testing.B) {
		for b.Loop() {
			long.do(fmt.Sprintf(":goto %d", long.rnd.Int63n(total-memory)))
		}
	})
}
