package tui

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/views"
)

// action is one thing that a key does. The key line and the help read the
// same table, so that no key is without a word and no word without a key.
type action struct {
	group   string
	name    string // one word, in no other action
	binding key.Binding
	foot    string // its word in the key line; "" where it is not shown there
	do      func(*Model) tea.Cmd
}

func bind(keys []string, shown, help string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, help))
}

// groups are the help's headings in order.
var groups = []string{"Panes", "Move", "Program", "Peers", "Bytes"}

var actions []*action

func init() { // filled here because the actions refer to the table through the help
	actions = []*action{
		{"Panes", "next-pane", bind([]string{"tab"}, "tab", "next pane"), "pane", act(func(m *Model) { m.turnFocus(1) })},
		{"Panes", "previous-pane", bind([]string{"shift+tab"}, "shift+tab", "previous pane"), "", act(func(m *Model) { m.turnFocus(-1) })},
		{"Panes", "peers", bind([]string{"1"}, "1", "peers"), "", focusOn(views.PanePeers)},
		{"Panes", "timeline", bind([]string{"2"}, "2", "timeline"), "", focusOn(views.PaneTimeline)},
		{"Panes", "bytes", bind([]string{"3"}, "3", "bytes"), "", focusOn(views.PaneBytes)},
		{"Panes", "beside", bind([]string{"4"}, "4", "inspector, or kernel"), "", act((*Model).focusBeside)},

		{"Move", "down", bind([]string{"j", "down"}, "j ↓", "down a line"), "", move(func(m *Model) int { return 1 })},
		{"Move", "up", bind([]string{"k", "up"}, "k ↑", "up a line"), "", move(func(m *Model) int { return -1 })},
		{"Move", "half-page-down", bind([]string{"ctrl+d"}, "ctrl+d", "down half a page"),
			"", move(func(m *Model) int { return m.halfPage() })},
		{"Move", "half-page-up", bind([]string{"ctrl+u"}, "ctrl+u", "up half a page"),
			"", move(func(m *Model) int { return -m.halfPage() })},
		{"Move", "page-down", bind([]string{"pgdown"}, "pgdn", "down a page"), "", move(func(m *Model) int { return m.page() })},
		{"Move", "page-up", bind([]string{"pgup"}, "pgup", "up a page"), "", move(func(m *Model) int { return -m.page() })},
		{"Move", "start", bind([]string{"g", "home"}, "g home", "to the start"), "", act((*Model).toStart)},
		{"Move", "end", bind([]string{"G", "end"}, "G end", "to the end; bytes: return to live"), "", act((*Model).toEnd)},

		{"Peers", "add", bind([]string{"a"}, "a", "add a peer by its address"), "add", (*Model).askAddress},
		{"Peers", "fold", bind([]string{"enter"}, "enter", "fold a listener's connections away, or unfold"), "fold", act((*Model).fold)},
		{"Peers", "send", bind([]string{"s"}, "s", "send to the selected peer"), "send", (*Model).askSend},
		{"Peers", "hold", bind([]string{"h"}, "h", "hold: let the queues fill; again to let go"), "hold", act((*Model).hold)},
		{"Peers", "disconnect", bind([]string{"d"}, "d", "disconnect; a listener stops"), "disconnect", (*Model).disconnect},
		{"Peers", "half-close", bind([]string{"D"}, "D", "half-close: end our sending, go on receiving"), "half-close",
			onPeer("half-close", (*peer.Set).CloseWrite)},
		{"Peers", "reconnect", bind([]string{"r"}, "r", "reconnect, or listen again"), "reconnect", (*Model).reconnect},
		{"Peers", "remove", bind([]string{"x"}, "x", "remove the row and its history"), "remove", (*Model).remove},
		{"Peers", "sort-left", bind([]string{"<"}, "<", "sort by the column to the left"), "", sortBy(-1)},
		{"Peers", "sort-right", bind([]string{">"}, ">", "sort by the column to the right"), "sort", sortBy(1)},
		{"Peers", "sort-reverse", bind([]string{"="}, "=", "sort the other way round"), "", act((*Model).reverse)},
		{"Peers", "kernel", bind([]string{"K"}, "K", "kernel's view: TCP_INFO, options, who it is"),
			"kernel", act((*Model).toggleDetails)},

		{"Bytes", "search", bind([]string{"/"}, "/", "search the bytes; in the table: filter"), "search", (*Model).slash},
		{"Bytes", "next-match", bind([]string{"n"}, "n", "next match"), "next", again(false)},
		{"Bytes", "previous-match", bind([]string{"N"}, "N", "match before"), "", again(true)},
		{"Bytes", "end-search", bind([]string{"esc"}, "esc", "end the search, or the filter"), "", act((*Model).escape)},
		{"Bytes", "freeze", bind([]string{"p"}, "p", "freeze the view; traffic goes on"), "freeze", act((*Model).toggleFreeze)},
		{"Bytes", "freeze-or-fold", bind([]string{" "}, "space", "the same in the bytes pane; else fold"), "", act((*Model).space)},
		{"Bytes", "follow", bind([]string{"f"}, "f", "follow the tail"), "follow", act((*Model).follow)},
		{"Bytes", "direction", bind([]string{"v"}, "v", "show both directions, in, out"), "direction", act((*Model).cycleDirs)},
		{"Bytes", "row-width", bind([]string{"w"}, "w", "bytes a row: auto, 8, 16, 32"), "row", act((*Model).cyclePerRow)},
		{"Bytes", "times", bind([]string{"t"}, "t", "times: clock, since start, since previous"), "", act((*Model).cycleTimes)},
		{"Bytes", "inspect", bind([]string{"i"}, "i", "inspector: what the byte at the cursor is"),
			"inspect", act((*Model).toggleInspector)},
		{"Bytes", "byte-back", bind([]string{"left"}, "←", "inspector: a byte back"), "", moveCursor((*window).moveBytes, -1)},
		{"Bytes", "byte-on", bind([]string{"right"}, "→", "inspector: a byte on"), "", moveCursor((*window).moveBytes, 1)},
		{"Bytes", "chunk-back", bind([]string{"shift+left"}, "shift+←", "inspector: a chunk back"),
			"", moveCursor((*window).moveChunk, -1)},
		{"Bytes", "chunk-on", bind([]string{"shift+right"}, "shift+→", "inspector: a chunk on"), "", moveCursor((*window).moveChunk, 1)},
		{"Bytes", "byte-order", bind([]string{"e"}, "e", "inspector: little or big endian"), "byte order", act((*Model).swapByteOrder)},

		{"Program", "polling", bind([]string{"P"}, "P", "pause polling, or resume: no status moves"),
			"polling", act((*Model).togglePolling)},
		{"Program", "poll-once", bind([]string{"."}, ".", "with P: one single poll, and what it did"), "poll once", (*Model).step},
		{"Program", "help", bind([]string{"?"}, "?", "this help"), "help", (*Model).openHelp},
		{"Program", "quit", bind([]string{"q"}, "q", "quit"), "quit", (*Model).quit},
		{"Program", "quit-unasked", bind([]string{"ctrl+c"}, "ctrl+c", "quit from anywhere, unasked"), "", quitUnasked},
		{"Program", "no-suspend", bind([]string{"ctrl+z"}, "ctrl+z", "not bound: it would stop the connections"), "", sayNoSuspend},
	}
}

