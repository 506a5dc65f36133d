package capture

import (
	"math/rand"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestFollowersOfBusyLogsMissNothingThatIsNotCounted(t *testing.T) {
	p := NewPool(MinBudget)
	const logs, total = 3, 1 << 20
	var most atomic.Int64
	var writers, followers sync.WaitGroup
	var all []*Log
	done := make(chan struct{})
	for i := range logs {
		l := NewLog(p, time.Now)
		all = append(all, l)
		writers.Go(func() { reader(l, 2*i, total, &most) })
		writers.Go(func() { sender(t, l, 2*i+1, total) })
		followers.Go(func() { followAll(t, l, Both, 2*i, total, done) })
		followers.Go(func() { followAll(t, l, Out.Only(), 2*i, total, done) })
		followers.Go(func() { look(t, l, 2*i, done) })
	}
	list := NewList[int64](p, 0)
	writers.Go(func() {
		for i := range int64(2000) {
			list.Append(i)
		}
	})
	writers.Wait()
	close(done)
	followers.Wait()

	dropped := int64(0)
	for _, l := range all {
		for d := In; d <= Out; d++ {
			kept, _ := l.Span(d)
			dropped += kept
		}
		l.Close()
	}
	list.Release()
	if p.Dropped() != dropped || p.Used() != 0 {
		t.Errorf("pool: dropped %d, used %d; logs dropped %d", p.Dropped(), p.Used(), dropped)
	}
	if bound := p.Budget() + Overshoot*2*logs; most.Load() > bound {
		t.Errorf("used %d, at most %d", most.Load(), bound)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// reader writes total bytes of In as a socket's reader does.
func reader(l *Log, stream int, total int64, most *atomic.Int64) {
	rnd := rand.New(rand.NewSource(int64(stream)))
	for off := int64(0); off < total; {
		buf := l.Reserve(In, 64)
		n := min(int64(1+rnd.Intn(len(buf))), total-off)
		fill(buf[:n], stream, off)
		l.Commit(In, int(n))
		off += n
		if rnd.Intn(8) == 0 {
			l.Idle(In)
			runtime.Gosched()
		}
		for used := l.pool.Used(); ; {
			if m := most.Load(); used <= m || most.CompareAndSwap(m, used) {
				break
			}
		}
	}
}

// sender writes total bytes of Out, half of them as a relay does: published
// first, and passed on from where they were reserved.
func sender(t *testing.T, l *Log, stream int, total int64) {
	rnd := rand.New(rand.NewSource(int64(stream)))
	msg := make([]byte, 6000)
	for off := int64(0); off < total; {
		want := min(int64(1+rnd.Intn(len(msg))), total-off)
		if rnd.Intn(2) == 0 {
			buf := l.Reserve(Out, int(want))
			n := min(want, int64(len(buf)))
			fill(buf[:n], stream, off)
			l.Publish(Out, int(n))
			runtime.Gosched()
			checkBytes(t, buf[:n], stream, off)
			l.Commit(Out, 0)
			off += n
			continue
		}
		fill(msg[:want], stream, off)
		n, _ := l.Send(msg[:want], func(p []byte) (int, error) { return 1 + rnd.Intn(len(p)), nil })
		off += int64(n)
	}
}

func followAll(t *testing.T, l *Log, dirs Dirs, stream int, total int64, done <-chan struct{}) {
	c := l.NewCursor(dirs)
	buf := make([]byte, 3000)
	var got [2]int64
	var last time.Time
	for ended := false; ; {
		p, ok := c.Next(buf, time.Time{})
		switch {
		case !ok && ended:
			for d := In; d <= Out; d++ {
				if dirs.Has(d) && got[d] != total {
					t.Errorf("%v: returned and dropped %d of %d bytes", d, got[d], total)
				}
			}
			return
		case !ok:
			select {
			case <-done:
				ended = true
			default:
				runtime.Gosched()
			}
			continue
		}
		if p.Off != got[p.Dir] || p.Dropped == 0 && p.Time.Before(last) {
			t.Errorf("piece %v at %d, expected %d", p.Dir, p.Off, got[p.Dir])
			return
		}
		checkBytes(t, p.Data, stream+int(p.Dir), p.Off)
		got[p.Dir] += p.Len
		if p.Dropped == 0 {
			last = p.Time
		}
	}
}

// look reads as a screen does: the last chunks, and the bytes of one.
func look(t *testing.T, l *Log, stream int, done <-chan struct{}) {
	chunks := make([]Chunk, 0, 30)
	buf := make([]byte, 2000)
	for {
		select {
		case <-done:
			return
		default:
		}
		chunks = l.Before(chunks[:0], time.Time{}, Both)
		for i, c := range chunks {
			if i > 0 && !c.Time.After(chunks[i-1].Time) {
				t.Errorf("%v is not after %v", c.Time, chunks[i-1].Time)
			}
			n, _ := l.CopyAt(buf, c.Dir, c.Off)
			checkBytes(t, buf[:n], stream+int(c.Dir), c.Off)
		}
		l.Consume(In, -1)
		runtime.Gosched()
	}
}

func TestALogMayBeClosedUnderItsReadersAndWriters(t *testing.T) {
	p := NewPool(MinBudget)
	for i := range 50 {
		l := NewLog(p, time.Now)
		done := make(chan struct{})
		started := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			buf := make([]byte, 1000)
			c := l.NewCursor(Both)
			for n := 0; ; n++ {
				if n == i {
					close(started)
				}
				c.Next(buf, time.Time{})
				l.CopyAt(buf, In, 0)
				l.At(In, 5)
				l.After(make([]Chunk, 0, 4), time.Time{}, Both)
				select {
				case <-done:
					return
				default:
				}
			}
		})
		all.Go(func() { reader(l, 0, 1<<16, new(atomic.Int64)) })
		all.Go(func() { sender(t, l, 1, 1<<16) })
		<-started
		l.Close()
		close(done)
		all.Wait()
	}
	if p.Used() != 0 {
		t.Errorf("used %d after closing", p.Used())
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
