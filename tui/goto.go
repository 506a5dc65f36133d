package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer/capture"
	"peerscope/views"
)

const gotoHint = "0x1f00, in 4096, out 0x20 (server, client), 09:02:14.5, start or end"

func gotoChoices(*Model) []string { return []string{"start", "end", "in", "out"} }

// gotoDirs are the words for the direction that an offset is of.
var gotoDirs = map[string]capture.Dir{"in": capture.In, "out": capture.Out, "server": capture.In, "client": capture.Out}

// dirInView is the direction of the first bytes in sight, which an offset is of
// that says none.
func (m *Model) dirInView() capture.Dir {
	if k, ok := m.here(); ok && k.off >= 0 {
		return k.dir
	}
	if m.dirs == capture.Out.Only() {
		return capture.Out
	}
	return capture.In
}

func sayGoto(m *Model) tea.Cmd {
	m.say(true, "goto: where? "+gotoHint)
	return nil
}

// goTo shows a place of the selected peer's history: an offset, a time, the
// start or the end.
func (m *Model) goTo(text string) (tea.Cmd, error) {
	if _, ok := m.window(); !ok {
		return nil, errNoPeer
	}
	m.focus = views.PaneBytes
	words := strings.Fields(text)
	dir := m.dirInView()
	switch words[0] {
	case "start":
		m.scroll((*window).toStart)
		return nil, nil
	case "end":
		m.follow()
		return nil, nil
	case "in", "out", "server", "client":
		dir = gotoDirs[words[0]]
		words = words[1:]
		if len(words) == 0 {
			return nil, fmt.Errorf("%s▸: expected an offset behind it", text)
		}
	}
	if len(words) > 1 {
		return nil, fmt.Errorf("%s ▸%s: expected one offset or time", words[0], words[1])
	}
	if off, err := parseOffset(words[0]); err == nil {
		return nil, m.move(func(w *window) error { return w.toOffset(dir, off) })
	}
	at, err := time.ParseInLocation("15:04:05", words[0], time.Local)
	if err != nil {
		return nil, fmt.Errorf("▸%s is no offset and no time: expected %s", words[0], gotoHint)
	}
	day := m.now()
	then := time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), day.Location())
	if then.After(day) { // it was yesterday
		then = then.AddDate(0, 0, -1)
	}
	m.scroll(func(w *window) { w.toTime(then) })
	return nil, nil
}

// parseOffset reads an offset in decimal, in hex behind 0x, or as the pane shows
// it: in hex, of eight digits or more, the first of which may be 0.
func parseOffset(text string) (int64, error) {
	if len(text) >= 8 && text[0] == '0' && text[1] != 'x' && text[1] != 'X' {
		return strconv.ParseInt(text, 16, 64)
	}
	off, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return strconv.ParseInt(text, 0, 64)
	}
	return off, nil
}

// toOffset freezes the view with a byte in its top row.
func (w *window) toOffset(d capture.Dir, off int64) error {
	chunk, ok := w.log.At(d, off)
	if !ok {
		kept, end := w.log.Span(d)
		if end == kept {
			return fmt.Errorf("▸%#x: %s has no bytes", off, d)
		}
		return fmt.Errorf("▸%#x: %s has the bytes %#x to %#x", off, d, kept, end-1)
	}
	w.toPlace(place{chunk.Time, w.align(off - chunk.Off)})
	return nil
}

// toTime freezes the view with what came then or next at its top.
func (w *window) toTime(t time.Time) { w.toPlace(place{t, lineGap}) }

// toPlace freezes the view with a line at its top, or as near to it as the last page allows.
func (w *window) toPlace(at place) {
	w.freeze()
	w.limit, w.top = w.newest(), at
	w.moved, w.page = notMoved, nil
	if found := w.down(at, 1); len(found) > 0 {
		w.top = found[0].place // a line that there is stays at the top
	}
	if tail := w.tail(); tail.before(w.top) {
		w.top = tail
	}
}
