package peer

import (
	"context"
	"testing"
	"unicode/utf8"
)

// FuzzTypedReaders gives the typed reads any bytes: they never panic, never read
// beyond the end, take no more than MaxLength, and what is text is valid.
func FuzzTypedReaders(f *testing.F) {
	for _, p := range []string{"", "\x05\x00\x00\x00hello", "\xff\xff\xff\xff", "\x00\x00\x00\x80", "\xff\xff\xff\x7fx",
		"\x04\x00\x00\x00\xed\xa0\x80A", "\x08\x00\x00\x00\x02\x00\x00\x00\x2a\x00\x00\x00", "\x00\x00\x00\x05hello"} {
		f.Add([]byte(p), uint8(0), false, 64)
		f.Add([]byte(p), uint8(11), true, 4)
	}
	f.Fuzz(func(t *testing.T, p []byte, first uint8, big bool, limit int) {
		ctx := context.Background()
		b := &Buffer{}
		b.SetDataArray(p)
		s := &StreamPeer{Stream: b, BigEndian: big, MaxLength: limit}
		text := func(v string, err error) error {
			if !utf8.ValidString(v) || len(v) > 4*min(s.maxLength(), len(p)) || err != nil && v != "" {
				t.Fatalf("%q, %v", v, err)
			}
			return err
		}
		reads := []func() error{
			func() error { _, err := s.Get8(ctx); return err },
			func() error { _, err := s.Get16(ctx); return err },
			func() error { _, err := s.Get32(ctx); return err },
			func() error { _, err := s.Get64(ctx); return err },
			func() error { _, err := s.GetHalf(ctx); return err },
			func() error { _, err := s.GetFloat(ctx); return err },
			func() error { _, err := s.GetDouble(ctx); return err },
			func() error { return text(s.GetString(ctx, -1)) },
			func() error { return text(s.GetUTF8String(ctx, -1)) },
			func() error { return text(s.GetString(ctx, int(first))) },
			func() error { return text(s.GetUTF8String(ctx, int(first))) },
			func() error { _, err := s.GetVar(ctx); return err },
		}
		for i := int(first); ; i++ {
			before := b.Position()
			err := reads[i%len(reads)]()
			if b.Position() < before || b.Position() > b.Size() {
				t.Fatalf("position %d, then %d of %d", before, b.Position(), b.Size())
			}
			if err != nil && b.AvailableBytes() == 0 || b.Position() == before {
				break
			}
		}
		if n := cap(s.scratch); n > keepScratch {
			t.Fatalf("%d bytes are kept", n)
		}
	})
}
