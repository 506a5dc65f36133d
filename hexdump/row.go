package hexdump

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// minOffsetDigits is how many digits an offset has up to 4 GiB, here as in xxd.
const minOffsetDigits = 8

// AppendRow appends p to dst as one row of text that "xxd -r" reads back, with
// a newline behind it, and returns the extended buffer:
//
//	00000000: 48 65 6c 6c 6f 0a                                Hello.
//
// off is the offset of p[0], from 0 to [math.MaxInt64]; it has eight digits, and
// more from 4 GiB on. A p of fewer than perRow bytes is padded, so that the text
// columns of a dump line up. A longer p is still written whole, in one longer row;
// xxd -r must be given the length (-c) of rows of more than 16 bytes. An empty p
// appends nothing.
//
// In the text column a byte outside 0x20 to 0x7e is ".", as xxd has it: a dump
// is ASCII whatever the bytes are. AppendRow allocates only where dst is too small.
func AppendRow(dst []byte, off int64, p []byte, perRow int) []byte {
	n := len(dst)
	if len(p) != 16 || perRow > 16 || uint64(off)>>32 != 0 || cap(dst)-n < len(row16{}) {
		return appendAnyRow(dst, off, p, perRow)
	}
	dst = dst[:n+len(row16{})]
	fill16((*row16)(dst[n:]), uint32(off), (*[16]byte)(p))
	return dst
}

// AppendRows appends p to dst as rows of perRow bytes, 1 or more, the last one
// with what is left: a page of a dump. off is the offset of p[0].
func AppendRows(dst []byte, off int64, p []byte, perRow int) []byte {
	if perRow == 16 && uint64(off)+uint64(len(p)) < 1<<32 {
		full := len(p) / 16
		dst = slices.Grow(dst, (full+1)*len(row16{}))
		n := len(dst)
		dst = dst[:n+full*len(row16{})]
		for rows := dst[n:]; len(rows) >= len(row16{}) && len(p) >= 16; rows = rows[len(row16{}):] {
			fill16((*row16)(rows), uint32(off), (*[16]byte)(p))
			p, off = p[16:], off+16
		}
	}
	for len(p) > 0 {
		n := min(perRow, len(p))
		dst = AppendRow(dst, off, p[:n], perRow)
		p, off = p[n:], off+int64(n)
	}
	return dst
}

// row16 is a full row of 16 bytes at an offset below 4 GiB, as nearly all are.
type row16 [len("00000000: ") + 16*len("hh ") + len(" ") + 16 + len("\n")]byte

// fill16 writes each part of a row16 where it always is: no bounds to check and
// no loop, which makes it several times as fast as appendAnyRow. A cell ends in
// two blanks, and the next begins on the second of them.
func fill16(r *row16, off uint32, p *[16]byte) {
	binary.LittleEndian.PutUint64(r[0:], eightDigits(off))
	r[8], r[9] = ':', ' '
	binary.LittleEndian.PutUint32(r[10:], cells[p[0]])
	binary.LittleEndian.PutUint32(r[13:], cells[p[1]])
	binary.LittleEndian.PutUint32(r[16:], cells[p[2]])
	binary.LittleEndian.PutUint32(r[19:], cells[p[3]])
	binary.LittleEndian.PutUint32(r[22:], cells[p[4]])
	binary.LittleEndian.PutUint32(r[25:], cells[p[5]])
	binary.LittleEndian.PutUint32(r[28:], cells[p[6]])
	binary.LittleEndian.PutUint32(r[31:], cells[p[7]])
	binary.LittleEndian.PutUint32(r[34:], cells[p[8]])
	binary.LittleEndian.PutUint32(r[37:], cells[p[9]])
	binary.LittleEndian.PutUint32(r[40:], cells[p[10]])
	binary.LittleEndian.PutUint32(r[43:], cells[p[11]])
	binary.LittleEndian.PutUint32(r[46:], cells[p[12]])
	binary.LittleEndian.PutUint32(r[49:], cells[p[13]])
	binary.LittleEndian.PutUint32(r[52:], cells[p[14]])
	binary.LittleEndian.PutUint32(r[55:], cells[p[15]])
	binary.LittleEndian.PutUint64(r[59:], dumpGlyphs(binary.LittleEndian.Uint64(p[:8])))
	binary.LittleEndian.PutUint64(r[67:], dumpGlyphs(binary.LittleEndian.Uint64(p[8:])))
	r[75] = '\n'
}

