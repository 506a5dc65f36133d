package peer

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"
)

// standing is a Set with rows that stand for nothing.
func standing(rows ...Row) *Set {
	s := NewSet(Config{})
	for i := range rows {
		r := &row{set: s, Row: rows[i]}
		r.parent = s.rows.byID[r.Parent]
		s.rows.add(r)
	}
	return s
}

func order(s *Set) (ids []int) {
	for _, r := range s.Rows(nil, 0, s.Len()) {
		ids = append(ids, int(r.ID))
	}
	return ids
}

func TestTheTableIsSortedWithConnectionsUnderTheirListener(t *testing.T) {
	s := standing(
		Row{ID: 1, Label: "c", Received: 5, Status: StatusConnected},
		Row{ID: 2, Label: "a", Listener: Listener{Is: true}},
		Row{ID: 3, Parent: 2, Label: "a", Received: 9, Status: StatusNone},
		Row{ID: 4, Parent: 2, Label: "a", Received: 70, Status: StatusError},
		Row{ID: 5, Label: "b", Received: 8, Status: StatusError},
	)
	for _, c := range []struct {
		order Order
		want  []int
	}{
		{Order{}, []int{1, 2, 3, 4, 5}},
		{Order{Descending: true}, []int{5, 2, 4, 3, 1}},
		{Order{By: ColumnLabel}, []int{2, 3, 4, 5, 1}},
		{Order{By: ColumnReceived}, []int{2, 3, 4, 1, 5}},
		{Order{By: ColumnReceived, Descending: true}, []int{5, 1, 2, 4, 3}},
		{Order{By: ColumnStatus}, []int{5, 1, 2, 4, 3}},
	} {
		s.Arrange(c.order, Filter{})
		if got := order(s); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.order, got, c.want)
		}
	}
}

func TestAFilterShowsAConnectionWithItsListener(t *testing.T) {
	s := standing(
		Row{ID: 1, Label: "tap", Listener: Listener{Is: true, Listening: true}},
		Row{ID: 2, Parent: 1, Label: "tap", Status: StatusConnected},
		Row{ID: 3, Parent: 1, Label: "tap", Status: StatusError},
		Row{ID: 4, Label: "redis", Status: StatusConnected},
	)
	f, _ := ParseFilter("status:error")
	s.Arrange(Order{}, f)
	if got := order(s); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("shown are %v", got)
	}
	if _, err := s.Index(2); err == nil {
		t.Error("a hidden row has a place")
	}
	if i, err := s.Index(3); err != nil || i != 1 {
		t.Errorf("row 3 is at %d, %v", i, err)
	}
	s.rows.byID[4].Status = StatusError // as a poll would
	if got := order(s); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("the table moved by itself: %v", got)
	}
	s.Rearrange()
	if got := order(s); !slices.Equal(got, []int{1, 3, 4}) {
		t.Errorf("shown are %v", got)
	}
}

// BenchmarkArrange sorts and filters 10,000 rows. Required: at most 20 ms.
func BenchmarkArrange(b *testing.B) {
	rows := make([]Row, 10_000)
	for i := range rows {
		rows[i] = Row{
			ID: ID(i + 1), Label: fmt.Sprintf("peer %d", i*7919%10_000), Address: fmt.Sprintf("tcp://127.0.0.1:%d", 1024+i), Kind: "dial",
			Received: rand.Int63n(1000), Status: Status(i % 4),
		}
	}
	s := standing(rows...)
	f, err := ParseFilter("status:error 127.0.0.1")
	if err != nil {
		b.Fatal(err)
	}
	for name, do := range map[string]func(){
		"sort":   func() { s.Arrange(Order{By: ColumnReceived, Descending: true}, Filter{}) },
		"label":  func() { s.Arrange(Order{By: ColumnLabel}, Filter{}) },
		"filter": func() { s.Arrange(Order{}, f) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				do()
				s.Len()
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(time.Millisecond), "ms/table")
		})
	}
}
