package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"peerscope/hexdump"
	"peerscope/views"
	"peerscope/views/report"
)

func TestAPreviewIsWhatOneWouldTypeToSendTheBytes(t *testing.T) {
	for _, c := range []struct {
		bytes string
		width int
		want  string
	}{
		{"", 8, ""},
		{"+PONG\r\n", 20, `+PONG\r\n`},
		{"+PONG\r\n", 9, `+PONG\r\n`},
		{"+PONG\r\n", 8, `+PONG\r…`},
		{"+PONG\r\n", 7, `+PONG…`},
		{"abc", 1, "…"},
		{"a", 1, "a"},
		{"é日本", 5, "é日本"},
		{"é日本", 4, "é日…"},
		{"é日本", 3, "é…"},
		{"e\u0301 x", 9, "e\u0301 x"},
		{"@file", 9, `\@file`},
		{"a@b", 9, "a@b"},
		{"hex 41", 9, `\x68ex 41`},
		{"hexa", 9, "hexa"},
		{"C:\\dir", 9, `C:\\dir`},
		{"\x1b[2J", 9, `\x1b[2J`},
		{"\u202e", 20, `\xe2\x80\xae`},
		{"\u200d", 20, `\xe2\x80\x8d`},
		{"\u0301", 20, `\xcc\x81`},
		{"\xff\xfe", 20, `\xff\xfe`},
		{"\u009b", 20, `\xc2\x9b`},
		{strings.Repeat("x", 1<<20), 4, "xxx…"},
	} {
		if got := report.Preview([]byte(c.bytes), c.width); got != c.want {
			t.Errorf("%.20q in %d cells: %q, expected %q", c.bytes, c.width, got, c.want)
		}
	}
}

func FuzzPreview(f *testing.F) {
	for _, text := range hostile {
		f.Add([]byte(text), uint8(20))
	}
	f.Add([]byte("hex 41\\@"), uint8(200))
	f.Fuzz(func(t *testing.T, p []byte, width uint8) {
		got := report.Preview(p, int(width)+1)
		if clean := views.Clean(got); clean != got {
			t.Errorf("%q of %q is not fit for a terminal", got, p)
		}
		if n := ansi.StringWidth(got); n > int(width)+1 {
			t.Errorf("%q of %q takes %d cells, not %d", got, p, n, int(width)+1)
		}
		if strings.HasSuffix(got, "…") {
			return // cut, or the last of the bytes
		}
		if back, err := hexdump.ParseSend(got); err != nil || !bytes.Equal(back, p) {
			t.Errorf("%q of %q is read as %q, %v", got, p, back, err)
		}
	})
}
