package capture

import (
	"errors"
	"testing"
)

func TestAFloodLeavesTheHistoryOfQuietLogs(t *testing.T) {
	p := NewPool(1 << 20)
	defer p.Close()
	const size = 10_000 // of each quiet log, all of which are below their share
	quiet := make([]*Log, 20)
	for i := range quiet {
		quiet[i] = NewLog(p, clock())
		t.Cleanup(quiet[i].Close)
		write(quiet[i], In, 0, size)
	}
	flood := NewLog(p, clock())
	defer flood.Close()
	for range 500 {
		write(flood, Out, 1, 20_000)
	}
	for i, l := range quiet {
		if kept, end := l.Span(In); kept != 0 || end != size {
			t.Errorf("quiet log %d: span %d to %d", i, kept, end)
		}
	}
	if kept, _ := flood.Span(Out); kept != p.Dropped() || kept == 0 {
		t.Errorf("of the flood %d bytes were dropped, of all %d", kept, p.Dropped())
	}
}

func TestFloodsShareTheBudgetEvenly(t *testing.T) {
	p := NewPool(4 << 20)
	defer p.Close()
	logs := make([]*Log, 4)
	for i := range logs {
		logs[i] = NewLog(p, clock())
		t.Cleanup(logs[i].Close)
		for range 400 { // the first have all of it to themselves
			write(logs[i], In, 0, 4000)
			logs[i].Idle(In) // so that blocks are small
		}
	}
	for i, l := range logs {
		kept, end := l.Span(In)
		if share := end - kept; share < 800_000 || share > 1<<20 {
			t.Errorf("log %d has %d bytes of its share of a quarter of 4 MiB", i, share)
		}
	}
}

func TestALogGivesTheOldestOfBothDirections(t *testing.T) {
	p, l := newLog(t, MinBudget)
	write(l, Out, 1, 10)
	write(l, In, 0, 10)
	for p.Dropped() == 0 {
		write(l, In, 0, 2000)
		l.Idle(In)
	}
	if kept, _ := l.Span(Out); kept != 10 || p.Dropped() != 10 {
		t.Errorf("kept from %d, dropped %d", kept, p.Dropped())
	}
}

func TestALogWhoseBlocksAreAllReservedIsLeftAlone(t *testing.T) {
	p := NewPool(MinBudget)
	defer p.Close()
	busy, other := NewLog(p, clock()), NewLog(p, clock())
	defer busy.Close()
	defer other.Close()
	busy.Reserve(In, 8<<10)
	busy.Reserve(Out, 8<<10)
	for p.Dropped() == 0 {
		write(other, In, 0, 1000)
	}
	busy.Commit(In, 8<<10-entrySize)
	busy.Commit(Out, 8<<10-entrySize)
	for range 200 {
		write(other, In, 0, 2000)
	}
	if p.Used() > p.Budget() {
		t.Errorf("used %d", p.Used())
	}
	for _, d := range []Dir{In, Out} {
		if kept, end := busy.Span(d); kept != 0 || end == 0 {
			t.Errorf("%v: span %d to %d of the log below its share", d, kept, end)
		}
	}
}

func TestAFloodOfTinyChunksStaysWithinTheBudget(t *testing.T) {
	for _, size := range []int{1, 64} {
		p, l := newLog(t, MinBudget)
		for range 20_000 {
			write(l, In, 0, size)
			if p.Used() > p.Budget() {
				t.Fatalf("chunks of %d: %d bytes are used", size, p.Used())
			}
		}
		kept, end := l.Span(In)
		if p.Dropped() != kept || end-kept < MinBudget/2/int64(1+entrySize) {
			t.Errorf("chunks of %d: span %d to %d, dropped %d", size, kept, end, p.Dropped())
		}
	}
}

