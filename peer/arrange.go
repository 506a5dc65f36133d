package peer

import (
	"cmp"
	"slices"
	"strings"
)

// Column names what the table can be sorted by.
type Column uint8

// The columns. The zero value is the order in which peers came.
const (
	ColumnID Column = iota
	ColumnLabel
	ColumnAddress
	ColumnKind
	ColumnStatus
	ColumnUnread
	ColumnRecvQ
	ColumnSendQ
	ColumnReceived
	ColumnSent
	Columns // how many there are
)

// Order is how the rows of the table are sorted.
type Order struct {
	By         Column
	Descending bool
}

// Arrange sorts and filters the rows of the table. What came from a listener
// stays under it, sorted among its own; a listener is shown if it or one of its
// connections passes the filter, and of those only the ones that do. Values
// move while the table stands still: it is arranged anew when a row comes or
// goes, and by [Set.Rearrange].
func (s *Set) Arrange(o Order, f Filter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows.order, s.rows.filter, s.rows.stale = o, f, true
}

// Rearrange sorts and filters the rows by what they show now.
func (s *Set) Rearrange() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows.stale = s.rows.stale || s.rows.order != Order{} || len(s.rows.filter.terms) > 0
}

// arrange makes the table anew.
func (t *rows) arrange() {
	clear(t.shown)
	t.shown = t.shown[:0]
	for _, top := range t.sorted(t.tops) {
		top.place = -1
		at := len(t.shown)
		t.shown = append(t.shown, top)
		passed := t.filter.shows(&top.Row)
		for _, child := range t.sorted(top.children) {
			child.place = -1
			if !t.filter.shows(&child.Row) {
				continue
			}
			passed = true
			if !top.Listener.Folded {
				t.shown = append(t.shown, child)
			}
		}
		if !passed {
			t.shown = t.shown[:at]
		}
	}
	for i, r := range t.shown {
		r.place = i
	}
}

// sorted returns rows in the order of the table.
func (t *rows) sorted(list []*row) []*row {
	if (t.order == Order{}) || len(list) < 2 {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *row) int {
		n := t.order.By.compare(&a.Row, &b.Row)
		if t.order.Descending {
			return -n
		}
		return n
	})
	return list
}

func (c Column) compare(a, b *Row) int {
	switch c {
	case ColumnLabel:
		return cmp.Or(strings.Compare(a.Label, b.Label), strings.Compare(a.Pair.Client, b.Pair.Client))
	case ColumnAddress:
		return cmp.Or(strings.Compare(a.Address, b.Address), strings.Compare(a.Pair.Client, b.Pair.Client))
	case ColumnKind:
		return strings.Compare(a.Kind, b.Kind)
	case ColumnStatus:
		return cmp.Compare(a.statusRank(), b.statusRank())
	case ColumnUnread:
		return cmp.Compare(a.Unread, b.Unread)
	case ColumnRecvQ:
		return cmp.Compare(a.RecvQ, b.RecvQ)
	case ColumnSendQ:
		return cmp.Compare(a.SendQ, b.SendQ)
	case ColumnReceived:
		return cmp.Compare(a.Received, b.Received)
	case ColumnSent:
		return cmp.Compare(a.Sent, b.Sent)
	}
	return cmp.Compare(a.ID, b.ID)
}

// statusRank puts what needs a look first: errors, what is under way, what
// lives, what has ended; listeners last.
func (r *Row) statusRank() int {
	if r.Listener.Is {
		return 4
	}
	return [...]int{StatusError: 0, StatusConnecting: 1, StatusConnected: 2, StatusNone: 3}[r.Status]
}
