package hexdump

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"
)

// Value is what the bytes at a place are when they are read in one way.
type Value struct {
	Name  string // "u16", "utf-8"
	Text  string // printable and bounded; "need 4, have 2" where bytes are missing
	Len   int64  // how many bytes it covers from the place on; of a part, those that are there
	State State
}

// State says whether the bytes at a place make a value.
type State uint8

// The states of a value.
const (
	Whole   State = iota
	Partial       // too few bytes are there
	Blocked       // its own length says how many are missing: a call that reads it would block
	Invalid       // the bytes are no such value; Text is "–" and why
)

// kinds are the ways of reading, in the order in which they are shown.
var kinds = [...]struct {
	name string
	read func(*reading) Value
}{
	{"u8", whole(1)},
	{"u16", whole(2)},
	{"u32", whole(4)},
	{"u64", fixed(8, func(r *reading) { r.uint(r.order.Uint64(r.p)) })},
	{"i64", fixed(8, func(r *reading) { r.int(int64(r.order.Uint64(r.p))) })},
	{"f16", fixed(2, func(r *reading) { r.float(halfFloat(r.order.Uint16(r.p)), 32) })},
	{"f32", fixed(4, func(r *reading) { r.float(float64(math.Float32frombits(r.order.Uint32(r.p))), 32) })},
	{"f64", fixed(8, func(r *reading) { r.float(math.Float64frombits(r.order.Uint64(r.p)), 64) })},
	{"leb128", (*reading).leb128},
	{"utf-8", (*reading).utf8},
	{"utf-16", (*reading).utf16},
	{"string", (*reading).prefixed},
	{"time32", instant(4, func(r *reading) int64 { return int64(r.order.Uint32(r.p)) })},
	{"time64", instant(8, func(r *reading) int64 { return int64(r.order.Uint64(r.p)) })},
	{"binary", fixed(1, func(r *reading) { r.bits(r.p[0]) })},
}

// ValueCount is how many values [Values] appends.
const ValueCount = len(kinds)

// Values appends to dst what p is in each way of reading, always the same ways
// in the same order, and returns the extended slice. have is how many bytes
// there are from p[0] on: more than len(p) where only the first were copied, at
// least 1 KiB of them. All texts share one string.
func Values(dst []Value, p []byte, have int64, order binary.ByteOrder) []Value {
	var ends [ValueCount]int
	r := reading{p: p, have: max(have, int64(len(p))), order: order, text: make([]byte, 0, 1024)}
	first := len(dst)
	for i, k := range kinds {
		v := k.read(&r)
		v.Name = k.name
		dst = append(dst, v)
		ends[i] = len(r.text)
	}
	begin, all := 0, string(r.text)
	for i, end := range ends {
		dst[first+i].Text = all[begin:end]
		begin = end
	}
	return dst
}

// reading is the bytes at a place, and the texts of what they are.
type reading struct {
	p     []byte
	have  int64 // at least len(p)
	order binary.ByteOrder
	text  []byte
}

func (r *reading) say(words string) { r.text = append(r.text, words...) }
func (r *reading) int(n int64)      { r.text = strconv.AppendInt(r.text, n, 10) }
func (r *reading) uint(n uint64)    { r.text = strconv.AppendUint(r.text, n, 10) }

// need says that a value takes n bytes and not all are there.
func (r *reading) need(n int64) Value {
	r.say("need ")
	r.int(n)
	r.say(", have ")
	r.int(int64(len(r.p)))
	return Value{Len: int64(len(r.p)), State: Partial}
}

func (r *reading) invalid(why string) Value {
	r.say("– ")
	r.say(why)
	return Value{State: Invalid}
}

// fixed reads a value of n bytes.
func fixed(n int64, write func(*reading)) func(*reading) Value {
	return func(r *reading) Value {
		if int64(len(r.p)) < n {
			return r.need(n)
		}
		write(r)
		return Value{Len: n}
	}
}

