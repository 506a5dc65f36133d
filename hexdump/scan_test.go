package hexdump

import (
	"bytes"
	"strings"
	"testing"
)

// comes returns after how many of the pieces a pattern has come: one more than
// there are if only the end makes it a match, 0 if it does not come.
func comes(t *testing.T, pattern string, pieces ...string) int {
	t.Helper()
	p, err := ParsePattern(pattern)
	if err != nil {
		t.Fatal(err)
	}
	s := p.Scan()
	for i, piece := range pieces {
		if piece == gap {
			s.Gap()
		} else if s.Next([]byte(piece)) {
			return i + 1
		}
	}
	if s.End() {
		return len(pieces) + 1
	}
	return 0
}

const gap = "a gap"

func TestAScanFindsWhatComesInPieces(t *testing.T) {
	long := strings.Repeat("x", LongestMatch)
	for _, c := range []struct {
		pattern string
		pieces  []string
		want    int
	}{
		{"+PONG", []string{"+PONG\r\n"}, 1},
		{"+PONG", []string{"+", "P", "O", "N", "G"}, 5},
		{"+PONG", []string{"+PON", "", "g+PO", "NG"}, 4},
		{"+PONG", []string{"+PON"}, 0},
		{"+PONG", nil, 0},
		{"+PONG", []string{"+PO", gap, "NG"}, 0},
		{"+PONG", []string{"+PO", gap, "+PONG"}, 3},
		{"aab", []string{"a", "a", "a", "b"}, 4},
		{"hex 00 ?? ff", []string{"\x00", "\x00\x01", "\xff"}, 3},
		{long, []string{long[1:], "x"}, 2},
		{long, []string{"y" + long[1:], "yx"}, 0},
		{"re /O.G/i", []string{"+po", "ng"}, 2},
		{"re /^b/", []string{"a", "b"}, 0},
		{"re /^b/", []string{"a\n", "b"}, 2},
		{"re /^b/", []string{long + long + "\n", "b"}, 2},
		{"re /^b/", []string{long + long, "b"}, 0},
		{"re /é+/", []string{"\xc3", "\xa9"}, 2},
		// What depends on the next byte waits for it, or for the end.
		{"re /ready$/", []string{"ready", "ing"}, 0},
		{"re /ready$/", []string{"ready", "\n"}, 2},
		{"re /ready$/", []string{"read", "y"}, 3},
		{`re /\bok\b/`, []string{"ok", "ay ", "ok", "!"}, 4},
		{`re /ok\B/`, []string{"ok"}, 0},
		{"re /x*/", []string{"aaa", "bbb"}, 0}, // a match has a byte
	} {
		if got := comes(t, c.pattern, c.pieces...); got != c.want {
			t.Errorf("%.40q in %.80q: %d, expected %d", c.pattern, c.pieces, got, c.want)
		}
	}
}

func TestAScanKeepsNoMoreThanAMatchMayHave(t *testing.T) {
	for pattern, most := range map[string]int{"abc": 4, "re /a.c/": LongestMatch + 1} {
		p, err := ParsePattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		s := p.Scan()
		for range 100 {
			s.Next(make([]byte, 64<<10))
		}
		if len(s.kept) != most || cap(s.kept) > 2*most {
			t.Errorf("%s: %d of %d bytes kept, expected %d", pattern, len(s.kept), cap(s.kept), most)
		}
	}
}

// FuzzScan holds that a scan finds a pattern in pieces where it is in the whole,
// and nowhere else.
func FuzzScan(f *testing.F) {
	for _, pattern := range []string{"ab", `"\r\n"`, "hex 61 ?? 62", "re /a.*b$/i", `re /\bab\b/`, "re /^a+/", "re /(a|ab)(c|$)/", "re /x*/"} {
		f.Add(pattern, []byte("abc ab\r\naab\xff\nab"), uint16(3))
	}
	f.Fuzz(func(t *testing.T, pattern string, b []byte, size uint16) {
		p, err := ParsePattern(pattern)
		if err != nil || len(b) > LongestMatch {
			return // of a longer text an expression sees a part
		}
		want := len(p.Find(nil, b, 0)) > 0
		s, found := p.Scan(), false
		for rest := b; len(rest) > 0 && !found; {
			n := min(int(size)+1, len(rest))
			found = s.Next(bytes.Clone(rest[:n]))
			rest = rest[n:]
		}
		if found = found || s.End(); found != want {
			t.Fatalf("%q in %q, %d at a time: found %t, expected %t", pattern, b, int(size)+1, found, want)
		}
	})
}
