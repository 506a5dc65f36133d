package tui

import (
	"peerscope/peer"
	"peerscope/views"
)

// screenActions are what moves about the screen and the program.
func screenActions() []*action {
	return []*action{
		{"Panes", "next-pane", bind([]string{"tab"}, "tab", "next pane"), "pane", act(func(m *Model) { m.turnFocus(1) }), nil},
		{"Panes", "previous-pane", bind([]string{"shift+tab"}, "shift+tab", "previous pane"),
			"", act(func(m *Model) { m.turnFocus(-1) }), nil},
		{"Panes", "peers", bind([]string{"1"}, "1", "peers"), "", focusOn(views.PanePeers), nil},
		{"Panes", "timeline", bind([]string{"2"}, "2", "timeline"), "", focusOn(views.PaneTimeline), nil},
		{"Panes", "bytes", bind([]string{"3"}, "3", "bytes"), "", focusOn(views.PaneBytes), nil},
		{"Panes", "beside", bind([]string{"4"}, "4", "inspector, or kernel"), "", act((*Model).focusBeside), nil},

		{"Move", "down", bind([]string{"j", "down"}, "j ↓", "down a line"), "", move(func(m *Model) int { return 1 }), nil},
		{"Move", "up", bind([]string{"k", "up"}, "k ↑", "up a line"), "", move(func(m *Model) int { return -1 }), nil},
		{"Move", "half-page-down", bind([]string{"ctrl+d"}, "ctrl+d", "down half a page"),
			"", move(func(m *Model) int { return m.halfPage() }), nil},
		{"Move", "half-page-up", bind([]string{"ctrl+u"}, "ctrl+u", "up half a page"),
			"", move(func(m *Model) int { return -m.halfPage() }), nil},
		{"Move", "page-down", bind([]string{"pgdown"}, "pgdn", "down a page"), "", move(func(m *Model) int { return m.page() }), nil},
		{"Move", "page-up", bind([]string{"pgup"}, "pgup", "up a page"), "", move(func(m *Model) int { return -m.page() }), nil},
		{"Move", "start", bind([]string{"g", "home"}, "g home", "to the start"), "", act((*Model).toStart), nil},
		{"Move", "end", bind([]string{"G", "end"}, "G end", "to the end; bytes: return to live"), "", act((*Model).toEnd), nil},
		{"Move", "goto", named("jump to an offset, a time, start or end"),
			"", sayGoto, &argument{gotoHint, gotoChoices, (*Model).goTo}},

		{"Marks", "mark", bind([]string{"m"}, "m", "mark this place with a letter"), "mark", (*Model).askMark,
			&argument{"a letter, and a note if you like", nil, (*Model).markWith}},
		{"Marks", "jump", bind([]string{"'"}, "'", "jump to a mark; twice: back"), "", (*Model).askJump,
			&argument{"a letter", (*Model).markLetters, (*Model).jumpWith}},
		{"Marks", "marks", named("list all marks and transitions"), "", (*Model).openMarks, nil},

		{"Program", "command", bind([]string{":"}, ":", "a command by its name; tab completes"), "command", (*Model).askCommand, nil},
		{"Program", "polling", bind([]string{"P"}, "P", "pause polling, or resume: no status moves"),
			"polling", act((*Model).togglePolling), nil},
		{"Program", "poll-once", bind([]string{"."}, ".", "with P: one single poll, and what it did"), "poll once", (*Model).step, nil},
		{"Program", "help", bind([]string{"?"}, "?", "this help"), "help", (*Model).openHelp, nil},
		{"Program", "quit", bind([]string{"q"}, "q", "quit"), "quit", (*Model).quit, nil},
		{"Program", "quit-unasked", bind([]string{"ctrl+c"}, "ctrl+c", "quit from anywhere, unasked"), "", quitUnasked, nil},
		{"Program", "no-suspend", bind([]string{"ctrl+z"}, "ctrl+z", "not bound: it would stop the connections"), "", sayNoSuspend, nil},
	}
}

// timeActions step through the past.
func timeActions() []*action {
	return []*action{
		{"Time", "step-back", bind([]string{"["}, "[", "back to the chunk before, all as it was then"),
			"", act(func(m *Model) { m.stepChunk(false) }), nil},
		{"Time", "step-on", bind([]string{"]"}, "]", "on to the next chunk; after the last: live"),
			"", act(func(m *Model) { m.stepChunk(true) }), nil},
		{"Time", "transition-back", bind([]string{"{"}, "{", "back to the transition before, of any peer"),
			"", act(func(m *Model) { m.stepTransition(false) }), nil},
		{"Time", "transition-on", bind([]string{"}"}, "}", "on to the next transition"),
			"", act(func(m *Model) { m.stepTransition(true) }), nil},
	}
}

