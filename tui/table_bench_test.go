package tui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"peerscope/peer"
	"peerscope/views"
)

// BenchmarkTable is a frame at 200x60 of a table of 10,000 rows, sorted and
// filtered, in the middle of which something moved. x-10 is what it costs
// compared with one of 10 rows in the same moments, the median over pairs.
// Required: at most 1.5.
func BenchmarkTable(b *testing.B) {
	many, few := crowd(b, 10_000), crowd(b, 10)
	var ratios []float64
	for b.Loop() {
		a, z := many.step(), few.step()
		ratios = append(ratios, float64(a)/float64(z))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-10")
}

// crowd is a screen with so many peers, none of which could be connected.
func crowd(b *testing.B, peers int) *screen {
	s := newScreenOf(b, 200, 60, peer.Config{}, views.NewTheme(views.TrueColor, false))
	for i := range peers {
		a, err := peer.ParseAddress(fmt.Sprintf("unix:%s/%d#peer %d", s.dir, i, i*7919%peers))
		if err != nil {
			b.Fatal(err)
		}
		s.set.Add(a)
	}
	s.calm()
	s.press("1", ">", "/")
	s.typed(keyMsg("peer"))
	s.press("enter", "G")
	s.View()
	return s
}

// step moves the selection, draws, and returns what that took.
func (s *screen) step() time.Duration {
	begin := time.Now()
	s.press("k")
	s.View()
	return time.Since(begin)
}
