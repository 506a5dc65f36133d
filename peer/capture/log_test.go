package capture

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"
)

func TestACommitIsOneChunkWithItsTime(t *testing.T) {
	_, l := newLog(t, MinBudget)
	write(l, In, 0, 5)
	write(l, Out, 1, 3)
	write(l, In, 0, 7)
	want := []Chunk{
		{In, time.Unix(1, 0), 0, 5},
		{Out, time.Unix(2, 0), 0, 3},
		{In, time.Unix(3, 0), 5, 7},
	}
	if got := l.After(make([]Chunk, 0, 9), time.Time{}, Both); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBeforeAndAfterAreStrictAndKeepTheOrderOfTime(t *testing.T) {
	_, l := newLog(t, MinBudget)
	for i := range 6 { // at the seconds 1 to 6, In and Out in turn
		write(l, Dir(i%2), i%2, 1)
	}
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		before bool
		t      time.Time
		dirs   Dirs
		room   int
		want   string
	}{
		{"the last ones", true, time.Time{}, Both, 3, "456"},
		{"older than a chunk", true, at(4), Both, 9, "123"},
		{"older, of one direction", true, at(4), In.Only(), 9, "13"},
		{"older, as many as there is room", true, at(6), Out.Only(), 1, "4"},
		{"older than the first", true, at(1), Both, 9, ""},
		{"older than year 9999", true, far, Both, 9, "123456"},
		{"between two chunks", true, at(3).Add(1), Both, 2, "23"},
		{"the first ones", false, time.Time{}, Both, 2, "12"},
		{"newer than a chunk", false, at(3), Both, 9, "456"},
		{"newer, of one direction", false, at(3), Out.Only(), 9, "46"},
		{"newer than the last", false, at(6), Both, 9, ""},
		{"newer than year 9999", false, far, Both, 9, ""},
		{"no room", false, time.Time{}, Both, 0, ""},
		{"no direction", false, time.Time{}, 0, 9, ""},
	} {
		get := l.After
		if c.before {
			get = l.Before
		}
		var got strings.Builder
		for _, ch := range get(make([]Chunk, 0, c.room), c.t, c.dirs) {
			got.WriteByte('0' + byte(ch.Time.Unix()))
		}
		if got.String() != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got.String(), c.want)
		}
	}
}

func TestTimesRiseStrictlyWhenTheClockStandsOrGoesBack(t *testing.T) {
	p := NewPool(MinBudget)
	clock := []int64{100, 100, 50, 101, 300}
	l := NewLog(p, func() time.Time { ns := clock[0]; clock = clock[1:]; return time.Unix(0, ns) })
	defer l.Close()
	for i := range 5 {
		write(l, Dir(i%2), 0, 1)
	}
	var got []int64
	for _, c := range l.After(make([]Chunk, 0, 9), time.Time{}, Both) {
		got = append(got, c.Time.UnixNano())
	}
	if want := []int64{100, 101, 102, 103, 300}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestALogWithoutBytesTakesNoBlock(t *testing.T) {
	p, l := newLog(t, MinBudget)
	l.Reserve(In, 1)
	l.Commit(In, 0)
	l.Idle(In)
	if p.Used() != 0 {
		t.Errorf("%d bytes are used", p.Used())
	}
	if size := unsafe.Sizeof(*l); size > 256 {
		t.Errorf("an empty log takes %d bytes of heap", size)
	}
}

func TestBlocksGrowUntilIdleAndThenStartSmall(t *testing.T) {
	_, l := newLog(t, 64<<20)
	for round, first := range [...]int{minBlock, smallBlock} {
		for want := first; want <= maxBlock; want *= 2 {
			buf := l.Reserve(In, 1)
			if len(buf) != want-entrySize {
				t.Fatalf("round %d: reserved %d, want a block of %d", round, len(buf), want)
			}
			l.Commit(In, len(buf))
		}
		l.Idle(In)
	}
}

func TestReserveGivesWhatIsAskedForUpToTheLimit(t *testing.T) {
	_, l := newLog(t, 64<<20)
	for _, n := range []int{-1, 0, 1, minBlock - entrySize, minBlock, MaxCopy, maxBlock - entrySize} {
		if buf := l.Reserve(In, n); len(buf) < n || len(buf) == 0 {
			t.Errorf("asked for %d, got %d", n, len(buf))
		}
		l.Commit(In, 1)
	}
	if buf := l.Reserve(In, 10*maxBlock); len(buf) != maxBlock-entrySize {
		t.Errorf("asked for more than a block, got %d", len(buf))
	}
	l.Commit(In, 0)
}

func TestIdleKeepsLessThanOneSmallBlockSpare(t *testing.T) {
	for _, n := range []int{1, 5000, 70000, maxBlock - entrySize} {
		p, l := newLog(t, 64<<20)
		l.Reserve(In, maxBlock)
		l.Commit(In, n)
		l.Idle(In)
		need := int64(n) + entrySize + blockCost
		if used := p.Used(); used < need || used >= need+minBlock {
			t.Errorf("%d bytes take %d", n, used)
		}
		if c, ok := l.At(In, 0); !ok || c.Len != int64(n) {
			t.Errorf("the chunk of %d is now %+v", n, c)
		}
	}
}

func TestCommitOfMoreThanReservedPanics(t *testing.T) {
	for _, c := range []struct {
		name     string
		reserved bool
		n        int
	}{{"nothing reserved", false, 1}, {"too much", true, minBlock}, {"negative", true, -1}} {
		_, l := newLog(t, MinBudget)
		if c.reserved {
			l.Reserve(In, 1)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", c.name)
				}
			}()
			l.Commit(In, c.n)
		}()
		l.Commit(In, 0)
	}
}

