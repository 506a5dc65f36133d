package hexdump

import (
	"fmt"
	"strings"
)

// SyntaxError says what is wrong with a text, and where.
type SyntaxError struct {
	Offset   int    // of the wrong part, in bytes from the beginning of the text
	Wrong    string // what is wrong; printable ASCII
	Expected string // what would have been right
}

// Error reads `bad escape \q at 3: expected \n \r \t \0 \\ or \xHH`.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at %d: expected %s", e.Wrong, e.Offset, e.Expected)
}

const (
	hexPrefix = "hex "
	escapes   = `\n \r \t \0 \\ or \xHH`
	hexDigits = "pairs of hex digits such as 0a 0b"
)

// FileOf reports whether s names a file to send, as @PATH does, and returns the
// path. It does not look for the file. A text that begins with "@" itself is
// written with `\@`.
func FileOf(s string) (path string, ok bool) { return strings.CutPrefix(s, "@") }

// ParseSend reads what a person types to be sent: text with the escapes \n \r
// \t \0 \\ \xHH, and \@ for a leading "@"; or, behind "hex ", pairs of hex
// digits, with or without blanks, commas, colons or 0x between them. Text that
// begins with "hex " itself is written `\x68ex `. A name of a file ([FileOf])
// is not read here. Errors are *SyntaxError.
func ParseSend(s string) ([]byte, error) {
	if strings.HasPrefix(s, hexPrefix) {
		return parseHex(s, len(hexPrefix))
	}
	return parseText(s)
}

var shortEscapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', '0': 0, '\\': '\\'}

func parseText(s string) ([]byte, error) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		if i+1 == len(s) {
			return nil, &SyntaxError{i, `lone \`, escapes}
		}
		next := s[i+1]
		short, isShort := shortEscapes[next]
		switch {
		case isShort:
			out = append(out, short)
			i++
		case next == '@' && i == 0:
			out = append(out, '@')
			i++
		case next == 'x':
			b, ok := hexByte(s[i+2:])
			if !ok {
				return nil, &SyntaxError{i, "bad escape " + quoted(s[i:min(i+4, len(s))]), `\x and two hex digits`}
			}
			out = append(out, b)
			i += 3
		default:
			return nil, &SyntaxError{i, "bad escape " + quoted(s[i:i+2]), escapes}
		}
	}
	return out, nil
}

// parseHex reads pairs of digits in s from offset i on.
func parseHex(s string, i int) ([]byte, error) {
	var out []byte
	for i < len(s) {
		switch {
		case strings.IndexByte(" \t,:", s[i]) >= 0:
			i++
			continue
		case strings.HasPrefix(s[i:], "0x"), strings.HasPrefix(s[i:], "0X"):
			i += 2
		}
		b, ok := hexByte(s[i:])
		if !ok {
			return nil, badHex(s, i)
		}
		out = append(out, b)
		i += 2
	}
	return out, nil
}

// badHex says why there is no pair of digits at offset i.
func badHex(s string, i int) error {
	if i < len(s) && isHex(s[i]) {
		i++
		if i == len(s) || strings.IndexByte(" \t,:", s[i]) >= 0 {
			return &SyntaxError{i - 1, "half a byte " + quoted(s[i-1:i]), hexDigits}
		}
	}
	if i == len(s) {
		return &SyntaxError{i, "the text ends", hexDigits}
	}
	return &SyntaxError{i, "not a hex digit " + quoted(s[i:i+1]), hexDigits}
}

// hexByte reads the two digits that s begins with.
func hexByte(s string) (b byte, ok bool) {
	if len(s) < 2 || !isHex(s[0]) || !isHex(s[1]) {
		return 0, false
	}
	return hexValue(s[0])<<4 | hexValue(s[1]), true
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// quoted shows a part of a text in an error: as it is where it is printable
// ASCII, else with escapes.
func quoted(s string) string {
	var b []byte
	for i := range len(s) {
		if isPlain(s[i]) {
			b = append(b, s[i])
		} else {
			b = fmt.Appendf(b, `\x%02x`, s[i])
		}
	}
	return string(b)
}

// EscapeControls returns s with its control characters as [ParseSend] reads
// them, so that they can be shown in one line: what a terminal pastes.
func EscapeControls(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ', c == 0x7f:
			b.WriteString(`\x` + Digits(c))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
