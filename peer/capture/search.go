package capture

import "sync"

// MaxMatch is the most bytes that a match may have, and what [Finder.Longest]
// may return at most.
const MaxMatch = 4 << 10

// segment is how many bytes of a direction are searched and counted together:
// only how many matches begin in each is kept, so that what a search holds is
// small whatever it finds.
const segment = MaxCopy

// Finder finds what is searched for in a piece of bytes.
type Finder interface {
	// Longest returns the most bytes that a match has, from 1 to MaxMatch.
	Longest() int
	// Find appends to dst the matches in b that begin at from or later, from the
	// left, without overlapping: their first bytes, and the bytes behind their last.
	Find(dst [][2]int, b []byte, from int) [][2]int
}

// Match is where something was found.
type Match struct {
	Dir Dir
	Off int64 // of its first byte in its direction
	Len int64
}

// Search looks for one thing in one log and counts it, and goes on as bytes
// come. It works in steps, each of which may be the last. The matches of a
// direction are those that one pass over all that is kept would find, from the
// left and without overlapping. One whose first byte is gone is not counted. It
// is safe for concurrent use, but one call waits for another, and for the disk.
type Search struct {
	log  *Log
	dirs Dirs
	find Finder

	mu   sync.Mutex
	ways [2]searched
	*piece
}

// piece is what a call of a search works with. They are shared: a screen may
// search thousands of logs, one after the other.
type piece struct {
	buf   [1 + segment + MaxMatch]byte
	found [][2]int
	list  []Match // what matches returned last
}

var pieces = sync.Pool{New: func() any { return new(piece) }}

func (s *Search) lock() {
	s.mu.Lock()
	s.piece = pieces.Get().(*piece)
}

func (s *Search) unlock() {
	pieces.Put(s.piece)
	s.piece = nil
	s.mu.Unlock()
}

// searched is how far a search has come in one direction.
type searched struct {
	first int64    // the segment that counts begins with
	count []uint32 // matches that begin in a segment
	over  []uint16 // by how many bytes the last of them, or of the one before, reaches beyond it
	next  int64    // all matches that begin before are counted
	free  int64    // no match may begin before: one that was counted ends there
	tail  []Match  // those that begin after next: more bytes may change them
}

// NewSearch returns a search that has not begun.
func NewSearch(l *Log, dirs Dirs, f Finder) *Search {
	return &Search{log: l, dirs: dirs, find: f}
}

// Step searches at most one piece of 64 KiB in each direction and reports
// whether there is more to search.
func (s *Search) Step() (more bool) {
	s.lock()
	defer s.unlock()
	for d := In; d <= Out; d++ {
		if s.dirs.Has(d) && s.step(d) {
			more = true
		}
	}
	return more
}

func (s *Search) step(d Dir) (more bool) {
	w := &s.ways[d]
	kept, end := s.log.Span(d)
	w.forget(kept)
	limit := (w.next/segment + 1) * segment
	until := min(limit, end-int64(s.find.Longest())+1) // matches that begin before have all their bytes
	to := limit
	if until < limit {
		to = max(limit, end) // a short match may stand between them
	}
	matches, ok := s.matches(d, max(w.next, w.free), to)
	if !ok {
		return true // dropped just now
	}
	w.tail = w.tail[:0]
	for _, m := range matches {
		if m.Off < until {
			w.add(m)
			continue
		}
		w.tail = append(w.tail, m)
	}
	if until > w.next {
		w.reach(until)
	}
	return until == limit
}

// forget leaves out the segments that are gone.
func (w *searched) forget(kept int64) {
	if n := min(kept/segment-w.first, int64(len(w.count))); n > 0 {
		w.count, w.over = w.count[n:], w.over[n:]
		w.first += n
	}
	if kept > w.next {
		w.next, w.free = kept, kept
		w.first, w.count, w.over = kept/segment, w.count[:0], w.over[:0]
	}
}

func (w *searched) add(m Match) {
	w.grow(m.Off / segment)
	w.count[m.Off/segment-w.first]++
	w.free = m.Off + m.Len
}

// reach notes that all matches that begin before until are counted.
func (w *searched) reach(until int64) {
	w.next = until
	last := (until - 1) / segment
	w.grow(last)
	w.over[last-w.first] = uint16(max(w.free-(last+1)*segment, 0))
}

func (w *searched) grow(to int64) {
	for w.first+int64(len(w.count)) <= to {
		w.count, w.over = append(w.count, 0), append(w.over, 0)
	}
}

