package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
)

// idlePoll is the time between two polls while nothing is going on.
const idlePoll = 250 * time.Millisecond

// pollMsg asks for one Set.Poll.
type pollMsg struct{}

// waitPoll waits until the next poll is due: --poll after the last one, or,
// while no peer has anything to tell, until the first event wakes the program,
// but at most idlePoll. There is always exactly one of it under way, so
// however many events come, they are one message a poll.
func waitPoll(ctx context.Context, set *peer.Set, last time.Time, every time.Duration) tea.Cmd {
	return func() tea.Msg {
		if !set.Active() {
			idle := time.NewTimer(time.Until(last.Add(max(idlePoll, every))))
			defer idle.Stop()
			select {
			case <-ctx.Done():
				return nil
			case <-idle.C:
				return pollMsg{}
			case <-set.Changed():
			}
		}
		due := time.NewTimer(time.Until(last.Add(every)))
		defer due.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-due.C:
			return pollMsg{}
		}
	}
}

// poll asks the set what changed and takes it in. Nothing here blocks.
func (m *Model) poll() tea.Cmd {
	m.lastPoll = m.now()
	m.takeChanges(m.set.Poll())
	m.keepArranged()
	m.recallTick()
	totals := m.set.Totals()
	m.forgetGone(totals.Peers)
	moved := m.rates.tick(m.lastPoll, totals) || m.spark.tick(m.lastPoll) || m.connectTick(totals) || m.pausedTick() ||
		m.rulerTick() || m.askKernel()
	if moved && !m.past.on() || m.past.on() && m.pastTick() {
		m.dirty = true
	}
	if m.notice.Text != "" && m.lastPoll.After(m.noticeEnd) {
		m.notice.Text, m.dirty = "", true
	}
	return tea.Batch(m.command(waitPoll(m.ctx, m.set, m.lastPoll, m.every)), m.keepSearching())
}

// takeChanges takes in what a poll saw and passes it on.
func (m *Model) takeChanges(changes []peer.Change) {
	for i := range changes {
		m.takeIn(&changes[i])
	}
	if len(changes) > 0 {
		m.dirty = m.dirty || !m.past.on()
		if m.onChange != nil {
			m.onChange(changes)
		}
	}
}

// connectTick reports whether a pending connect or lookup has taken another
// tenth of a second, which its row shows.
func (m *Model) connectTick(t peer.Totals) bool {
	tenth := m.lastPoll.UnixMilli() / 100
	if t.ByStatus[peer.StatusConnecting]+t.Lookups == 0 || tenth == m.progress {
		return false
	}
	m.progress = tenth
	return true
}

// takeIn notes what a change adds to what is kept here: traffic and events.
func (m *Model) takeIn(c *peer.Change) {
	id := c.Row.ID
	if c.In+c.Out > 0 {
		m.spark.add(id, m.lastPoll, c.In+c.Out)
		m.search.searchMore(id)
	}
	h := m.history(id)
	h.add(c.Events, c.History.Log)
	h.measure(&c.Row)
	for i := range c.Events {
		if c.Events[i].Kind == peer.EventAccepted {
			m.history(c.Row.Parent).accepted = c.Events[i].Time
		}
	}
}
