package capture

import (
	"bytes"
	"context"
	"slices"
	"time"

	"pgregory.net/rapid"
)

func (m *model) copyAt(t *rapid.T) {
	l, d, dst := m.log(t), drawDir(t), make([]byte, drawSize(t, 17))
	end := int64(len(l.bytes[d]))
	off := rapid.Int64Range(0, end+1).Draw(t, "offset")
	n, dropped := l.CopyAt(dst, d, off)
	want := max(min(int64(len(dst)), MaxCopy, end-off), 0)
	if off < l.gone[d] {
		want = 0
	}
	if int64(n) != want || dropped != max(l.gone[d]-off, 0) {
		t.Fatalf("CopyAt(%d at %v %d) = %d, %d; want %d, kept from %d on", len(dst), d, off, n, dropped, want, l.gone[d])
	}
	if n > 0 && !bytes.Equal(dst[:n], l.bytes[d][off:off+int64(n)]) {
		t.Fatalf("the bytes at %v %d are wrong", d, off)
	}
}

// follow reads some pieces with a cursor.
func (m *model) follow(t *rapid.T) {
	l := m.log(t)
	f, size := rapid.SampledFrom(l.cursors).Draw(t, "cursor"), drawSize(t, 16)
	until := l.time(t)
	for range rapid.IntRange(1, 20).Draw(t, "pieces") {
		l.next(t, f, until, size)
	}
}

// next reads one piece, checks it, and reports whether there was one.
func (l *plainLog) next(t *rapid.T, f *follower, until time.Time, size int) bool {
	p, ok := f.Next(make([]byte, size), until)
	if !ok {
		return false
	}
	if p.Off != f.pos[p.Dir] || !f.dirs.Has(p.Dir) || p.Len != int64(len(p.Data))+p.Dropped || p.Len == 0 {
		t.Fatalf("a cursor at %v got %+v", f.pos, p)
	}
	f.pos[p.Dir] += p.Len
	if p.Dropped > 0 {
		return true
	}
	if p.Time.Before(f.last) || !until.IsZero() && p.Time.After(until) {
		t.Fatalf("a piece of %v after %v, until %v", p.Time, f.last, until)
	}
	f.last = p.Time
	if !bytes.Equal(p.Data, l.bytes[p.Dir][p.Off:p.Off+p.Len]) {
		t.Fatalf("the bytes at %v %d are wrong", p.Dir, p.Off)
	}
	return true
}

// time is the zero time, that of a chunk, or one beside it.
func (l *plainLog) time(t *rapid.T) time.Time {
	if len(l.chunks) == 0 || rapid.IntRange(0, 3).Draw(t, "no time") == 0 {
		return time.Time{}
	}
	c := rapid.SampledFrom(l.chunks).Draw(t, "chunk")
	return c.Time.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "ns beside")))
}

// mark keeps the place of a byte, as a screen does.
func (m *model) mark(t *rapid.T) {
	l := m.log(t)
	if list := l.kept(Both); len(list) > 0 {
		l.marks = append(l.marks, rapid.SampledFrom(list).Draw(t, "chunk"))
	}
}

// toMark finds the chunk of each mark by its offset and by its time while it is
// kept, and nothing older afterwards.
func (m *model) toMark(t *rapid.T) {
	for _, l := range m.logs {
		for _, c := range l.marks {
			kept := c.Off >= l.gone[c.Dir]
			if at, ok := l.At(c.Dir, c.Off); ok != kept || kept && at != c {
				t.Fatalf("the mark at %+v shows %+v, %v", c, at, ok)
			}
			next := l.After(make([]Chunk, 0, 1), c.Time.Add(-1), c.Dir.Only())
			if kept && (len(next) == 0 || next[0] != c) || !kept && len(next) > 0 && next[0].Off < l.gone[c.Dir] {
				t.Fatalf("the mark at %+v, kept %v, shows %+v by its time", c, kept, next)
			}
		}
	}
}

// toOffset finds the chunk of any byte.
func (m *model) toOffset(t *rapid.T) {
	l, d := m.log(t), drawDir(t)
	off := rapid.Int64Range(-1, int64(len(l.bytes[d]))).Draw(t, "offset")
	var want Chunk
	list := l.kept(d.Only())
	i := slices.IndexFunc(list, func(c Chunk) bool { return off >= c.Off && off < c.Off+c.Len })
	if i >= 0 {
		want = list[i]
	}
	if got, ok := l.At(d, off); ok != (i >= 0) || got != want {
		t.Fatalf("the chunk of %v %d is %+v, %v; want %+v, %v", d, off, got, ok, want, i >= 0)
	}
}

