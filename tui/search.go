package tui

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/dustin/go-humanize"

	"peerscope/hexdump"
	"peerscope/peer"
	"peerscope/peer/capture"
)

const (
	searchSlice = 20 * time.Millisecond  // of one command that counts
	searchEvery = 100 * time.Millisecond // between two counts of what has come since
)

// search is what is looked for in the bytes, and how far that has come. The
// zero value looks for nothing. Its parts are driven by one command at a time,
// whose messages carry the number of the search that they belong to.
type search struct {
	pattern *hexdump.Pattern
	dirs    capture.Dirs
	all     bool    // of all peers
	peer    peer.ID // that was selected, and is searched if not all are
	parts   []part
	places  map[peer.ID]int // in parts
	number  int             // of this search; an older one's messages are out of date

	cancel   context.CancelFunc // ends a jump that is under way; nil: there is none
	jumping  bool
	lost     int  // how many times in a row what a jump found was dropped before it could be shown
	counting bool // a command that counts is under way
	counted  time.Time

	at found // the match that it stands at
}

// part is the search in one peer's bytes.
type part struct {
	peer        peer.ID
	find        *capture.Search
	count       int64
	done, total int64 // bytes
	stale       bool  // there is more to count
}

// found is one match, of a peer. Len is 0 where there is none.
type found struct {
	peer peer.ID
	capture.Match
	which int64 // of all that were counted, from 1 on; 0 while that is not known
}

func (s *search) on() bool { return s.pattern != nil }

// countMsg is what one slice of counting came to.
type countMsg struct {
	number, part int
	counted      part
	at           found // the match that the search stood at
	which        int64 // the number of that, if it is in this part
}

// jumpMsg is where a jump has come to.
type jumpMsg struct {
	number int
	at     found
	ok     bool
	back   bool
	wraps  string // what is to be said: it went on at the other end
}

// searchFor begins a search in what v shows. It keeps its parts while only the
// place changes.
func (m *Model) searchFor(p *hexdump.Pattern, all bool) {
	s := &m.search
	s.stop()
	*s = search{pattern: p, dirs: m.dirs, all: all, peer: m.selected, places: map[peer.ID]int{}, number: m.nextSearch()}
	rows := []peer.Row{{ID: m.selected}}
	if all {
		rows = m.set.Rows(nil, 0, m.set.Len())
	}
	for i := range rows {
		if log := m.set.Log(rows[i].ID); log != nil {
			s.places[rows[i].ID] = len(s.parts)
			s.parts = append(s.parts, part{peer: rows[i].ID, find: capture.NewSearch(log, m.dirs, p), stale: true})
		}
	}
}

func (m *Model) nextSearch() int {
	m.searches++
	return m.searches
}

// stop ends a jump that is under way.
func (s *search) stop() {
	if s.cancel != nil {
		s.cancel()
		s.cancel = nil
	}
	s.jumping = false
}

func (m *Model) endSearch() {
	m.search.stop()
	m.search = search{}
}

// count starts the command that counts the next part which has more to count.
func (m *Model) count() tea.Cmd {
	s := &m.search
	if s.counting {
		return nil
	}
	for i := range s.parts {
		if s.parts[i].stale {
			s.counting = true
			return m.countPart(i)
		}
	}
	return nil
}

func (m *Model) countPart(i int) tea.Cmd {
	msg := countMsg{number: m.search.number, part: i, counted: m.search.parts[i], at: m.search.at}
	now := m.now
	return m.command(func() tea.Msg {
		p := &msg.counted
		end := now().Add(searchSlice)
		for p.stale = p.find.Step(); p.stale && now().Before(end); p.stale = p.find.Step() {
		}
		p.count = p.find.Count()
		p.done, p.total = p.find.Progress()
		if msg.at.Len > 0 && msg.at.peer == p.peer {
			msg.which, _ = p.find.Number(msg.at.Match)
		}
		return msg
	})
}

// takeCount takes in what was counted, and goes on.
func (m *Model) takeCount(msg countMsg) tea.Cmd {
	s := &m.search
	if msg.number != s.number {
		return nil
	}
	s.counting, s.counted = false, m.now()
	s.parts[msg.part] = msg.counted
	switch {
	case msg.counted.peer != s.at.peer || s.at.Len == 0:
	case msg.at.Match != s.at.Match: // a jump came between: its number is still to be found
		s.parts[msg.part].stale = true
	case msg.which > 0:
		s.at.which = msg.which
	}
	return m.count()
}

// keepSearching is called at each poll: a search goes on in what has come, and
// begins anew where another peer or direction is shown.
func (m *Model) keepSearching() tea.Cmd {
	s := &m.search
	switch {
	case !s.on():
		return nil
	case s.dirs != m.dirs, !s.all && s.peer != m.selected:
		m.searchFor(s.pattern, s.all)
		m.dirty = true
	case s.counting || m.now().Sub(s.counted) < searchEvery:
		return nil
	}
	return m.count()
}

// searchMore notes that a peer has more bytes.
func (s *search) searchMore(id peer.ID) {
	if i, searched := s.places[id]; searched {
		s.parts[i].stale = true
	}
}

// jump looks for the next match from a place on, forwards or back, and beyond
// the peer's other matches for those of the other peers. What is shown does not
// change until it is found.
func (m *Model) jump(from found, back bool) tea.Cmd {
	s := &m.search
	s.stop()
	if len(s.parts) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(m.ctx)
	s.cancel, s.jumping = cancel, true
	number, parts := s.number, slices.Clone(s.parts) // Update goes on changing them
	places, first := s.places, s.places[from.peer]
	return m.command(func() tea.Msg {
		defer cancel()
		at, wraps, ok := nextMatch(ctx, parts, first, from, back)
		if ctx.Err() != nil {
			return nil // another jump is under way, or none
		}
		if ok {
			at.which, _ = parts[places[at.peer]].find.Number(at.Match)
		}
		return jumpMsg{number: number, at: at, ok: ok, back: back, wraps: wraps}
	})
}

