package tui

import (
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/views"
)

// noticeably is from how much later than its fact on a poll's time is shown
// beside the fact's: about three polls of an ordinary --poll.
const noticeably = 100 * time.Millisecond

func (m *Model) togglePolling() {
	pause := m.set.Paused().IsZero()
	m.set.Pause(pause)
	if pause {
		m.say(false, "polling paused: traffic goes on, no status moves; . polls once, P resumes")
	} else {
		m.say(false, "polling runs again")
	}
}

// step makes one single poll of all peers and says what it did to the selected one.
func (m *Model) step() tea.Cmd {
	if m.set.Paused().IsZero() {
		m.say(false, "polling runs by itself; P pauses it, then . polls once")
		return nil
	}
	m.takeChanges(m.set.Poll()) // what came before the step is none of its doing
	before, ok := m.row()
	if !ok {
		m.say(true, "poll: no peer is selected; a adds one")
		return nil
	}
	changes := m.set.Step()
	m.takeChanges(changes)
	did := stepped{before: before, unread: before.Unread, now: m.now()}
	for _, c := range changes {
		moved := transition(c.Events)
		switch {
		case c.Row.ID == before.ID:
			did.moved, did.unread = moved, c.Row.Unread
		case moved != nil:
			did.others++
		}
	}
	m.say(false, did.words())
	return nil
}

// stepped is what a single poll did.
type stepped struct {
	before peer.Row    // the selected peer
	moved  *peer.Event // its transition, nil if its status stayed
	unread int64       // what was unread, and is consumed now
	now    time.Time
	others int // other peers whose status changed
}

func transition(events []peer.Event) *peer.Event {
	for i := range events {
		if events[i].Kind == peer.EventStatus {
			return &events[i]
		}
	}
	return nil
}

// words are those of the class: the number that poll returned, the statuses.
func (d *stepped) words() string {
	var b strings.Builder
	if d.before.Listener.Is || d.before.Pair.Is {
		b.WriteString("polled; listeners and taps go on by themselves, polled or not")
	} else if e := d.moved; e != nil {
		fmt.Fprintf(&b, "poll → %s, %s → %s%s", returned(e.Code), className(e.From), className(e.To), d.times())
	} else {
		fmt.Fprintf(&b, "poll → OK, still %s%s", className(d.before.Status), d.still())
	}
	switch d.others {
	case 0:
	case 1:
		b.WriteString("; 1 other peer changed")
	default:
		fmt.Fprintf(&b, "; %d other peers changed", d.others)
	}
	return b.String()
}

// returned is a number of the family as a script sees it.
func returned(code peer.Error) string {
	if code == 0 {
		return code.Name()
	}
	return code.Error()
}

func className(s peer.Status) string { return strings.ToUpper(s.String()) }

// times says why the status changed, when the fact came and when it was polled.
func (d *stepped) times() string {
	var cause string
	if d.moved.Cause != nil {
		cause = ": " + d.moved.Cause.Error()
	}
	late := d.moved.Polled.Sub(d.moved.Time)
	switch {
	case d.moved.From != peer.StatusConnecting:
		return cause + fmt.Sprintf("; fact %s old", views.Duration(late))
	case late < time.Millisecond: // the poll made the fact itself
		return cause + fmt.Sprintf("; polled +%s after connect", views.Duration(d.moved.Polled.Sub(d.before.Started)))
	}
	return cause + fmt.Sprintf("; fact +%s, polled +%s after connect",
		views.Duration(d.moved.Time.Sub(d.before.Started)), views.Duration(d.moved.Polled.Sub(d.before.Started)))
}

// still says what a poll that left the status found.
func (d *stepped) still() string {
	switch left := d.before.Deadline.Sub(d.now); {
	case d.before.Status == peer.StatusConnecting && left > 0:
		return fmt.Sprintf("; %s to its deadline", views.Duration(left))
	case d.unread > 0 && !d.before.Pending.IsZero():
		return fmt.Sprintf("; %s came before the %s, consumed now", views.Size(d.unread), factWord(&d.before))
	case d.unread > 0:
		return fmt.Sprintf("; %s were unread, consumed now", views.Size(d.unread))
	}
	return ""
}

// waiting returns the fact that a row keeps for the next poll, and since when;
// false if there is none. While polling runs nothing waits for long enough.
func (m *Model) waiting(r *peer.Row) (word string, since time.Time, waits bool) {
	switch {
	case m.set.Paused().IsZero(), r.Pair.Is, m.past.on(): // no poll judges a pair
		return "", time.Time{}, false
	case !r.Pending.IsZero():
		return factWord(r), r.Pending, true
	case r.Status == peer.StatusConnecting && r.Sampled.After(r.Deadline):
		return "timeout", r.Deadline, true
	}
	return "", time.Time{}, false
}

// factWord is the fact in the words of its ending, or what completes a handshake.
func factWord(r *peer.Row) string {
	if r.Fact == nil {
		return "SYN-ACK"
	}
	return r.Fact.Error()
}

// unpolled is the timeline's entry for the fact that waits for a poll.
func (m *Model) unpolled(r *peer.Row) (e views.Event, waits bool) {
	word, since, waits := m.waiting(r)
	return views.Event{Time: since, Text: word + ", not polled yet", Waits: true}, waits
}

// pausedTick reports whether polling has been paused for another second, which
// the title and the rows with facts that wait show.
func (m *Model) pausedTick() bool {
	since := m.set.Paused()
	second := int64(m.lastPoll.Sub(since) / time.Second)
	if since.IsZero() || second == m.pausedFor {
		return false
	}
	m.pausedFor = second
	return true
}
