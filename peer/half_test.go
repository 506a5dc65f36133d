package peer

import "testing"

// What the class's encoder does not write are subnormals, -0 and the kinds of NaN.
func TestEveryHalfIsWrittenAsItWasReadButForWhatTheClassDoesNotWrite(t *testing.T) {
	for i := range 1 << 16 {
		h := uint16(i)
		want := h
		switch exponent, mantissa := h>>10&0x1f, h&0x3ff; {
		case exponent == 0:
			want = 0
		case exponent == 31 && mantissa != 0:
			want = h&0x8000 | 0x7fff
		}
		if got := halfBits(halfValue(h)); got != want {
			t.Errorf("%04x becomes %04x, want %04x", h, got, want)
		}
	}
}