// appendAnyRow appends a row of any length at any offset, and makes room for it.
func appendAnyRow(dst []byte, off int64, p []byte, perRow int) []byte {
	if len(p) == 0 {
		return dst
	}
	pad := 3*max(perRow-len(p), 0) + len(" ")
	dst = slices.Grow(dst, 16+len(": ")+4*len(p)+pad+len("\n"))
	dst = AppendOffset(dst, off, minOffsetDigits)
	dst = append(dst, ": "...)
	for _, b := range p {
		c := cells[b]
		dst = append(dst, byte(c), byte(c>>8), ' ')
	}
	for range pad {
		dst = append(dst, ' ')
	}
	for _, b := range p {
		dst = append(dst, byte(dumpGlyphs(uint64(b))))
	}
	return append(dst, '\n')
}

// dumpGlyphs returns the eight bytes in x as they stand in the text column of a
// dump: those outside 0x20 to 0x7e are '.'.
func dumpGlyphs(x uint64) uint64 {
	const (
		each = 0x0101010101010101 // times a byte: that byte eight times
		high = 0x80 * each
	)
	// Seven bits a byte leave room for a carry, so that one addition compares all eight.
	low := x &^ high
	plain := (low + (0x80-' ')*each) &^ (low + (0x80-0x7f)*each) &^ x & high
	mask := plain<<1 - plain>>7 // 0x80 becomes 0xff
	return '.'*each ^ (x^'.'*each)&mask
}

// AppendOffset appends off in hexadecimal to dst, with leading zeros up to the
// given number of digits (0 to 16), and returns the extended buffer. An offset
// that needs more digits has more. off is from 0 to [math.MaxInt64].
func AppendOffset(dst []byte, off int64, digits int) []byte {
	var all [16]byte
	binary.LittleEndian.PutUint64(all[:], eightDigits(uint32(off>>32)))
	binary.LittleEndian.PutUint64(all[8:], eightDigits(uint32(off)))
	n := (bits.Len64(uint64(off)) + 3) / 4
	return append(dst, all[16-max(n, digits):]...)
}

// eightDigits returns x in hexadecimal, the first digit in the lowest byte.
func eightDigits(x uint32) uint64 {
	pair := func(shift uint) uint64 { return uint64(uint16(cells[byte(x>>shift)])) }
	return pair(24) | pair(16)<<16 | pair(8)<<32 | pair(0)<<48
}

// OffsetDigits returns how many digits offsets up to last take, from 8 to 16. A
// view asks for the last offset it shows, so that all its rows are aligned.
func OffsetDigits(last int64) int {
	return max((bits.Len64(uint64(last))+3)/4, minOffsetDigits)
}

// Digits returns b as two hexadecimal digits in lower case. It does not allocate.
func Digits(b byte) string { return digits[2*int(b) : 2*int(b)+2] }

// cells has each byte as two digits and two blanks, the first digit in the
// lowest byte. digits has the digits alone, one pair after the other.
var cells, digits = makeTables()

func makeTables() (cells [256]uint32, digits string) {
	const hex = "0123456789abcdef"
	pairs := make([]byte, 0, 2*len(cells))
	for i := range cells {
		hi, lo := hex[i>>4], hex[i&15]
		cells[i] = uint32(hi) | uint32(lo)<<8 | ' '<<16 | ' '<<24
		pairs = append(pairs, hi, lo)
	}
	return cells, string(pairs)
}
