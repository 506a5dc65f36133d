package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/views"
)

// openMarks lists the marks that were set, and the transitions of the selected
// peer, which mark themselves, in the order of time.
func (m *Model) openMarks() tea.Cmd {
	var list []mark
	for name, k := range m.marks.set {
		if name != back {
			list = append(list, k)
		}
	}
	if row, ok := m.row(); ok {
		events := m.history(row.ID).events
		for i := range events {
			if e := &events[i]; e.IsTransition() {
				list = append(list, mark{peer: row.ID, at: place{e.Time, lineEvent}, off: -1, note: eventWords(e, &row, ": ")})
			}
		}
	}
	if len(list) == 0 {
		m.say(true, "no marks and no transitions yet; m and a letter sets a mark")
		return nil
	}
	slices.SortStableFunc(list, func(a, b mark) int {
		if n := a.at.t.Compare(b.at.t); n != 0 {
			return n
		}
		return strings.Compare(a.letter, b.letter)
	})
	m.mode, m.marks.list, m.marks.selected = modeMarks, list, 0
	return nil
}

// eventWords is an event in one line, with so much before its cause.
func eventWords(e *peer.Event, r *peer.Row, before string) string {
	v := eventView(e, r)
	words := v.Text
	if words == "" {
		words = e.From.String() + " → " + e.To.String()
	}
	if v.Cause != "" {
		words += before + v.Cause
	}
	return words
}

// marksKey acts on a key while the list is open.
func (m *Model) marksKey(msg tea.KeyMsg) tea.Cmd {
	k := &m.marks
	switch msg.String() {
	case "esc", "q":
		m.mode = modePanes
	case "j", "down":
		k.selected++
	case "k", "up":
		k.selected--
	case "pgdown", "ctrl+d":
		k.selected += m.page()
	case "pgup", "ctrl+u":
		k.selected -= m.page()
	case "g", "home":
		k.selected = 0
	case "G", "end":
		k.selected = len(k.list) - 1
	case "enter":
		m.mode = modePanes
		if err := m.showMark(k.list[k.selected]); err != nil {
			m.say(true, err.Error())
		}
	case "x":
		letter := k.list[k.selected].letter
		if letter == "" {
			m.say(true, "a transition marks itself, and stays")
			break
		}
		delete(k.set, letter)
		k.list = slices.Delete(k.list, k.selected, k.selected+1)
	}
	if len(k.list) == 0 {
		m.mode = modePanes
	}
	k.selected = max(min(k.selected, len(k.list)-1), 0)
	return nil
}

func (m *Model) marksView() *views.Marks {
	v := &views.Marks{Selected: m.marks.selected}
	for _, k := range m.marks.list {
		name := "gone"
		if row, err := m.set.Row(k.peer); err == nil {
			name = m.name(&row)
		}
		v.Lines = append(v.Lines, views.MarkLine{
			Letter: k.letter, Time: k.at.t, Peer: name, Offset: k.off, Out: k.dir != 0, Note: k.note,
		})
	}
	return v
}
