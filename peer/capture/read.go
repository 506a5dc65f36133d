package capture

import (
	"math"
	"slices"
	"sort"
	"time"
)

// Span returns the offsets [kept, end) of the bytes of d that are still there, on disk or in memory.
// end is the number of bytes ever committed, kept of those that are gone.
func (l *Log) Span(d Dir) (kept, end int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	return dir.first(), dir.end
}

// Unread returns the bytes of d after the read mark.
func (l *Log) Unread(d Dir) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	return dir.end - dir.mark
}

// Consume moves the read mark of d forward by n bytes, or to the end if n is
// negative or more than there is, and returns by how many it moved.
func (l *Log) Consume(d Dir, n int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	if unread := dir.end - dir.mark; n < 0 || n > unread {
		n = unread
	}
	dir.mark += n
	return n
}

// CopyAt copies the bytes of d from offset off on, as many as there are, fit
// into dst and do not exceed [MaxCopy]. If off is below what is kept, it copies
// nothing and returns how many bytes from off on are gone. Bytes on disk it copies
// if they have been recalled; if not, it copies nothing and [Log.Wanted] holds.
func (l *Log) CopyAt(dst []byte, d Dir, off int64) (n int, dropped int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	off = max(off, 0)
	if kept := dir.first(); off < kept {
		return 0, kept - off
	}
	dst = dst[:min(len(dst), MaxCopy)]
	for i := dir.blockAt(off); i < dir.len() && n < len(dst); i++ {
		b := dir.block(i)
		if b == nil {
			dir.want(i)
			break
		}
		n += copy(dst[n:], b.mem[off+int64(n)-b.off:b.n])
	}
	return n, 0
}

// At returns the chunk that the byte of d at off belongs to; false if it is not
// there any more or not yet, or on disk and [Log.Wanted] holds.
func (l *Log) At(d Dir, off int64) (Chunk, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dirs[d].at(d, off)
}

func (dir *direction) at(d Dir, off int64) (Chunk, bool) {
	at := dir.placeAt(off)
	if off < dir.first() || !dir.has(at) {
		return Chunk{}, false
	}
	if dir.block(at.block) == nil {
		dir.want(at.block)
		return Chunk{}, false
	}
	return dir.chunk(d, at), true
}

// Before appends to dst the last chunks of dirs that are older than t, in the
// order of time, as many as its capacity has room for. The zero time stands for
// the end of the log. It stops where the next is on disk: then [Log.Wanted] holds.
func (l *Log) Before(dst []Chunk, t time.Time, dirs Dirs) []Chunk {
	ns := lastBefore(t)
	l.mu.Lock()
	defer l.mu.Unlock()
	var at [2]place
	for d := range at {
		at[d] = l.dirs[d].back(l.dirs[d].placeAfter(ns))
	}
	start := len(dst)
	for len(dst) < cap(dst) {
		d, ok := l.reach(dirs, at, func(a, b int64) bool { return a > b })
		if !ok {
			break
		}
		dst = append(dst, l.dirs[d].chunk(d, at[d]))
		at[d] = l.dirs[d].back(at[d])
	}
	slices.Reverse(dst[start:])
	return dst
}

// EndAt returns how many bytes of d had come at t, that moment included; false
// if the chunks of then are not kept, or on disk and [Log.Wanted] holds.
func (l *Log) EndAt(d Dir, t time.Time) (end int64, known bool) {
	ns := nanos(t)
	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	switch end, next := dir.offAfter(ns); {
	case next.chunk == unknown:
		dir.want(next.block)
		return 0, false
	case next == place{}:
		return 0, dir.first() == 0
	default:
		return end, true
	}
}

// offAfter returns the offset of the first chunk that is newer than ns, or the
// end, and its place. Of a chunk that is unknown there is no offset.
func (dir *direction) offAfter(ns int64) (off int64, at place) {
	switch at = dir.placeAfter(ns); {
	case at.chunk == unknown:
		return 0, at
	case at.chunk > 0:
		return dir.block(at.block).offOf(at.chunk), at
	case at.block == dir.len():
		return dir.end, at
	}
	return dir.offOf(at.block), at
}

// lastBefore returns the last nanosecond before t, that of the zero time being the last there is.
func lastBefore(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return max(nanos(t), 1) - 1
}

// LastTime returns when the last chunk of dirs that is older than t came, the
// zero time standing for the end of the log. It is the zero time if there is
// none, or if it is on disk and [Log.Wanted] holds.
func (l *Log) LastTime(t time.Time, dirs Dirs) (last time.Time) {
	ns := lastBefore(t)
	l.mu.Lock()
	defer l.mu.Unlock()
	newest := int64(math.MinInt64)
	for d := In; d <= Out; d++ {
		dir := &l.dirs[d]
		at := dir.back(dir.placeAfter(ns))
		switch {
		case !dirs.Has(d) || !dir.has(at):
		case at.chunk == unknown:
			dir.want(at.block)
			return time.Time{}
		case dir.time(at) > newest:
			newest = dir.time(at)
			last = time.Unix(0, newest)
		}
	}
	return last
}

