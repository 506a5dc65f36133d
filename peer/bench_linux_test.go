package peer

import (
	"fmt"
	"strconv"
	"testing"
	"time"
)

// manyPeers is a Set of 10,000 connected TCP peers whose far ends are in a
// child, because one process does not get 20,000 descriptors everywhere.
func manyPeers(b *testing.B) (*Set, *child) {
	const peers, listeners = 10_000, 4
	far := startChild(b, "far", strconv.Itoa(listeners))
	var addrs []string
	for range listeners {
		addrs = append(addrs, far.line())
	}
	s := NewSet(Config{})
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	if err := dialMany(s, peers, addrs); err != nil {
		b.Fatal(err)
	}
	for s.Active() {
		s.Poll()
	}
	return s, far
}

// BenchmarkPollIdle is a poll over 10,000 connected peers of which nothing is
// new. Required: at most 1 µs and no allocation.
func BenchmarkPollIdle(b *testing.B) {
	s, _ := manyPeers(b)
	b.ReportAllocs()
	for b.Loop() {
		if len(s.Poll()) > 0 {
			b.Fatal("something changed")
		}
	}
}

// BenchmarkPollActive is a poll over 10,000 connected peers of which some have
// received a byte since the last one. It tells what a changed row costs, the
// same for 0.1% and 1%. A byte makes two changes: its row's unread is 1 at the
// first poll and 0 at the next. Only the polls are timed, not the far end.
func BenchmarkPollActive(b *testing.B) {
	s, far := manyPeers(b)
	for _, n := range []int{10, 100} {
		b.Run(fmt.Sprintf("changed=%d", n), func(b *testing.B) {
			var spent time.Duration
			var changed, polls int
			for b.Loop() {
				received := s.Totals().Received
				fmt.Fprintln(far.in, n)
				await(b, "the readers", func() bool {
					s.list.Lock()
					defer s.list.Unlock()
					return len(s.list.dirty) == n
				})
				for range 2 {
					begun := time.Now()
					changes := s.Poll()
					spent += time.Since(begun)
					changed += len(changes)
					polls++
				}
				if got := s.Totals().Received - received; got != int64(n) || s.Active() {
					b.Fatalf("%d bytes came, active %v", got, s.Active())
				}
			}
			b.ReportMetric(float64(spent.Nanoseconds())/float64(changed), "ns/changed")
			b.ReportMetric(float64(spent.Nanoseconds())/float64(polls), "ns/poll")
			b.ReportMetric(0, "ns/op") // mostly the far end
		})
	}
}

// BenchmarkIdlePeersRSS is the memory of 1,000 idle dialled peers over that of
// one, each over which 1 KiB has gone each way. Required: at most 60 MiB.
func BenchmarkIdlePeersRSS(b *testing.B) {
	far := startChild(b, "far", "1")
	addr := far.line()
	var spent float64
	for b.Loop() {
		many, one := startChild(b, "idle", "1000", addr), startChild(b, "idle", "1", addr)
		var kib [2]float64
		for i, c := range []*child{many, one} {
			n, err := strconv.ParseFloat(c.line(), 64)
			if err != nil {
				b.Fatal(err)
			}
			kib[i] = n
		}
		spent = (kib[0] - kib[1]) / 1024
	}
	b.ReportMetric(spent, "MiB")
	b.ReportMetric(0, "ns/op")
}
