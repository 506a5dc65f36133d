package tui

import (
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
)

// quiet is how long nothing must have come for a line to say so.
const quiet = 4 * time.Second

// items is a peer's history as the bytes pane shows it: chunks and events in
// the order of time.
type items struct {
	log    *capture.Log
	events []peer.Event // in the order of time
	row    peer.Row     // whose they are
	until  time.Time    // nothing newer counts; zero: the present
	dirs   capture.Dirs
	perRow int
}

// item is one chunk, one event, or, at the very start, what was dropped.
type item struct {
	time    time.Time     // zero: what was dropped
	gap     time.Duration // chunks: since the chunk before; below zero: the first
	chunk   capture.Chunk // Len is 0 if it is none
	event   *peer.Event
	dropped [2]int64 // bytes, by direction
}

// line is one line of an item.
type line struct {
	place
	item item
}

func (s *items) first(it item) int64 {
	switch {
	case it.event != nil:
		return lineEvent
	case it.chunk.Len > 0 && it.gap >= quiet:
		return lineGap
	case it.dropped[capture.In] > 0:
		return lineGap
	}
	return lineHead
}

func (s *items) last(it item) int64 {
	switch {
	case it.event != nil:
		return lineEvent
	case it.chunk.Len > 0:
		return s.align(it.chunk.Len - 1)
	case it.dropped[capture.Out] == 0:
		return lineGap
	}
	return lineHead
}

func (s *items) next(off int64) int64 {
	if off < 0 {
		return off + 1
	}
	return s.align(off) + int64(s.perRow)
}

func (s *items) prev(off int64) int64 {
	if off = s.align(off); off > 0 {
		return off - int64(s.perRow)
	}
	return off - 1
}

// align moves an offset to the beginning of its row.
func (s *items) align(off int64) int64 {
	if off <= 0 {
		return off
	}
	return off - off%int64(s.perRow)
}

// at returns the item of a time.
func (s *items) at(t time.Time) (item, bool) {
	list := s.after(t.Add(-1), 1)
	if t.IsZero() {
		list = s.withStart(nil)
	}
	if len(list) == 0 || !list[0].time.Equal(t) {
		return item{}, false
	}
	return list[0], true
}

// before returns the last n items older than t, oldest first; the zero time
// stands for the end.
func (s *items) before(t time.Time, n int) []item {
	if n <= 0 {
		return nil
	}
	chunks := s.log.Before(make([]capture.Chunk, 0, n), t, s.dirs)
	end := len(s.events)
	if !t.IsZero() {
		end = eventsBefore(s.events, t)
	}
	list := s.merge(chunks, s.events[max(end-n, 0):end])
	if len(list) < n {
		return s.withStart(list)
	}
	return list[len(list)-n:]
}

// after returns the first n items newer than t; the zero time stands for the
// beginning of what is kept.
func (s *items) after(t time.Time, n int) []item {
	if n <= 0 {
		return nil
	}
	chunks := s.log.After(make([]capture.Chunk, 0, n), t, s.dirs)
	begin := eventsBefore(s.events, t.Add(1))
	list := s.merge(chunks, s.events[begin:min(begin+n, len(s.events))])
	if t.IsZero() {
		list = s.withStart(list)
	}
	return list[:min(n, len(list))]
}

// merge joins chunks and events in the order of time and finds the gaps.
func (s *items) merge(chunks []capture.Chunk, events []peer.Event) []item {
	list := make([]item, 0, len(chunks)+len(events)+1)
	var last time.Time
	if len(chunks) > 0 {
		if c := s.log.Before(make([]capture.Chunk, 0, 1), chunks[0].Time, s.dirs); len(c) > 0 {
			last = c[0].Time
		}
	}
	for len(chunks)+len(events) > 0 {
		if len(chunks) == 0 || len(events) > 0 && events[0].Time.Before(chunks[0].Time) {
			list = append(list, item{time: events[0].Time, gap: -1, event: &events[0]})
			events = events[1:]
			continue
		}
		it := item{time: chunks[0].Time, gap: -1, chunk: chunks[0]}
		if !last.IsZero() {
			it.gap = it.time.Sub(last)
		}
		last = it.time
		list = append(list, it)
		chunks = chunks[1:]
	}
	return list
}

// sinceChunk returns how long before t, or at it, the last chunk came; below
// zero if none did.
func (s *items) sinceChunk(t time.Time) time.Duration {
	c := s.log.Before(make([]capture.Chunk, 0, 1), t.Add(1), s.dirs)
	if len(c) == 0 {
		return -1
	}
	return t.Sub(c[0].Time)
}

// withStart puts what was dropped in front, if anything was.
func (s *items) withStart(list []item) []item {
	start := item{gap: -1}
	for _, d := range [...]capture.Dir{capture.In, capture.Out} {
		if s.dirs.Has(d) {
			start.dropped[d], _ = s.log.Span(d)
		}
	}
	if start.dropped == [2]int64{} {
		return list
	}
	return append([]item{start}, list...)
}

// afterHalfClose reports whether the other direction of the same connection had
// ended when a chunk came.
func (s *items) afterHalfClose(c capture.Chunk) bool {
	for i := eventsBefore(s.events, c.Time) - 1; i >= 0; i-- {
		switch e := &s.events[i]; {
		case e.Kind == peer.EventHalfClose && e.Dir != c.Dir:
			return true
		case e.Begins():
			return false
		}
	}
	return false
}

// orStart is withStart if the list begins with the oldest that is there.
func (s *items) orStart(list []item) []item {
	if older := s.before(list[0].time, 1); len(older) > 0 && older[0].time.IsZero() {
		return append(older, list...)
	}
	return list
}

// newest returns the time of the newest chunk or event, whatever is shown.
func (s *items) newest() (t time.Time) {
	if !s.until.IsZero() {
		return s.until
	}
	if c := s.log.Before(make([]capture.Chunk, 0, 1), t, capture.Both); len(c) > 0 {
		t = c[0].Time
	}
	if n := len(s.events); n > 0 && s.events[n-1].Time.After(t) {
		t = s.events[n-1].Time
	}
	return t
}
