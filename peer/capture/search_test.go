package capture

import (
	"bytes"
	"context"
	"math"
	"testing"
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
