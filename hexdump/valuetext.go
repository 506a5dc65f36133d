package hexdump

import (
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxText is how many bytes of a text are read.
const maxText = 128

// utf8 reads text up to the first byte that is none.
func (r *reading) utf8() Value {
	p := r.p[:min(len(r.p), maxText)]
	begin, n := len(r.text), 0
	r.say(`"`)
	for n < len(p) {
		c, size := utf8.DecodeRune(p[n:])
		if c == utf8.RuneError && size <= 1 || isNoText(c) {
			break
		}
		r.text = appendEscaped(r.text, c)
		n += size
	}
	if n > 0 {
		r.closeQuote(len(p) < len(r.p) && !utf8.FullRune(p[n:]))
		return Value{Len: int64(n)}
	}
	r.text = r.text[:begin]
	if !utf8.FullRune(p) {
		return r.need(int64(runeSize(p)))
	}
	return r.invalid("not text")
}

// runeSize is how many bytes the character takes that p begins.
func runeSize(p []byte) int {
	switch {
	case len(p) == 0:
		return 1
	case p[0] >= 0xf0:
		return 4
	case p[0] >= 0xe0:
		return 3
	}
	return 2
}

// utf16 reads text up to the first unit that is none.
func (r *reading) utf16() Value {
	p := r.p[:min(len(r.p), maxText)]
	if len(p) < 2 {
		return r.need(2)
	}
	begin, n := len(r.text), 0
	r.say(`"`)
	for n+2 <= len(p) {
		c, size := rune(r.order.Uint16(p[n:])), 2
		if utf16.IsSurrogate(c) {
			if n+4 > len(p) {
				break
			}
			c, size = utf16.DecodeRune(c, rune(r.order.Uint16(p[n+2:]))), 4
		}
		if c == unicode.ReplacementChar || isNoText(c) {
			break
		}
		r.text = appendEscaped(r.text, c)
		n += size
	}
	if n > 0 {
		r.closeQuote(len(p) < len(r.p) && (n == len(p) || n+2 == len(p) && isHighSurrogate(r.order.Uint16(p[n:]))))
		return Value{Len: int64(n)}
	}
	r.text = r.text[:begin]
	if len(p) < 4 && isHighSurrogate(r.order.Uint16(p)) {
		return r.need(4)
	}
	return r.invalid("not text")
}

// isHighSurrogate reports the first half of a character of two units (RFC 2781 §2.1).
func isHighSurrogate(unit uint16) bool { return unit>>10 == 0xd800>>10 }

// prefixed reads a length of 32 bits and so many bytes of text.
func (r *reading) prefixed() Value {
	const prefix = 4
	if len(r.p) < prefix {
		return r.need(prefix)
	}
	n := prefix + int64(r.order.Uint32(r.p))
	if n > r.have {
		r.say("would block: have ")
		r.int(r.have)
		r.say(" of ")
		r.count(n)
		return Value{Len: r.have, State: Blocked}
	}
	p := r.p[prefix:min(n, int64(len(r.p)))]
	cut := p[:min(len(p), maxText)]
	r.say(`"`)
	for i := 0; i < len(cut); {
		c, size := utf8.DecodeRune(cut[i:])
		switch {
		case c != utf8.RuneError || size > 1:
			r.text = appendEscaped(r.text, c)
		case len(cut) < len(p) && !utf8.FullRune(cut[i:]): // the cut is ours
			i = len(cut)
		default:
			r.text = appendHex(append(r.text, `\x`...), uint32(cut[i]), 2)
		}
		i += size
	}
	r.closeQuote(n-prefix > maxText)
	return Value{Len: n}
}

// count writes how many bytes: exactly, and from a million on as "1.7 GB".
func (r *reading) count(n int64) {
	unit, units := int64(1e6), " MB"
	switch {
	case n < 1e6:
		r.int(n)
		r.say(" bytes")
		return
	case n >= 1e9:
		unit, units = 1e9, " GB"
	}
	r.int(n / unit)
	r.say(".")
	r.int(n % unit * 10 / unit)
	r.say(units)
}

// closeQuote ends a text; what is not all of it is followed by "…".
func (r *reading) closeQuote(more bool) {
	r.say(`"`)
	if more {
		r.say("…")
	}
}

// isNoText reports control characters that no text has.
func isNoText(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || 0x7f <= c && c < 0xa0
}

// appendEscaped appends c, or what stands for it where it would not be seen or
// would move what is: controls, bidi controls, zero-width characters and blanks
// other than the space ([strconv.IsPrint]), letters and marks that draw nothing
// (Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt), and marks
// without a letter to stand on.
func appendEscaped(dst []byte, c rune) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(dst, '\\', byte(c))
	case c == '\n':
		return append(dst, `\n`...)
	case c == '\r':
		return append(dst, `\r`...)
	case c == '\t':
		return append(dst, `\t`...)
	case strconv.IsPrint(c) && !unicode.In(c, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		(!unicode.Is(unicode.M, c) || endsInLetter(dst)):
		return utf8.AppendRune(dst, c)
	case c < utf8.RuneSelf:
		return appendHex(append(dst, `\x`...), uint32(c), 2)
	case c <= 0xffff:
		return appendHex(append(dst, `\u`...), uint32(c), 4)
	}
	return appendHex(append(dst, `\U`...), uint32(c), 8)
}

func endsInLetter(text []byte) bool {
	last, _ := utf8.DecodeLastRune(text)
	return unicode.In(last, unicode.L, unicode.M)
}

func appendHex(dst []byte, x uint32, digits int) []byte {
	all := make([]byte, 0, 8)
	for shift := 24; shift >= 0; shift -= 8 {
		all = append(all, Digits(byte(x>>shift))...)
	}
	return append(dst, all[8-digits:]...)
}
