package hexdump

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode"
)

// byteOrders by the word that the screen has for them.
var byteOrders = map[string]binary.ByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian}

// valueOf is one of the values of p.
func valueOf(t *testing.T, name string, p []byte, order binary.ByteOrder) Value {
	t.Helper()
	for _, v := range Values(nil, p, int64(len(p)), order) {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("there is no value %s", name)
	return Value{}
}

func TestAValueIsWhatItsBytesSay(t *testing.T) {
	const little, big = "little", "big"
	for _, c := range []struct {
		name, order, p string
		text           string
		covers         int64
		state          State
	}{
		{"u8", little, "s", "115", 1, Whole},
		{"u8", little, "\xff", "255 (-1)", 1, Whole},
		{"u8", little, "", "need 1, have 0", 0, Partial},
		{"u16", little, "\x34\x12", "4660", 2, Whole}, // this and the next: Godot's marshalls tests, spec §5
		{"u32", little, "\x78\x56\x34\x12", "305419896", 4, Whole},
		{"u32", big, "\x12\x34\x56\x78", "305419896", 4, Whole},
		{"u64", little, "\xef\xcd\xab\x89\x67\x45\x23\xf1", "17375808098319191535", 8, Whole},
		{"i64", little, "\xef\xcd\xab\x89\x67\x45\x23\xf1", "-1070935975390360081", 8, Whole},
		{"u32", little, "\x01\x02", "need 4, have 2", 2, Partial},
		{"u64", little, "\x00\x00\x00\x00\x00\x00\x00\x80", "9223372036854775808", 8, Whole},
		{"u32", little, "\x00\x00\x00\x80", "2147483648 (-2147483648)", 4, Whole},
		{"f16", little, "\x55\x35", "0.33325195", 2, Whole},
		{"f16", big, "\x00\x01", "5.9604645e-08", 2, Whole}, // the smallest subnormal, and what lies around it
		{"f16", big, "\x03\xff", "6.097555e-05", 2, Whole},
		{"f16", big, "\x04\x00", "6.1035156e-05", 2, Whole},
		{"f16", big, "\x7b\xff", "65504", 2, Whole},
		{"f16", big, "\x7c\x00", "+Inf", 2, Whole},
		{"f16", big, "\xfc\x00", "-Inf", 2, Whole},
		{"f16", big, "\x7e\x00", "NaN", 2, Whole},
		{"f16", big, "\x00\x00", "0", 2, Whole},
		{"f16", big, "\x80\x00", "-0", 2, Whole},
		{"f32", little, "\x00\x00\x20\x3e", "0.15625", 4, Whole},
		{"f64", little, "\x55\x55\x55\x55\x55\x55\xd5\x3f", "0.3333333333333333", 8, Whole},
		{"f64", big, "\x7f\xef\xff\xff\xff\xff\xff\xff", "1.7976931348623157e+308", 8, Whole},
		{"leb128", little, "\x02", "2", 1, Whole}, // DWARF 5, tables 7.7 and 7.8
		{"leb128", little, "\x80\x01", "128", 2, Whole},
		{"leb128", little, "\xb9\x64", "12857  signed -3527", 2, Whole},
		{"leb128", little, "\x7f", "127  signed -1", 1, Whole},
		{"leb128", little, "\xe5\x8e\x26", "624485", 3, Whole},
		{"leb128", little, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "18446744073709551615", 10, Whole},
		{"leb128", little, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", "signed -9223372036854775808", 10, Whole},
		{"leb128", little, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02", "– more than 64 bits", 0, Invalid},
		{"leb128", little, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x00", "– more than 64 bits", 0, Invalid},
		{"leb128", little, "\x80\x80", "need more, have 2", 2, Partial},
		{"utf-8", little, "select i\x00d", `"select i"`, 8, Whole},
		{"utf-8", little, "grüße\xff", `"grüße"`, 7, Whole},
		{"utf-8", little, "a\t\"\\\r\nb", `"a\t\"\\\r\nb"`, 7, Whole},
		{"utf-8", little, "\u202eevil\u200b\ufe0f\u00ad", `"\u202eevil\u200b\ufe0f\u00ad"`, 15, Whole},
		{"utf-8", little, "\u0301e\u0301", `"\u0301e` + "\u0301" + `"`, 5, Whole},
		{"utf-8", little, "\U000e0101x", `"\U000e0101x"`, 5, Whole},
		{"utf-8", little, "\x1b[2J", "– not text", 0, Invalid},
		{"utf-8", little, "\xe2\x9c", "need 3, have 2", 2, Partial},
		{"utf-8", little, "ok\xe2\x9c", `"ok"`, 2, Whole},
		{"utf-8", little, "", "need 1, have 0", 0, Partial},
		{"utf-8", little, strings.Repeat("x", 128), `"` + strings.Repeat("x", 128) + `"`, 128, Whole},
		{"utf-8", little, strings.Repeat("x", 129), `"` + strings.Repeat("x", 128) + `"…`, 128, Whole},
		{"utf-8", little, strings.Repeat("語", 43), `"` + strings.Repeat("語", 42) + `"…`, 126, Whole},
		{"utf-8", little, strings.Repeat("x", 127) + "\x00..", `"` + strings.Repeat("x", 127) + `"`, 127, Whole},
		{"utf-16", little, "h\x00i\x00\x00\x00", `"hi"`, 4, Whole},
		{"utf-16", big, "\x00h\x00i\x00", `"hi"`, 4, Whole},
		{"utf-16", big, "\xd8\x3d\xde\x00", `"😀"`, 4, Whole}, // RFC 2781 §2.1's way
		{"utf-16", big, "\xd8\x3d", "need 4, have 2", 2, Partial},
		{"utf-16", big, "\xde\x00\xd8\x3d", "– not text", 0, Invalid},
		{"utf-16", big, "\x20\x2e", `"\u202e"`, 2, Whole},
		{"utf-16", big, "\x00", "need 2, have 1", 1, Partial},
		{"utf-16", big, strings.Repeat("\x00x", 65), `"` + strings.Repeat("x", 64) + `"…`, 128, Whole},
		{"string", little, "\x05\x00\x00\x00hello!", `"hello"`, 9, Whole},
		{"string", big, "\x00\x00\x00\x05hello!", `"hello"`, 9, Whole},
		{"string", little, "\x00\x00\x00\x00", `""`, 4, Whole},
		{"string", little, "\x03\x00\x00\x00\x00\x1b\xff", `"\x00\x1b\xff"`, 7, Whole},
		{"string", little, "\x18\x00\x00\x00abc", "would block: have 7 of 28 bytes", 7, Blocked},
		{"string", little, "\x3b\x42\x0f\x00", "would block: have 4 of 999999 bytes", 4, Blocked},
		{"string", little, "\x3c\x42\x0f\x00", "would block: have 4 of 1.0 MB", 4, Blocked},
		{"string", little, "\x18\x00\x00", "need 4, have 3", 3, Partial},
		{"string", little, "\xff\xff\xff\xff", "would block: have 4 of 4.2 GB", 4, Blocked},
		{"string", little, "\x81\x00\x00\x00" + strings.Repeat("語", 43), `"` + strings.Repeat("語", 42) + `"…`, 133, Whole},
		{"time32", little, "sele", "2023-12-03 11:24:35Z", 4, Whole},
		{"time32", big, "\x12\xce\xa6\x00", "1980-01-01 00:00:00Z", 4, Whole},
		{"time32", big, "\x12\xce\xa5\xff", "– not 1980 to 2099", 0, Invalid},
		{"time32", big, "\xf4\x86\x56\xff", "2099-12-31 23:59:59Z", 4, Whole},
		{"time32", big, "\xf4\x86\x57\x00", "– not 1980 to 2099", 0, Invalid},
		{"time32", big, "\x00\x00", "need 4, have 2", 2, Partial},
		{"time64", big, "\x00\x00\x00\x00\x65\x92\x00\x80", "2024-01-01 00:00:00Z", 8, Whole},
		{"time64", big, "\x00\x00\x01\x8c\xc2\x51\xf4\x7b", "2024-01-01 00:00:00.123Z", 8, Whole},
		{"time64", big, "\xff\xff\xff\xff\xff\xff\xff\xff", "– not 1980 to 2099", 0, Invalid},
		{"binary", little, "s", "01110011", 1, Whole},
	} {
		got := valueOf(t, c.name, []byte(c.p), byteOrders[c.order])
		if got.Text != c.text || got.Len != c.covers || got.State != c.state {
			t.Errorf("%s of %q in %s endian is %q over %d, state %d; expected %q over %d, state %d",
				c.name, c.p, c.order, got.Text, got.Len, got.State, c.text, c.covers, c.state)
		}
	}
}

func TestAStringMayBeLongerThanWhatWasCopied(t *testing.T) {
	p := append([]byte{0, 0, 4, 0}, bytes.Repeat([]byte("x"), 1020)...) // 256 KiB of text
	for _, c := range []struct {
		have   int64
		covers int64
		state  State
	}{{256<<10 + 4, 256<<10 + 4, Whole}, {256<<10 + 3, 256<<10 + 3, Blocked}} {
		for _, v := range Values(nil, p, c.have, binary.LittleEndian) {
			if v.Name == "string" && (v.Len != c.covers || v.State != c.state) {
				t.Errorf("of %d bytes: %+v", c.have, v)
			}
		}
	}
}

func TestValuesAllocateNoMoreThanTheirTexts(t *testing.T) {
	p := []byte("\x05\x00\x00\x00hello, and what follows")
	buf := Values(nil, p, int64(len(p)), binary.LittleEndian)
	if len(buf) != ValueCount {
		t.Errorf("%d values, expected %d", len(buf), ValueCount)
	}
	if n := testing.AllocsPerRun(100, func() { buf = Values(buf[:0], p, int64(len(p)), binary.LittleEndian) }); n > 3 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzValues(f *testing.F) {
	f.Add([]byte("\x05\x00\x00\x00hello"), int64(9), false)
	f.Add([]byte("\xd8\x3d\xde\x00\x00\x1b"), int64(6), true)
	f.Add([]byte("\u202e\u200bx\xff"), int64(100), true)
	f.Add(bytes.Repeat([]byte("\xff"), 200), int64(1<<40), false)
	f.Fuzz(func(t *testing.T, p []byte, have int64, big bool) {
		order := binary.ByteOrder(binary.LittleEndian)
		if big {
			order = binary.BigEndian
		}
		values := Values(nil, p, have, order)
		if len(values) != ValueCount {
			t.Errorf("%d values", len(values))
		}
		for _, v := range values {
			if v.Len < 0 || v.Len > max(have, int64(len(p))) || v.Len == 0 && v.State == Whole {
				t.Errorf("%x of %d bytes: %+v covers what is not there", p, have, v)
			}
			if v.Text == "" || len(v.Text) > 10*maxText || strings.ContainsFunc(v.Text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%x: the text of %+v is not safe", p, v)
			}
		}
	})
}

func BenchmarkValues(b *testing.B) {
	p := mixedBytes(64 << 10)
	var values []Value
	b.ReportAllocs()
	for b.Loop() {
		values = Values(values[:0], p, int64(len(p)), binary.LittleEndian)
	}
}
