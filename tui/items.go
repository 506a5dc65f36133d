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
	list := s.after(t.Add(-1), 1, place{t: t})
	if t.IsZero() {
		list = s.withStart(nil)
	}
	if len(list) == 0 || !list[0].time.Equal(t) {
		return item{}, false
	}
	return list[0], true
}

// before returns the last items older than t, oldest first, as many as fill n
// lines, but at most n; the zero time stands for the end.
func (s *items) before(t time.Time, n int) []item {
	if n <= 0 {
		return nil
	}
	chunks, all := s.fill(n, place{}, func(list []capture.Chunk) []capture.Chunk { return s.log.Before(list, t, s.dirs) })
	end, begin := len(s.events), 0
	if !t.IsZero() {
		end = eventsBefore(s.events, t)
	}
	if !all {
		begin = eventsBefore(s.events, chunks[0].Time)
	}
	list := s.merge(chunks, s.events[min(max(end-n, begin), end):end])
	if all && len(list) < n {
		return s.withStart(list)
	}
	return list[max(len(list)-n, 0):]
}

// after returns the first items newer than t, as many as fill n lines from a
// place on, but at most n+2; the zero time stands for the beginning of what is kept.
func (s *items) after(t time.Time, n int, from place) []item {
	if n <= 0 {
		return nil
	}
	chunks, all := s.fill(n, from, func(list []capture.Chunk) []capture.Chunk { return s.log.After(list, t, s.dirs) })
	begin, end := eventsBefore(s.events, t.Add(1)), len(s.events)
	if !all {
		end = eventsBefore(s.events, chunks[len(chunks)-1].Time.Add(1))
	}
	n += 2 // a chunk and an event of that place's time may have no line from there on
	list := s.merge(chunks, s.events[begin:max(min(begin+n, end), begin)])
	if t.IsZero() {
		list = s.withStart(list)
	}
	return list[:min(n, len(list))]
}

// fill returns as many chunks as have n lines from a place on: what lies
// beyond them may be on disk. all is true if there were no more.
func (s *items) fill(n int, from place, read func([]capture.Chunk) []capture.Chunk) (list []capture.Chunk, all bool) {
	for room := 2; ; room *= 2 {
		list = read(make([]capture.Chunk, 0, room))
		lines := int64(0)
		for _, c := range list {
			rows := (c.Len + int64(s.perRow) - 1) / int64(s.perRow)
			if c.Time.Equal(from.t) {
				lines += rows - min(max(from.off, 0)/int64(s.perRow), rows)
			} else {
				lines += 1 + rows
			}
		}
		switch {
		case len(list) < room:
			return list, true
		case lines >= int64(n):
			return list, false
		}
	}
}

// merge joins chunks and events in the order of time and finds the gaps.
func (s *items) merge(chunks []capture.Chunk, events []peer.Event) []item {
	list := make([]item, 0, len(chunks)+len(events)+1)
	var last time.Time
	if len(chunks) > 0 {
		last = s.log.LastTime(chunks[0].Time, s.dirs)
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
	last := s.log.LastTime(t.Add(1), s.dirs)
	if last.IsZero() {
		return -1
	}
	return t.Sub(last)
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
	t = s.log.LastTime(t, capture.Both)
	if n := len(s.events); n > 0 && s.events[n-1].Time.After(t) {
		t = s.events[n-1].Time
	}
	return t
}
