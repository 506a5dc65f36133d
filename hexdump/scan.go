package hexdump

import "sync"

// Scan finds out whether a pattern comes in a stream, whose bytes are given to
// it piece by piece, over the boundaries of the pieces. It keeps as much of the
// stream as a match may have. [Pattern.Scan] makes one.
type Scan struct {
	pattern *Pattern
	kept    []byte // the end of what came
	cut     bool   // there was more before kept, whose first byte no match begins with
}

// Scan returns a Scan at the beginning of a stream.
func (p *Pattern) Scan() *Scan { return &Scan{pattern: p} }

// windows are what scans look at. They are shared, so that a scan by itself is small.
var windows = sync.Pool{New: func() any { return new([]byte) }}

// Next takes the bytes that come next and reports whether a match has come. Where
// it depends on the byte behind it ($, \b), it has come with that byte, or at the
// End.
func (s *Scan) Next(p []byte) bool {
	w := windows.Get().(*[]byte)
	defer windows.Put(w)
	b := append(append((*w)[:0], s.kept...), p...)
	*w = b
	if s.look(b, false) {
		return true
	}
	keep := s.pattern.Longest() + 1 // and the byte before
	if len(b) > keep {
		b, s.cut = b[len(b)-keep:], true
	}
	s.kept = append(s.kept[:0], b...)
	return false
}

// End says that no more bytes will come, and reports whether that makes a match.
func (s *Scan) End() bool { return s.look(s.kept, true) }

// Gap says that bytes are missing here: nothing is found across them.
func (s *Scan) Gap() { s.kept, s.cut = s.kept[:0], false }

func (s *Scan) look(b []byte, end bool) bool {
	from := 0
	if s.cut {
		from = 1
	}
	for _, m := range s.pattern.Find(nil, b, from) {
		if end || !s.pattern.looksAhead || m[1] < len(b) {
			return true
		}
	}
	return false
}
