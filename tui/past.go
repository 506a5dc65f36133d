package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// travel is the time that the screen shows, and what is made for it once. The
// zero value is live.
type travel struct {
	at        time.Time
	totals    peer.Totals
	in, out   float64              // bytes a second
	histories map[peer.ID]*history // of the rows that were drawn, up to then
	second    int64                // how long ago that was when it was last drawn
}

func (p *travel) on() bool { return !p.at.IsZero() }

// pastKeys are the actions that go on in the past: those that look. What acts
// on a peer, or finds its way by what is there now, is refused.
var pastKeys = map[string]bool{
	"next-pane": true, "previous-pane": true, "peers": true, "timeline": true, "bytes": true, "beside": true,
	"down": true, "up": true, "half-page-down": true, "half-page-up": true, "page-down": true, "page-up": true, "start": true, "end": true,
	"help": true, "quit": true, "quit-unasked": true, "no-suspend": true, "end-search": true, "follow": true,
	"direction": true, "row-width": true, "times": true, "inspect": true, "byte-back": true, "byte-on": true,
	"chunk-back": true, "chunk-on": true, "byte-order": true,
	"step-back": true, "step-on": true, "transition-back": true, "transition-on": true,
}

// pastFoot is the key line in the past: how to move in it, and out of it.
var pastFoot = []views.Key{
	{Keys: "?", Does: "help"}, {Keys: "q", Does: "quit"}, {Keys: "esc", Does: "back to live"}, {Keys: "[ ]", Does: "chunk"},
	{Keys: "{ }", Does: "transition"}, {Keys: "tab", Does: "pane"}, {Keys: "i", Does: "inspect"}, {Keys: "t", Does: "times"},
	{Keys: "v", Does: "direction"}, {Keys: "w", Does: "row"},
}

// act does an action, unless the past is shown and it is one of the present.
func (m *Model) act(a *action) tea.Cmd {
	if m.past.on() && !pastKeys[a.name] {
		m.say(true, a.name+" acts on the present: esc returns to live")
		return nil
	}
	return a.do(m)
}

// live returns from the past and reports whether the screen was there.
func (m *Model) live() bool {
	was := m.past.on()
	if was {
		m.past = travel{}
		m.forgetRecalls()
	}
	return was
}

// travelTo shows everything as it was at t.
func (m *Model) travelTo(t time.Time) {
	if m.details.open { // which know of the present only
		m.closeDetails()
	}
	sum, in, out := m.set.PastTotals(t)
	m.past = travel{at: t.Round(0), totals: sum, in: float64(in), out: float64(out), histories: map[peer.ID]*history{}}
	if since := m.set.QueuesSince(m.selected); t.Before(since) {
		m.say(false, "queue figures are kept from "+since.Format("15:04:05")+" on")
	}
}

// stepChunk goes to the chunk of the selected peer before the time that is
// shown, or to the one after it, of the directions that are shown.
func (m *Model) stepChunk(forward bool) {
	log := m.set.Log(m.selected)
	if log == nil {
		m.say(true, "step: "+errNoPeer.Error())
		return
	}
	if forward && !m.past.on() {
		m.say(false, "this is live already; [ and { step back")
		return
	}
	var c []capture.Chunk
	_ = m.reach(m.selected, func() error { // the peer is there
		if len(c) == 0 && forward {
			c = log.After(make([]capture.Chunk, 0, 1), m.past.at, m.dirs)
		} else if len(c) == 0 {
			c = log.Before(make([]capture.Chunk, 0, 1), m.past.at, m.dirs)
		}
		switch {
		case len(c) > 0:
			m.travelTo(c[0].Time)
			if w, ok := m.window(); ok {
				w.shown() // meets what the page needs
			}
		case log.Wanted():
		case forward:
			m.live()
			m.say(false, "no chunk came later: live again")
		default:
			m.say(true, m.noOlderChunk(log))
		}
		return nil
	})
}

