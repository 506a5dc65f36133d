package capture

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A log is what a plain slice of everything would be, whatever was appended,
// dropped, read, marked, sought and searched before.
func TestALogIsWhatAPlainSliceOfEverythingWouldBe(t *testing.T) {
	var dropped, found int64
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		defer m.close(t)
		t.Repeat(map[string]func(*rapid.T){
			"append": m.append, "append more": m.append, "append small": m.appendSmall, "flood": m.flood,
			"publish": m.publish, "send": m.send, "idle": m.idle, "list": func(*rapid.T) { m.list.Append([40]byte{}) },
			"consume": m.consume, "copy": m.copyAt, "follow": m.follow,
			"mark": m.mark, "to a mark": m.toMark, "to an offset": m.toOffset, "to a time": m.toTime, "around": m.around,
			"search": m.search, "search on": m.searchOn, "count": m.count, "count again": m.count, "walk": m.walk,
			"": m.check,
		})
		m.end(t)
		dropped += m.pool.Dropped()
		found += m.found
	})
	t.Logf("%d bytes dropped, %d matches counted", dropped, found)
	if dropped == 0 || found == 0 {
		t.Error("the budget took nothing, or nothing was found: the runs are too small")
	}
}

// model is a pool with three logs and a list, beside everything that was ever
// committed.
type model struct {
	pool  *Pool
	list  *List[[40]byte]
	logs  []*plainLog
	found int64
}

// plainLog is a log beside its bytes and its chunks, those that were dropped
// included.
type plainLog struct {
	*Log
	bytes   [2][]byte
	chunks  []Chunk
	gone    [2]int64 // bytes that were dropped
	read    [2]int64 // the read mark
	marks   []Chunk
	cursors []*follower
	looked  *looked
}

// follower counts what a cursor returned.
type follower struct {
	*Cursor
	dirs Dirs
	pos  [2]int64
	last time.Time
}

func newModel(t *rapid.T) *model {
	m := &model{pool: NewPool(rapid.SampledFrom([]int64{MinBudget, 4 * MinBudget, 16 * MinBudget, 64 << 20}).Draw(t, "budget"))}
	m.list = NewList[[40]byte](m.pool, 24)
	ns, step := int64(1_000_000), int64(0)
	now := func() time.Time { // which also stands still and goes back
		step = (step + 3) % 5
		ns += step - 1
		return time.Unix(0, ns)
	}
	for range 3 {
		l := &plainLog{Log: NewLog(m.pool, now)}
		for _, dirs := range []Dirs{Both, In.Only(), Out.Only()} {
			l.cursors = append(l.cursors, &follower{Cursor: l.NewCursor(dirs), dirs: dirs})
		}
		l.lookFor(t)
		m.logs = append(m.logs, l)
	}
	return m
}

// log is any of the logs, the first more often: it is the one that fills the budget.
func (m *model) log(t *rapid.T) *plainLog {
	return m.logs[rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "log")]
}

func drawDir(t *rapid.T) Dir { return Dir(rapid.IntRange(0, 1).Draw(t, "dir")) }

// drawSize is a number of bytes up to so many powers of two.
func drawSize(t *rapid.T, log2 int) int {
	return rapid.IntRange(1, 1<<rapid.IntRange(0, log2).Draw(t, "log2")).Draw(t, "size")
}

func (m *model) append(t *rapid.T) {
	l, d, size := m.log(t), drawDir(t), drawSize(t, 16)
	for range rapid.IntRange(1, 8).Draw(t, "times") {
		l.write(t, d, size)
	}
}

func (m *model) appendSmall(t *rapid.T) {
	l, size := m.log(t), drawSize(t, 5)
	for range rapid.IntRange(1, 100).Draw(t, "times") {
		l.write(t, drawDir(t), size)
	}
}

// flood writes several pieces of what a search looks through at once.
func (m *model) flood(t *rapid.T) {
	l, d := m.log(t), drawDir(t)
	for range 50 {
		l.write(t, d, 4000)
	}
}

func (m *model) publish(t *rapid.T) {
	l, d, size := m.log(t), drawDir(t), drawSize(t, 12)
	buf := l.Reserve(d, size)
	for range rapid.IntRange(1, 3).Draw(t, "times") {
		n := min(size, len(buf)-entrySize)
		if n <= 0 {
			return
		}
		l.fill(buf[:n], d)
		l.Publish(d, n)
		l.add(t, d, buf[:n])
		buf = buf[n : len(buf)-entrySize]
	} // it stays reserved until something else is done
}

func (m *model) send(t *rapid.T) {
	l := m.log(t)
	msg := make([]byte, drawSize(t, 16))
	l.fill(msg, Out)
	part := rapid.IntRange(0, len(msg)).Draw(t, "accepted")
	n, err := l.Send(msg, func(p []byte) (int, error) { return min(part, len(p)), nil })
	if err != nil || n > part {
		t.Fatalf("%d of %d bytes, %v", n, part, err)
	}
	l.add(t, Out, msg[:n])
}

