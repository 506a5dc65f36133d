// Package hexdump turns bytes into rows of hex, and text into bytes.
//
// It is pure: it knows no socket and no terminal. Rows are written into
// buffers that the caller owns, so that a page of hex costs no allocation.
//
// # Rows as text
//
// [AppendRow] and [AppendRows] write, byte for byte, what "xxd -g 1 -c N" writes:
//
//	00000010: 2a 31 0d 0a 24 34 0d 0a 50 49 4e 47 0d 0a        *1..$4..PING..
//
// [ParseDump] reads it back, and so does "xxd -r". Tried with xxd 2022-01-14
// (and held by a test where xxd is installed):
//
//   - xxd -r stops reading a row at two blanks, so bytes are one blank apart
//     and there is no wider gap after the eighth, as there is on the screen.
//   - xxd -r takes at most 16 bytes of a row unless -c says more; of a longer
//     one it leaves out the rest without a word. "xxd -r -c 32" reads rows of
//     8, 16 and 32 bytes alike.
//   - Offsets go beyond 32 bits: they take more than eight digits then. xxd -r
//     fills up to the first offset with zeros; "-s -OFFSET" starts there.
//
// # Rows on the screen
//
// A view writes its rows itself, for it colours runs of bytes: [ClassOf] says
// which bytes look alike, [Digits] and [Glyph] how each is written, and
// [AppendOffset] writes the offset.
//
// # Values
//
// [Values] reads the bytes at a place as numbers, text, times and lengths. One
// more way of reading is one entry in the table in value.go.
//
// # Text to send
//
// [ParseSend] and [FileOf] read what a person types to be sent.
package hexdump