func (m *Model) noOlderChunk(log *capture.Log) string {
	in, end := log.Span(capture.In)
	out, sent := log.Span(capture.Out)
	switch {
	case in+out > 0:
		return "no older chunk is kept: " + views.Size(in+out) + " were dropped"
	case end+sent == 0:
		return "there is no chunk yet; { steps to a transition"
	}
	return "no chunk came before"
}

// stepTransition goes to the transition of any peer before the time that is
// shown, or to the one after it.
func (m *Model) stepTransition(forward bool) {
	from := m.past.at
	if from.IsZero() {
		from = m.now().Add(1)
	}
	if forward && !m.past.on() {
		m.say(false, "this is live already; [ and { step back")
		return
	}
	id, e, ok := m.set.Transition(from, forward)
	switch {
	case ok:
		m.travelTo(e.Polled)
		if row, err := m.set.PastRow(id, e.Polled); err == nil && m.notice.Text == "" {
			m.say(false, m.name(&row)+": "+eventWords(&e, &row, ", "))
		}
	case forward:
		m.live()
		m.say(false, "no transition came later: live again")
	default:
		m.say(true, "no older transition is kept")
	}
}

// tableRows appends the rows of the table of the time that is shown.
func (m *Model) tableRows(dst []peer.Row, first, n int) []peer.Row {
	if m.past.on() {
		return m.set.PastRows(dst, m.past.at, first, n)
	}
	return m.set.Rows(dst, first, n)
}

// told is what happened to a peer up to the time that is shown.
func (m *Model) told(id peer.ID) *history {
	now := m.history(id)
	if !m.past.on() {
		return now
	}
	h := m.past.histories[id]
	if h != nil {
		return h
	}
	h = &history{start: now.start, client: now.client}
	if !now.accepted.After(m.past.at) {
		h.accepted = now.accepted
	}
	if kept := m.set.History(id); kept != nil {
		h.add(kept.LastEvents(m.past.at, maxHistory), kept.Log)
	}
	h.scroll = scroll{frozen: true, limit: m.past.at} // window puts what came last at the foot
	m.past.histories[id] = h
	return h
}

// pastTitle is the title of the past.
func (m *Model) pastTitle() views.Title {
	p := &m.past
	ago := m.now().Sub(p.at)
	p.second = int64(ago / time.Second)
	title := countTitle(p.totals)
	title.In, title.Out, title.Past, title.Ago = p.in, p.out, p.at, ago
	return title
}

// pastTick reports whether the past is another second away.
func (m *Model) pastTick() bool { return int64(m.lastPoll.Sub(m.past.at)/time.Second) != m.past.second }

// shownTime is the time that the screen shows.
func (m *Model) shownTime() time.Time {
	if m.past.on() {
		return m.past.at
	}
	return m.now()
}

// sparkOf is a row's traffic in the 30 s before the time that is shown.
func (m *Model) sparkOf(id peer.ID) []float64 {
	if m.past.on() {
		return m.pastSpark(id)
	}
	return m.spark.cells(id, m.now())
}

// pastSpark is a row's traffic in the 30 s before the time that is shown, by
// what is kept of its bytes; nil if it had none or that is not known.
func (m *Model) pastSpark(id peer.ID) []float64 {
	log := m.set.Log(id)
	if log == nil {
		return nil
	}
	bucket := m.past.at.UnixNano() / int64(sparkBucket)
	out := make([]float64, sparkCells)
	var before, came int64
	for i := range sparkCells + 1 {
		end := time.Unix(0, (bucket-sparkCells+int64(i)+1)*int64(sparkBucket)-1)
		if i == sparkCells {
			end = m.past.at
		}
		in, knownIn := log.EndAt(capture.In, end)
		sent, knownOut := log.EndAt(capture.Out, end)
		if !knownIn || !knownOut {
			return nil
		}
		came = in + sent
		if i > 0 {
			out[i-1] = float64(came - before)
		}
		before = came
	}
	if came == 0 {
		return nil
	}
	return out
}
