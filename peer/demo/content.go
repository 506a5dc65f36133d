package demo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
)

// words have characters of one, two and three bytes in UTF-8.
var words = []string{"anchor", "café", "delta", "naïve", "harbour", "日本", "über", "queue", "window", "€uro"}

func word(random *rand.Rand) string { return words[random.IntN(len(words))] }

// tickLine is the n-th line of ticker: text, a degree sign (c2 b0) and CRLF.
func tickLine(n int, random *rand.Rand) []byte {
	return fmt.Appendf(nil, "tick %06d  %4.1f°C  load %.2f  %s\r\n",
		n, 15+10*random.Float64(), random.Float64(), word(random))
}

// The kinds of a frame, which take turns.
const (
	frameReading = iota // int16 big-endian millivolts, float64 little-endian seconds
	frameText           // a word in UTF-8 and its null
	frameBlob           // 8 to 24 random bytes, then 4 bytes ff
	frameKinds
)

// frame is the n-th frame of ticker-uds: uint16 length of what follows, uint8 kind,
// uint8 zero, uint32 n, then the body of its kind. Big-endian unless said otherwise.
func frame(n uint32, random *rand.Rand) []byte {
	kind := byte(n % frameKinds)
	b := []byte{0, 0, kind, 0}
	b = binary.BigEndian.AppendUint32(b, n)
	switch kind {
	case frameReading:
		b = binary.BigEndian.AppendUint16(b, uint16(random.IntN(1<<16)))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(3600*random.Float64()))
	case frameText:
		b = append(b, word(random)...)
		b = append(b, 0)
	case frameBlob:
		b = appendRandom(b, 8+random.IntN(17), random)
		b = append(b, 0xff, 0xff, 0xff, 0xff)
	}
	binary.BigEndian.PutUint16(b, uint16(len(b)-2))
	return b
}

// burst is the n-th burst of chatty, cut to exactly size bytes: a line that says so, then
// stretches that look different in a hex dump.
func burst(n, size int, random *rand.Rand) []byte {
	b := make([]byte, 0, size+512) // the last stretch may pass the end
	b = fmt.Appendf(b, "burst %d of %d bytes\r\n", n, size)
	for len(b) < size {
		switch random.IntN(5) {
		case 0, 1:
			b = fmt.Appendf(b, "%08x  %s %s, %s\r\n", len(b), word(random), word(random), word(random))
		case 2:
			b = append(b, bytes.Repeat([]byte{0}, 16*(1+random.IntN(4)))...)
		case 3:
			b = appendRandom(b, 16*(1+random.IntN(6)), random)
		case 4: // every byte value once, in order
			for v := range 256 {
				b = append(b, byte(v))
			}
		}
	}
	return b[:size]
}

func appendRandom(b []byte, n int, random *rand.Rand) []byte {
	for range n {
		b = append(b, byte(random.Uint32()))
	}
	return b
}
