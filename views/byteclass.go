package views

import "peerscope/hexdump"

// classStyles is the colour of each class of bytes.
var classStyles = [...]style{
	hexdump.Null:      byteNull,
	hexdump.Printable: bytePrintable,
	hexdump.Space:     byteSpace,
	hexdump.Control:   byteControl,
	hexdump.High:      byteHigh,
}

// byteStyles, byteDigits and byteGlyphs are what each byte looks like, looked
// up once: a page of hex asks 3,000 times.
var byteStyles, byteDigits, byteGlyphs = makeByteTables()

func makeByteTables() (styles [256]style, digits [256][2]byte, glyphs [256]string) {
	for i := range 256 {
		b := byte(i)
		styles[i] = classStyles[hexdump.ClassOf(b)]
		digits[i] = [2]byte([]byte(hexdump.Digits(b)))
		glyphs[i] = string(hexdump.Glyph(b))
	}
	return styles, digits, glyphs
}
