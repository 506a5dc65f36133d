package tui

import (
	"time"

	"peerscope/peer/capture"
	"peerscope/views"
)

// ruled is the age on the ruler when that was last drawn; zero while there is
// none in sight.
type ruled struct {
	arrived time.Time
	second  int64 // how old that was
}

// rule is the ruler of a byte.
func (m *Model) rule(s spot) *views.Ruler {
	c, age := s.chunk, m.now().Sub(s.chunk.Time)
	if r := m.layout(); r.Shown(views.PaneBytes) || r.Shown(views.PaneInspector) {
		m.ruled = ruled{c.Time, int64(age / time.Second)}
	}
	return &views.Ruler{Out: c.Dir == capture.Out, Offset: s.off, Nth: s.off - c.Off + 1, Len: c.Len, Time: c.Time, Age: age}
}

// rulerTick reports whether the byte on the ruler has become another second old.
func (m *Model) rulerTick() bool {
	return !m.ruled.arrived.IsZero() && m.mode != modeHelp &&
		int64(m.lastPoll.Sub(m.ruled.arrived)/time.Second) != m.ruled.second
}
