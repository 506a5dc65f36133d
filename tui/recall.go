package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/peer/capture"
)

const (
	// maxRecalls bounds how often one movement is tried: each time what it met on
	// disk has been read, and it comes a block further.
	maxRecalls = 64

	// slowRecall is how long reading from disk takes before that is said.
	slowRecall = 200 * time.Millisecond
)

// recalls is what waits for bytes on disk: nothing is read from there in Update
// or while a frame is drawn. What comes first is tried again once what it met
// has been read; what comes after it waits too, so that keys keep their order.
type recalls struct {
	waiting []reading
	tries   int       // of the first
	began   time.Time // of the read that is under way; zero: none is
	told    bool      // that the spill has ended
}

// reading is a movement in one peer's bytes, while that peer is selected. It
// may be tried many times before what it needs is there.
type reading struct {
	peer, selected peer.ID
	try            func() error
}

// recallMsg says that what a peer's log wanted has been read.
type recallMsg struct{ err error }

// reach does what looks for bytes of a peer, again when what it met on disk has
// been read, and returns what went wrong if that is known at once.
func (m *Model) reach(id peer.ID, try func() error) error {
	r := &m.recalls
	if len(r.waiting) > 0 {
		r.waiting = append(r.waiting, reading{id, m.selected, try})
		return nil
	}
	err := try()
	if log := m.set.Log(id); log == nil || !log.Wanted() {
		return err
	}
	r.waiting, r.tries = append(r.waiting, reading{id, m.selected, try}), 0
	return nil
}

// move does what moves the selected peer's view. Where it meets bytes on disk
// the view stays until they have been read.
func (m *Model) move(do func(*window) error) error {
	return m.reach(m.selected, func() error {
		w, ok := m.window()
		if !ok {
			return errNoPeer
		}
		was := *w.scroll
		err := do(w)
		w.shown() // meets what the page needs
		if w.log.Wanted() {
			*w.scroll = was
		}
		return err
	})
}

// readBack returns the command that reads what is wanted, if anything is: by what
// waits, or by what was drawn.
func (m *Model) readBack() tea.Cmd {
	r := &m.recalls
	if !r.began.IsZero() {
		return nil
	}
	id := m.selected
	if len(r.waiting) > 0 {
		id = r.waiting[0].peer
	}
	log := m.set.Log(id)
	if log == nil || !log.Wanted() {
		return nil
	}
	if len(r.waiting) == 0 {
		r.waiting, r.tries = append(r.waiting, reading{id, id, func() error { return nil }}), 0
	}
	r.began = m.now()
	return m.command(func() tea.Msg { return recallMsg{log.Recall(m.ctx)} })
}

// takeRecall goes on with what waits.
func (m *Model) takeRecall(msg recallMsg) {
	r := &m.recalls
	r.began, m.dirty = time.Time{}, true
	if msg.err != nil {
		r.waiting = nil
		m.say(true, msg.err.Error())
	}
	for len(r.waiting) > 0 {
		first := r.waiting[0]
		log := m.set.Log(first.peer)
		var err error
		if log != nil && first.selected == m.selected {
			err = first.try()
			if r.tries++; log.Wanted() && r.tries < maxRecalls {
				return
			}
		}
		if r.tries = 0; len(r.waiting) > 0 { // it may have given up the others
			r.waiting = r.waiting[1:]
		}
		if err != nil {
			m.say(true, err.Error())
		}
	}
}

// forgetRecalls gives up what waits.
func (m *Model) forgetRecalls() { m.recalls.waiting = nil }

// recallTick says that a read from disk takes long, and, once, that nothing more
// is written there.
func (m *Model) recallTick() {
	if began := m.recalls.began; !began.IsZero() && m.now().Sub(began) > slowRecall {
		m.dirty = true
		m.say(false, "reading from disk")
	}
	if m.recalls.told {
		return
	}
	if _, err := m.set.Spilled(); err != nil {
		m.recalls.told, m.dirty = true, true
		m.say(true, err.Error()+capture.Without)
	}
}
