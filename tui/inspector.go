package tui

import (
	"encoding/binary"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/hexdump"
	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// inspector is the pane that says what the bytes at the cursor are.
type inspector struct {
	open      bool
	bigEndian bool
	selected  int // among its lines
	seen      sight

	bytes  []byte // of the last look; kept so that a frame need not make it anew
	values []hexdump.Value
}

// sight is what decides whether a place of the history is in sight. When it has
// changed, the cursor is brought back into it.
type sight struct {
	width, height, perRow int
	focus                 views.Pane
	dirs                  capture.Dirs
	peer                  peer.ID
}

// inspected is one line of the inspector, and the bytes that it covers, counted
// from the cursor.
type inspected struct {
	views.InspectorLine
	off, len int64
}

// What an opened inspector says of its keys: beside the bytes, and alone.
const (
	inspectorNews      = "j k ← → move the cursor, 4 picks a value, e swaps the byte order, i closes"
	inspectorNewsAlone = "← → move the cursor, j k pick a value, e swaps the byte order, i closes"
)

// toggleInspector opens the inspector, and the keys move its cursor; or it
// closes it.
func (m *Model) toggleInspector() {
	if m.details.open {
		m.closeDetails()
	}
	m.inspector.open = !m.inspector.open
	switch {
	case !m.inspector.open:
		if m.focus == views.PaneInspector {
			m.focus = views.PaneBytes
		}
		m.inspector.seen = sight{}
		m.notice.Text = ""
	default:
		m.focus = views.PaneInspector
		if !m.layout().Shown(views.PaneBytes) {
			m.say(false, inspectorNewsAlone)
			return
		}
		m.focus = views.PaneBytes
		m.say(false, inspectorNews)
	}
}

func (m *Model) swapByteOrder() {
	if m.inspecting() {
		m.inspector.bigEndian = !m.inspector.bigEndian
	}
}

// keepCursor brings a placed cursor back into sight.
func (m *Model) keepCursor() {
	now := sight{m.width, m.height, m.perRow, m.focus, m.dirs, m.selected}
	if now == m.inspector.seen || !m.inspector.open {
		return
	}
	m.inspector.seen = now
	if w, ok := m.window(); ok && w.frozen && w.cursor.placed {
		m.scroll(func(w *window) {
			if at, ok := w.cursorIn(nil); ok {
				w.reveal(at)
			}
		})
	}
}

// inspecting reports whether the inspector is open, and says so if it is not.
func (m *Model) inspecting() bool {
	if !m.inspector.open {
		m.say(true, "the inspector is closed; i opens it")
	}
	return m.inspector.open
}

// moveCursor is an action on the inspector's cursor.
func moveCursor(move func(*window, int), by int) func(*Model) tea.Cmd {
	return act(func(m *Model) {
		if m.inspecting() {
			m.scroll(func(w *window) { move(w, by) })
		}
	})
}

// selectValue moves the selection among the inspector's lines. A frozen view
// shows the bytes that the line covers.
func (m *Model) selectValue(by int) {
	w, ok := m.window()
	if !ok {
		return
	}
	at, lines := m.look(w, w.lines())
	if len(lines) == 0 {
		return
	}
	i := max(min(m.inspector.shown(len(lines))+by, len(lines)-1), 0)
	m.inspector.selected = i
	off := at.off + lines[i].off
	if chunk, ok := w.log.At(at.chunk.Dir, off); ok && w.frozen {
		w.reveal(spot{chunk, off})
	}
}

// shown is the selected one of so many lines. Where a smaller Variant has no
// such part it is the Variant.
func (in *inspector) shown(lines int) int {
	if in.selected >= lines {
		return max(min(hexdump.ValueCount, lines-1), 0)
	}
	return in.selected
}

func (in *inspector) order() binary.ByteOrder {
	if in.bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// look reads what the bytes from the cursor on are; no lines if there are none.
func (m *Model) look(w *window, shown []line) (spot, []inspected) {
	at, ok := w.cursorIn(shown)
	if !ok {
		return spot{}, nil
	}
	in := &m.inspector
	if in.bytes == nil {
		in.bytes = make([]byte, capture.MaxCopy)
	}
	n, _ := w.log.CopyAt(in.bytes, at.chunk.Dir, at.off)
	if n == 0 {
		return spot{}, nil // it went just now
	}
	_, end := w.log.Span(at.chunk.Dir)
	p, have := in.bytes[:n], end-at.off
	in.values = hexdump.Values(in.values[:0], p, have, in.order())
	lines := make([]inspected, 0, len(in.values)+1)
	for _, v := range in.values {
		lines = append(lines, inspected{views.InspectorLine{Name: v.Name, Text: v.Text, State: v.State}, 0, v.Len})
	}
	return at, variantLines(lines, p, have)
}

// inspect is the inspector's data, and marks the bytes that it speaks of.
func (m *Model) inspect(w *window, shown []line, b *views.Bytes) *views.Inspector {
	at, lines := m.look(w, shown)
	v := &views.Inspector{BigEndian: m.inspector.bigEndian}
	if len(lines) == 0 {
		v.Empty = "no bytes to inspect"
		return v
	}
	v.Out, v.Offset, v.ChunkLen = at.chunk.Dir == capture.Out, at.off, at.chunk.Len
	selected := m.inspector.shown(len(lines))
	from := at.off + lines[selected].off
	b.Ruler = m.rule(at)
	b.Mark = views.Mark{Shown: true, Out: v.Out, Cursor: at.off, From: from, To: from + lines[selected].len}

	// A third of the lines in sight stand above the selected one.
	room := max(m.layout().InspectorLines(), 1)
	v.Above = max(min(selected-room/3, len(lines)-room), 0)
	v.Below = max(len(lines)-v.Above-room, 0)
	v.Selected = selected - v.Above
	for _, l := range lines[v.Above : len(lines)-v.Below] {
		v.Lines = append(v.Lines, l.InspectorLine)
	}
	return v
}