// After appends to dst the first chunks of dirs that are newer than t, in the
// order of time, as many as its capacity has room for. The zero time stands for
// the beginning of what is kept. It stops where the next is on disk: then [Log.Wanted] holds.
func (l *Log) After(dst []Chunk, t time.Time, dirs Dirs) []Chunk {
	ns := nanos(t)
	l.mu.Lock()
	defer l.mu.Unlock()
	var at [2]place
	for d := range at {
		at[d] = l.dirs[d].placeAfter(ns)
	}
	for len(dst) < cap(dst) {
		d, ok := l.reach(dirs, at, func(a, b int64) bool { return a < b })
		if !ok {
			break
		}
		dst = append(dst, l.dirs[d].chunk(d, at[d]))
		at[d] = l.dirs[d].forth(at[d])
	}
	return dst
}

// pick returns the direction of dirs whose chunk at its place comes first; found
// is false if neither has one there. It is away if it is on disk, or if it can
// only be told with that of the direction there.
func (l *Log) pick(dirs Dirs, at [2]place, first func(a, b int64) bool) (best Dir, found, away bool) {
	for d := In; d <= Out; d++ {
		dir := &l.dirs[d]
		switch {
		case !dirs.Has(d) || !dir.has(at[d]):
		case at[d].chunk == unknown:
			return d, false, true
		case !found || first(dir.time(at[d]), l.dirs[best].time(at[best])):
			best, found = d, true
		}
	}
	if found && l.dirs[best].block(at[best].block) == nil {
		return best, false, true
	}
	return best, found, false
}

// reach is pick for readers that do not read from disk: they want it recalled.
func (l *Log) reach(dirs Dirs, at [2]place, first func(a, b int64) bool) (Dir, bool) {
	d, found, away := l.pick(dirs, at, first)
	if away {
		l.dirs[d].want(at[d].block)
	}
	return d, found
}

// place is a chunk of a direction: which block, those that are only on disk
// first, and which chunk of the block. It is valid until the log's lock is let go.
type place struct{ block, chunk int }

// unknown stands for a chunk that only the index of a block on disk can tell.
const unknown = -1

// has reports whether there is a chunk at p.
func (dir *direction) has(p place) bool {
	return p.block >= 0 && p.block < dir.len() && p.chunk < dir.count(p.block)
}

// blockAt returns the index of the block that ends after off, or of none.
func (dir *direction) blockAt(off int64) int {
	return sort.Search(dir.len(), func(i int) bool { return dir.endOf(i) > off })
}

// placeAt returns the place of the chunk that ends after off.
func (dir *direction) placeAt(off int64) place {
	i := dir.blockAt(off)
	if i == dir.len() {
		return place{block: i}
	}
	b := dir.block(i)
	if b == nil {
		return place{i, unknown}
	}
	return place{i, sort.Search(b.count, func(c int) bool { return b.endOf(c) > off })}
}

// placeAfter returns the place of the first chunk that is newer than ns.
func (dir *direction) placeAfter(ns int64) place {
	i := sort.Search(dir.len(), func(i int) bool {
		n := dir.count(i)
		return n == 0 || dir.time(place{i, n - 1}) > ns
	})
	if i == dir.len() {
		return place{block: i}
	}
	b := dir.block(i)
	switch {
	case b != nil:
		return place{i, sort.Search(b.count, func(c int) bool { return b.timeOf(c) > ns })}
	case dir.time(place{block: i}) > ns:
		return place{block: i}
	}
	return place{i, unknown}
}

func (dir *direction) forth(p place) place {
	if p.chunk+1 < dir.count(p.block) {
		return place{p.block, p.chunk + 1}
	}
	return place{block: p.block + 1}
}

func (dir *direction) back(p place) place {
	switch {
	case p.chunk == unknown:
		return p
	case p.chunk > 0:
		return place{p.block, p.chunk - 1}
	case p.block == 0:
		return place{block: -1}
	}
	return place{p.block - 1, dir.count(p.block-1) - 1}
}

// time returns the time of a chunk: of a block on disk, of its first or last.
func (dir *direction) time(p place) int64 {
	switch b := dir.block(p.block); {
	case b != nil:
		return b.timeOf(p.chunk)
	case p.chunk == 0:
		return dir.disk.list[p.block].began
	}
	return dir.disk.list[p.block].last
}

func (dir *direction) chunk(d Dir, p place) Chunk {
	b := dir.block(p.block)
	off := b.offOf(p.chunk)
	return Chunk{Dir: d, Time: time.Unix(0, b.timeOf(p.chunk)), Off: off, Len: b.endOf(p.chunk) - off}
}
