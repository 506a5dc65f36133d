package peer

import (
	"encoding/json"
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The benchmarks of a tap, which holds itself against other proxies. Load,
// proxy and far end are processes of their own; what is compared runs in turn, A
// B A B, and the metric is the median of the pairs' ratios, with the quartiles
// beside it.
//
//	go test -run xxx -bench Tap -timeout 40m ./peer        for the record, on a machine that does nothing else
//	go test -run xxx -bench Tap -benchtime 1x ./peer       a glance, in less than a minute

// tapEffort is how much is measured.
type tapEffort struct {
	pairs          int
	warmUp         bool  // run a pair before them
	bulk           int64 // bytes of a run
	warming, trips int   // of a ping-pong
	short, burst   int   // short connections of a run, and at last in one go
	idle           int   // relayed pairs
	quiet, watched time.Duration
}

// effort is that of the record, or with -short or -benchtime 1x that of a glance.
func effort() tapEffort {
	if testing.Short() || flag.Lookup("test.benchtime").Value.String() == "1x" {
		return tapEffort{pairs: 3, bulk: 256 << 20, warming: 1000, trips: 10_000, short: 500, burst: 5_000,
			idle: 5_000, quiet: time.Second, watched: time.Second}
	}
	return tapEffort{pairs: 11, warmUp: true, bulk: 1 << 30, warming: 1000, trips: 100_000, short: 10_000, burst: 100_000,
		idle: 5_000, quiet: 5 * time.Second, watched: time.Minute}
}

// tapEnds is a load and a far end, each in a process of its own, and what is put between them.
type tapEnds struct {
	tb      testing.TB
	family  Family
	network string
	far     string // its address
	load    *child
}

func startEnds(tb testing.TB, family Family, kind string) *tapEnds {
	tb.Helper()
	e := &tapEnds{tb: tb, family: family, network: [...]string{"tcp", "unix"}[family]}
	e.far = startChild(tb, "tap-far", kind, e.network, e.place()).line()
	e.load = startChild(tb, "tap-load", e.network)
	return e
}

// place is where something may listen.
func (e *tapEnds) place() string {
	if e.family == FamilyTCP {
		return "127.0.0.1:0"
	}
	return filepath.Join(e.tb.TempDir(), "s")
}

// proxy starts a proxy of a role before the far end, and returns its address too.
func (e *tapEnds) proxy(role string) (addr string, c *child) {
	e.tb.Helper()
	if role == "tap" || role == "unpolled" {
		scheme := [...]string{"tcp", "unix"}[e.family]
		c = startChild(e.tb, role, scheme+"-listen://"+e.place()+"="+scheme+"://"+e.far)
	} else {
		c = startChild(e.tb, role, e.network, e.place(), e.far)
	}
	return c.line(), c
}

// measure lets the load do something with an address, and returns its times in nanoseconds.
func (e *tapEnds) measure(load, addr string, args ...int) (ns []float64) {
	e.tb.Helper()
	command := load + " " + addr
	for _, n := range args {
		command += " " + strconv.Itoa(n)
	}
	fmt.Fprintln(e.load.in, command)
	for word := range strings.FieldsSeq(e.load.line()) {
		n, err := strconv.ParseFloat(word, 64)
		if err != nil {
			e.tb.Fatal(err)
		}
		ns = append(ns, n)
	}
	return ns
}

func (c *child) report() (r tapReport) {
	c.tb.Helper()
	fmt.Fprintln(c.in)
	if err := json.Unmarshal([]byte(c.line()), &r); err != nil {
		c.tb.Fatal(err)
	}
	return r
}

// inTurn runs a and b alternately, and returns what each gave, by pair.
func (f tapEffort) inTurn(a, b func() []float64) (as, bs [][]float64) {
	if f.warmUp {
		a()
		b()
	}
	for range f.pairs {
		as, bs = append(as, a()), append(bs, b())
	}
	return as, bs
}

// reportRatio reports the median and the quartiles of over/under, pair by pair,
// of their figures at index i.
func reportRatio(b *testing.B, unit string, over, under [][]float64, i int) {
	ratios := make([]float64, len(over))
	for pair := range ratios {
		ratios[pair] = over[pair][i] / under[pair][i]
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], unit)
	b.ReportMetric(ratios[len(ratios)/4], unit+"-q1")
	b.ReportMetric(ratios[len(ratios)*3/4], unit+"-q3")
}

// medianOf returns the median of the figures at index i.
func medianOf(runs [][]float64, i int) float64 {
	var all []float64
	for _, run := range runs {
		all = append(all, run[i])
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func eachFamily(b *testing.B, bench func(*testing.B, Family)) {
	for _, family := range []Family{FamilyTCP, FamilyUDS} {
		b.Run([]string{"tcp", "uds"}[family], func(b *testing.B) { bench(b, family) })
	}
}

// BenchmarkTapThroughput is one connection, one way, through a tap that keeps
// everything it can and is polled as the inspector does: how many times as many
// bytes a second as through another proxy. Required: at least 0.9 of io.Copy and
// 3 times socat.
func BenchmarkTapThroughput(b *testing.B) {
	eachFamily(b, func(b *testing.B, family Family) {
		for _, other := range []string{"io.Copy", "socat"} {
			b.Run(other, func(b *testing.B) { benchmarkBulk(b, family, other, "tap", "x-"+other) })
		}
	})
}

// BenchmarkTapUnpolled is the throughput while nobody polls the Set, which is
// what a stopped terminal comes down to, against that of one that is polled.
// Required: within 10%.
func BenchmarkTapUnpolled(b *testing.B) {
	eachFamily(b, func(b *testing.B, family Family) { benchmarkBulk(b, family, "tap", "unpolled", "x-polled") })
}

func benchmarkBulk(b *testing.B, family Family, other, tap, unit string) {
	if _, err := exec.LookPath("socat"); err != nil && other == "socat" {
		b.Skip("socat is not installed")
	}
	for b.Loop() {
		ends, effort := startEnds(b, family, "count"), effort()
		there, _ := ends.proxy(other)
		ours, _ := ends.proxy(tap)
		others, taps := effort.inTurn(
			func() []float64 { return ends.measure("bulk", there, int(effort.bulk)) },
			func() []float64 { return ends.measure("bulk", ours, int(effort.bulk)) })
		reportRatio(b, unit, others, taps, 0)
		b.ReportMetric(float64(effort.bulk)/(1<<20)/medianOf(taps, 0)*1e9, "MiB/s")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkTapPingPong is 64 bytes to and fro: how many times as long a round
// trip takes through a tap as through io.Copy. Required: the median at most 1.2,
// the 99th percentile at most 1.5.
func BenchmarkTapPingPong(b *testing.B) {
	eachFamily(b, func(b *testing.B, family Family) {
		for b.Loop() {
			ends, effort := startEnds(b, family, "echo"), effort()
			there, _ := ends.proxy("io.Copy")
			ours, _ := ends.proxy("tap")
			others, taps := effort.inTurn(
				func() []float64 { return ends.measure("pings", there, effort.warming, effort.trips) },
				func() []float64 { return ends.measure("pings", ours, effort.warming, effort.trips) })
			reportRatio(b, "median-x-io.Copy", taps, others, 0)
			reportRatio(b, "p99-x-io.Copy", taps, others, 1)
			b.ReportMetric(medianOf(taps, 0)/1e3, "median-µs")
			b.ReportMetric(medianOf(taps, 1)/1e3, "p99-µs")
		}
		b.ReportMetric(0, "ns/op")
	})
}