func TestPublishedBytesStayWhereTheyAreUntilCommit(t *testing.T) {
	p, l := newLog(t, MinBudget)
	buf := l.Reserve(Out, 100)
	fill(buf[:100], 1, 0)
	l.Publish(Out, 60)
	l.Publish(Out, 40)
	for range 100 {
		write(l, In, 0, 4000)
	}
	if p.Dropped() == 0 {
		t.Fatal("the budget took nothing")
	}
	if kept, end := l.Span(Out); kept != 0 || end != 100 {
		t.Errorf("published bytes went: span %d to %d", kept, end)
	}
	checkBytes(t, buf[:100], 1, 0)
	l.Commit(Out, 0)
	for range 100 {
		write(l, In, 0, 4000)
	}
	if kept, _ := l.Span(Out); kept != 100 {
		t.Errorf("after the commit the bytes are still pinned: kept %d", kept)
	}
}

func TestSendRecordsWhatWasAccepted(t *testing.T) {
	full := errors.New("full")
	for _, c := range []struct {
		name      string
		p, accept int
		err       error
		n         int
	}{
		{"all", 10, 10, nil, 10},
		{"a part", 10, 4, nil, 4},
		{"nothing", 10, -1, full, 0},
		{"an error after a part", 10, 3, full, 3},
		{"at most a copy", 3 * MaxCopy, 3 * MaxCopy, nil, MaxCopy},
		{"no bytes", 0, 0, nil, 0},
	} {
		_, l := newLog(t, 4<<20)
		msg := make([]byte, c.p)
		fill(msg, 1, 0)
		n, err := l.Send(msg, func(p []byte) (int, error) { return min(c.accept, len(p)), c.err })
		if n != c.n || err != c.err {
			t.Errorf("%s: got %d, %v", c.name, n, err)
		}
		got := make([]byte, c.p)
		k, _ := l.CopyAt(got, Out, 0)
		if k != c.n {
			t.Errorf("%s: %d bytes recorded, want %d", c.name, k, c.n)
		}
		checkBytes(t, got[:k], 1, 0)
	}
}

func TestAReplyIsNeverStampedBeforeItsRequest(t *testing.T) {
	_, l := newLog(t, MinBudget)
	replied := make(chan struct{})
	reply := make(chan struct{})
	go func() {
		defer close(replied)
		<-reply
		write(l, In, 0, 1)
	}()
	l.Send([]byte("x"), func(p []byte) (int, error) { close(reply); return len(p), nil })
	<-replied
	got := l.After(make([]Chunk, 0, 2), time.Time{}, Both)
	if len(got) != 2 || got[0].Dir != Out {
		t.Errorf("order is %v", got)
	}
}

