package tui

import (
	"strconv"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// keptSection is what became of the bytes of a peer, to the byte: all that came
// are there or were dropped. It is empty while there are none.
func (m *Model) keptSection(r *peer.Row) (s views.DetailSection) {
	log := m.set.Log(r.ID)
	if log == nil {
		return s
	}
	names := [2]string{capture.In: "received", capture.Out: "sent"}
	if r.Pair.Is {
		names = [2]string{capture.In: "← server", capture.Out: "→ client"}
	}
	for _, d := range [...]capture.Dir{capture.Out, capture.In} {
		kept, end := log.Span(d)
		if end == 0 {
			continue
		}
		s.Title = "captured"
		s.Lines = append(s.Lines, exactly(names[d], end), exactly("kept", end-kept))
		if disk := log.OnDisk(d); disk > 0 {
			s.Lines = append(s.Lines, exactly("on disk", disk))
		}
		s.Lines = append(s.Lines, exactly("dropped", kept))
	}
	return s
}

func exactly(name string, bytes int64) views.DetailLine {
	v := views.Reading{Text: strconv.FormatInt(bytes, 10) + " B"}
	if bytes == 0 {
		v.Look = views.LookFaint
	}
	return views.DetailLine{Name: name, Value: v, Wide: true}
}
