package tui

import (
	"math/rand"
	"slices"
	"testing"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// busy is a peer whose history fills its budget, on a screen of 200x60, and
// what it sends next.
type busy struct {
	*far
	page []byte
	rnd  *rand.Rand
}

// chunk is the size of the chunks that a history is made of.
const chunk = 1 << 10

// newBusy makes a history of at least so many bytes, of which each further
// byte drops an older one. Small chunks leave a quarter of their blocks empty.
func newBusy(b *testing.B, history int64) *busy {
	s := newScreenOf(b, 200, 60, peer.Config{Memory: history * 3 / 2}, views.NewTheme(views.TrueColor, false))
	f := &busy{far: s.connect("unix", "busy"), rnd: rand.New(rand.NewSource(1))}
	f.page = make([]byte, 32*s.layout().BytesLines())
	go func() { // ends with the connection
		buf := make([]byte, 1<<20)
		for {
			if _, err := f.Read(buf); err != nil {
				return
			}
		}
	}()
	p := make([]byte, chunk)
	for f.set.Totals().Dropped == 0 {
		f.send(p)
	}
	f.next()
	if kept, end := f.span(capture.Out); end-kept < history {
		b.Fatalf("the history has %d bytes, want %d", end-kept, history)
	}
	return f
}

func (f *busy) send(p []byte) {
	f.rnd.Read(p)
	f.clock.Add(int64(time.Millisecond))
	if _, err := f.set.Send(f.ctx, f.id, p); err != nil {
		f.Fatal(err)
	}
}

// next makes every byte on the screen another one and polls.
func (f *busy) next() {
	f.send(f.page)
	f.Update(pollMsg{})
}

// frame draws a new frame and returns what that took.
func (f *busy) frame() time.Duration {
	f.next()
	begin := time.Now()
	f.View()
	return time.Since(begin)
}

// BenchmarkFrame is what View does when a page of hex has changed throughout:
// the snapshot of the model and its rendering. x-64KiB is the median over pairs
// of runs of what a frame over 64 MiB of history costs, compared with one over
// 64 KiB in the same moments: a frame must cost the same over any history.
func BenchmarkFrame(b *testing.B) {
	long, short := newBusy(b, 64<<20), newBusy(b, 64<<10)
	b.Run("64MiB", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			long.next()
			b.StartTimer()
			long.View()
		}
	})
	b.Run("inspector", func(b *testing.B) {
		long.press("i")
		defer func() { long.press("i") }()
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			long.next()
			b.StartTimer()
			long.View()
		}
	})
	b.Run("pairs", func(b *testing.B) {
		const pairs, frames = 31, 40
		var ratio float64
		for b.Loop() {
			ratios := make([]float64, pairs)
			for i := range ratios {
				var took [2]time.Duration
				for range frames { // alternating, so that both see the same machine
					took[0] += long.frame()
					took[1] += short.frame()
				}
				ratios[i] = float64(took[0]) / float64(took[1])
			}
			slices.Sort(ratios)
			ratio = ratios[pairs/2]
			b.ReportMetric(ratios[pairs/4], "x-64KiB-q1")
			b.ReportMetric(ratios[pairs*3/4], "x-64KiB-q3")
		}
		b.ReportMetric(ratio, "x-64KiB")
	})
}
