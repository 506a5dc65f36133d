package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"peerscope/peer"
)

// arrangements are how a table of listeners and pairs is filtered and sorted. Those
// by what does not change in time show then what they showed live. Those by what
// does choose the rows and their order by what they are now: only what the rows
// say is of then.
var arrangements = []struct {
	filter  string
	order   peer.Order
	changes bool
}{
	{},
	{filter: "kind:tap"},
	{filter: "-kind:dial", order: peer.Order{By: peer.ColumnLabel, Descending: true}},
	{filter: "plain"},
	{filter: "label:tap -plain", order: peer.Order{By: peer.ColumnKind}},
	{order: peer.Order{By: peer.ColumnAddress, Descending: true}},
	{order: peer.Order{By: peer.ColumnKind}},
	{filter: "no such row"},
	{filter: "status:connected", changes: true},
	{filter: "-status:listening", order: peer.Order{By: peer.ColumnReceived, Descending: true}, changes: true},
	{order: peer.Order{By: peer.ColumnStatus}, changes: true},
}

// arrangedAs is the table under an arrangement, without rows that were not there
// yet and the signs which of a listener's rows is its last: one may have come later.
func (s *screen) arrangedAs(i int) (rows []string) {
	s.Helper()
	f, err := peer.ParseFilter(arrangements[i].filter)
	if err != nil {
		s.Fatal(err)
	}
	s.arranged.order = arrangements[i].order
	s.setFilter(f)
	s.dirty = true
	s.Update(pollMsg{})
	_, lines := s.pane("Peers")
	for _, row := range lines[1:] { // below the header
		row = strings.NewReplacer("├", "└", "▌", " ").Replace(row) // nor which row is selected
		if strings.TrimSpace(row) != "" && !strings.Contains(row, "not there yet") {
			rows = append(rows, row)
		}
	}
	return rows
}

// tables is the table under each arrangement at a time, and the title but for the rates.
type tables struct {
	at     time.Time
	rows   [][]string
	counts string
}

// listened is a session of a tap, a listener and a peer, and the tables that
// stood on the screen in it.
func listened(t *testing.T) (s *screen, shots []tables) {
	s = newScreen(t, 200, 60)
	take := func() {
		s.Helper()
		shot := tables{at: s.now(), counts: s.shot().counts}
		for i := range arrangements {
			shot.rows = append(shot.rows, s.arrangedAs(i))
		}
		s.arrangedAs(0)
		shots = append(shots, shot)
		s.clock.Add(int64(3 * time.Second))
	}
	ended := func(id peer.ID) func() bool { return func() bool { return s.rowOf(id).Status != peer.StatusConnected } }
	p := s.tap("tcp")
	plain := s.listens("tcp-listen://127.0.0.1:0#plain")
	f := s.connect("unix", "dialled")
	take()
	c, child := s.client(plain)
	take()
	s.send(c, "hello")
	s.until("hello", func() bool { return s.rowOf(child).Received == 5 })
	take()
	s.send(p.client, "question")
	s.until("the question", func() bool { return s.rowOf(p.pair).Sent == 8 })
	take()
	second, pair := s.client(p.id)
	server := p.accept()
	s.send(server, "greeting, and much of it")
	s.until("the greeting", func() bool { return s.rowOf(pair).Received == 24 })
	take()
	_ = p.client.(interface{ CloseWrite() error }).CloseWrite()
	s.until("the half-close", func() bool { return s.line("client half-closed") != "" })
	take()
	_ = p.server.Close()
	s.until("the end of the first pair", ended(p.pair))
	f.tell(counting(100))
	take()
	_ = c.Close()
	s.until("the end of the client", ended(child))
	_ = second.Close()
	s.until("the end of the second pair", ended(pair))
	take()
	if err := s.set.Disconnect(plain); err != nil {
		t.Fatal(err)
	}
	s.until("the listener to stop", func() bool { return !s.rowOf(plain).Listener.Listening })
	take()
	return s, shots
}

func TestListenersAndPairsInThePastAreFilteredAndSortedAsTheyWereLive(t *testing.T) {
	s, shots := listened(t)
	for i, a := range arrangements {
		t.Run(fmt.Sprintf("%q by %s", a.filter, columnNames[a.order.By]), func(t *testing.T) {
			for n := range shots {
				was := &shots[len(shots)-1-n]
				s.travelTo(was.at)
				got, want := s.arrangedAs(i), was.rows[i]
				if counts := s.shot().counts; counts != was.counts {
					t.Errorf("at %v the title is %q, was %q", was.at.Format("15:04:05"), counts, was.counts)
				}
				if a.changes {
					got = slices.DeleteFunc(got, func(row string) bool { return slices.Contains(was.rows[0], row) })
					want = nil
				}
				if !slices.Equal(got, want) {
					t.Errorf("at %v it is\n%s\nwas\n%s", was.at.Format("15:04:05"), strings.Join(got, "\n"), strings.Join(was.rows[i], "\n"))
				}
			}
		})
	}
}
