package hexdump

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestSendSyntax(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{`PING\r\n`, "PING\r\n"},
		{`a\tb\0\\c`, "a\tb\x00\\c"},
		{`\x00\xfF\x1b`, "\x00\xff\x1b"},
		{`\@file`, "@file"},
		{"grüße", "grüße"},
		{"hex 0a 0b", "\x0a\x0b"},
		{"hex 0a0b,0C:0d\t0x0e 0XfF", "\x0a\x0b\x0c\x0d\x0e\xff"},
		{"hex ", ""},
		{"hexagon", "hexagon"},
		{`\x68ex 0a`, "hex 0a"},
	} {
		got, err := ParseSend(c.text)
		if err != nil || string(got) != c.want {
			t.Errorf("%q: %q, %v; expected %q", c.text, got, err, c.want)
		}
	}
}

func TestAWrongSendTextNamesThePlace(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`abc\q`, `bad escape \q at 3: expected \n \r \t \0 \\ or \xHH`},
		{`abc\`, `lone \ at 3: expected \n \r \t \0 \\ or \xHH`},
		{`a\@`, `bad escape \@ at 1: expected \n \r \t \0 \\ or \xHH`},
		{`\x4`, `bad escape \x4 at 0: expected \x and two hex digits`},
		{"\\\x1b", `bad escape \\x1b at 0: expected \n \r \t \0 \\ or \xHH`},
		{"hex 0a 0", "half a byte 0 at 7: expected pairs of hex digits such as 0a 0b"},
		{"hex 0 a", "half a byte 0 at 4: expected pairs of hex digits such as 0a 0b"},
		{"hex 0g", "not a hex digit g at 5: expected pairs of hex digits such as 0a 0b"},
		{"hex 0x", "the text ends at 6: expected pairs of hex digits such as 0a 0b"},
	} {
		_, err := ParseSend(c.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != c.want {
			t.Errorf("%q: %v\nexpected %s", c.text, err, c.want)
		}
	}
}

func TestOnlyALeadingAtNamesAFile(t *testing.T) {
	for text, want := range map[string]string{"@a b": "a b", "a@b": "", `\@a`: ""} {
		path, ok := FileOf(text)
		if ok != (want != "") || ok && path != want {
			t.Errorf("%q: %q, %v", text, path, ok)
		}
	}
}

func FuzzParseSend(f *testing.F) {
	for _, text := range []string{`PING\r\n`, "hex 0a 0b", `\x`, "hex 0x", "\\\x00", `\@`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseSend(text)
		if err != nil {
			if s := err.Error(); strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("%q: the error is not printable: %q", text, s)
			}
			return
		}
		// Whatever was meant can be written byte by byte, in either way.
		var escaped strings.Builder
		for _, b := range p {
			fmt.Fprintf(&escaped, `\x%02x`, b)
		}
		again, err := ParseSend(escaped.String())
		if err != nil || !bytes.Equal(again, p) {
			t.Errorf("%q: %x became %x, %v", text, p, again, err)
		}
		again, err = ParseSend(fmt.Sprintf("hex % x", p))
		if err != nil || !bytes.Equal(again, p) {
			t.Errorf("%q in hex: %x became %x, %v", text, p, again, err)
		}
	})
}

func TestEscapedControlsAreSentAsTheyWere(t *testing.T) {
	const pasted = "GET / HTTP/1.1\r\nHost: é\r\n\r\n\tend\x00\x1b[2J\x7f"
	line := EscapeControls(pasted)
	if want := `GET / HTTP/1.1\r\nHost: é\r\n\r\n\tend\x00\x1b[2J\x7f`; line != want {
		t.Errorf("%q, expected %q", line, want)
	}
	if p, err := ParseSend(line); string(p) != pasted || err != nil {
		t.Errorf("%q is sent as %q (%v)", line, p, err)
	}
}