func TestReserveNeverFailsAndOvershootsByAKnownAmount(t *testing.T) {
	p := NewPool(MinBudget)
	const logs = 200
	all := make([]*Log, logs)
	for i := range all {
		all[i] = NewLog(p, clock())
		for _, d := range []Dir{In, Out} {
			if buf := all[i].Reserve(d, 1); len(buf) != minBlock-entrySize && i > 4 {
				t.Fatalf("log %d got %d bytes", i, len(buf))
			}
			if used, most := p.Used(), p.Budget()+Overshoot*int64(2*i+2); used > most {
				t.Fatalf("log %d: used %d, want at most %d", i, used, most)
			}
		}
	}
	for _, l := range all {
		l.Commit(In, 100)
		l.Commit(Out, 100)
	}
	write(all[0], In, 0, 4000)
	if p.Used() > p.Budget() {
		t.Errorf("the overshoot stays: used %d", p.Used())
	}
	for _, l := range all {
		l.Close()
	}
	if p.Used() != 0 {
		t.Errorf("%d bytes are used after closing", p.Used())
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestABlockIsAShareOfAQuarterOfTheBudget(t *testing.T) {
	p := NewPool(64 << 20)
	for _, c := range []struct {
		inFlight int64
		want     int
	}{{0, 1 << 20}, {15, 1 << 20}, {16, 512 << 10}, {63, 256 << 10}, {4095, 4 << 10}, {20_000, minBlock}} {
		p.pinned.Store(c.inFlight)
		if got := p.limit(); got != c.want {
			t.Errorf("%d in flight: limit %d, want %d", c.inFlight, got, c.want)
		}
	}
}

func TestAPoolWithOpenLogsDoesNotClose(t *testing.T) {
	p := NewPool(MinBudget)
	l := NewLog(p, clock())
	write(l, In, 0, 10)
	if p.Close() == nil {
		t.Fatal("the pool closed under a log")
	}
	buf := make([]byte, 10)
	if n, _ := l.CopyAt(buf, In, 0); n != 10 {
		t.Errorf("copied %d bytes", n)
	}
	checkBytes(t, buf, 0, 0)
	l.Close()
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if buf := NewLog(p, clock()).Reserve(In, 1); len(buf) == 0 {
		t.Error("no space after the pool was closed")
	}
}

func TestBlocksComeFromTheHeapWhenNothingCanBeMapped(t *testing.T) {
	p := NewPool(MinBudget)
	p.mem.mapArena = func() ([]byte, error) { return nil, errors.New("no memory") }
	l := NewLog(p, clock())
	for range 100 {
		write(l, In, 0, 1000)
		l.Idle(In)
	}
	kept, end := l.Span(In)
	if kept == 0 || end != 100_000 || p.Used() > p.Budget() {
		t.Errorf("span %d to %d, used %d", kept, end, p.Used())
	}
	buf := make([]byte, 1000)
	n, _ := l.CopyAt(buf, In, kept)
	checkBytes(t, buf[:n], 0, kept)
	l.Close()
	if p.Used() != 0 {
		t.Errorf("used %d after closing", p.Used())
	}
}

func TestFreedMemoryGoesBackBeyondASmallReserve(t *testing.T) {
	p := NewPool(64 << 20)
	logs := make([]*Log, 8)
	for i := range logs {
		logs[i] = NewLog(p, clock())
		for range 4 {
			logs[i].Reserve(In, maxBlock-entrySize)
			logs[i].Commit(In, maxBlock-entrySize)
		}
	}
	if got := len(p.mem.all); got != 8 {
		t.Fatalf("32 MiB are in %d arenas", got)
	}
	for _, l := range logs {
		l.Close()
	}
	if p.mem.spareBytes > maxReserve || len(p.mem.all) > 1 {
		t.Errorf("%d bytes in %d arenas are left", p.mem.spareBytes, len(p.mem.all))
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestRunsDoNotOverlapAndAllCanBeTakenAgain(t *testing.T) {
	m := newArenas(0)
	var runs []run
	for size := maxBlock; size >= minBlock; size /= 2 {
		for range 3 {
			r, ok := m.take(size)
			if !ok {
				t.Fatal("no memory")
			}
			for i := range r.bytes() {
				if r.bytes()[i] != 0 {
					t.Fatalf("a run of %d overlaps another", size)
				}
			}
			fill(r.bytes(), 1, 1)
			for i := range r.bytes() {
				r.bytes()[i] |= 1
			}
			runs = append(runs, r)
		}
	}
	for _, r := range runs {
		m.give(run{r.arena, r.first + r.n/2, r.n - r.n/2}) // the second half, as a cut does
		if r.n > 1 {
			m.give(run{r.arena, r.first, r.n / 2})
		}
	}
	if len(m.all) != 0 {
		t.Errorf("%d arenas are left", len(m.all))
	}
}

func TestSteadyTrafficReusesTheMemoryOfTheOldestBlocks(t *testing.T) {
	p, l := newLog(t, 4<<20)
	for range 100 {
		l.Commit(In, len(l.Reserve(In, 1)))
	}
	if p.mem.spareBytes > p.mem.reserve || p.Used() > p.Budget() || p.Dropped() == 0 {
		t.Errorf("spare %d, used %d, dropped %d", p.mem.spareBytes, p.Used(), p.Dropped())
	}
	if got := len(p.mem.all); got > 2 {
		t.Errorf("4 MiB of blocks are in %d arenas", got)
	}
}

func TestAReservedBlockStaysEvenIfItWasChosenBefore(t *testing.T) {
	_, l := newLog(t, MinBudget)
	write(l, In, 0, 10)
	l.Reserve(In, 10) // between the pool's choice and the log's turn
	l.dropOldest()
	if kept, _ := l.Span(In); kept != 0 {
		t.Errorf("kept from %d", kept)
	}
	l.Commit(In, 0)
}

func TestALargeBlockIsNotReservedAgainAboveTheLimit(t *testing.T) {
	p, l := newLog(t, 64<<20)
	l.Reserve(In, maxBlock)
	l.Commit(In, 100)
	p.pinned.Add(8191) // as many directions are in flight elsewhere
	if buf := l.Reserve(In, 1); len(buf) > minBlock {
		t.Errorf("reserved %d bytes", len(buf))
	}
	l.Commit(In, 0)
	p.pinned.Add(-8191)
	if want := 2 * (minBlock + blockCost); p.Used() != want {
		t.Errorf("used %d, want the small blocks %d", p.Used(), want)
	}
}

func TestABlockThatIsLeftHalfEmptyGivesTheRestBack(t *testing.T) {
	p, l := newLog(t, 64<<20)
	l.Reserve(In, 64<<10)
	l.Commit(In, 100)
	l.Reserve(In, maxBlock)
	l.Commit(In, 0)
	if want := minBlock + maxBlock + 2*blockCost; p.Used() != want {
		t.Errorf("used %d, want %d", p.Used(), want)
	}
}
