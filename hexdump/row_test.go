package hexdump

import (
	"bytes"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

func TestARowIsWhatXXDWrites(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, c := range []struct {
		name   string
		off    int64
		p      []byte
		perRow int
		want   string
	}{
		{"nothing", 0, nil, 16, ""},
		{"a full row", 0x10, all[0x40:0x50], 16, "00000010: 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO\n"},
		{"what is not text is a dot", 0, []byte("\x00 ~\x7f\x80\xff\r\n"), 8, "00000000: 00 20 7e 7f 80 ff 0d 0a  . ~.....\n"},
		{"a part of a row is padded", 0, []byte("+PONG\r\n"), 8, "00000000: 2b 50 4f 4e 47 0d 0a     +PONG..\n"},
		{"more than a row is one row", 0, all[0x30:0x33], 2, "00000000: 30 31 32  012\n"},
		{"offsets beyond 32 bits", 0x1_2345_6789, []byte("a"), 1, "123456789: 61  a\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(AppendRow(nil, c.off, c.p, c.perRow)); got != c.want {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestARowIsAppendedAndAllocatesNothing(t *testing.T) {
	buf := append(make([]byte, 0, 256), "kept "...)
	p := []byte("0123456789abcdef")
	if got := AppendRow(buf, 0, p, 16); !strings.HasPrefix(string(got), "kept 00000000: 30 ") {
		t.Errorf("got %q", got)
	}
	if n := testing.AllocsPerRun(100, func() { AppendRow(buf, 0, p, 16) }); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}

func TestXXDReadsRowsBack(t *testing.T) {
	if _, err := exec.LookPath("xxd"); err != nil {
		t.Skip("xxd is not installed")
	}
	p := mixedBytes(1000)
	for _, perRow := range []int{8, 16, 32} {
		for _, off := range []int64{0, 1 << 33} {
			cmd := exec.Command("xxd", "-r", "-c", strconv.Itoa(perRow), "-s", strconv.FormatInt(-off, 10))
			cmd.Stdin = bytes.NewReader(AppendRows(nil, off, p, perRow))
			got, err := cmd.Output()
			if err != nil || !bytes.Equal(got, p) {
				t.Errorf("%d a row from offset %d: %d bytes, %v", perRow, off, len(got), err)
			}
		}
	}
}

func TestADumpThatIsWrongNamesItsLine(t *testing.T) {
	for _, c := range []struct{ dump, want string }{
		{"00000000 61  a\n", "line 1: expected an offset in hex and a colon"},
		{"-1: 61  a\n", "line 1: expected an offset in hex and a colon"},
		{"00000000: 61  a\n00000002: 62  b\n", "line 2: offset 2: expected 1"},
		{"00000000: 6\n", "line 1: expected two hex digits and a blank, not 6"},
		{"00000000: 6g  .\n", "line 1: expected two hex digits and a blank, not 6g "},
		{"00000000:  \n", "line 1: expected bytes behind the offset"},
	} {
		if _, _, err := ParseDump([]byte(c.dump)); err == nil || err.Error() != c.want {
			t.Errorf("%q: %v, expected %s", c.dump, err, c.want)
		}
	}
}

func FuzzRows(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.0\r\n\r\n"), int64(0), 16)
	f.Add(mixedBytes(100), int64(1<<40), 8)
	f.Add([]byte{0xff}, int64(0xffff_ffff), 32)
	f.Fuzz(func(t *testing.T, p []byte, off int64, perRow int) {
		off &= 1<<62 - 1
		perRow = 1 + (perRow&0x7fff_ffff)%64
		got, at, err := ParseDump(AppendRows(nil, off, p, perRow))
		if err != nil || !bytes.Equal(got, p) || len(p) > 0 && at != off {
			t.Errorf("%x at %d, %d a row: %x at %d, %v", p, off, perRow, got, at, err)
		}
	})
}

func TestAppendRowsIsAppendRowForEachRow(t *testing.T) {
	p := mixedBytes(100)
	for _, perRow := range []int{1, 8, 16, 32, 200} {
		for _, off := range []int64{0, 1<<32 - 40, 1 << 40} {
			var want []byte
			for i := 0; i < len(p); i += perRow {
				want = AppendRow(want, off+int64(i), p[i:min(i+perRow, len(p))], perRow)
			}
			if got := AppendRows(nil, off, p, perRow); !bytes.Equal(got, want) {
				t.Errorf("%d a row from %d:\n%s\nexpected\n%s", perRow, off, got, want)
			}
		}
	}
}

func FuzzParseDump(f *testing.F) {
	f.Add([]byte("00000000: 61  a\n"))
	f.Add([]byte(": "))
	f.Fuzz(func(t *testing.T, dump []byte) {
		if p, _, err := ParseDump(dump); err == nil && len(p) > len(dump) {
			t.Errorf("%q gave %d bytes", dump, len(p))
		}
	})
}

func TestEveryByteHasAClassAndASafeGlyph(t *testing.T) {
	for i := range 256 {
		b := byte(i)
		g := Glyph(b)
		if g != '·' && (g != rune(b) || b < 0x20 || b > 0x7e) {
			t.Errorf("%#x is written %q", b, g)
		}
		want := Control
		switch {
		case b == 0:
			want = Null
		case strings.IndexByte(" \t\n\v\f\r", b) >= 0:
			want = Space
		case b >= 0x80:
			want = High
		case b > 0x20 && b < 0x7f:
			want = Printable
		}
		if got := ClassOf(b); got != want {
			t.Errorf("%#x is of class %d, expected %d", b, got, want)
		}
	}
}
