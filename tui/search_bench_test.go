package tui

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"peerscope/hexdump"
	"peerscope/peer/capture"
)

// BenchmarkSearch counts a word or a mask in 256 MiB of log and, by turns, with
// rg in a file of the same bytes, and reports how many times as fast as rg that
// is. Required: at least 0.5 of literals and masks.
func BenchmarkSearch(b *testing.B) {
	const size = 256 << 20
	p := capture.NewPool(2 * size)
	l := capture.NewLog(p, time.Now)
	line := []byte("GET /index.html HTTP/1.1\r\nHost: example\r\nuser-agent: bench/1.0\r\n")
	raw := make([]byte, 32<<10)
	rnd := uint64(1)
	for i := range raw {
		rnd = rnd*6364136223846793005 + 1442695040888963407
		raw[i] = byte(rnd >> 56)
		if i%2048 < 1500 {
			raw[i] = line[i%len(line)]
		}
	}
	copy(raw[20_000:], "needle\n")
	copy(raw[20_100:], "Help\n")
	path := filepath.Join(b.TempDir(), "bytes")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	for at := 0; at < size; at += len(raw) {
		copy(l.Reserve(capture.In, len(raw)), raw)
		l.Commit(capture.In, len(raw))
		if _, err := file.Write(raw); err != nil {
			b.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		pattern, rg string
		each        int64 // matches in each of the pieces
	}{
		{"needle", "needle", 1},
		{"user-agent: bench/2", "user-agent: bench/2", 0},
		{"hex 48 65 ?? 6c", `(?-u)\x48\x65.\x6c`, 0},
		{"hex 48 65 ?? 70", `(?-u)\x48\x65.\x70`, 1},
	} {
		find, err := hexdump.ParsePattern(c.pattern)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.pattern, func(b *testing.B) {
			beside(b, l, find, c.each*size/int64(len(raw)), "-a", "-c", c.rg, path)
		})
	}
	l.Close()
	p.Close()
}

// beside times a search that finds so many beside rg, by turns.
func beside(b *testing.B, l *capture.Log, find capture.Finder, count int64, rg ...string) {
	path, _ := exec.LookPath("rg")
	var ours, theirs []time.Duration
	for b.Loop() {
		start := time.Now()
		s := capture.NewSearch(l, capture.In.Only(), find)
		for s.Step() {
		}
		ours = append(ours, time.Since(start))
		if s.Count() != count {
			b.Fatalf("%d matches, want %d", s.Count(), count)
		}
		if path == "" {
			continue
		}
		start = time.Now()
		out, _ := exec.Command(path, rg...).Output() // it fails where nothing matches
		theirs = append(theirs, time.Since(start))
		if got := strings.TrimSpace(string(out)); got != strconv.FormatInt(count, 10) && (got != "" || count > 0) {
			b.Fatalf("rg counts %q, want %d", got, count)
		}
	}
	_, end := l.Span(capture.In)
	b.ReportMetric(float64(end)/slices.Min(ours).Seconds()/1e9, "GB/s")
	if path != "" {
		b.ReportMetric(slices.Min(theirs).Seconds()/slices.Min(ours).Seconds(), "x-rg")
	}
}
