package hexdump

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestPatternsFindWhatTheySay(t *testing.T) {
	const text = "GET / HTTP/1.1\r\nHost: a\r\nhello hullo HELLO\x00\xff \"q\""
	for _, c := range []struct{ pattern, want string }{
		{"Host", "[[16 20]]"},
		{"llo", "[[27 30] [33 36]]"},
		{`"\r\n"`, "[[14 16] [23 25]]"},
		{`"\"q\""`, "[[45 48]]"},
		{`"\x00\xff"`, "[[42 44]]"},
		{"hex 68 ?? 6c 6c", "[[25 29] [31 35]]"},
		{"hex 68??6c6c", "[[25 29] [31 35]]"},
		{"hex 0d,0a", "[[14 16] [23 25]]"},
		{"hex ?? 0a ??", "[[14 17] [23 26]]"},
		{"hex ff", "[[43 44]]"},
		{"re /h.llo/", "[[25 30] [31 36]]"},
		{"re /h.llo/i", "[[25 30] [31 36] [37 42]]"},
		{"re /^Host/", "[[16 20]]"},
		{"re /l*/", "[[27 29] [33 35]]"},
		{"re / /", "[[3 4] [5 6] [21 22] [30 31] [36 37] [44 45]]"},
		{"nothing", "[]"},
	} {
		p, err := ParsePattern(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := fmt.Sprint(p.Find(nil, []byte(text), 0)); got != c.want {
			t.Errorf("%s: %s, want %s", c.pattern, got, c.want)
		}
	}
}

func TestMatchesDoNotOverlap(t *testing.T) {
	p, _ := ParsePattern("aa")
	if got := fmt.Sprint(p.Find(nil, []byte("aaaaa"), 1)); got != "[[1 3] [3 5]]" {
		t.Error(got)
	}
	p, _ = ParsePattern("re /^a/")
	if got := fmt.Sprint(p.Find(nil, []byte("\naaa"), 1), p.Find(nil, []byte("aaa"), 1)); got != "[[1 2]] []" {
		t.Errorf("an end of a line is where one is: %s", got)
	}
}

func TestAWrongPatternSaysWhere(t *testing.T) {
	for _, c := range []struct {
		pattern string
		at      int
		words   string
	}{
		{"", 0, "nothing to search for"},
		{"hex ", 4, "nothing to search for"},
		{"hex 4", 4, "half a byte 4"},
		{"hex 48 zz", 7, "not a hex digit z"},
		{"hex 48 ?6", 7, "not a hex digit ?"},
		{`"abc`, 4, "no closing quote"},
		{`"`, 1, "no closing quote"},
		{`"abc\"`, 6, "no closing quote"},
		{`"ab\q"`, 3, `bad escape \q`},
		{`"\"\q"`, 3, `bad escape \q`},
		{`"a\\"b"`, 4, "a quote within the text"},
		{`"é\q"`, 3, `bad escape \q`},
		{"re /a(b/", 7, "missing closing )"},
		{"re /(a)b)c(d)/", 8, "unexpected )"},
		{"re /[)]b)c(d)/", 8, "unexpected )"},
		{"re /[a]b[c/", 8, "missing closing ]"},
		{`re /\\b\/`, 7, "trailing backslash"},
		{`re /\**b**/`, 8, "invalid nested repetition operator **"},
		{`re /\\q\qa/`, 7, `invalid escape sequence \q`},
		{"re /[*]|*a/", 8, "missing argument to repetition operator *"},
		{"re /z-a[z-a]/", 8, "invalid character class range z-a"},
		{"re /(?<n>a)(?<n!>b)/", 11, "invalid named capture (?<n!>"},
		{"re /a{1}a{1001}/", 9, "invalid repeat count {1001}"},
		{"re /(?i)(?y)/", 8, "(?y"},
		{"re /a\xffb/", 5, "invalid UTF-8"},
		{"re /ab[z-a]/", 7, "invalid character class range z-a"},
		{"re /a/x", 6, "unknown flag x"},
		{"re /a", 5, "no closing /"},
		{`re /\Aa/`, 4, `\A or \z`},
		{strings.Repeat("a", LongestMatch+1), LongestMatch, "too long"},
	} {
		p, err := ParsePattern(c.pattern)
		var wrong *SyntaxError
		if p != nil && err == nil || !errors.As(err, &wrong) {
			t.Errorf("%q: %v, %v", c.pattern, p, err)
			continue
		}
		if wrong.Offset != c.at || !strings.Contains(wrong.Wrong, c.words) {
			t.Errorf("%q: %v, want %q at %d", c.pattern, err, c.words, c.at)
		}
	}
}

// FuzzParsePattern holds that nothing panics, that an error points into the
// text, and that matches are in order and of a length that was promised.
func FuzzParsePattern(f *testing.F) {
	for _, s := range []string{"text", `"q\r\n\xff\""`, "hex 48 ?? 6c", "hex ??", "re /a.*b$/i", "re /\\b/", "re /(?s).*/", "re /", `"`, "hex 4"} {
		f.Add(s, []byte("some text\r\nHello a..b\xff"), uint8(3))
	}
	f.Fuzz(func(t *testing.T, s string, b []byte, from uint8) {
		p, err := ParsePattern(s)
		if err != nil {
			var wrong *SyntaxError
			if !errors.As(err, &wrong) || wrong.Offset < 0 || wrong.Offset > len(s) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		last := int(from)
		for _, m := range p.Find(nil, b, min(int(from), len(b))) {
			if m[0] < min(last, len(b)) || m[1] <= m[0] || m[1] > len(b) || m[1]-m[0] > p.Longest() {
				t.Fatalf("%q in %q from %d: %v after %d", s, b, from, m, last)
			}
			last = m[1]
		}
	})
}
