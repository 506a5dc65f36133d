package tui

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// mark is a place in a peer's history.
type mark struct {
	letter string // "" of a transition, which marks itself
	peer   peer.ID
	at     place
	dir    capture.Dir
	off    int64 // of its byte; below zero: none
	note   string
}

// marks are those that were set, by their letters, and the list of them.
type marks struct {
	set      map[string]mark
	list     []mark // while the list is open
	selected int
}

// back is the letter of the place that one jumped from.
const back = "'"

// letter is a key that is awaited.
type letter struct {
	title, hint string
	take        func(*Model, string)
}

func (m *Model) askMark() tea.Cmd {
	if _, ok := m.row(); !ok {
		m.say(true, "mark: "+errNoPeer.Error())
		return nil
	}
	m.mode, m.letter = modeLetter, letter{"mark this place", "a letter from a to z; esc", func(m *Model, l string) { m.setMark(l, "") }}
	return nil
}

func (m *Model) askJump() tea.Cmd {
	hint := "no marks yet; ' goes back to where you were; esc"
	if letters := m.markLetters(); len(letters) > 0 {
		hint = strings.Join(letters, " ") + ", or ' for back; esc"
	}
	m.mode, m.letter = modeLetter, letter{"jump to a mark", hint, func(m *Model, l string) {
		if err := m.jumpTo(l); err != nil {
			m.say(true, err.Error())
		}
	}}
	return nil
}

// letterKey takes the key that was awaited.
func (m *Model) letterKey(msg tea.KeyMsg) tea.Cmd {
	m.mode = modePanes
	if msg.Type == tea.KeyRunes {
		m.letter.take(m, string(msg.Runes))
	}
	return nil
}

func isLetter(s string) bool { return len(s) == 1 && s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z' }

// setMark marks the cursor's byte while the inspector is open, else the first
// line in sight.
func (m *Model) setMark(name, note string) {
	if !isLetter(name) {
		m.say(true, fmt.Sprintf("mark: %s is no letter from a to z or A to Z", name))
		return
	}
	at, ok := m.here()
	if !ok {
		m.say(true, "mark: there is nothing to mark yet")
		return
	}
	at.letter, at.note = name, note
	word := "is set"
	if _, was := m.marks.set[name]; was {
		word = "has moved here"
	}
	m.putMark(at)
	m.say(false, fmt.Sprintf("mark %s %s; '%s returns to it, :marks lists all", name, word, name))
}

func (m *Model) putMark(k mark) {
	if m.marks.set == nil {
		m.marks.set = map[string]mark{}
	}
	m.marks.set[k.letter] = k
}

// here is the place that is shown.
func (m *Model) here() (k mark, ok bool) {
	w, ok := m.window()
	if !ok {
		return k, false
	}
	lines := w.shown().lines
	if len(lines) == 0 {
		return k, false
	}
	k = mark{peer: m.selected, at: lines[0].place, off: -1}
	if i := slices.IndexFunc(lines, line.isHex); i >= 0 {
		k.dir, k.off = lines[i].item.chunk.Dir, lines[i].item.chunk.Off+lines[i].off
	}
	if at, found := w.cursorIn(lines); found && m.inspector.open {
		k.at, k.dir, k.off = place{at.chunk.Time, w.align(at.off - at.chunk.Off)}, at.chunk.Dir, at.off
	}
	return k, true
}

// jumpTo shows a marked place. The place that was shown is that of ' then.
func (m *Model) jumpTo(name string) error {
	k, ok := m.marks.set[name]
	if !ok {
		return fmt.Errorf("there is no mark %s; :marks lists them", name)
	}
	return m.showMark(k)
}

func (m *Model) showMark(k mark) error {
	log := m.set.Log(k.peer)
	if log == nil {
		return fmt.Errorf("mark %s: its peer is gone", k.letter)
	}
	if from, ok := m.here(); ok {
		from.letter = back
		m.putMark(from)
	}
	m.focus = views.PaneBytes
	m.selectHidden(k.peer)
	if k.off >= 0 && !m.dirs.Has(k.dir) {
		m.dirs = capture.Both
	}
	m.scroll(func(w *window) {
		w.toPlace(k.at)
		if k.off < 0 || !m.inspector.open {
			return
		}
		if chunk, there := log.At(k.dir, k.off); there {
			w.put(spot{chunk, k.off})
		}
	})
	if kept, _ := log.Span(k.dir); k.off >= 0 && k.off < kept {
		m.say(true, "the marked bytes were dropped; this is the oldest that is kept")
	}
	return nil
}

// selectHidden selects a peer wherever it is: it lifts the filter or the fold
// that hides its row.
func (m *Model) selectHidden(id peer.ID) {
	if _, err := m.set.Index(id); err != nil && m.arranged.filtered() {
		m.setFilter(peer.Filter{})
		m.say(false, "the filter hid that peer, and is lifted")
	}
	if row, err := m.set.Row(id); err == nil && row.Parent != 0 {
		_ = m.set.Fold(row.Parent, false) // it only fails if the listener is gone
	}
	m.selected = id
}

func (m *Model) markLetters() []string {
	var letters []string
	for l := range m.marks.set {
		if l != back {
			letters = append(letters, l)
		}
	}
	slices.Sort(letters)
	return letters
}

// markWith sets a mark whose letter and note stand behind the command.
func (m *Model) markWith(text string) (tea.Cmd, error) {
	name, note, _ := strings.Cut(text, " ")
	if !isLetter(name) {
		return nil, fmt.Errorf("▸%s is no letter from a to z or A to Z", name)
	}
	const longest = 200
	if utf8.RuneCountInString(note) > longest {
		return nil, fmt.Errorf("a note has at most %d characters", longest)
	}
	m.setMark(name, strings.TrimSpace(note))
	return nil, nil
}

func (m *Model) jumpWith(text string) (tea.Cmd, error) { return nil, m.jumpTo(text) }

// showMarks puts the letters of marks before the rows that they stand at.
func (m *Model) showMarks(w *window, shown []views.Line) {
	for i := range shown {
		shown[i].Letter = ""
	}
	for name, k := range m.marks.set {
		if k.peer != m.selected || name == back || k.off < 0 {
			continue
		}
		for i := range shown {
			v := &shown[i]
			hit := v.Kind == views.LineHex && v.Out == (k.dir == capture.Out) && k.off >= v.Offset && k.off < v.Offset+int64(w.perRow)
			if hit && k.off < v.Offset+int64(len(v.Data)) && (v.Letter == "" || name < v.Letter) {
				v.Letter = name
			}
		}
	}
}