func TestTheMarkMovesByWhatIsConsumed(t *testing.T) {
	_, l := newLog(t, MinBudget)
	write(l, In, 0, 100)
	for _, c := range []struct{ n, moved, unread int64 }{
		{0, 0, 100}, {30, 30, 70}, {-1, 70, 0}, {5, 0, 0},
	} {
		if moved := l.Consume(In, c.n); moved != c.moved || l.Unread(In) != c.unread {
			t.Errorf("Consume(%d) moved %d, unread %d; want %d, %d", c.n, moved, l.Unread(In), c.moved, c.unread)
		}
	}
}

func TestTheMarkMovesOnWithWhatTheBudgetTakes(t *testing.T) {
	_, l := newLog(t, MinBudget)
	for range 100 {
		write(l, In, 0, 4000)
	}
	kept, end := l.Span(In)
	if kept == 0 || l.Unread(In) != end-kept {
		t.Errorf("span %d to %d, unread %d", kept, end, l.Unread(In))
	}
}

func TestCopyAtReadsAcrossBlocks(t *testing.T) {
	_, l := newLog(t, 4<<20)
	for range 400 {
		write(l, In, 0, 333)
	}
	_, end := l.Span(In)
	for _, off := range []int64{-3, 0, 1, 332, 333, 4000, 8191, end - 1, end, end + 9} {
		for _, size := range []int{0, 1, 333, 9000, 2 * MaxCopy} {
			dst := make([]byte, size)
			n, dropped := l.CopyAt(dst, In, off)
			from := max(off, 0)
			want := max(min(int64(size), MaxCopy, end-from), 0)
			if int64(n) != want || dropped != 0 {
				t.Errorf("CopyAt(%d bytes, %d) = %d, %d; want %d", size, off, n, dropped, want)
			}
			checkBytes(t, dst[:n], 0, from)
		}
	}
}

func TestAtFindsTheChunkOfAByte(t *testing.T) {
	_, l := newLog(t, MinBudget)
	for range 300 {
		write(l, In, 0, 1000)
	}
	kept, end := l.Span(In)
	for _, c := range []struct {
		off int64
		ok  bool
	}{{kept - 1, false}, {kept, true}, {kept + 999, true}, {kept + 1000, true}, {end - 1, true}, {end, false}} {
		got, ok := l.At(In, c.off)
		if ok != c.ok {
			t.Fatalf("At(%d) found %v", c.off, ok)
		}
		if want := c.off / 1000 * 1000; ok && (got.Off != want || got.Len != 1000 || got.Time.Unix() != want/1000+1) {
			t.Errorf("At(%d) = %+v", c.off, got)
		}
	}
}

func TestAClosedLogShowsNothingAndTakesWrites(t *testing.T) {
	p, l := newLog(t, MinBudget)
	write(l, In, 0, 100)
	c := l.NewCursor(Both)
	buf := l.Reserve(Out, 10)
	l.Close()
	clear(buf)
	l.Commit(Out, 10)
	write(l, In, 0, 5)
	l.Idle(In)
	if n, err := l.Send([]byte("x"), func(p []byte) (int, error) { return len(p), nil }); n != 1 || err != nil {
		t.Errorf("Send gave %d, %v", n, err)
	}
	l.Close()

	if p.Used() != 0 || p.Dropped() != 0 {
		t.Errorf("used %d, dropped %d", p.Used(), p.Dropped())
	}
	if kept, end := l.Span(In); kept != 100 || end != 100 {
		t.Errorf("span %d to %d", kept, end)
	}
	if n, dropped := l.CopyAt(make([]byte, 9), In, 0); n != 0 || dropped != 100 {
		t.Errorf("copied %d, dropped %d", n, dropped)
	}
	if got := l.Before(make([]Chunk, 0, 9), time.Time{}, Both); len(got) != 0 || l.Unread(In) != 0 || l.Consume(In, -1) != 0 {
		t.Errorf("there is something: %v", got)
	}
	if piece, ok := c.Next(make([]byte, 9), time.Time{}); !ok || piece.Dropped != 100 {
		t.Errorf("the cursor says %+v", piece)
	}
	if _, ok := c.Next(make([]byte, 9), time.Time{}); ok {
		t.Error("the cursor goes on")
	}
}
