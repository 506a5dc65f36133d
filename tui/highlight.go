package tui

import (
	"peerscope/peer/capture"
	"peerscope/views"
)

// highlight marks what is searched for in the rows that are shown. It looks at
// their bytes and at those that a match could reach out to, and so costs the
// same over any history.
func (m *Model) highlight(w *window, lines []line, shown []views.Line) {
	for i := range shown {
		shown[i].Found = nil
	}
	s := &m.search
	if !s.on() {
		return
	}
	for _, d := range [...]capture.Dir{capture.In, capture.Out} {
		from, to := int64(-1), int64(0)
		for i := range lines {
			if v := &shown[i]; lines[i].isHex() && lines[i].item.chunk.Dir == d {
				if from < 0 {
					from = v.Offset
				}
				to = v.Offset + int64(len(v.Data))
			}
		}
		if from >= 0 && s.dirs.Has(d) {
			m.mark(w, d, from, to, lines, shown)
		}
	}
}

// mark marks the matches of a direction that touch the bytes of [from, to).
func (m *Model) mark(w *window, d capture.Dir, from, to int64, lines []line, shown []views.Line) {
	s := &m.search
	reach := int64(s.pattern.Longest()) - 1
	kept, _ := w.log.Span(d)
	start := max(from-reach, kept, 0)
	if at := s.at; at.peer == m.selected && at.Dir == d && at.Off >= start && at.Off < from {
		start = at.Off // so that the current one is among them
	}
	if start >= to {
		return // all of it went just now
	}
	bytes := make([]byte, to+reach-start)
	n := 0
	for n < len(bytes) {
		more, _ := w.log.CopyAt(bytes[n:], d, start+int64(n))
		if more == 0 {
			break
		}
		n += more
	}
	for _, f := range s.pattern.Find(nil, bytes[:n], 0) {
		off, end := start+int64(f[0]), start+int64(f[1])
		current := s.at.Len > 0 && s.at.peer == m.selected && s.at.Dir == d && s.at.Off == off
		for i := range shown {
			v := &shown[i]
			if !lines[i].isHex() || lines[i].item.chunk.Dir != d {
				continue
			}
			first, last := max(off-v.Offset, 0), min(end-v.Offset, int64(len(v.Data)))
			if first < last {
				v.Found = append(v.Found, views.Found{From: int(first), To: int(last), Current: current})
			}
		}
	}
}
