package tui

import (
	"fmt"
	"os"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// detailsEvery is how often the kernel is asked while its view is open.
const detailsEvery = 250 * time.Millisecond

// details is the pane that says what the kernel tells of the selected peer's
// sockets. It stands in the inspector's place.
type details struct {
	open   bool
	scroll int

	peer  peer.ID // that the kernel was asked about
	asked time.Time
	found []peer.Inspected
}

// beside reports whether something is open beside the bytes.
func (m *Model) beside() bool { return m.inspector.open || m.details.open }

// toggleDetails opens the kernel's view, or closes it.
func (m *Model) toggleDetails() {
	if m.details.open {
		m.closeDetails()
		m.notice.Text = ""
		return
	}
	if m.inspector.open {
		m.toggleInspector()
	}
	m.details = details{open: true}
	if !m.layout().Shown(views.PaneInspector) {
		m.focus = views.PaneInspector
	}
	m.say(false, "what the kernel says of the selected peer; 4 and j k scroll it, K closes")
}

func (m *Model) closeDetails() {
	m.details = details{}
	if m.focus == views.PaneInspector {
		m.focus = views.PaneBytes
	}
}

// focusBeside gives the focus to what is open beside the bytes, the inspector
// if nothing is.
func (m *Model) focusBeside() {
	if !m.beside() {
		m.toggleInspector()
	}
	m.focus = views.PaneInspector
}

// askKernel asks about the selected peer, if its details are shown and it is
// time. It reports whether it did.
func (m *Model) askKernel() bool {
	d := &m.details
	now := m.now()
	if !d.open || d.peer == m.selected && now.Sub(d.asked) < detailsEvery {
		return false
	}
	found, ok := m.set.Inspect(m.selected)
	if d.peer != m.selected {
		d.scroll = 0
	}
	if row, known := m.row(); ok || d.peer != m.selected || !known || row.Status != peer.StatusConnected {
		d.found = found // one that is in use just then keeps what was said of it
	}
	d.peer, d.asked = m.selected, now
	return true
}

// detailsView is the pane's data.
func (m *Model) detailsView(r *peer.Row) *views.Details {
	v := &views.Details{Title: m.name(r), Sections: holdSections(r), Empty: "no open socket"}
	if r.Listener.Is {
		v.Empty = "choose one of its connections"
	}
	for i := range m.details.found {
		f := &m.details.found[i]
		s := views.DetailSection{Lines: views.DetailLines(&f.Details)}
		if f.Side != "" {
			s.Title = f.Side + " side"
		}
		if f.Side == "server" && f.Family == peer.FamilyUDS {
			ours := fmt.Sprintf("pid %d, uid %d, gid %d", os.Getpid(), os.Geteuid(), os.Getegid())
			s.Lines = append(s.Lines, views.DetailLine{Name: "sees us as", Value: views.Reading{Text: ours}, Wide: true})
		}
		v.Sections = append(v.Sections, s)
	}
	if s := m.keptSection(r); s.Title != "" {
		if len(m.details.found) == 0 {
			s.Title = v.Empty + "; " + s.Title
		}
		v.Sections = append(v.Sections, s)
	}
	rects := m.layout()
	m.details.scroll = max(min(m.details.scroll, rects.DetailsScroll(v)), 0)
	v.Scroll = m.details.scroll
	return v
}

// holdSections are the queues of the directions that are held.
func holdSections(r *peer.Row) (sections []views.DetailSection) {
	for _, d := range [...]capture.Dir{capture.Out, capture.In} {
		if !r.Held.Has(d) || r.Status != peer.StatusConnected {
			continue
		}
		b := r.Back[d]
		title := "held"
		if r.Pair.Is {
			title = heldWays[d.Only()] + " held"
		}
		sections = append(sections, views.DetailSection{Title: title, Bars: []views.Bar{
			holdBar("unread", b.Taken, false), holdBar("recv-q", b.Waiting, false), holdBar("far send-q", b.Sender, r.Approx),
		}})
	}
	return sections
}

func holdBar(name string, l peer.Level, approx bool) views.Bar {
	return views.Bar{Name: name, Bytes: l.Bytes, Used: l.Used, Limit: l.Limit, Approx: approx}
}