// toTime finds how many bytes had come by then.
func (m *model) toTime(t *rapid.T) {
	l, d := m.log(t), drawDir(t)
	at := l.time(t)
	want, known := int64(0), l.gone[d] == 0
	for _, c := range l.kept(d.Only()) {
		if !c.Time.After(at) {
			want, known = c.Off+c.Len, true
		}
	}
	if got, ok := l.EndAt(d, at); got != want || ok != known {
		t.Fatalf("EndAt(%v, %v) = %d, %v; want %d, %v", d, at, got, ok, want, known)
	}
}

// around compares what came before a time and after it.
func (m *model) around(t *rapid.T) {
	l := m.log(t)
	at, dirs, room := l.time(t), Dirs(rapid.IntRange(0, 3).Draw(t, "dirs")), rapid.IntRange(0, 40).Draw(t, "room")
	var older, newer []Chunk
	for _, c := range l.kept(dirs) {
		if at.IsZero() || c.Time.Before(at) {
			older = append(older, c)
		}
		if c.Time.After(at) {
			newer = append(newer, c)
		}
	}
	older, newer = older[max(0, len(older)-room):], newer[:min(room, len(newer))]
	if got := l.Before(make([]Chunk, 0, room), at, dirs); !slices.Equal(got, older) {
		t.Fatalf("Before(%v, %b):\n got %v\nwant %v", at, dirs, got, older)
	}
	if got := l.After(make([]Chunk, 0, room), at, dirs); !slices.Equal(got, newer) {
		t.Fatalf("After(%v, %b):\n got %v\nwant %v", at, dirs, got, newer)
	}
}

// looked is a search in a log, and what it looks for.
type looked struct {
	*Search
	word literal
	dirs Dirs
}

// search begins another search.
func (m *model) search(t *rapid.T) { m.log(t).lookFor(t) }

// lookFor begins a search. No word overlaps itself, so that it does not matter
// where a pass begins.
func (l *plainLog) lookFor(t *rapid.T) {
	s := &looked{
		word: literal(rapid.SampledFrom([]string{"c", "ab", "a\nb", "dc", "a.b.c"}).Draw(t, "word")),
		dirs: Dirs(rapid.IntRange(1, 3).Draw(t, "dirs")),
	}
	s.Search = NewSearch(l.Log, s.dirs, s.word)
	l.looked = s
}

func (m *model) searchOn(t *rapid.T) {
	l := m.log(t)
	for range rapid.IntRange(1, 6).Draw(t, "steps") {
		l.looked.Step()
	}
}

// count searches all logs to the end: all matches are counted then, and numbered.
func (m *model) count(t *rapid.T) {
	for _, l := range m.logs {
		s := l.looked
		for s.Step() {
		}
		all := l.matches()
		m.found += int64(len(all))
		if got := s.Count(); got != int64(len(all)) {
			t.Fatalf("%d matches of %q are counted, there are %d", got, s.word, len(all))
		}
		if done, total := s.Progress(); done != total {
			t.Fatalf("%d of %d bytes are searched", done, total)
		}
		if len(all) == 0 {
			continue
		}
		i := rapid.IntRange(0, len(all)-1).Draw(t, "match")
		if n, ok := s.Number(all[i]); !ok || n != int64(i+1) {
			t.Fatalf("match %d is number %d, %v", i+1, n, ok)
		}
	}
}

// walk goes from match to match both ways, however far the search has come.
func (m *model) walk(t *rapid.T) {
	l, ctx := m.log(t), context.Background()
	s, all := l.looked, l.matches()
	if len(all) == 0 {
		if found, ok := s.Next(ctx, In, -1); ok {
			t.Fatalf("found %+v", found)
		}
		return
	}
	from := rapid.IntRange(0, len(all)-1).Draw(t, "from")
	for i := from; i < min(from+5, len(all)); i++ {
		next, ok := s.Next(ctx, all[i].Dir, all[i].Off)
		if want := i+1 < len(all); ok != want || want && next != all[i+1] {
			t.Fatalf("behind %+v comes %+v, %v", all[i], next, ok)
		}
		prev, ok := s.Prev(ctx, all[i].Dir, all[i].Off)
		if want := i > 0; ok != want || want && prev != all[i-1] {
			t.Fatalf("before %+v comes %+v, %v", all[i], prev, ok)
		}
	}
}

// matches are all that are kept, in the order of time.
func (l *plainLog) matches() (list []Match) {
	s := l.looked
	var in [2][]Match
	for d := In; d <= Out; d++ {
		for _, f := range s.word.Find(nil, l.bytes[d][l.gone[d]:], 0) {
			in[d] = append(in[d], Match{d, l.gone[d] + int64(f[0]), int64(len(s.word))})
		}
	}
	for _, c := range l.kept(s.dirs) {
		n := slices.IndexFunc(in[c.Dir], func(m Match) bool { return m.Off >= c.Off+c.Len })
		if n < 0 {
			n = len(in[c.Dir])
		}
		list = append(list, in[c.Dir][:n]...)
		in[c.Dir] = in[c.Dir][n:]
	}
	return list
}
