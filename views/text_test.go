package views

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

func ExampleClean() {
	fmt.Println(Clean("pg\x1b[2J \u202egnp\xff 日本"))
	// Output: pg\x1b[2J \u202egnp\xff 日本
}

func TestWhatATerminalWouldObeyBecomesVisible(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"plain text stays", "tcp://127.0.0.1:6379", "tcp://127.0.0.1:6379"},
		{"printable unicode stays", "naïve Größe 日本語 Привет ←→", "naïve Größe 日本語 Привет ←→"},
		{"combining accents stay", "e\u0301 ก็", "e\u0301 ก็"},
		{"escape", "a\x1b[31mb", `a\x1b[31mb`},
		{"controls", "a\x00\t\n\r\x07\x7f", `a\x00\t\n\r\x07\x7f`},
		{"C1", "a\u009b2Jb\u0085", `a\u009b2Jb\u0085`},
		{"invalid UTF-8", "a\xff\xc3", `a\xff\xc3`},
		{"bidi", "a\u202eb\u2066c\u200f", `a\u202eb\u2066c\u200f`},
		{"zero width", "a\u200bb\u200dc\ufeff", `a\u200bb\u200dc\ufeff`},
		{"separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"other blanks", "a\u00a0b\u3000c", `a\u00a0b\u3000c`},
		{"tags", "a\U000e0041", `a\U000e0041`},
		{"variation selectors", "❤\ufe0f", `❤\ufe0f`},
		{"a mark without a base", "\u0301a", `\u0301a`},
		{"a flood of marks", "a\u0301\u0301\u0301\u0301\u0301", "a\u0301\u0301\u0301" + `\u0301\u0301`},
		{"a toned emoji", "👍🏽", "👍" + `\U0001f3fd`},
		{"half flags", "🇩🇪", `\U0001f1e9\U0001f1ea`},
		{"fillers", "a\u3164", `a\u3164`},
		{"private use", "a\ue000", `a\ue000`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Clean(c.in); got != c.want {
				t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func FuzzCleanTextIsHarmless(f *testing.F) {
	for _, s := range []string{"", "a\x1b]0;x\x07", "\u202e", "👨‍👩‍👧", "हिन्दी", "\u0d4ea", "a\u0301\u0301", "\xf0\x9f", "각"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("Clean(%q) = %q has %U", s, got, r)
			}
		}
		if again := Clean(got); again != got {
			t.Fatalf("Clean(%q) = %q is not clean: %q", s, got, again)
		}
		if n, sum := ansi.StringWidth(got), sumWidths(got); n != sum {
			t.Fatalf("Clean(%q) = %q: %d cells as clusters, %d as code points", s, got, n, sum)
		}
		if n := cells(got); n != ansi.StringWidth(got+"a")-1 {
			t.Fatalf("Clean(%q) = %q joins with what follows", s, got)
		}
	})
}

func TestNoTextIsCutWithoutAnEllipsis(t *testing.T) {
	texts := []string{"connection reset by peer", "日本語の受信口", "/tmp/pg.sock → /run/postgresql/.s.PGSQL.5432",
		"tcp-listen://127.0.0.1:9000", "e\u0301e\u0301e\u0301"}
	cutters := map[string]func(string, int) string{"cut": cut, "elide": elide, "cutWords": cutWords}
	for name, cutter := range cutters {
		for _, s := range texts {
			for w := 1; w <= cells(s)+1; w++ {
				got := cutter(s, w)
				if n := cells(got); n > w {
					t.Errorf("%s(%q, %d) = %q has %d cells", name, s, w, got, n)
				}
				if got != s && !strings.Contains(got, "…") {
					t.Errorf("%s(%q, %d) = %q hides the cut", name, s, w, got)
				}
			}
		}
	}
}

func TestACutKeepsWhatTellsMost(t *testing.T) {
	cases := []struct {
		cutter func(string, int) string
		in     string
		width  int
		want   string
	}{
		{elide, "tcp-listen://127.0.0.1:9000", 20, "…127.0.0.1:9000"},
		{elide, "unix:///tmp/demo/half.sock", 22, "/tmp/demo/half.sock"},
		{elide, "/tmp/a.sock → /run/postgresql/.s.PGSQL.5432", 28, "/tmp/a.sock → ….s.PGSQL.5432"},
		{elide, "/var/lib/docker/containers/app.sock", 20, "/var/l…ners/app.sock"},
		{shortCause, "connection reset by peer", 13, "reset by peer"},
		{shortCause, "connection reset by peer", 30, "connection reset by peer"},
		{shortCause, "no such file or directory", 13, "no such file"},
		{shortCause, "FIN; closed, as the class does", 13, "FIN"},
		{shortCause, "network is unreachable", 13, "network is…"},
	}
	for _, c := range cases {
		if got := c.cutter(c.in, c.width); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.in, c.width, got, c.want)
		}
	}
}
