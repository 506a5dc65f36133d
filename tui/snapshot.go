package tui

import (
	"fmt"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// layout is the screen's division for the present size and peers.
func (m *Model) layout() views.Rects {
	return views.Layout(m.width, m.height, m.rowsThere(), m.focus, m.beside())
}

// rowsThere is how many rows the table has room for: while it is filtered, as
// many as without, so that the panes do not jump as one types.
func (m *Model) rowsThere() int {
	if m.arranged.filtered() {
		return max(m.set.Totals().Peers, m.set.Len())
	}
	return m.set.Len()
}

// snapshot is the model's state as plain data: what is visible, and no more.
func (m *Model) snapshot() *views.Frame {
	f := &views.Frame{Title: m.title(), Focus: m.focus, Keys: m.footKeys(), Notice: m.notice, Prompt: m.prompt()}
	f.Table = m.table()
	m.ruled = ruled{}
	if row, ok := m.row(); ok {
		f.Timeline = m.timeline(row)
		m.bytesAndInspector(row, f)
	}
	switch m.mode {
	case modeHelp:
		f.Help = m.help()
	case modeMarks:
		f.Marks = m.marksView()
	case modeAsk:
		f.Question = m.question.text
	}
	return f
}

// countTitle is a title with the peers counted by kind and status.
func countTitle(t peer.Totals) views.Title {
	title := views.Title{Peers: t.Peers, ByStatus: t.ByStatus, Listeners: t.Peers, Listening: t.Listening}
	for _, n := range t.ByStatus { // which listeners do not have
		title.Listeners -= n
	}
	return title
}

func (m *Model) title() views.Title {
	if m.past.on() {
		return m.pastTitle()
	}
	t := m.set.Totals()
	title := countTitle(t)
	title.In, title.Out, title.Dropped = m.rates.in, m.rates.out, t.Dropped
	if since := m.set.Paused(); !since.IsZero() {
		title.Paused, title.PausedFor = true, m.now().Sub(since)
	}
	return title
}

func (m *Model) help() *views.Help {
	return &views.Help{Groups: helpGroups(), Notes: helpNotes, Scroll: m.helpScroll}
}

// prompt is the input line, nil while nothing is asked.
func (m *Model) prompt() *views.Prompt {
	switch m.mode {
	case modeLetter:
		return &views.Prompt{Title: m.letter.title, Hint: m.letter.hint}
	case modePrompt:
	default:
		return nil
	}
	hint := m.asked.hint
	if m.asked.hints != nil {
		hint = m.asked.hints(m)
	}
	return &views.Prompt{Title: m.asked.title(m), Hint: hint, Input: m.input.View(), Error: m.inputError}
}

// window is the bytes pane of the selected peer; false if there is none.
func (m *Model) window() (*window, bool) {
	row, ok := m.row()
	log := m.set.Log(m.selected)
	if !ok || log == nil {
		return nil, false
	}
	rects := m.layout()
	if !rects.Shown(views.PaneBytes) { // as it will be when it is unfolded
		rects = views.Layout(m.width, m.height, m.rowsThere(), views.PaneBytes, m.beside())
	}
	h := m.told(m.selected)
	w := &window{
		scroll: &h.scroll, height: max(rects.BytesLines(), 1),
		items: items{log: log, events: h.events, row: row, until: m.past.at, dirs: m.dirs, perRow: rects.PerRow(m.perRow)},
	}
	if m.past.on() && w.top == (place{}) {
		w.top = w.tail() // the last that had come
	}
	return w, true
}

// bytesAndInspector makes what both say of the same lines.
func (m *Model) bytesAndInspector(r peer.Row, f *views.Frame) {
	f.Bytes = views.Bytes{Label: m.name(&r), Shown: shownDirs[m.dirs], Relayed: r.Pair.Is, Dropped: r.Dropped}
	f.Bytes.Times, f.Bytes.Start = m.times, m.told(r.ID).start
	if r.Pair.Is {
		f.Bytes.Shown = relayedDirs[m.dirs]
	}
	w, ok := m.window()
	if !ok {
		return
	}
	lines := m.bytes(w, &f.Bytes)
	switch {
	case m.inspector.open:
		f.Inspector = m.inspect(w, lines, &f.Bytes)
	case m.details.open:
		f.Details = m.detailsView(&r)
	}
}

// bytes fills in the pane and returns the lines that it shows.
func (m *Model) bytes(w *window, b *views.Bytes) []line {
	page := w.shown()
	m.highlight(w, page.lines, page.views)
	m.showMarks(w, page.views)
	b.Frozen, b.PerRow, b.Lines, b.Search = w.frozen, w.perRow, page.views, m.search.words()
	if w.frozen {
		b.Behind = w.behind(page.lines)
	}
	if len(page.lines) == 0 {
		b.Empty = "no bytes yet"
	}
	return page.lines
}

// view makes a line's data; buf takes the bytes of a row.
func (w *window) view(l line, buf []byte) views.Line {
	c := l.item.chunk
	v := views.Line{Time: l.item.time, Out: c.Dir == capture.Out, Gap: l.item.gap}
	switch {
	case l.item.dropped != [2]int64{}:
		v.Kind, v.Out, v.Len = views.LineDropped, l.off == lineHead, l.item.dropped[capture.In]
		if v.Out {
			v.Len = l.item.dropped[capture.Out]
		}
	case l.item.event != nil:
		v.Kind, v.Event = views.LineEvent, eventView(l.item.event, &w.row)
		v.Event.After = -1 // the timeline tells that
		v.Gap = w.sinceChunk(l.item.time)
	case l.off == lineGap:
		v.Kind = views.LineGap
	case l.off == lineHead:
		v.Kind, v.Len, v.HalfClosed = views.LineChunk, c.Len, w.afterHalfClose(c)
	default:
		v.Kind, v.Offset = views.LineHex, c.Off+l.off
		n, _ := w.log.CopyAt(buf[:min(int64(len(buf)), c.Len-l.off)], c.Dir, v.Offset) // 0 if it went just now
		v.Data = buf[:n]
	}
	return v
}

// shownDirs are the words for what the bytes pane shows, in the order of the v
// key; relayedDirs are those of a relayed pair.
var (
	shownDirs   = map[capture.Dirs]string{capture.Both: "both", capture.In.Only(): "in", capture.Out.Only(): "out"}
	relayedDirs = map[capture.Dirs]string{capture.Both: "both", capture.In.Only(): "← server", capture.Out.Only(): "→ client"}
)

func (m *Model) cycleDirs() {
	switch m.dirs {
	case capture.Both:
		m.dirs = capture.In.Only()
	case capture.In.Only():
		m.dirs = capture.Out.Only()
	default:
		m.dirs = capture.Both
	}
}

func (m *Model) cycleTimes() {
	m.times = (m.times + 1) % (views.TimesSincePrevious + 1)
}

func (m *Model) cyclePerRow() {
	switch m.perRow {
	case 0:
		m.perRow = 8
	case 8:
		m.perRow = 16
	case 16:
		m.perRow = 32
	default:
		m.perRow = 0
	}
	m.say(false, "bytes a row: "+perRowWord(m.perRow))
}

func perRowWord(n int) string {
	if n == 0 {
		return "as many as fit"
	}
	return fmt.Sprintf("%d, or as many as fit", n)
}
