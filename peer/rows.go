package peer

import (
	"errors"
	"fmt"
	"slices"

	"peerscope/peer/capture"
)

// rows are the peers of a Set in their order: that of their IDs unless another is
// asked for, and what came from a listener under it. Guarded by Set.mu.
type rows struct {
	byID  map[ID]*row
	tops  []*row // those that came from no listener
	shown []*row // what the filter shows but the children of folded ones, in the order of the table
	stale bool   // shown is to be made anew

	order  Order
	filter Filter
}

var errHidden = errors.New("hidden by the filter")

func compareID(r *row, id ID) int { return int(r.ID - id) }

// add puts in a row whose parent, if it has one, is there already.
func (t *rows) add(r *row) {
	t.byID[r.ID] = r
	list := t.siblings(r)
	*list = append(*list, r) // IDs rise
	t.stale = true
}

func (t *rows) remove(r *row) {
	delete(t.byID, r.ID)
	list := t.siblings(r)
	if i, found := slices.BinarySearchFunc(*list, r.ID, compareID); found {
		*list = slices.Delete(*list, i, i+1)
	}
	t.stale = true
}

// siblings is the list that a row belongs to.
func (t *rows) siblings(r *row) *[]*row {
	if r.parent != nil {
		return &r.parent.children
	}
	return &t.tops
}

// arranged returns the rows of the table. It costs in proportion to all rows,
// but only after one has come, gone or been folded.
func (t *rows) arranged() []*row {
	if !t.stale {
		return t.shown
	}
	t.stale = false
	t.arrange()
	return t.shown
}

// Len returns how many rows the table has: all peers but those that the filter
// hides and the children of those that are folded.
func (s *Set) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.rows.arranged())
}

// Rows appends the rows of the table from index first on, at most n of them,
// to dst.
func (s *Set) Rows(dst []Row, first, n int) []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.rows.arranged()
	first = min(max(first, 0), len(list))
	for _, r := range list[first:min(first+n, len(list))] {
		dst = append(dst, r.Row)
	}
	return dst
}

// Index returns where a peer stands in the table. One that is folded away
// stands where its listener does; one that the filter hides stands nowhere.
func (s *Set) Index(id ID) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err != nil {
		return 0, err
	}
	if r.parent != nil && r.parent.Listener.Folded {
		r = r.parent
	}
	s.rows.arranged()
	if r.place < 0 {
		return 0, fmt.Errorf("peer %d: %w", id, errHidden)
	}
	return r.place, nil
}

// Row returns one peer.
func (s *Set) Row(id ID) (found Row, err error) {
	err = s.peek(id, func(r *row) { found = r.Row })
	return found, err
}

func (s *Set) peek(id ID, do func(*row)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err == nil {
		do(r)
	}
	return err
}

// find returns a row. Callers hold mu.
func (s *Set) find(id ID) (*row, error) {
	r := s.rows.byID[id]
	if r == nil {
		return nil, fmt.Errorf("peer %d: %w", id, ErrNoPeer)
	}
	return r, nil
}

func (s *Set) with(id ID, do func(*row) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err != nil {
		return err
	}
	defer r.mark()
	return do(r)
}

// History returns what is kept of a peer, nil if there is no such peer.
func (s *Set) History(id ID) (h *History) {
	_ = s.peek(id, func(r *row) { h = r.history })
	return h
}

// Log returns the log of a peer, nil if there is no such peer.
func (s *Set) Log(id ID) *capture.Log {
	if h := s.History(id); h != nil {
		return h.Log
	}
	return nil
}

// Events returns the events of a peer from sequence number seq on, and the
// number to ask with next. Every reader keeps its own number, so each sees all.
func (s *Set) Events(id ID, seq int64) (events []Event, next int64) {
	if h := s.History(id); h != nil {
		return h.Events(seq)
	}
	return nil, seq
}
