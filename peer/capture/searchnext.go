package capture

import "context"

// Next returns the first match behind a byte, in the order of time: one that begins with that
// byte's successor or later. False means that there is none, or that ctx has ended.
func (s *Search) Next(ctx context.Context, d Dir, off int64) (found Match, ok bool) {
	s.lock()
	defer s.unlock()
	at := s.around(Match{Dir: d, Off: off})
	at[d]++
	var limit [2]int64
	_, limit[In] = s.log.Span(In)
	_, limit[Out] = s.log.Span(Out)
	for _, d := range [...]Dir{d, 1 - d} {
		if !s.dirs.Has(d) {
			continue
		}
		if m, hit := s.firstIn(ctx, d, at[d], limit[d]); hit && (!ok || s.earlier(m, found)) {
			found, ok = m, true
			limit = s.around(m) // nothing later is wanted of the other direction
		}
	}
	return found, ok
}

// Prev returns the last match that begins before a byte, in the order of time.
// False means that there is none, or that ctx has ended.
func (s *Search) Prev(ctx context.Context, d Dir, off int64) (found Match, ok bool) {
	s.lock()
	defer s.unlock()
	at := s.around(Match{Dir: d, Off: off})
	var limit [2]int64
	for _, d := range [...]Dir{d, 1 - d} {
		if !s.dirs.Has(d) {
			continue
		}
		if m, hit := s.lastIn(ctx, d, at[d], limit[d]); hit && (!ok || s.earlier(found, m)) {
			found, ok = m, true
			limit = s.around(m)
		}
	}
	return found, ok
}

func (s *Search) earlier(a, b Match) bool {
	x, _ := s.log.at(a.Dir, a.Off)
	y, _ := s.log.at(b.Dir, b.Off)
	return x.Time.Before(y.Time) || a.Dir == b.Dir && a.Off < b.Off
}

// firstIn returns the first match of a direction in [from, to).
func (s *Search) firstIn(ctx context.Context, d Dir, from, to int64) (Match, bool) {
	kept, _ := s.log.Span(d)
	for at := max(from, kept); at < to && ctx.Err() == nil; at = (at/segment + 1) * segment {
		if s.known(d, at/segment) == 0 {
			continue
		}
		for _, m := range s.segment(d, at/segment) {
			if m.Off >= from && m.Off < to {
				return m, true
			}
		}
	}
	return Match{}, false
}

// lastIn returns the last match of a direction in [to, from).
func (s *Search) lastIn(ctx context.Context, d Dir, from, to int64) (Match, bool) {
	kept, end := s.log.Span(d)
	to = max(to, kept)
	for k := (min(from, end) - 1) / segment; min(from, end) > 0 && k >= to/segment && ctx.Err() == nil; k-- {
		if s.known(d, k) == 0 {
			continue
		}
		list := s.segment(d, k)
		for i := len(list) - 1; i >= 0; i-- {
			if m := list[i]; m.Off < from && m.Off >= to {
				return m, true
			}
		}
	}
	return Match{}, false
}

// known returns how many matches begin in a segment that was searched wholly;
// -1 of any other.
func (s *Search) known(d Dir, k int64) int {
	w := &s.ways[d]
	if i := k - w.first; i >= 0 && i < int64(len(w.count)) && (k+1)*segment <= w.next {
		return int(w.count[i])
	}
	return -1
}

// segment returns the matches that begin in a segment.
func (s *Search) segment(d Dir, k int64) []Match {
	kept, _ := s.log.Span(d)
	list, _ := s.matches(d, max(s.freeFrom(d, k*segment), kept), (k+1)*segment)
	return list
}
