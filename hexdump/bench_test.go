package hexdump

import (
	"bytes"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// BenchmarkRows writes 1 MiB as rows of 16 bytes, a page of rows at a time as an
// export does. Its metric says how many times as fast that is as encoding/hex
// writing the same bytes: the median of pairs of runs, one after the other.
//
// What is dumped matters, for encoding/hex takes a branch on each byte, and the
// processor guesses it the worse the more the bytes are mixed; AppendRows has none.
func BenchmarkRows(b *testing.B) {
	for _, c := range []struct {
		name string
		p    []byte
	}{
		{"mixed", mixedBytes(1 << 20)},
		{"text", bytes.Repeat([]byte("GET /peers "), 1<<20/11+1)[:1<<20]},
		{"random", randomBytes(1 << 20)},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkRows(b, c.p) })
	}
}

func benchmarkRows(b *testing.B, p []byte) {
	page := make([]byte, 0, 256*80)
	ratio := medianRatio(31,
		func() { dumpWithStandardLibrary(p) },
		func() { page = dumpPages(page, p) })

	b.ReportAllocs()
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		page = dumpPages(page, p)
	}
	b.ReportMetric(ratio, "x-hex.Dumper")
}

func dumpPages(page, p []byte) []byte {
	const perRow, rows = 16, 256
	for at := 0; at < len(p); at += perRow * rows {
		page = AppendRows(page[:0], int64(at), p[at:min(at+perRow*rows, len(p))], perRow)
		io.Discard.Write(page)
	}
	return page
}

func dumpWithStandardLibrary(p []byte) {
	d := hex.Dumper(io.Discard)
	d.Write(p)
	d.Close()
}

// medianRatio runs a and b in turn, after one pair to warm up, and returns the
// median of how many times as long a takes as b.
func medianRatio(pairs int, a, b func()) float64 {
	a()
	b()
	ratios := make([]float64, pairs)
	for i := range ratios {
		start := time.Now()
		a()
		between := time.Now()
		b()
		ratios[i] = float64(between.Sub(start)) / float64(time.Since(between))
	}
	slices.Sort(ratios)
	return ratios[pairs/2]
}

// mixedBytes returns n bytes that change between text, zeros and noise every
// 64 bytes, the same ones each time.
func mixedBytes(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	p := make([]byte, n)
	for i := range p {
		switch i / 64 % 3 {
		case 0:
			p[i] = byte(' ' + random.IntN(95))
		case 1:
			p[i] = byte(random.IntN(256))
		}
	}
	return p
}

// randomBytes returns n bytes with no pattern in them, the same each time.
func randomBytes(n int) []byte {
	p := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(p)
	return p
}
