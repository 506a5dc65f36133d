package capture

import (
	"slices"
	"testing"
)

func TestAListGivesWhatWasAppendedBySequenceNumber(t *testing.T) {
	l := NewList[int](NewPool(MinBudget), 0)
	for i := range 300 {
		if seq := l.Append(i); seq != int64(i) {
			t.Fatalf("record %d has number %d", i, seq)
		}
	}
	for _, c := range []struct {
		seq   int64
		room  int
		first int
		n     int
	}{{0, 3, 0, 3}, {-5, 3, 0, 3}, {3, 200, 3, 200}, {4, 8, 4, 8}, {299, 9, 299, 1}, {300, 9, 0, 0}, {999, 9, 0, 0}, {0, 0, 0, 0}} {
		got, dropped := l.Since(c.seq, make([]int, 0, c.room))
		if len(got) != c.n || dropped != 0 || c.n > 0 && (got[0] != c.first || got[c.n-1] != c.first+c.n-1) {
			t.Errorf("Since(%d) with room for %d: %v, %d dropped", c.seq, c.room, got, dropped)
		}
	}
	if l.Len() != 300 || l.First() != 0 || l.End() != 300 {
		t.Errorf("Len %d, First %d, End %d", l.Len(), l.First(), l.End())
	}
}

func TestBytesGoBeforeRecords(t *testing.T) {
	p, log := newLog(t, MinBudget)
	for range 20 {
		write(log, In, 0, 4000)
	}
	l := NewList[[64]byte](p, 0)
	defer l.Release()
	for range MinBudget / 64 / 2 {
		l.Append([64]byte{})
	}
	for range 20 {
		write(log, In, 0, 4000)
	}
	if l.First() != 0 {
		t.Errorf("%d records went while there were bytes", l.First())
	}
	if p.Used() > p.Budget() {
		t.Errorf("used %d", p.Used())
	}
}

func TestTheOldestRecordsGoWhenListsAloneExceedTheBudget(t *testing.T) {
	p := NewPool(MinBudget)
	big, small := NewList[int64](p, 92), NewList[int64](p, 92)
	const segments = 2 * maxSegment * 100
	next := int64(0)
	seen, dropped := int64(0), int64(0)
	small.Append(7)
	for i := range int64(5000) {
		big.Append(i)
		if p.Used() > p.Budget()+segments {
			t.Fatalf("used %d after %d records", p.Used(), i)
		}
		if i%700 != 0 {
			continue
		}
		for {
			items, gone := big.Since(next, make([]int64, 0, 10))
			dropped += gone
			seen += int64(len(items))
			next += gone + int64(len(items))
			if len(items) == 0 {
				break
			}
			if items[len(items)-1] != next-1 {
				t.Fatalf("record %d has the number %d", items[len(items)-1], next-1)
			}
		}
	}
	if dropped == 0 || seen+dropped != 4901 {
		t.Errorf("seen %d, dropped %d", seen, dropped)
	}
	if got, _ := small.Since(0, make([]int64, 0, 1)); !slices.Equal(got, []int64{7}) {
		t.Error("the list that did not grow lost its record")
	}
	if least := p.Budget() / 100 / 2; int64(big.Len()) < least {
		t.Errorf("only %d records are left", big.Len())
	}
	big.Release()
	small.Release()
	if end := big.End(); big.Append(1) != end {
		t.Error("a closed list gave a number")
	}
	if p.Used() != 0 {
		t.Errorf("used %d after closing", p.Used())
	}
}

func TestListSearchFindsEveryRecordThatIsThere(t *testing.T) {
	p := NewPool(1 << 20)
	l := NewList[int](p, 0)
	if n := l.Search(func(*int) bool { return true }); n != 0 {
		t.Errorf("in an empty list it finds %d", n)
	}
	for i := range 1000 {
		l.Append(2 * i)
	}
	gone := int64(l.DropOldest() + l.DropOldest())
	for i := int64(0); i < 1000; i++ {
		want := max(i, gone)
		if got := l.Search(func(v *int) bool { return *v >= 2*int(i) }); got != want {
			t.Fatalf("the first from %d on is %d, want %d", 2*i, got, want)
		}
		if v, ok := l.At(i); ok != (i >= gone) || ok && v != 2*int(i) {
			t.Fatalf("record %d is %d, %v", i, v, ok)
		}
	}
	if _, ok := l.At(1000); ok || l.Search(func(v *int) bool { return false }) != 1000 {
		t.Error("there is a record behind the last")
	}
	for l.DropOldest() > 0 {
	}
	if l.Len() == 0 {
		t.Error("the last segment has gone")
	}
	l.Release()
}
