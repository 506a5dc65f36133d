package demo

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func TestAFrameIsAsLongAsItSays(t *testing.T) {
	random := generator(1, "ticker-uds", 0)
	for n := uint32(1); n <= 100; n++ {
		b := frame(n, random)
		if got := int(binary.BigEndian.Uint16(b)); got != len(b)-2 {
			t.Errorf("frame %d: length %d, %d bytes follow", n, got, len(b)-2)
		}
		if got := binary.BigEndian.Uint32(b[4:]); got != n {
			t.Errorf("frame %d is numbered %d", n, got)
		}
	}
}

func TestABurstIsExactlyAsLongAsAskedForAndMixed(t *testing.T) {
	random := generator(1, "chatty", 0)
	for _, size := range []int{1, 100, 4_000, 40_000} {
		if b := burst(1, size, random); len(b) != size {
			t.Errorf("%d bytes, want %d", len(b), size)
		}
	}
	b := burst(1, 40_000, random)
	for _, part := range []string{"\r\n", "\x00\x00\x00\x00", "\xff", "\x7f\x80"} {
		if !bytes.Contains(b, []byte(part)) {
			t.Errorf("no % x in a burst", part)
		}
	}
}

func TestBothEndsOfASpanAreReached(t *testing.T) {
	random := generator(1, "span", 0)
	seen := map[int]bool{}
	for range 1000 {
		seen[span[int]{3, 5}.pick(random)] = true
	}
	if len(seen) != 3 || !seen[3] || !seen[5] {
		t.Errorf("picked %v", seen)
	}
}
