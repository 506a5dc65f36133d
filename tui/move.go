package tui

import (
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"peerscope/peer"
	"peerscope/views"
)

func (m *Model) turnFocus(by int) {
	panes := int(views.PaneInspector)
	if m.beside() {
		panes++
	}
	m.focus = views.Pane((int(m.focus) + by + panes) % panes)
}

// row returns the selected peer, false if there is none.
func (m *Model) row() (peer.Row, bool) {
	if m.past.on() {
		row, err := m.set.PastRow(m.selected, m.past.at)
		return row, err == nil
	}
	row, err := m.set.Row(m.selected)
	return row, err == nil
}

// keepSelection moves the selection from a connection that has left the table to
// its listener.
func (m *Model) keepSelection() {
	row, err := m.set.Row(m.selected)
	if err != nil {
		if row, err = m.set.Row(m.listener); err != nil {
			return
		}
	}
	if listener, err := m.set.Row(row.Parent); err == nil && listener.Listener.Folded {
		row = listener
	}
	m.selected, m.listener = row.ID, row.Parent
}

// settle keeps the selection on the same peer when rows come and go, and the
// selected row within the table's visible part. It tells the set which rows
// those are, and gives the text input the room that the foot has for it.
func (m *Model) settle() {
	visible, total := m.layout().TableRows(), m.set.Len()
	m.keepSelection()
	i, err := m.set.Index(m.selected)
	if err != nil {
		m.selected, i = 0, -1
		if total > 0 {
			i = min(m.firstRow, total-1)
			m.selectIndex(i)
		}
	}
	m.firstRow = min(m.firstRow, max(i, 0))
	m.firstRow = max(m.firstRow, i-max(visible, 1)+1)
	m.firstRow = max(min(m.firstRow, total-max(visible, 1)), 0)
	m.keepFrozen()
	m.keepCursor()
	m.askKernel()
	m.rows = m.tableRows(m.rows[:0], m.firstRow, visible+1)
	m.set.Show(m.rows)
	if p := m.prompt(); p != nil {
		m.fitInput(max(views.PromptRoom(p, m.width)-1, 1)) // the cursor takes one cell
	}
}

// fitInput gives the text input so many cells. A text that fits is given none:
// the input would fill them with blanks, and the hint would have no room.
func (m *Model) fitInput(cells int) {
	if ansi.StringWidth(m.input.Value()) <= cells {
		cells = 0
	}
	if cells == m.input.Width {
		return
	}
	at := m.input.Position()
	m.input.Width = cells
	m.input.CursorEnd() // only a cursor that moves out of sight moves what is shown
	m.input.SetCursor(at)
}

// selectIndex selects the i-th peer, or the nearest there is.
func (m *Model) selectIndex(i int) {
	rows := m.set.Rows(nil, max(min(i, m.set.Len()-1), 0), 1)
	if len(rows) > 0 {
		m.selected = rows[0].ID
	}
}

// page is how many lines the focused pane shows.
func (m *Model) page() int {
	r := m.layout()
	switch m.focus {
	case views.PaneBytes:
		return max(r.BytesLines(), 1)
	case views.PaneInspector:
		return max(r.InspectorLines(), 1)
	}
	return max(r.TableRows(), 1)
}

func (m *Model) halfPage() int { return max(m.page()/2, 1) }

// moveBy moves the selection, or scrolls the bytes if they have the focus;
// while the inspector is open it moves its cursor.
func (m *Model) moveBy(lines int) {
	switch m.focus {
	case views.PaneBytes:
		m.scrollBy(lines)
		return
	case views.PaneInspector:
		m.moveBeside(lines)
		return
	}
	i, err := m.set.Index(m.selected)
	if err == nil {
		m.selectIndex(i + lines)
	}
}

// moveBeside moves what the pane beside the bytes shows.
func (m *Model) moveBeside(lines int) {
	if m.details.open {
		m.details.scroll += lines // a frame brings it back within bounds
		return
	}
	m.selectValue(lines)
}

func (m *Model) toStart() {
	switch m.focus {
	case views.PaneBytes:
		m.bytesToStart()
		return
	case views.PaneInspector:
		m.inspector.selected, m.details.scroll = 0, 0
		return
	}
	m.selectIndex(0)
}

func (m *Model) toEnd() {
	if m.live() {
		return
	}
	switch m.focus {
	case views.PaneBytes:
		m.follow()
		return
	case views.PaneInspector:
		m.moveBeside(maxTree)
		return
	}
	m.selectIndex(m.set.Len() - 1)
}

func (m *Model) bytesToStart() {
	m.scroll(func(w *window) {
		if m.inspector.open {
			w.toFirst()
			return
		}
		w.toStart()
	})
}

func (m *Model) scrollBy(lines int) {
	m.scroll(func(w *window) {
		if m.inspector.open {
			w.moveRows(lines)
			return
		}
		w.scrollBy(lines)
	})
}

// scroll does what moves the bytes pane, if there is a peer.
func (m *Model) scroll(do func(*window)) {
	_ = m.move(func(w *window) error { do(w); return nil }) // it only fails without one
}

func (m *Model) follow() {
	m.forgetRecalls()
	if m.live() {
		return
	}
	if w, ok := m.window(); ok {
		w.follow()
	}
}

// keepFrozen moves a frozen view on when bytes that it shows are dropped, and
// says so once.
func (m *Model) keepFrozen() {
	w, ok := m.window()
	if !ok {
		return
	}
	if w.lost() {
		w.toOldest()
	}
	if w.moved == hasMoved {
		w.moved = saidMoved
		m.say(true, "the bytes shown were dropped; moved to the oldest kept")
	}
}

func (m *Model) toggleFreeze() {
	w, ok := m.window()
	switch {
	case !ok:
	case w.frozen:
		w.follow()
	default:
		w.freeze()
	}
}

func (m *Model) space() {
	if m.focus == views.PaneBytes {
		m.toggleFreeze()
		return
	}
	m.fold()
}

// fold takes the connections of the selected listener, or of the listener that
// the selected connection came from, out of the table, or puts them back.
func (m *Model) fold() {
	row, ok := m.row()
	if ok && row.Parent != 0 {
		row, ok = m.listenerOf(&row)
	}
	switch {
	case !ok:
		m.say(true, "fold: no peer is selected; a adds one")
	case !row.Listener.Is:
		m.say(true, row.Label+" is no listener: there is nothing to fold")
	default:
		if err := m.set.Fold(row.ID, !row.Listener.Folded); err != nil {
			m.say(true, err.Error())
		}
	}
}

func (m *Model) listenerOf(r *peer.Row) (peer.Row, bool) {
	row, err := m.set.Row(r.Parent)
	return row, err == nil
}

func (m *Model) openHelp() tea.Cmd {
	m.mode, m.helpScroll = modeHelp, 0
	return nil
}

func (m *Model) helpKey(msg tea.KeyMsg) tea.Cmd {
	switch msg.String() {
	case "esc", "?", "q", "enter":
		m.mode = modePanes
	case "j", "down":
		m.helpScroll++
	case "k", "up":
		m.helpScroll--
	case "pgdown", "ctrl+d", " ":
		m.helpScroll += m.height / 2
	case "pgup", "ctrl+u":
		m.helpScroll -= m.height / 2
	case "g", "home":
		m.helpScroll = 0
	case "G", "end":
		m.helpScroll = 1 << 10
	}
	m.helpScroll = max(min(m.helpScroll, views.HelpScroll(m.help(), m.width, m.height)), 0)
	return nil
}
