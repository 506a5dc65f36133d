package variant

import (
	"fmt"
	"math"
)

// The family's error numbers that reading and writing a Variant gives (spec §3).
const (
	Unauthorized     = 4  // a full object where Options do not allow it
	OutOfMemory      = 6  // nested deeper than 1024
	FileEOF          = 18 // a text that is longer than the bytes left
	InvalidData      = 30 // everything else that cannot be read
	InvalidParameter = 31 // a value that cannot be written
)

// Error says what is wrong with a Variant, and where.
type Error struct {
	Off    int    // byte offset of the wrong part, from the header of the whole
	Code   int    // the family's number
	Reason string // in words; printable
	// Missing says how many bytes there are and how many it takes, where bytes
	// are missing and nothing else is wrong; the zero value elsewhere.
	Missing Incomplete
}

// Error reads "variant at byte 12: PackedVector2Array of 400 elements: 8 bytes left".
func (e *Error) Error() string { return fmt.Sprintf("variant at byte %d: %s", e.Off, e.Reason) }

// Unwrap returns Missing, so that errors.As finds an [Incomplete].
func (e *Error) Unwrap() error {
	if e.Missing == (Incomplete{}) {
		return nil
	}
	return e.Missing
}

// Incomplete is the error of a value of which only the beginning is there.
type Incomplete struct {
	Have, Need int  // bytes from the header of the whole
	AtLeast    bool // the whole may need more than Need
}

// Error reads "have 12 of 28 bytes" or "have 12 of at least 28 bytes".
func (i Incomplete) Error() string {
	if i.AtLeast {
		return fmt.Sprintf("have %d of at least %d bytes", i.Have, i.Need)
	}
	return fmt.Sprintf("have %d of %d bytes", i.Have, i.Need)
}

// plural writes "1 byte" and "2 bytes"; of is a noun that takes an s.
func plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// sum adds two counts of bytes, neither negative, and stays at the largest int.
func sum(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}
