package tui

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/views"
)

// action is one thing that a key does, or a command by its name. The key line,
// the help and the command line read the same table, so that no key is without a
// word and no word without a key.
type action struct {
	group   string
	name    string // one word, in no other action
	binding key.Binding
	foot    string // its word in the key line; "" where it is not shown there
	do      func(*Model) tea.Cmd
	takes   *argument // what may stand behind the name; nil: nothing
}

// argument is what a command takes behind its name.
type argument struct {
	hint    string // "OFFSET, TIME, start or end"
	choices func(*Model) []string
	run     func(*Model, string) (tea.Cmd, error) // the text is not empty
}

func bind(keys []string, shown, help string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, help))
}

// named is the binding of what has no key.
func named(help string) key.Binding { return key.NewBinding(key.WithHelp("", help)) }

// groups are the help's headings in order.
var groups = []string{"Peers", "Bytes", "Move", "Time", "Marks", "Panes", "Program"}

var actions []*action

func init() { // filled here because the actions refer to the table through the help
	actions = slices.Concat(screenActions(), timeActions(), peerActions(), byteActions())
}

// helpNotes are what a reader of the screen should know.
var helpNotes = []string{
	"An arrow before an offset: the chunk began above. Offsets count all bytes of a direction, over reconnects too.",
	"A chunk is what one read returned. Chunks are not the application's messages: the kernel joins and splits them.",
	"unread: what came since the last poll. recv-q, send-q: the kernel's queues (≈: its memory, not bytes; –: no figure).",
	"held: U unread with us, R the kernel's receive queue, S the sender's send queue. A tap holds the way that v shows.",
	fmt.Sprintf("A listener keeps the rows of its last %d ended connections; those before are gone, with their bytes.", peer.KeepEnded),
	"In the past the table has the peers of now: a row that was removed is gone. What was held is not kept.",
	"Nothing changes without a poll: a FIN closes the row at the poll after its last byte was read, as in the class.",
}

// shown is an action's keys, or its name where it has none.
func (a *action) shown() string {
	if keys := a.binding.Help().Key; keys != "" {
		return keys
	}
	return ":" + a.name
}

func actionFor(msg tea.KeyMsg) *action {
	for _, a := range actions {
		if key.Matches(msg, a.binding) {
			return a
		}
	}
	return nil
}

// footKeys are the key line's words, the most wanted first.
func (m *Model) footKeys() []views.Key {
	if m.mode == modeHelp {
		return []views.Key{{Keys: "j k", Does: "scroll"}, {Keys: "esc", Does: "close the help"}}
	}
	if m.mode == modeMarks {
		return []views.Key{
			{Keys: "j k", Does: "choose"}, {Keys: "enter", Does: "jump there"}, {Keys: "x", Does: "delete"}, {Keys: "esc", Does: "close"},
		}
	}
	if m.past.on() {
		return pastFoot
	}
	order := m.footOrder()
	keys := make([]views.Key, 0, len(order))
	for _, word := range order {
		for _, a := range actions {
			if a.foot != word {
				continue
			}
			if word == "search" && m.focus == views.PanePeers {
				word = "filter" // what / does there
			}
			keys = append(keys, views.Key{Keys: a.binding.Help().Key, Does: word})
		}
	}
	return keys
}

func (m *Model) footOrder() []string {
	switch {
	case !m.set.Paused().IsZero():
		return []string{
			"help", "quit", "poll once", "polling", "reconnect", "disconnect", "hold", "search", "next", "sort", "command", "mark",
			"send", "pane", "freeze", "follow", "inspect", "kernel", "add", "half-close", "remove", "fold", "direction", "row",
			"byte order",
		}
	case m.focus == views.PaneBytes, m.focus == views.PaneInspector:
		return []string{
			"help", "quit", "send", "pane", "search", "next", "freeze", "follow", "hold", "inspect", "kernel", "byte order", "direction",
			"row", "polling", "sort", "command", "mark", "disconnect", "reconnect", "half-close", "add", "remove", "fold", "poll once",
		}
	case m.listenerSelected():
		return []string{
			"help", "quit", "fold", "add", "pane", "disconnect", "reconnect", "remove", "polling", "search", "sort",
			"next", "command", "mark", "freeze", "follow",
			"hold", "inspect", "send", "half-close", "poll once", "direction", "row", "byte order",
		}
	}
	return []string{
		"help", "quit", "send", "add", "pane", "hold", "search", "freeze", "polling", "follow", "inspect", "kernel", "next",
		"sort", "command", "mark",
		"disconnect", "reconnect", "half-close", "fold", "remove", "poll once", "direction", "row", "byte order",
	}
}

func (m *Model) listenerSelected() bool {
	row, ok := m.row()
	return ok && row.Listener.Is
}

func helpGroups() []views.KeyGroup {
	list := make([]views.KeyGroup, 0, len(groups))
	for _, title := range groups {
		g := views.KeyGroup{Title: title}
		for _, a := range actions {
			if a.group == title {
				g.Keys = append(g.Keys, views.Key{Keys: a.shown(), Does: a.binding.Help().Desc})
			}
		}
		list = append(list, g)
	}
	return list
}

// act is an action that needs no command.
func act(do func(*Model)) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd { do(m); return nil }
}

func focusOn(p views.Pane) func(*Model) tea.Cmd {
	return act(func(m *Model) { m.focus = p })
}

func move(lines func(*Model) int) func(*Model) tea.Cmd {
	return act(func(m *Model) { m.moveBy(lines(m)) })
}

// onPeer calls one of the set's methods on the selected peer and says what
// went wrong, if anything did.
func onPeer(what string, do func(*peer.Set, peer.ID) error) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		row, ok := m.row()
		if !ok {
			m.say(true, fmt.Sprintf("%s: no peer is selected; a adds one", what))
			return nil
		}
		if err := do(m.set, row.ID); err != nil {
			m.say(true, fmt.Sprintf("%s: %v", m.name(&row), err))
		}
		return nil
	}
}

func again(back bool) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd { return m.again(back) }
}

func quitUnasked(*Model) tea.Cmd { return tea.Quit }

func sayNoSuspend(m *Model) tea.Cmd {
	m.say(true, "ctrl+z is not bound: a stopped program would stop its connections; q quits")
	return nil
}
