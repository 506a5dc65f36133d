package capture

import (
	"testing"
	"time"
)

func benchmarkAppend(b *testing.B, size int) {
	p := NewPool(64 << 20)
	l := NewLog(p, time.Now)
	src := make([]byte, size)
	fill(src, 0, 0)
	// Beyond the first budget every block takes the place of another.
	for p.Dropped() == 0 {
		copy(l.Reserve(In, maxBlock), src)
		l.Commit(In, maxBlock-entrySize)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		copy(l.Reserve(In, size), src)
		l.Commit(In, size)
	}
	b.ReportMetric(float64(b.N)*float64(size)/b.Elapsed().Seconds()/1e9, "GB/s")
	l.Close()
	p.Close()
}

func BenchmarkAppend32KiB(b *testing.B) { benchmarkAppend(b, 32<<10) }

func BenchmarkAppend64B(b *testing.B) { benchmarkAppend(b, 64) }

// BenchmarkBefore asks for a screen of chunks from the middle of 64 MiB of
// history and of 64 KiB in turn, and reports the ratio: a view must cost the
// same over any history.
func BenchmarkBefore(b *testing.B) {
	p := NewPool(256 << 20)
	long, short := NewLog(p, clock()), NewLog(p, clock())
	const size = 512
	for range (64 << 20) / size {
		write(long, In, 0, size)
	}
	for range (64 << 10) / size {
		write(short, In, 0, size)
	}
	dst := make([]Chunk, 0, 40)
	var took [2]time.Duration
	for b.Loop() {
		for i, l := range []*Log{long, short} {
			_, end := l.Span(In)
			at := time.Unix(end/size/2, 0)
			start := time.Now()
			for range 100 {
				dst = l.Before(dst[:0], at, Both)
			}
			took[i] += time.Since(start)
		}
	}
	b.ReportMetric(float64(took[0].Nanoseconds())/float64(b.N)/100, "ns/Before")
	b.ReportMetric(float64(took[0])/float64(took[1]), "x-64KiB")
	long.Close()
	short.Close()
	p.Close()
}

// BenchmarkCursor follows 64 MiB in chunks of 512 bytes.
func BenchmarkCursor(b *testing.B) {
	p := NewPool(256 << 20)
	l := NewLog(p, clock())
	for range (64 << 20) / 512 {
		write(l, In, 0, 512)
	}
	c := l.NewCursor(Both)
	buf := make([]byte, MaxCopy)
	b.SetBytes(512)
	for b.Loop() {
		if _, ok := c.Next(buf, time.Time{}); !ok {
			c = l.NewCursor(Both)
		}
	}
	l.Close()
	p.Close()
}

// BenchmarkIndex writes chunks of 1 KiB: of a flood, whose blocks are large, and
// of a trickle, whose writer waits after each. index-% is what finds a chunk by
// its offset or time (an entry of each, and the blocks), unused-% what is counted
// against the budget beyond that and the bytes: room that no further chunk took.
// Both are of the bytes. Required: index-% at most 5.
func BenchmarkIndex(b *testing.B) {
	const size = 1 << 10
	for _, load := range []struct {
		name  string
		waits bool
	}{{"flood", false}, {"trickle", true}} {
		b.Run(load.name, func(b *testing.B) {
			p := NewPool(64 << 20)
			l := NewLog(p, clock())
			for b.Loop() {
				for i := range 32 << 10 {
					if write(l, Dir(i%2), 0, size); load.waits {
						l.Idle(Dir(i % 2))
					}
				}
			}
			var bytes, index int64
			for d := range l.dirs {
				for _, block := range l.dirs[d].blocks {
					bytes += int64(block.n)
					index += int64(block.count*entrySize) + blockCost
				}
			}
			b.ReportMetric(float64(index)/float64(bytes)*100, "index-%")
			b.ReportMetric(float64(p.Used()-index-bytes)/float64(bytes)*100, "unused-%")
			l.Close()
			p.Close()
		})
	}
}
