package capture

import (
	"math"
	"time"
)

// MaxCopy is the largest number of bytes that one call copies out of a log or
// passes to a send: it bounds how long the log's lock is held.
const MaxCopy = 64 << 10

// Dir is the direction of bytes, seen from the one who keeps the log.
type Dir uint8

// The two directions of a log.
const (
	In  Dir = 0 // received
	Out Dir = 1 // sent
)

// String returns "in" or "out".
func (d Dir) String() string {
	if d == Out {
		return "out"
	}
	return "in"
}

// Only returns the set that holds d alone.
func (d Dir) Only() Dirs { return 1 << d }

// Dirs is a set of directions: the bits 1<<In and 1<<Out.
type Dirs uint8

// Both is the set of both directions.
const Both Dirs = 1<<In | 1<<Out

// Has reports whether d is in the set.
func (s Dirs) Has(d Dir) bool { return s&(1<<d) != 0 }

// Chunk is what one commit published: for a reader, what one read of the
// socket returned. It is not a message of the application.
type Chunk struct {
	Dir  Dir
	Time time.Time // unique in the log, over both directions
	Off  int64     // of its first byte, counted from the beginning of the direction
	Len  int64     // in bytes, at least 1
}

// nanos returns t in nanoseconds since 1970, clamped to what an int64 holds
// (the years 1678 to 2262), so that the zero time is before every chunk.
func nanos(t time.Time) int64 {
	const last = math.MaxInt64 / int64(time.Second)
	switch s := t.Unix(); {
	case s >= last:
		return math.MaxInt64
	case s <= -last:
		return math.MinInt64
	}
	return t.UnixNano()
}
