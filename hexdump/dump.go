package hexdump

import (
	"bytes"
	"fmt"
	"strconv"
)

// DumpError says which line of a dump is wrong, counted from 1, and why.
type DumpError struct {
	Line int
	Msg  string
}

func (e *DumpError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// ParseDump reads back rows as [AppendRow] writes them: an offset, a colon, the
// bytes one blank apart, two blanks, and a text column that is not looked at.
// Each row has to begin where the one before ended. It returns the bytes and
// the offset of the first; no rows are no bytes. Errors are *DumpError.
func ParseDump(dump []byte) (p []byte, off int64, err error) {
	line := 0
	for row := range bytes.Lines(dump) {
		line++
		at, rest, err := parseOffset(bytes.TrimSuffix(row, []byte("\n")))
		switch {
		case err != nil:
			return nil, 0, &DumpError{line, err.Error()}
		case line == 1:
			off = at
		case at != off+int64(len(p)):
			return nil, 0, &DumpError{line, fmt.Sprintf("offset %x: expected %x", at, off+int64(len(p)))}
		}
		if p, err = appendRowBytes(p, rest); err != nil {
			return nil, 0, &DumpError{line, err.Error()}
		}
	}
	return p, off, nil
}

// parseOffset cuts "00000010: " off a row.
func parseOffset(row []byte) (off int64, rest []byte, err error) {
	digits, rest, found := bytes.Cut(row, []byte(": "))
	if found {
		off, err = strconv.ParseInt(string(digits), 16, 64)
	}
	if !found || err != nil || digits[0] == '-' || digits[0] == '+' {
		return 0, nil, fmt.Errorf("expected an offset in hex and a colon")
	}
	return off, rest, nil
}

// appendRowBytes reads cells of two digits and a blank up to the second blank in a row.
func appendRowBytes(p, row []byte) ([]byte, error) {
	if len(row) == 0 || row[0] == ' ' {
		return nil, fmt.Errorf("expected bytes behind the offset")
	}
	for len(row) > 0 && row[0] != ' ' {
		b, ok := hexByte(string(row[:min(len(row), 2)]))
		if !ok || len(row) < 3 || row[2] != ' ' {
			return nil, fmt.Errorf("expected two hex digits and a blank, not %s", quoted(string(row[:min(len(row), 3)])))
		}
		p = append(p, b)
		row = row[3:]
	}
	return p, nil
}
