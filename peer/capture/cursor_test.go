package capture

import (
	"testing"
	"time"
)

func TestACursorGivesLongChunksInPieces(t *testing.T) {
	_, l := newLog(t, 4<<20)
	write(l, In, 0, 25)
	write(l, Out, 1, 5)
	c := l.NewCursor(Both)
	buf := make([]byte, 10)
	for _, want := range []Chunk{
		{In, time.Unix(1, 0), 0, 10}, {In, time.Unix(1, 0), 10, 10}, {In, time.Unix(1, 0), 20, 5}, {Out, time.Unix(2, 0), 0, 5},
	} {
		p, ok := c.Next(buf, time.Time{})
		if !ok || p.Chunk != want || int64(len(p.Data)) != want.Len || p.Dropped != 0 {
			t.Fatalf("got %+v, %v; want %+v", p, ok, want)
		}
		checkBytes(t, p.Data, int(p.Dir), p.Off)
	}
	if p, ok := c.Next(buf, time.Time{}); ok {
		t.Errorf("there is more: %+v", p)
	}
}

func TestACursorStopsAfterUntil(t *testing.T) {
	_, l := newLog(t, MinBudget)
	for i := range 4 {
		write(l, Dir(i%2), 0, 1)
	}
	c := l.NewCursor(Both)
	buf := make([]byte, 9)
	for until := int64(0); until < 5; until++ {
		n := 0
		for {
			if _, ok := c.Next(buf, time.Unix(until, 0)); !ok {
				break
			}
			n++
		}
		if want := min(int(until), 1); n != want {
			t.Errorf("until %d: %d chunks, want %d", until, n, want)
		}
	}
}

func TestACursorThatWasOvertakenSaysSoOnceADirection(t *testing.T) {
	_, l := newLog(t, MinBudget)
	c := l.NewCursor(Both)
	buf := make([]byte, 10)
	write(l, In, 0, 100)
	c.Next(buf, time.Time{})
	for range 100 {
		write(l, In, 0, 1000)
		write(l, Out, 1, 1000)
	}
	in, _ := l.Span(In)
	out, _ := l.Span(Out)
	for _, want := range []Piece{
		{Chunk: Chunk{Dir: In, Off: 10, Len: in - 10}, Dropped: in - 10},
		{Chunk: Chunk{Dir: Out, Off: 0, Len: out}, Dropped: out},
	} {
		// An old limit does not hide a gap.
		p, ok := c.Next(buf, time.Unix(1, 0))
		if !ok || p.Chunk != want.Chunk || p.Dropped != want.Dropped || p.Data != nil {
			t.Fatalf("got %+v, %v; want %+v", p, ok, want)
		}
	}
	p, ok := c.Next(buf, time.Time{})
	if !ok || p.Dropped != 0 || len(p.Data) != 10 {
		t.Errorf("after the gaps: %+v, %v", p, ok)
	}
}

func TestACursorWithoutABufferReportsGapsOnly(t *testing.T) {
	_, l := newLog(t, MinBudget)
	write(l, In, 0, 100)
	if p, ok := l.NewCursor(Both).Next(nil, time.Time{}); ok {
		t.Errorf("got %+v", p)
	}
}
