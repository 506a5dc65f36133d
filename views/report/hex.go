package report

import (
	"peerscope/hexdump"
	"peerscope/peer"
	"peerscope/peer/capture"
)

// Hex writes bytes as a hex dump of 16 a row, by their offsets in their
// direction, and before them, as of all other events, a line as [Text] has it.
//
// "xxd -r" reads the dump of one direction of one peer back, because all other
// lines begin with the offset that the next row has, and go on with what is no hex
// digit: after three such characters in a row xxd skips a line, and a line
// without an offset would be searched for digits.
type Hex struct{ Text }

const bytesPerRow = 16

// NewHex returns a Hex that writes its lines as a Text does.
func NewHex(t Text) *Hex {
	f := &Hex{t}
	f.at(0)
	return f
}

// at sets the offset that lines begin with.
func (f *Hex) at(off int64) {
	f.before = string(hexdump.AppendOffset(nil, off, hexdump.OffsetDigits(off))) + ": -- "
}

// Bytes writes a line of the direction, the length, the peer and the time, and the rows.
func (f *Hex) Bytes(r *peer.Row, c capture.Chunk, p []byte) []byte {
	f.at(c.Off)
	l := f.begin(r, c.Time)
	size(l, c.Dir, len(p))
	f.at(c.Off + int64(len(p)))
	return hexdump.AppendRows(l.End(), c.Off, p, bytesPerRow)
}
