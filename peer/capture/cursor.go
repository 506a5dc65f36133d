package capture

import (
	"math"
	"time"
)

// Cursor follows a log from its first byte. It sees every byte once or is told
// that it is gone: what it returned and what it reported as dropped add up, in
// each direction, to the end of [Log.Span]. It keeps nothing alive and holds no
// one up. A cursor is used by one goroutine at a time.
type Cursor struct {
	log  *Log
	dirs Dirs
	pos  [2]int64 // the offset of the next byte
}

// Piece is what a cursor found next: bytes of one chunk, or a gap.
type Piece struct {
	// Chunk has the direction and the chunk's time; Off and Len are those of
	// Data, or of the gap. A gap has no time.
	Chunk
	// Data is the front of the buffer that was given to Next; nil in a gap.
	Data []byte
	// Dropped is how many bytes went before the cursor came; 0 with Data.
	Dropped int64
}

// NewCursor returns a cursor on the given directions.
func (l *Log) NewCursor(dirs Dirs) *Cursor { return &Cursor{log: l, dirs: dirs} }

// Next returns the next piece in the order of time over the cursor's
// directions, of chunks up to and including until; the zero time stands for no
// limit. It copies at most len(buf) and [MaxCopy] bytes into buf, so a long
// chunk comes in pieces with the same time. A gap comes as soon as it is found,
// whatever until is. False means that there is nothing more so far.
func (c *Cursor) Next(buf []byte, until time.Time) (Piece, bool) {
	ns := int64(math.MaxInt64)
	if !until.IsZero() {
		ns = nanos(until)
	}
	l := c.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := c.gap(); ok {
		return p, true
	}
	var at [2]place
	for d := range at {
		at[d] = l.dirs[d].placeAt(c.pos[d])
	}
	d, ok := l.pick(c.dirs, at, func(a, b int64) bool { return a < b })
	if !ok || len(buf) == 0 || l.dirs[d].time(at[d]) > ns {
		return Piece{}, false
	}
	chunk := l.dirs[d].chunk(d, at[d])
	b := l.dirs[d].block(at[d].block)
	n := min(int64(len(buf)), MaxCopy, chunk.Off+chunk.Len-c.pos[d])
	chunk.Off, chunk.Len = c.pos[d], n
	copy(buf[:n], b.mem[chunk.Off-b.off:])
	c.pos[d] += n
	return Piece{Chunk: chunk, Data: buf[:n]}, true
}

// gap reports the bytes that the budget took before the cursor came.
func (c *Cursor) gap() (Piece, bool) {
	for d := In; d <= Out; d++ {
		n := c.log.dirs[d].kept() - c.pos[d]
		if !c.dirs.Has(d) || n <= 0 {
			continue
		}
		p := Piece{Chunk: Chunk{Dir: d, Off: c.pos[d], Len: n}, Dropped: n}
		c.pos[d] += n
		return p, true
	}
	return Piece{}, false
}