func (m *model) idle(t *rapid.T) {
	l, d := m.log(t), drawDir(t)
	l.Commit(d, 0)
	l.Idle(d)
}

func (m *model) consume(t *rapid.T) {
	l, d := m.log(t), drawDir(t)
	n := rapid.Int64Range(-1, 5000).Draw(t, "bytes")
	_, end := l.Span(d)
	want := min(n, end-l.read[d])
	if n < 0 {
		want = end - l.read[d]
	}
	if got := l.Consume(d, n); got != want {
		t.Fatalf("Consume(%d) = %d, want %d", n, got, want)
	}
	l.read[d] += want
}

// check holds what the budget may take: whole chunks, from the oldest on, and
// everything is counted.
func (m *model) check(t *rapid.T) {
	gone := int64(0)
	for _, l := range m.logs {
		for d := In; d <= Out; d++ {
			kept, end := l.Span(d)
			if end != int64(len(l.bytes[d])) || kept < l.gone[d] || kept > end {
				t.Fatalf("%v spans %d to %d of %d, was kept from %d on", d, kept, end, len(l.bytes[d]), l.gone[d])
			}
			l.gone[d] = kept
			gone += kept
			l.read[d] = max(l.read[d], kept)
			if got := l.Unread(d); got != end-l.read[d] {
				t.Fatalf("%v: %d bytes are unread, want %d", d, got, end-l.read[d])
			}
		}
		if i := slices.IndexFunc(l.chunks, func(c Chunk) bool { return c.Off < l.gone[c.Dir] && c.Off+c.Len > l.gone[c.Dir] }); i >= 0 {
			t.Fatalf("%v is kept from %d on, inside of %+v", l.chunks[i].Dir, l.gone[l.chunks[i].Dir], l.chunks[i])
		}
	}
	if got := m.pool.Dropped(); got != gone {
		t.Fatalf("the pool dropped %d bytes, the logs %d", got, gone)
	}
	if most := m.pool.Budget() + Overshoot*int64(2*len(m.logs)); m.pool.Used() > most {
		t.Fatalf("%d bytes are used, at most %d may be", m.pool.Used(), most)
	}
}

// end reads the rest: what the cursors returned and what they were told was
// dropped is everything. Nothing is used then.
func (m *model) end(t *rapid.T) {
	for _, l := range m.logs {
		for _, f := range l.cursors {
			for l.next(t, f, time.Time{}, MaxCopy) {
			}
			for d := In; d <= Out; d++ {
				if f.dirs.Has(d) && f.pos[d] != int64(len(l.bytes[d])) {
					t.Errorf("a cursor ends at %d, the log at %d", f.pos[d], len(l.bytes[d]))
				}
			}
		}
	}
	m.close(t)
	if used := m.pool.Used(); used != 0 {
		t.Errorf("%d bytes are used after closing", used)
	}
}

func (m *model) close(t *rapid.T) {
	for _, l := range m.logs {
		l.Commit(In, 0)
		l.Commit(Out, 0)
		l.Close()
	}
	m.list.Release()
	if err := m.pool.Close(); err != nil {
		t.Error(err)
	}
}

// fill writes what comes next in a direction: mostly dots, and letters among
// which the words that are searched for come about.
func (l *plainLog) fill(p []byte, d Dir) {
	from := len(l.bytes[d])
	for i := range p {
		x := uint64(from+i+int(d)<<40) * 0x9e3779b97f4a7c15
		x = (x ^ x>>29) * 0xbf58476d1ce4e5b9
		p[i] = '.'
		if x>>60 < 6 {
			p[i] = "ab\ncd"[x>>32%5]
		}
	}
}

func (l *plainLog) write(t *rapid.T, d Dir, size int) {
	buf := l.Reserve(d, size)
	n := min(size, len(buf))
	l.fill(buf[:n], d)
	p := bytes.Clone(buf[:n])
	l.Commit(d, n)
	l.add(t, d, p)
}

// add notes a chunk, with the time that the log gave it.
func (l *plainLog) add(t *rapid.T, d Dir, p []byte) {
	if len(p) == 0 {
		return
	}
	off := int64(len(l.bytes[d]))
	l.bytes[d] = append(l.bytes[d], p...)
	c, ok := l.At(d, off)
	if !ok || c.Dir != d || c.Off != off || c.Len != int64(len(p)) {
		t.Fatalf("the chunk of %d bytes at %v %d is %+v, %v", len(p), d, off, c, ok)
	}
	if k := len(l.chunks); k > 0 && !c.Time.After(l.chunks[k-1].Time) {
		t.Fatalf("%v is not after %v", c.Time, l.chunks[k-1].Time)
	}
	l.chunks = append(l.chunks, c)
}

// kept are the chunks that were not dropped, in the order of time.
func (l *plainLog) kept(dirs Dirs) (list []Chunk) {
	for _, c := range l.chunks {
		if dirs.Has(c.Dir) && c.Off >= l.gone[c.Dir] {
			list = append(list, c)
		}
	}
	return list
}
