package peer

import "math"

// halfBits encodes binary16 as the class does (spec §4.1): what is left of the
// mantissa is cut off, not rounded; below 2^-14 it is +0, so that neither a sign
// nor a subnormal is written; from 65536 on it is infinite; NaN has all the bits
// of its mantissa set.
func halfBits(v float32) uint16 {
	bits := math.Float32bits(v)
	sign := uint16(bits>>16) & 0x8000
	exponent := int(bits>>23&0xff) - 127 + 15
	switch {
	case v != v:
		return sign | 0x7fff
	case exponent <= 0:
		return 0
	case exponent >= 31:
		return sign | 0x7c00
	}
	return sign | uint16(exponent)<<10 | uint16(bits>>13&0x3ff)
}

// halfValue decodes binary16, subnormals too.
func halfValue(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent, mantissa := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0:
		v := float32(mantissa) / (1 << 24) // 2^-14 / 2^10 each
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | mantissa<<13)
	}
	return math.Float32frombits(sign | (exponent-15+127)<<23 | mantissa<<13)
}
