package peer

import (
	"testing"
	"time"
)

// shortClients is how many make short connections at once.
const shortClients = 8

// BenchmarkTapIdle is the memory of a process with many relayed pairs over each
// of which 1 KiB has gone each way, some seconds after the last byte, and the
// share of one processor that it takes then. Required: at most 100 MB for 5,000.
func BenchmarkTapIdle(b *testing.B) {
	eachFamily(b, func(b *testing.B, family Family) {
		for b.Loop() {
			ends, effort := startEnds(b, family, "echo"), effort()
			at, tap := ends.proxy("tap")
			ends.measure("idle", at, effort.idle)
			<-time.After(effort.quiet)
			before := tap.report()
			<-time.After(effort.watched)
			after := tap.report()
			if n := int64(effort.idle) << 10; after.Totals.Pairs != effort.idle || after.Totals.Received != n || after.Totals.Sent != n {
				b.Fatalf("%+v", after.Totals)
			}
			b.ReportMetric(float64(effort.idle), "pairs")
			b.ReportMetric(float64(before.RSS)*1024/1e6, "RSS-MB")
			b.ReportMetric(100*float64(after.CPU-before.CPU)/float64(effort.watched), "idle-%")
		}
		b.ReportMetric(0, "ns/op")
	})
}

// BenchmarkTapChurn is short connections as fast as they come, 64 bytes each
// way: how many times as many a second as through io.Copy. At last come many in
// one go, of which nothing may be left. The far end closes first, so that what
// stays in TIME-WAIT is its end and the tap's, and no port of those who connect.
func BenchmarkTapChurn(b *testing.B) {
	eachFamily(b, func(b *testing.B, family Family) {
		for b.Loop() {
			ends, effort := startEnds(b, family, "answer"), effort()
			there, _ := ends.proxy("io.Copy")
			ours, tap := ends.proxy("tap")
			before := tap.report()
			others, taps := effort.inTurn(
				func() []float64 { return ends.measure("short", there, effort.short, shortClients, 1) },
				func() []float64 { return ends.measure("short", ours, effort.short, shortClients, 1) })
			reportRatio(b, "x-io.Copy", others, taps, 0)
			took := ends.measure("short", ours, effort.burst, shortClients, 1)[0]
			n := len(taps)*effort.short + effort.burst
			if effort.warmUp {
				n += effort.short
			}
			after := tap.untilOver(n, before)
			tap.wantNothingLeft(n, before, after)
			if n *= shortMessage; after.Totals.Received != int64(n) || after.Totals.Sent != int64(n) {
				b.Errorf("of %d bytes each way are counted %+v", n, after.Totals)
			}
			b.ReportMetric(float64(effort.burst)/took*1e9, "conns/s")
			b.ReportMetric(float64(after.RSS)*1024/1e6, "RSS-MB")
			b.ReportMetric(float64(after.PeakRSS)*1024/1e6, "peak-RSS-MB")
			b.ReportMetric(float64(after.MostRows), "most-rows")
		}
		b.ReportMetric(0, "ns/op")
	})
}

// untilOver waits until a tap has told the end of n connections, and its process
// has let go of all that they took, if it ever does.
func (c *child) untilOver(n int, before tapReport) (r tapReport) {
	c.tb.Helper()
	await(c.tb, "the pairs to end", func() bool {
		r = c.report()
		l := r.Listener
		return l.Live == 0 && int64(l.Ended)+l.Gone >= int64(n) && r.Totals.Pairs == 0
	})
	for begun := time.Now(); time.Since(begun) < patience && !r.letGo(before); {
		r = c.report()
	}
	return r
}

// letGo reports whether a process has no more than it had before, and no more rows than are kept.
func (r *tapReport) letGo(before tapReport) bool {
	return r.Descriptors <= before.Descriptors && r.Goroutines <= before.Goroutines &&
		r.Listener.Ended <= KeepEnded && r.Totals.Peers == r.Listener.Ended+1
}

// wantNothingLeft checks what n connections have left behind in a tap's process.
func (c *child) wantNothingLeft(n int, before, after tapReport) {
	c.tb.Helper()
	if after.Descriptors != before.Descriptors || after.Goroutines != before.Goroutines {
		c.tb.Errorf("%d descriptors and %d goroutines, before %d and %d",
			after.Descriptors, after.Goroutines, before.Descriptors, before.Goroutines)
	}
	l, t := after.Listener, after.Totals
	if l.Ended != min(n, KeepEnded) || int64(l.Ended)+l.Gone != int64(n) || t.Peers != l.Ended+1 || t.Pairs != 0 {
		c.tb.Errorf("after %d connections: %+v, %+v", n, l, t)
	}
	if most := int64(KeepEnded + keepUntold + 2*shortClients); after.MostRows > most {
		c.tb.Errorf("%d rows at a time, want at most %d", after.MostRows, most)
	}
}

// manyConnections is how many connections a test makes.
func manyConnections() int {
	if testing.Short() {
		return 1_000
	}
	return 5_000
}

func TestATapLeavesNothingBehindOfManyConnections(t *testing.T) {
	bothFamilies(t, func(t *testing.T, family Family) {
		ends := startEnds(t, family, "answer")
		at, tap := ends.proxy("tap")
		before, n := tap.report(), manyConnections()
		ends.measure("short", at, n, shortClients, int(manners))
		after := tap.untilOver(n, before)
		tap.wantNothingLeft(n, before, after)
		if total, want := after.Totals, int64(n)*shortMessage; total.Received != want || total.Sent != want || total.Dropped != 0 {
			t.Errorf("of %d bytes each way are counted %+v", want, total)
		}
	})
}

func TestATapLeavesNothingBehindOfClientsWhoseTargetIsNotThere(t *testing.T) {
	bothFamilies(t, func(t *testing.T, family Family) {
		ends := startEnds(t, family, "answer")
		ends.far = nowhere(t, family)
		at, tap := ends.proxy("tap")
		before, n := tap.report(), manyConnections()/5
		ends.measure("refused", at, n)
		after := tap.untilOver(n, before)
		tap.wantNothingLeft(n, before, after)
		if total := after.Totals; total.ByStatus[StatusError] != KeepEnded || total.Received+total.Sent != 0 {
			t.Errorf("%+v", total)
		}
	})
}

// nowhere is an address at which nothing listens.
func nowhere(t *testing.T, family Family) string {
	f := listenFar(t, family, 1)
	at := f.l.Addr().String()
	f.l.Close()
	return at
}