// nextMatch goes through the parts from the first on, and around.
func nextMatch(ctx context.Context, parts []part, first int, from found, back bool) (at found, wraps string, ok bool) {
	by := 1
	if back {
		by = -1
	}
	for n := 0; n <= len(parts); n++ {
		i := ((first+by*n)%len(parts) + len(parts)) % len(parts)
		dir, off := from.Dir, from.Off
		if n > 0 {
			dir, off = before(back)
		}
		var match capture.Match
		if back {
			match, ok = parts[i].find.Prev(ctx, dir, off)
		} else {
			match, ok = parts[i].find.Next(ctx, dir, off)
		}
		if ok || ctx.Err() != nil {
			if n > 0 && (len(parts) == 1 || (back && i > first) || (!back && i < first) || n == len(parts)) {
				wraps = map[bool]string{false: "no later match: went on at the start", true: "no earlier match: went on at the end"}[back]
			}
			return found{peer: parts[i].peer, Match: match}, wraps, ok
		}
	}
	return found{}, "", false
}

// before is the place before all bytes, or behind all if a search goes back.
func before(back bool) (capture.Dir, int64) {
	if back {
		return capture.In, math.MaxInt64
	}
	return capture.In, -1
}

// takeJump shows the match that a jump has found. One that was dropped meanwhile
// is looked for again, a few times: a flood may be faster.
func (m *Model) takeJump(msg jumpMsg) tea.Cmd {
	const tries = 3
	s := &m.search
	if msg.number != s.number {
		return nil
	}
	s.jumping = false
	if !msg.ok {
		return nil
	}
	log := m.set.Log(msg.at.peer)
	if log == nil {
		m.say(true, "the peer of that match is gone")
		return nil
	}
	kept, _ := log.Span(msg.at.Dir)
	s.lost++
	switch {
	case msg.at.Off >= kept:
		s.lost = 0
	case s.lost < tries:
		return m.jump(m.inView(msg.back), msg.back)
	default:
		s.lost = 0
		m.say(true, "matches are dropped for the memory budget faster than they can be shown")
		return nil
	}
	s.at = msg.at
	m.selectHidden(msg.at.peer)
	m.scroll(func(w *window) {
		w.freeze()
		chunk, there := w.log.At(msg.at.Dir, msg.at.Off)
		switch {
		case !there:
		case m.inspector.open:
			w.put(spot{chunk, msg.at.Off})
		default:
			w.reveal(spot{chunk, msg.at.Off})
		}
	})
	if msg.wraps != "" {
		m.say(false, msg.wraps)
	}
	if msg.at.which == 0 { // what stands before it is not counted yet
		s.searchMore(msg.at.peer)
	}
	return m.count()
}

// again goes to the next match, or back to the one before.
func (m *Model) again(back bool) tea.Cmd {
	if !m.search.on() {
		m.say(true, "nothing is searched for; / searches the bytes")
		return nil
	}
	from := m.search.at
	if from.Len == 0 || from.peer != m.selected {
		from = m.inView(back)
	}
	return m.jump(from, back)
}

// inView is the place that a search begins at: before the first byte in sight,
// or behind the last if it goes back.
func (m *Model) inView(back bool) found {
	at := found{peer: m.selected}
	at.Dir, at.Off = before(back)
	w, ok := m.window()
	if !ok {
		return at
	}
	lines := w.shown().lines
	for i := range lines {
		l := lines[i]
		if back {
			l = lines[len(lines)-1-i]
		}
		if !l.isHex() {
			continue
		}
		at.Dir, at.Off = l.item.chunk.Dir, l.item.chunk.Off+l.off-1
		if back {
			at.Off += 1 + min(int64(w.perRow), l.item.chunk.Len-l.off)
		}
		break
	}
	return at
}

// words say how far the search has come: "3 of 1,204", "searching, 41 %".
func (s *search) words() string {
	if !s.on() {
		return ""
	}
	var count, done, total int64
	peers := 0
	for i := range s.parts {
		p := &s.parts[i]
		count, done, total = count+p.count, done+p.done, total+p.total
		if p.count > 0 {
			peers++
		}
	}
	looking := s.jumping || s.counting && (done < total || total == 0)
	words := humanize.Comma(count) + " matches"
	switch which := s.which(); {
	case count == 0 && looking:
		words = "searching"
	case count == 0:
		words = "no match"
	case count == 1:
		words = "1 match"
	case which > 0:
		words = humanize.Comma(which) + " of " + humanize.Comma(count)
	}
	switch {
	case !s.all || count == 0:
	case peers == 1:
		words += " in 1 peer"
	default:
		words += " in " + humanize.Comma(int64(peers)) + " peers"
	}
	switch {
	case s.counting && done < total:
		words += fmt.Sprintf(", %d %%", done*100/total)
	case looking && count == 0:
		words += "…"
	case looking:
		words += ", searching…"
	}
	return words
}

// which is the number of the current match among those of all peers, 0 while it
// is not known.
func (s *search) which() int64 {
	if s.at.Len == 0 || s.at.which == 0 {
		return 0
	}
	n := s.at.which
	for i := range s.parts {
		if s.parts[i].peer == s.at.peer {
			return n
		}
		n += s.parts[i].count
	}
	return 0
}