// whole reads an integer of 1, 2 or 4 bytes: unsigned and, in brackets where that
// is another number, signed.
func whole(n int64) func(*reading) Value {
	return fixed(n, func(r *reading) {
		var u uint64
		switch n {
		case 1:
			u = uint64(r.p[0])
		case 2:
			u = uint64(r.order.Uint16(r.p))
		case 4:
			u = uint64(r.order.Uint32(r.p))
		}
		r.uint(u)
		unused := 64 - 8*n
		if signed := int64(u<<unused) >> unused; signed < 0 {
			r.say(" (")
			r.int(signed)
			r.say(")")
		}
	})
}

// float writes the shortest text that is read back as f.
func (r *reading) float(f float64, bits int) {
	r.text = strconv.AppendFloat(r.text, f, 'g', -1, bits)
}

// halfFloat is the value of a binary16 (IEEE 754-2019 §3.6).
func halfFloat(h uint16) float64 {
	exponent, fraction := int(h>>10&0x1f), float64(h&0x3ff)
	f := math.Ldexp(1024+fraction, exponent-25)
	switch {
	case exponent == 0:
		f = math.Ldexp(fraction, -24)
	case exponent == 0x1f && fraction == 0:
		f = math.Inf(1)
	case exponent == 0x1f:
		return math.NaN()
	}
	return f * (1 - 2*float64(h>>15))
}

// leb128 reads an integer of seven bits a byte, the lowest first (DWARF 5
// §7.6): unsigned and, where that is another number, signed.
func (r *reading) leb128() Value {
	var u uint64
	for i, b := range r.p {
		low := uint64(b & 0x7f)
		shift := 7 * i
		if i == 9 && low > 1 && low != 0x7f || i == 10 {
			return r.invalid("more than 64 bits")
		}
		u |= low << shift
		if b < 0x80 {
			r.signedLEB(u, b, shift+7)
			return Value{Len: int64(i + 1)}
		}
	}
	r.say("need more, have ")
	r.int(int64(len(r.p)))
	return Value{Len: int64(len(r.p)), State: Partial}
}

// signedLEB writes a LEB128 of so many bits whose last byte is b.
func (r *reading) signedLEB(u uint64, b byte, bits int) {
	negative := b&0x40 != 0
	switch {
	case bits > 64 && b > 1: // only a signed number has all bits of its tenth byte set
		r.say("signed ")
		r.int(int64(u))
		return
	case bits > 64:
		r.uint(u)
		return
	}
	r.uint(u)
	if negative {
		r.say("  signed ")
		r.int(int64(u | ^uint64(0)<<bits))
	}
}

func (r *reading) bits(b byte) {
	for bit := 7; bit >= 0; bit-- {
		r.text = append(r.text, '0'+b>>bit&1)
	}
}

// The times that are believed: what lies outside is hardly a time.
var (
	firstTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	endOfTime = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// timeUnits are what a count since 1970 may be in; the believed times of one
// unit are none in another.
var timeUnits = [...]struct {
	name   string
	second int64
	layout string
}{
	{"s", 1, "2006-01-02 15:04:05Z"},
	{"ms", 1e3, "2006-01-02 15:04:05.000Z"},
	{"µs", 1e6, "2006-01-02 15:04:05.000000Z"},
	{"ns", 1e9, "2006-01-02 15:04:05.000000000Z"},
}

// instant reads the time since 1970 in n bytes: seconds, or, in eight bytes,
// the unit in which it is a time from 1980 to 2099.
func instant(n int, count func(*reading) int64) func(*reading) Value {
	return func(r *reading) Value {
		if len(r.p) < n {
			return r.need(int64(n))
		}
		c := count(r)
		for _, u := range timeUnits {
			if s := c / u.second; s < firstTime || s >= endOfTime {
				continue
			}
			t := time.Unix(c/u.second, c%u.second*(1e9/u.second)).UTC()
			r.text = t.AppendFormat(r.text, u.layout)
			return Value{Len: int64(n)}
		}
		return r.invalid("not 1980 to 2099")
	}
}
