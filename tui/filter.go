package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/views"
)

// arrangeEvery is how often a table that is sorted or filtered follows what its rows show.
const arrangeEvery = time.Second

// arrangement is how the table is sorted and filtered.
type arrangement struct {
	order  peer.Order
	filter peer.Filter
	before peer.Filter // while another is typed
	done   time.Time   // when the rows were put in order last
}

// on reports whether the rows stand in another order than they came in, or not
// all of them.
func (a *arrangement) on() bool { return a.order != peer.Order{} || a.filtered() }

func (a *arrangement) filtered() bool { return a.filter.String() != "" }

var filterPrompt = &prompt{
	title: func(*Model) string { return "filter" },
	hint:  "words, status:error, kind:tap, port:6379, -not; empty shows all",
	paste: strings.TrimSpace,
	typed: (*Model).filterTyped,
	enter: (*Model).filterEntered,
	esc:   func(m *Model) { m.setFilter(m.arranged.before) },
}

func (m *Model) askFilter() tea.Cmd {
	m.arranged.before = m.arranged.filter
	cmd := m.ask(filterPrompt)
	m.input.SetValue(m.arranged.filter.String())
	return cmd
}

// filterTyped filters by what is typed so far; with a wrong one, by the filter before.
func (m *Model) filterTyped() tea.Cmd {
	f, err := peer.ParseFilter(m.input.Value())
	if err != nil {
		m.inputError = filterError(m.input.Value(), err)
		m.setFilter(m.arranged.before)
		return nil
	}
	m.setFilter(f)
	return nil
}

func (m *Model) filterEntered() tea.Cmd {
	if m.filterTyped(); m.inputError == "" {
		m.endPrompt()
	}
	return nil
}

// filterError shows which word is wrong, and says what is.
func filterError(text string, err error) string {
	var wrong *peer.FilterError
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	return pointAt(text, wrong.At) + ": " + wrong.Why
}

func (m *Model) setFilter(f peer.Filter) {
	m.arranged.filter = f
	m.arrange()
}

func (m *Model) arrange() {
	m.set.Arrange(m.arranged.order, m.arranged.filter)
	m.arranged.done = m.now()
}

// keepArranged is called at each poll: once a second the rows move to where
// they belong by now, not at every change, which nobody could read.
func (m *Model) keepArranged() {
	if m.arranged.on() && !m.past.on() && m.now().Sub(m.arranged.done) >= arrangeEvery {
		m.arranged.done, m.dirty = m.now(), true
		m.set.Rearrange()
	}
}

// columnNames are what one sorts by, in words.
var columnNames = [peer.Columns]string{
	"arrival", "label", "address", "kind", "status", "unread", "recv-q", "send-q", "received", "sent",
}

// orderBy sorts by a column: of numbers the largest come first.
func orderBy(c peer.Column) peer.Order { return peer.Order{By: c, Descending: c >= peer.ColumnUnread} }

// sortBy turns to the column beside the one that the table is sorted by.
func sortBy(by int) func(*Model) tea.Cmd {
	return act(func(m *Model) {
		column := int(m.arranged.order.By) + by + int(peer.Columns)
		m.arranged.order = orderBy(peer.Column(column % int(peer.Columns)))
		m.sorted()
	})
}

func (m *Model) reverse() {
	m.arranged.order.Descending = !m.arranged.order.Descending
	m.sorted()
}

func (m *Model) sorted() {
	m.arrange()
	o := m.arranged.order
	words := "sorted by " + columnNames[o.By]
	if o.Descending {
		words += ", the largest first"
	}
	m.say(false, words+"; < > choose the column, = reverses")
}

// slash filters the table, or searches the bytes: what has the focus.
func (m *Model) slash() tea.Cmd {
	if m.focus == views.PanePeers {
		return m.askFilter()
	}
	return m.askSearch()
}

// escape leaves the filter or the search, first that of what has the focus.
func (m *Model) escape() {
	switch {
	case m.live():
	case m.arranged.filtered() && (m.focus == views.PanePeers || !m.search.on()):
		m.setFilter(peer.Filter{})
	case m.search.on():
		m.endSearch()
	}
}

// filterWith filters by a text that stands behind the command.
func (m *Model) filterWith(text string) (tea.Cmd, error) {
	f, err := peer.ParseFilter(text)
	if err != nil {
		return nil, errors.New(filterError(text, err))
	}
	m.setFilter(f)
	return nil, nil
}

func saySort(m *Model) tea.Cmd {
	m.say(true, "sort: by which column? "+strings.Join(columnNames[:], ", "))
	return nil
}

func sortChoices(*Model) []string { return columnNames[:] }

// sortWith sorts by the column that stands behind the command, and up or down
// where that is said, too.
func (m *Model) sortWith(text string) (tea.Cmd, error) {
	column, way, _ := strings.Cut(text, " ")
	i := slices.Index(columnNames[:], column)
	way = strings.TrimSpace(way)
	switch {
	case i < 0:
		return nil, fmt.Errorf("▸%s is no column: %s", column, strings.Join(columnNames[:], ", "))
	case way != "" && way != "up" && way != "down":
		return nil, fmt.Errorf("%s ▸%s: expected up or down", column, way)
	}
	m.arranged.order = orderBy(peer.Column(i))
	if way != "" {
		m.arranged.order.Descending = way == "down"
	}
	m.sorted()
	return nil, nil
}
