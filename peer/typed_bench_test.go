package peer

import (
	"context"
	"testing"
)

// typedRound is a typed call and the call that takes it back.
type typedRound struct {
	name     string
	put, get func(context.Context, *StreamPeer) error
}

var typedRounds = []typedRound{
	{"u8", func(ctx context.Context, s *StreamPeer) error { return s.PutU8(ctx, 42) },
		func(ctx context.Context, s *StreamPeer) error { _, err := s.GetU8(ctx); return err }},
	{"32", func(ctx context.Context, s *StreamPeer) error { return s.Put32(ctx, -42) },
		func(ctx context.Context, s *StreamPeer) error { _, err := s.Get32(ctx); return err }},
	{"u64", func(ctx context.Context, s *StreamPeer) error { return s.PutU64(ctx, 42) },
		func(ctx context.Context, s *StreamPeer) error { _, err := s.GetU64(ctx); return err }},
	{"half", func(ctx context.Context, s *StreamPeer) error { return s.PutHalf(ctx, 0.3) },
		func(ctx context.Context, s *StreamPeer) error { _, err := s.GetHalf(ctx); return err }},
	{"double", func(ctx context.Context, s *StreamPeer) error { return s.PutDouble(ctx, 0.3) },
		func(ctx context.Context, s *StreamPeer) error { _, err := s.GetDouble(ctx); return err }},
}

// noAllocation fails if a call, after the first, allocates.
func noAllocation(t *testing.T, what string, call func() error) {
	t.Helper()
	var err error
	if n := testing.AllocsPerRun(100, func() {
		if e := call(); e != nil {
			err = e
		}
	}); n != 0 || err != nil {
		t.Errorf("%s: %v allocations, %v", what, n, err)
	}
}

func TestTypedReadsAndWritesAllocateNothing(t *testing.T) {
	ctx := context.Background()
	s, b := memory()
	for _, r := range typedRounds {
		noAllocation(t, r.name, func() error {
			b.Seek(0)
			if err := r.put(ctx, s); err != nil {
				return err
			}
			b.Seek(0)
			return r.get(ctx, s)
		})
	}
	noAllocation(t, "PutString", func() error { b.Seek(0); return s.PutString(ctx, "Hello, World!") })
	noAllocation(t, "PutUTF8String", func() error { b.Seek(0); return s.PutUTF8String(ctx, "Hello✩, World✩!") })
	noAllocation(t, "GetString of nothing", func() error { b.Seek(0); _, err := s.GetString(ctx, 0); return err })
}

// BenchmarkTyped is a typed write and the read that takes it back, on a Buffer.
func BenchmarkTyped(b *testing.B) {
	ctx := context.Background()
	for _, r := range typedRounds {
		b.Run(r.name, func(b *testing.B) {
			s, buffer := memory()
			b.ReportAllocs()
			for b.Loop() {
				buffer.Seek(0)
				if err := r.put(ctx, s); err != nil {
					b.Fatal(err)
				}
				buffer.Seek(0)
				if err := r.get(ctx, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTypedOverTCP is the same over loopback, where the read waits in Go's
// poller if the byte is not there yet.
func BenchmarkTypedOverTCP(b *testing.B) {
	l := listenTCP(b)
	client, accepted := l.pair(b)
	ctx := context.Background()
	to, from := StreamPeer{Stream: client}, StreamPeer{Stream: accepted}
	b.ReportAllocs()
	for b.Loop() {
		if err := to.PutU64(ctx, 42); err != nil {
			b.Fatal(err)
		}
		if _, err := from.GetU64(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