// matches returns those that begin in [from, to), which is within a segment;
// false if its first bytes went just now. The result is valid until the next call.
func (s *Search) matches(d Dir, from, to int64) (list []Match, ok bool) {
	s.list = s.list[:0]
	start := max(from-1, 0)
	if kept, _ := s.log.Span(d); start < kept {
		start = from // without the byte before
	}
	b, ok := s.read(d, start, to+int64(s.find.Longest())-1)
	if !ok {
		return nil, false
	}
	s.found = s.find.Find(s.found[:0], b, min(int(from-start), len(b)))
	for _, f := range s.found {
		if off := start + int64(f[0]); off < to {
			s.list = append(s.list, Match{d, off, int64(f[1] - f[0])})
		}
	}
	return s.list, true
}

// read returns the bytes of [from, to), as many as there are; false if they are
// not there any more.
func (s *Search) read(d Dir, from, to int64) (b []byte, ok bool) {
	want := min(int(to-from), len(s.buf))
	for len(b) < want {
		n, dropped, err := s.log.ReadAt(s.buf[len(b):want], d, from+int64(len(b)))
		if dropped > 0 || err != nil {
			return nil, false
		}
		if n == 0 {
			break
		}
		b = s.buf[:len(b)+n]
	}
	return b, true
}

// Progress returns how many of the bytes that are kept have been searched.
func (s *Search) Progress() (searched, total int64) {
	s.lock()
	defer s.unlock()
	for d := In; d <= Out; d++ {
		if !s.dirs.Has(d) {
			continue
		}
		kept, end := s.log.Span(d)
		total += end - kept
		if len(s.ways[d].tail) > 0 || s.ways[d].next > end-int64(s.find.Longest()) {
			searched += end - kept
			continue
		}
		searched += max(s.ways[d].next-kept, 0)
	}
	return searched, total
}

// Count returns how many matches were found so far and are still there.
func (s *Search) Count() (n int64) {
	s.lock()
	defer s.unlock()
	for d := In; d <= Out; d++ {
		if s.dirs.Has(d) {
			n += s.before(d, s.ways[d].next) + int64(len(s.ways[d].tail))
		}
	}
	return n
}

// before returns how many of the matches that were counted begin before off.
func (s *Search) before(d Dir, off int64) (n int64) {
	w := &s.ways[d]
	kept, _ := s.log.Span(d)
	w.forget(kept)
	for i, count := range w.count {
		from := (w.first + int64(i)) * segment
		switch to := min(from+segment, w.next); {
		case from >= off:
			return n
		case kept <= from && to <= off:
			n += int64(count)
		default: // a part of it is gone, or not asked for
			matches, _ := s.matches(d, max(s.freeFrom(d, from), kept), min(to, off))
			n += int64(len(matches))
		}
	}
	return n
}

// freeFrom returns where the first match of a segment may begin: from, unless
// one reaches into it.
func (s *Search) freeFrom(d Dir, from int64) int64 {
	w := &s.ways[d]
	if i := from/segment - 1 - w.first; i >= 0 && i < int64(len(w.over)) {
		return from + int64(w.over[i])
	}
	if kept, _ := s.log.Span(d); from <= kept {
		return from
	}
	// Nobody has been there yet: as if the segment before were the first.
	last := from
	matches, _ := s.matches(d, max(from-segment, 0), from)
	for _, m := range matches {
		last = m.Off + m.Len
	}
	return max(last, from)
}

// Number returns which of the counted matches m is, from 1 on, in the order of
// time; false while what stands before it has not been searched.
func (s *Search) Number(m Match) (n int64, ok bool) {
	s.lock()
	defer s.unlock()
	at := s.around(m)
	n = 1
	for d := In; d <= Out; d++ {
		if !s.dirs.Has(d) {
			continue
		}
		w := &s.ways[d]
		n += s.before(d, at[d])
		for _, t := range w.tail {
			if t.Off < at[d] {
				n++
			}
		}
		if _, end := s.log.Span(d); w.next < at[d] && len(w.tail) == 0 && w.next <= end-int64(s.find.Longest()) {
			return 0, false
		}
	}
	return n, true
}

// around returns the offset of each direction that stands where m begins.
func (s *Search) around(m Match) (at [2]int64) {
	at[m.Dir] = m.Off
	other := 1 - m.Dir
	_, at[other] = s.log.Span(other)
	c, ok := s.log.at(m.Dir, m.Off)
	if !ok {
		if kept, _ := s.log.Span(m.Dir); m.Off < kept {
			at[other] = 0 // before all that is kept
		}
		return at
	}
	at[other] = s.log.offAfter(other, c.Time)
	return at
}
