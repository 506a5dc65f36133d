package capture

import (
	"bytes"
	"context"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// literal finds bytes as they are.
type literal []byte

func (f literal) Longest() int { return len(f) }

func (f literal) Find(dst [][2]int, b []byte, from int) [][2]int {
	for {
		at := bytes.Index(b[from:], f)
		if at < 0 {
			return dst
		}
		dst = append(dst, [2]int{from + at, from + at + len(f)})
		from += at + len(f)
	}
}

// searchModel is a log beside a plain slice of everything.
type searchModel struct {
	log    *Log
	pool   *Pool
	search *Search
	dirs   Dirs
	find   literal
	bytes  [2][]byte
	chunks []Chunk
}

func (m *searchModel) write(t *rapid.T) {
	d := Dir(rapid.IntRange(0, 1).Draw(t, "dir"))
	n := rapid.SampledFrom([]int{1, 2, 3, 50, 5000, 60_000, 200_000}).Draw(t, "size")
	p := make([]byte, n)
	seed := rapid.Uint32().Draw(t, "bytes")
	for i := range p {
		seed = seed*1664525 + 1013904223
		p[i] = "ab\ncd"[seed>>16%5]
		if seed>>28 > 2 {
			p[i] = '.'
		}
	}
	for len(p) > 0 {
		buf := m.log.Reserve(d, min(len(p), 4<<10))
		k := copy(buf, p)
		m.chunks = append(m.chunks, Chunk{Dir: d, Off: int64(len(m.bytes[d])), Len: int64(k)})
		m.bytes[d] = append(m.bytes[d], p[:k]...)
		p = p[k:]
		m.log.Commit(d, k)
	}
}

// all is every match that is kept, in the order of time.
func (m *searchModel) all() (list []Match) {
	for _, c := range m.chunks {
		if !m.dirs.Has(c.Dir) {
			continue
		}
		kept, _ := m.log.Span(c.Dir)
		for _, f := range m.find.Find(nil, m.bytes[c.Dir][min(kept, int64(len(m.bytes[c.Dir]))):], 0) {
			if off := kept + int64(f[0]); off >= c.Off && off < c.Off+c.Len {
				list = append(list, Match{c.Dir, off, int64(len(m.find))})
			}
		}
	}
	return list
}

func TestASearchFindsWhatAPassOverEverythingFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := NewPool(rapid.SampledFrom([]int64{256 << 10, 64 << 20}).Draw(t, "budget"))
		m := &searchModel{pool: p, log: NewLog(p, clock()), dirs: Dirs(rapid.IntRange(1, 3).Draw(t, "dirs"))}
		defer m.log.Close()
		words := []string{"ab", "a\nb", "dc", "cab", "abcd.ab"} // none overlaps itself, so that it does not matter where a pass begins
		m.find = literal(rapid.SampledFrom(words).Draw(t, "word"))
		m.search = NewSearch(m.log, m.dirs, m.find)
		for range rapid.IntRange(1, 12).Draw(t, "writes") {
			m.write(t)
			for range rapid.IntRange(0, 6).Draw(t, "steps") {
				m.search.Step()
			}
		}
		m.walk(t)
		for m.search.Step() {
		}
		all := m.all()
		if got := m.search.Count(); got != int64(len(all)) {
			t.Fatalf("%d matches of %q are counted, there are %d", got, m.find, len(all))
		}
		if done, total := m.search.Progress(); done != total {
			t.Fatalf("%d of %d bytes are searched", done, total)
		}
		m.walk(t)
		if len(all) > 0 {
			i := rapid.IntRange(0, len(all)-1).Draw(t, "match")
			if n, ok := m.search.Number(all[i]); !ok || n != int64(i+1) {
				t.Fatalf("match %d is number %d, %v", i+1, n, ok)
			}
		}
	})
}

// walk goes from match to match both ways, from a few of them on.
func (m *searchModel) walk(t *rapid.T) {
	all, ctx := m.all(), context.Background()
	if len(all) == 0 {
		if found, ok := m.search.Next(ctx, In, -1); ok {
			t.Fatalf("found %+v", found)
		}
		return
	}
	from := rapid.IntRange(0, len(all)-1).Draw(t, "from")
	for i := from; i < min(from+5, len(all)); i++ {
		next, ok := m.search.Next(ctx, all[i].Dir, all[i].Off)
		if want := i+1 < len(all); ok != want || want && next != all[i+1] {
			t.Fatalf("behind %+v comes %+v, %v", all[i], next, ok)
		}
		prev, ok := m.search.Prev(ctx, all[i].Dir, all[i].Off)
		if want := i > 0; ok != want || want && prev != all[i-1] {
			t.Fatalf("before %+v comes %+v, %v", all[i], prev, ok)
		}
	}
}

func TestMatchesThatOverlapThemselvesAreCountedFromTheLeft(t *testing.T) {
	p, l := newLog(t, 4<<20)
	_ = p
	const n = 300_001
	for at := 0; at < n; {
		buf := l.Reserve(In, min(n-at, 30_000))
		k := min(len(buf), n-at)
		copy(buf, bytes.Repeat([]byte("a"), k))
		l.Commit(In, k)
		at += k
	}
	s := NewSearch(l, In.Only(), literal("aaa"))
	for s.Step() {
	}
	if got := s.Count(); got != n/3 {
		t.Errorf("%d, want %d", got, n/3)
	}
	m, ok := s.Prev(context.Background(), In, math.MaxInt64)
	if want := (Match{In, n/3*3 - 3, 3}); !ok || m != want {
		t.Errorf("the last is %+v, %v", m, ok)
	}
}

func TestASearchGoesOnAsBytesCome(t *testing.T) {
	_, l := newLog(t, MinBudget)
	s := NewSearch(l, Both, literal("needle"))
	put := func(text string) {
		buf := l.Reserve(In, len(text))
		l.Commit(In, copy(buf, text))
	}
	for i, text := range []string{"a nee", "dle", " needle", "n", "eedl", "e"} {
		put(text)
		s.Step()
		if got, want := s.Count(), []int64{0, 1, 2, 2, 2, 3}[i]; got != want {
			t.Errorf("after %q: %d matches, want %d", text, got, want)
		}
	}
}
