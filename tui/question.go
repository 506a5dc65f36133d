package tui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
)

// question is what is asked before live pairs are ended.
type question struct {
	text string
	yes  func() tea.Cmd
}

// confirm does something at once if no live pair would end with it, else it asks.
func (m *Model) confirm(pairs int, purpose string, do func() tea.Cmd) tea.Cmd {
	if pairs == 0 {
		return do()
	}
	noun := "pair"
	if pairs > 1 {
		noun = "pairs"
	}
	m.mode, m.question = modeAsk, question{fmt.Sprintf("end %d live %s%s?", pairs, noun, purpose), do}
	return nil
}

// answer acts on a key while a question is open.
func (m *Model) answer(msg tea.KeyMsg) tea.Cmd {
	switch msg.String() {
	case "y", "Y":
		m.mode = modePanes
		return m.question.yes()
	case "n", "N", "esc":
		m.mode = modePanes
	}
	return nil
}

func (m *Model) quit() tea.Cmd {
	return m.confirm(m.set.LivePairs(0), " and quit", func() tea.Cmd { return tea.Quit })
}

func (m *Model) remove() tea.Cmd {
	row, ok := m.row()
	if !ok {
		m.say(true, "remove: no peer is selected")
		return nil
	}
	return m.confirm(m.set.LivePairs(row.ID), " and remove "+m.name(&row), func() tea.Cmd {
		i, err := m.set.Index(row.ID)
		if err == nil {
			err = m.set.Remove(row.ID)
		}
		if err != nil {
			m.say(true, err.Error())
			return nil
		}
		m.forget(row.ID)
		m.selectIndex(i)
		return nil
	})
}

// disconnect ends a connection. A listener only stops: what came from it lives
// on, and nobody needs to be asked.
func (m *Model) disconnect() tea.Cmd {
	row, ok := m.row()
	switch {
	case !ok:
		m.say(true, "disconnect: no peer is selected; a adds one")
		return nil
	case !row.Listener.Is:
		return m.confirm(m.set.LivePairs(row.ID), ": "+m.name(&row), func() tea.Cmd { return m.end(row) })
	case row.Listener.Listening && row.Listener.Live > 0:
		m.say(false, fmt.Sprintf("%s stops listening; what it has accepted lives on (%d); r listens again", row.Label, row.Listener.Live))
	case row.Listener.Listening:
		m.say(false, row.Label+" stops listening; r listens again")
	default:
		m.say(true, row.Label+" does not listen; r listens again")
	}
	return m.end(row)
}

func (m *Model) end(row peer.Row) tea.Cmd {
	if err := m.set.Disconnect(row.ID); err != nil {
		m.say(true, m.name(&row)+": "+err.Error())
	}
	return nil
}

func (m *Model) reconnect() tea.Cmd {
	if row, ok := m.row(); ok && row.Listener.Listening {
		m.say(false, row.Label+" listens already")
		return nil
	}
	return onPeer("reconnect", (*peer.Set).Reconnect)(m)
}
