package capture

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"
)

// model is what a log should be: everything that was ever committed.
type model struct {
	log    *Log
	stream int // of In; Out is the next
	end    [2]int64
	kept   [2]int64
	mark   [2]int64
	chunks []Chunk
	cursor []*follower
}

// follower counts what a cursor returned.
type follower struct {
	*Cursor
	dirs Dirs
	pos  [2]int64
	last time.Time
}

func TestALogIsWhatAPlainSliceOfEverythingWouldBe(t *testing.T) {
	for _, seed := range []int64{1, 2, 3, 4, time.Now().UnixNano()} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { runModel(t, seed) })
	}
}

func runModel(t *testing.T, seed int64) {
	rnd := rand.New(rand.NewSource(seed))
	p := NewPool(MinBudget << rnd.Intn(5))
	list := NewList[[40]byte](p, 24)
	ns := int64(1_000_000)
	now := func() time.Time { ns += int64(rnd.Intn(5)) - 1; return time.Unix(0, ns) }
	var all []*model
	for i := range 3 {
		m := &model{log: NewLog(p, now), stream: 2 * i}
		for _, dirs := range []Dirs{Both, In.Only(), Out.Only()} {
			m.cursor = append(m.cursor, &follower{Cursor: m.log.NewCursor(dirs), dirs: dirs})
		}
		all = append(all, m)
	}
	for range 6000 {
		m := all[rnd.Intn(len(all))]
		m.step(t, rnd)
		if rnd.Intn(20) == 0 {
			list.Append([40]byte{})
		}
		dropped := int64(0)
		for _, m := range all {
			m.sync(t)
			dropped += m.kept[In] + m.kept[Out]
		}
		if p.Dropped() != dropped {
			t.Fatalf("pool dropped %d, logs %d", p.Dropped(), dropped)
		}
		if most := p.Budget() + Overshoot*6; p.Used() > most {
			t.Fatalf("used %d, at most %d", p.Used(), most)
		}
	}
	for _, m := range all {
		m.drain(t)
		m.log.Commit(In, 0)
		m.log.Commit(Out, 0)
		m.log.Close()
	}
	list.Release()
	if p.Used() != 0 {
		t.Errorf("used %d after closing", p.Used())
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// step does one random thing to the log and checks what it says.
func (m *model) step(t *testing.T, rnd *rand.Rand) {
	t.Helper()
	d := Dir(rnd.Intn(2))
	size := 1 + rnd.Intn(1<<rnd.Intn(16))
	switch rnd.Intn(12) {
	case 0, 1, 2, 3:
		m.write(t, rnd, d, size)
	case 4:
		msg := make([]byte, size)
		fill(msg, m.stream+1, m.end[Out])
		n, _ := m.log.Send(msg, func(p []byte) (int, error) { return rnd.Intn(len(p) + 1), nil })
		m.add(t, Out, n)
	case 5:
		m.log.Commit(d, 0)
		m.log.Idle(d)
	case 6:
		n := int64(rnd.Intn(5000)) - 10
		want := min(n, m.end[d]-m.mark[d])
		if n < 0 {
			want = m.end[d] - m.mark[d]
		}
		if got := m.log.Consume(d, n); got != want {
			t.Fatalf("Consume(%d) = %d, want %d", n, got, want)
		}
		m.mark[d] += want
	case 7, 8:
		m.copyAt(t, d, rnd.Int63n(m.end[d]+2), size)
	case 9:
		m.around(t, rnd)
	default:
		f := m.cursor[rnd.Intn(len(m.cursor))]
		var until time.Time
		if len(m.chunks) > 0 && rnd.Intn(2) == 0 {
			until = m.chunks[rnd.Intn(len(m.chunks))].Time
		}
		for range 1 + rnd.Intn(20) {
			m.follow(t, f, until, size)
		}
	}
}

func (m *model) write(t *testing.T, rnd *rand.Rand, d Dir, size int) {
	t.Helper()
	buf := m.log.Reserve(d, size)
	n := min(rnd.Intn(size+1), len(buf))
	fill(buf[:n], m.stream+int(d), m.end[d])
	if rnd.Intn(4) == 0 && n > 0 && n+entrySize < len(buf) {
		m.log.Publish(d, n)
		m.add(t, d, n)
		if rnd.Intn(2) == 0 {
			return // reserved until something else is done
		}
		n = 0
	}
	m.log.Commit(d, n)
	m.add(t, d, n)
}

// add notes a chunk, with the time that the log gave it.
func (m *model) add(t *testing.T, d Dir, n int) {
	t.Helper()
	if n == 0 {
		return
	}
	c, ok := m.log.At(d, m.end[d])
	if !ok || c.Dir != d || c.Off != m.end[d] || c.Len != int64(n) {
		t.Fatalf("the chunk of %d bytes at %d is %+v, %v", n, m.end[d], c, ok)
	}
	if k := len(m.chunks); k > 0 && !c.Time.After(m.chunks[k-1].Time) {
		t.Fatalf("%v is not after %v", c.Time, m.chunks[k-1].Time)
	}
	m.chunks = append(m.chunks, c)
	m.end[d] += int64(n)
}

// sync takes over what the budget has dropped, which must be whole chunks.
func (m *model) sync(t *testing.T) {
	t.Helper()
	for d := In; d <= Out; d++ {
		kept, end := m.log.Span(d)
		if end != m.end[d] || kept < m.kept[d] || kept > end {
			t.Fatalf("span %d to %d, was %d to %d", kept, end, m.kept[d], m.end[d])
		}
		m.mark[d] = max(m.mark[d], kept)
		if got := m.log.Unread(d); got != end-m.mark[d] {
			t.Fatalf("unread %d, want %d", got, end-m.mark[d])
		}
		if kept > m.kept[d] {
			m.kept[d] = kept
			m.chunks = slices.DeleteFunc(m.chunks, func(c Chunk) bool {
				if c.Dir == d && c.Off < kept && c.Off+c.Len > kept {
					t.Fatalf("kept %d is inside of %+v", kept, c)
				}
				return c.Dir == d && c.Off < kept
			})
		}
	}
}

func (m *model) copyAt(t *testing.T, d Dir, off int64, size int) {
	t.Helper()
	dst := make([]byte, size)
	n, dropped := m.log.CopyAt(dst, d, off)
	want := max(min(int64(size), MaxCopy, m.end[d]-off), 0)
	if off < m.kept[d] {
		want = 0
	}
	if int64(n) != want || dropped != max(m.kept[d]-off, 0) {
		t.Fatalf("CopyAt(%d at %d) = %d, %d; want %d, kept %d", size, off, n, dropped, want, m.kept[d])
	}
	checkBytes(t, dst[:n], m.stream+int(d), off)
}

// around compares Before and After at a random position.
func (m *model) around(t *testing.T, rnd *rand.Rand) {
	t.Helper()
	var at time.Time
	if len(m.chunks) > 0 && rnd.Intn(4) > 0 {
		at = m.chunks[rnd.Intn(len(m.chunks))].Time.Add(time.Duration(rnd.Intn(3) - 1))
	}
	dirs, room := Dirs(rnd.Intn(4)), rnd.Intn(40)
	var older, newer []Chunk
	for _, c := range m.chunks {
		if dirs.Has(c.Dir) && (at.IsZero() || c.Time.Before(at)) {
			older = append(older, c)
		}
		if dirs.Has(c.Dir) && c.Time.After(at) {
			newer = append(newer, c)
		}
	}
	older, newer = older[max(0, len(older)-room):], newer[:min(room, len(newer))]
	if got := m.log.Before(make([]Chunk, 0, room), at, dirs); !slices.Equal(got, older) {
		t.Fatalf("Before(%v, %b):\n got %v\nwant %v", at, dirs, got, older)
	}
	if got := m.log.After(make([]Chunk, 0, room), at, dirs); !slices.Equal(got, newer) {
		t.Fatalf("After(%v, %b):\n got %v\nwant %v", at, dirs, got, newer)
	}
}

// follow reads one piece, checks it, and reports whether there was one.
func (m *model) follow(t *testing.T, f *follower, until time.Time, size int) bool {
	t.Helper()
	p, ok := f.Next(make([]byte, size), until)
	if !ok {
		return false
	}
	if p.Off != f.pos[p.Dir] || !f.dirs.Has(p.Dir) || p.Len != int64(len(p.Data))+p.Dropped || p.Len == 0 {
		t.Fatalf("cursor at %v got %+v", f.pos, p)
	}
	f.pos[p.Dir] += p.Len
	if p.Dropped > 0 {
		return true
	}
	if p.Time.Before(f.last) || !until.IsZero() && p.Time.After(until) {
		t.Fatalf("piece of %v after %v, until %v", p.Time, f.last, until)
	}
	f.last = p.Time
	checkBytes(t, p.Data, m.stream+int(p.Dir), p.Off)
	return true
}

// drain reads the rest: what was returned and what was dropped is everything.
func (m *model) drain(t *testing.T) {
	t.Helper()
	for _, f := range m.cursor {
		for m.follow(t, f, time.Time{}, MaxCopy) {
		}
		for d := In; d <= Out; d++ {
			if f.dirs.Has(d) && f.pos[d] != m.end[d] {
				t.Errorf("cursor ends at %d, log at %d", f.pos[d], m.end[d])
			}
		}
	}
}