// helpNotes are what a reader of the screen should know.
var helpNotes = []string{
	"An arrow before an offset: the chunk began above. Offsets count all bytes of a direction, over reconnects too.",
	"A chunk is what one read returned. Chunks are not the application's messages: the kernel joins and splits them.",
	"unread: what came since the last poll. recv-q, send-q: the kernel's queues (≈: its memory, not bytes; –: no figure).",
	"held: U unread with us, R the kernel's receive queue, S the sender's send queue. A tap holds the way that v shows.",
	fmt.Sprintf("A listener keeps the rows of its last %d ended connections; those before are gone, with their bytes.", peer.KeepEnded),
	"Nothing changes without a poll: a FIN closes the row at the poll after its last byte was read, as in the class.",
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
	order := m.footOrder()
	keys := make([]views.Key, 0, len(order))
	for _, word := range order {
		for _, a := range actions {
			if a.foot == word {
				keys = append(keys, views.Key{Keys: a.binding.Help().Key, Does: word})
			}
		}
	}
	return keys
}

func (m *Model) footOrder() []string {
	switch {
	case !m.set.Paused().IsZero():
		return []string{
			"help", "quit", "poll once", "polling", "reconnect", "disconnect", "hold", "search", "next", "sort",
			"send", "pane", "freeze", "follow", "inspect", "kernel", "add", "half-close", "remove", "fold", "direction", "row",
			"byte order",
		}
	case m.focus == views.PaneBytes, m.focus == views.PaneInspector:
		return []string{
			"help", "quit", "send", "pane", "search", "next", "freeze", "follow", "hold", "inspect", "kernel", "byte order", "direction",
			"row", "polling", "sort", "disconnect", "reconnect", "half-close", "add", "remove", "fold", "poll once",
		}
	case m.listenerSelected():
		return []string{
			"help", "quit", "fold", "add", "pane", "disconnect", "reconnect", "remove", "polling", "search", "sort", "next",
			"freeze", "follow",
			"hold", "inspect", "send", "half-close", "poll once", "direction", "row", "byte order",
		}
	}
	return []string{
		"help", "quit", "send", "add", "pane", "hold", "search", "freeze", "polling", "follow", "inspect", "kernel", "next", "sort",
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
				h := a.binding.Help()
				g.Keys = append(g.Keys, views.Key{Keys: h.Key, Does: h.Desc})
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
