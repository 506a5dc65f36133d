package hexdump

// Class says what kind of byte a byte is. A view gives each class a colour.
type Class uint8

// The classes of bytes. Each byte is in one of them.
const (
	Null      Class = iota // 0x00
	Printable              // 0x21 to 0x7e
	Space                  // 0x20 \t \n \v \f \r
	Control                // the other bytes below 0x20, and DEL (0x7f)
	High                   // 0x80 to 0xff
)

// ClassOf returns the class of b.
func ClassOf(b byte) Class { return classes[b] }

// Glyph returns what stands for b in the text column of the screen: b itself
// from 0x20 to 0x7e, else '·' (U+00B7). It is one column wide and never a
// control character.
func Glyph(b byte) rune {
	if isPlain(b) {
		return rune(b)
	}
	return '·'
}

// isPlain reports whether b can be written to a terminal as it is.
func isPlain(b byte) bool { return 0x20 <= b && b < 0x7f }

var classes = makeClasses()

func makeClasses() (t [256]Class) {
	for i := range t {
		switch b := byte(i); {
		case b == 0:
			t[i] = Null
		case b == ' ', '\t' <= b && b <= '\r':
			t[i] = Space
		case isPlain(b):
			t[i] = Printable
		case b < 0x80:
			t[i] = Control
		default:
			t[i] = High
		}
	}
	return t
}
