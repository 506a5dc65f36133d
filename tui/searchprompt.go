package tui

import (
	"errors"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/hexdump"
	"peerscope/peer"
)

// searchStart is how things stood when a search was asked for: esc brings them back.
type searchStart struct {
	search   search
	selected peer.ID
	scroll   scroll
	from     found // where the first match is looked for
	back     bool  // and that way: what follows the tail goes back from there
}

var searchPrompt = &prompt{
	title: func(m *Model) string {
		if m.searchAll {
			return "search all peers"
		}
		return "search"
	},
	hint:  `text, "text\r\n", hex 48 ?? 6c, re /…/i; tab: all peers`,
	paste: hexdump.EscapeControls,
	typed: (*Model).searchTyped,
	enter: (*Model).searchEntered,
	esc:   (*Model).searchBack,
	keys:  map[tea.KeyType]func(*Model) tea.Cmd{tea.KeyTab: (*Model).searchWider},
}

// askSearch asks what to search for in the bytes.
func (m *Model) askSearch() tea.Cmd {
	w, ok := m.window()
	if !ok {
		m.say(true, "search: no peer is selected; a adds one")
		return nil
	}
	m.searchStart = searchStart{search: m.search, selected: m.selected, scroll: *w.scroll, back: !w.frozen}
	m.searchStart.from = m.inView(!w.frozen)
	return m.ask(searchPrompt)
}

// searchTyped searches for what is typed so far. What is wrong is said, unless
// it may only be unfinished, and the search before it stays.
func (m *Model) searchTyped() tea.Cmd {
	text := m.input.Value()
	if text == "" {
		m.searchBack()
		return nil
	}
	pattern, err := hexdump.ParsePattern(text)
	if err != nil {
		if !unfinished(text, err) {
			m.inputError = patternError(text, err)
		}
		m.searchBack()
		return nil
	}
	m.searchFor(pattern, m.searchAll)
	return tea.Batch(m.jump(m.searchStart.from, m.searchStart.back), m.count())
}

// patternError shows where a text is wrong, and says what is.
func patternError(text string, err error) string {
	var wrong *hexdump.SyntaxError
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	return pointAt(text, wrong.Offset) + ": " + wrong.Wrong + "; expected " + wrong.Expected
}

// unfinished reports an error at the end of what is typed, where more may mend
// it: a quote or a / that is not closed yet.
func unfinished(text string, err error) bool {
	var wrong *hexdump.SyntaxError
	return errors.As(err, &wrong) && wrong.Offset == len(text)
}

// pointAt is a text with a sign before one of its characters, and no more of it
// than stays in sight where a screen cuts the message that follows.
func pointAt(text string, at int) string {
	const mostBefore, mostAfter = 10, 14 // characters
	before, after := []rune(text[:at]), []rune(text[at:])
	short := string(before)
	if len(before) > mostBefore {
		short = "…" + string(before[len(before)-mostBefore:])
	}
	short += "▸"
	if len(after) > mostAfter {
		return short + string(after[:mostAfter]) + "…"
	}
	return short + string(after)
}

// searchEntered keeps the search; without a text it goes on with the one before.
func (m *Model) searchEntered() tea.Cmd {
	text := m.input.Value()
	if text == "" {
		m.endPrompt()
		return m.again(false)
	}
	if _, err := hexdump.ParsePattern(text); err != nil {
		m.inputError = patternError(text, err)
		return nil
	}
	m.endPrompt()
	return nil
}

// searchBack brings back what was before.
func (m *Model) searchBack() {
	s := &m.searchStart
	m.search.stop()
	m.search, m.selected = s.search, s.selected
	m.search.number, m.search.counting, m.search.jumping = m.nextSearch(), false, false
	m.history(m.selected).scroll = s.scroll
}

// searchWider turns from one peer to all of them, and back.
func (m *Model) searchWider() tea.Cmd {
	m.searchAll = !m.searchAll
	if m.input.Value() == "" {
		return nil
	}
	return m.searchTyped()
}

// searchWith searches for a text that stands behind the command.
func (m *Model) searchWith(text string) (tea.Cmd, error) {
	pattern, err := hexdump.ParsePattern(text)
	if err != nil {
		return nil, errors.New(patternError(text, err))
	}
	w, ok := m.window()
	if !ok {
		return nil, errNoPeer
	}
	from, back := m.inView(!w.frozen), !w.frozen
	m.searchFor(pattern, m.searchAll)
	return tea.Batch(m.jump(from, back), m.count()), nil
}