// peerActions are what is done to peers and their table.
func peerActions() []*action {
	return []*action{
		{"Peers", "add", bind([]string{"a"}, "a", "add a peer by its address"), "add", (*Model).askAddress,
			&argument{addPrompt.hint, nil, (*Model).addWith}},
		{"Peers", "fold", bind([]string{"enter"}, "enter", "fold a listener's connections away, or unfold"),
			"fold", act((*Model).fold), nil},
		{"Peers", "send", bind([]string{"s"}, "s", "send to the selected peer"), "send", (*Model).askSend,
			&argument{sendPrompt.hint, nil, (*Model).sendWith}},
		{"Peers", "hold", bind([]string{"h"}, "h", "hold: let the queues fill; again to let go"), "hold", act((*Model).hold), nil},
		{"Peers", "disconnect", bind([]string{"d"}, "d", "disconnect; a listener stops"), "disconnect", (*Model).disconnect, nil},
		{"Peers", "half-close", bind([]string{"D"}, "D", "half-close: end our sending, go on receiving"), "half-close",
			onPeer("half-close", (*peer.Set).CloseWrite), nil},
		{"Peers", "reconnect", bind([]string{"r"}, "r", "reconnect, or listen again"), "reconnect", (*Model).reconnect, nil},
		{"Peers", "remove", bind([]string{"x"}, "x", "remove the row and its history"), "remove", (*Model).remove, nil},
		{"Peers", "filter", named("show some rows of the table"), "", (*Model).askFilter,
			&argument{filterPrompt.hint, nil, (*Model).filterWith}},
		{"Peers", "sort", named("sort the table by a column"),
			"", saySort, &argument{"a column, and up or down", sortChoices, (*Model).sortWith}},
		{"Peers", "sort-left", bind([]string{"<"}, "<", "sort by the column to the left"), "", sortBy(-1), nil},
		{"Peers", "sort-right", bind([]string{">"}, ">", "sort by the column to the right"), "sort", sortBy(1), nil},
		{"Peers", "sort-reverse", bind([]string{"="}, "=", "sort the other way round"), "", act((*Model).reverse), nil},
		{"Peers", "kernel", bind([]string{"K"}, "K", "kernel's view: TCP_INFO, options, who it is"),
			"kernel", act((*Model).toggleDetails), nil},
	}
}

// byteActions are what shows bytes.
func byteActions() []*action {
	return []*action{
		{"Bytes", "search", bind([]string{"/"}, "/", "search the bytes; in the table: filter"), "search", (*Model).slash,
			&argument{searchPrompt.hint, nil, (*Model).searchWith}},
		{"Bytes", "next-match", bind([]string{"n"}, "n", "next match"), "next", again(false), nil},
		{"Bytes", "previous-match", bind([]string{"N"}, "N", "match before"), "", again(true), nil},
		{"Bytes", "end-search", bind([]string{"esc"}, "esc", "back to live; end the search, or the filter"), "", act((*Model).escape), nil},
		{"Bytes", "freeze", bind([]string{"p"}, "p", "freeze the view; traffic goes on"), "freeze", act((*Model).toggleFreeze), nil},
		{"Bytes", "freeze-or-fold", bind([]string{" "}, "space", "the same in the bytes pane; else fold"), "", act((*Model).space), nil},
		{"Bytes", "follow", bind([]string{"f"}, "f", "follow the tail"), "follow", act((*Model).follow), nil},
		{"Bytes", "direction", bind([]string{"v"}, "v", "show both directions, in, out"), "direction", act((*Model).cycleDirs), nil},
		{"Bytes", "row-width", bind([]string{"w"}, "w", "bytes a row: auto, 8, 16, 32"), "row", act((*Model).cyclePerRow), nil},
		{"Bytes", "times", bind([]string{"t"}, "t", "times: clock, since start, since previous"), "", act((*Model).cycleTimes), nil},
		{"Bytes", "inspect", bind([]string{"i"}, "i", "inspector: what the byte at the cursor is"),
			"inspect", act((*Model).toggleInspector), nil},
		{"Bytes", "byte-back", bind([]string{"left"}, "←", "inspector: a byte back"), "", moveCursor((*window).moveBytes, -1), nil},
		{"Bytes", "byte-on", bind([]string{"right"}, "→", "inspector: a byte on"), "", moveCursor((*window).moveBytes, 1), nil},
		{"Bytes", "chunk-back", bind([]string{"shift+left"}, "shift+←", "inspector: a chunk back"),
			"", moveCursor((*window).moveChunk, -1), nil},
		{"Bytes", "chunk-on", bind([]string{"shift+right"}, "shift+→", "inspector: a chunk on"),
			"", moveCursor((*window).moveChunk, 1), nil},
		{"Bytes", "byte-order", bind([]string{"e"}, "e", "inspector: little or big endian"),
			"byte order", act((*Model).swapByteOrder), nil},
	}
}
