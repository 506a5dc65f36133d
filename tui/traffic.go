package tui

import (
	"time"

	"peerscope/peer"
)

const (
	sparkCells  = 12
	sparkBucket = 2500 * time.Millisecond // 12 of them are the last 30 s
	rateWindow  = time.Second
	rateStep    = 250 * time.Millisecond
)

// spark counts each peer's bytes in buckets of time. A peer without traffic
// costs nothing, and one that is quiet is only touched when it is drawn.
type spark struct {
	peers  map[peer.ID]*buckets
	bucket int64 // the current one, counted from the epoch
	latest int64 // the last bucket that has bytes
}

type buckets struct {
	last  int64 // the bucket that cells[last%sparkCells] stands for
	cells [sparkCells]float64
}

func (s *spark) add(id peer.ID, now time.Time, n int64) {
	if s.peers == nil {
		s.peers = map[peer.ID]*buckets{}
	}
	b := s.peers[id]
	if b == nil {
		b = &buckets{}
		s.peers[id] = b
	}
	at := now.UnixNano() / int64(sparkBucket)
	b.advance(at)
	b.cells[at%sparkCells] += float64(n)
	s.latest = at
}

// tick reports whether the picture of any peer has moved on.
func (s *spark) tick(now time.Time) bool {
	at := now.UnixNano() / int64(sparkBucket)
	moved := at != s.bucket && at-s.latest <= sparkCells
	s.bucket = at
	return moved
}

// cells returns the last 30 s of a peer, oldest first, nil if it never had traffic.
func (s *spark) cells(id peer.ID, now time.Time) []float64 {
	b := s.peers[id]
	if b == nil {
		return nil
	}
	at := now.UnixNano() / int64(sparkBucket)
	b.advance(at)
	out := make([]float64, sparkCells)
	for i := range out {
		out[i] = b.cells[(at+1+int64(i))%sparkCells]
	}
	return out
}

func (b *buckets) advance(to int64) {
	if to-b.last > sparkCells {
		b.cells = [sparkCells]float64{}
		b.last = to
	}
	for b.last < to {
		b.last++
		b.cells[b.last%sparkCells] = 0
	}
}

// rates are the bytes a second of all peers together, over the last second.
type rates struct {
	in, out float64
	samples []rateSample // oldest first, rateStep apart, covering rateWindow
}

type rateSample struct {
	at      time.Time
	in, out int64
}

// tick takes a sample when one is due and reports whether the rates changed.
func (r *rates) tick(now time.Time, t peer.Totals) bool {
	if n := len(r.samples); n > 0 && now.Sub(r.samples[n-1].at) < rateStep {
		return false
	}
	r.samples = append(r.samples, rateSample{now, t.Received, t.Sent})
	for len(r.samples) > 2 && now.Sub(r.samples[1].at) >= rateWindow {
		r.samples = r.samples[:copy(r.samples, r.samples[1:])]
	}
	first := r.samples[0]
	seconds := now.Sub(first.at).Seconds()
	if seconds <= 0 {
		return false
	}
	in, out := float64(t.Received-first.in)/seconds, float64(t.Sent-first.out)/seconds
	changed := in != r.in || out != r.out
	r.in, r.out = in, out
	return changed
}
