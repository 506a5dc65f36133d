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
// whatever until is. False means that there is nothing more so far. What is on
// disk it reads from there: it blocks, and what cannot be read is a gap.
func (c *Cursor) Next(buf []byte, until time.Time) (Piece, bool) {
	ns := int64(math.MaxInt64)
	if !until.IsZero() {
		ns = nanos(until)
	}
	for {
		p, away, ok := c.next(buf, ns)
		if away.block.n == 0 {
			return p, ok
		}
		if away.spill.recall(away.block) != nil {
			c.pos[away.dir] = max(c.pos[away.dir], away.block.off)
			return c.skip(away.dir, away.block.end()-c.pos[away.dir]), true
		}
	}
}

// away is a block on disk that has to be recalled first.
type away struct {
	dir   Dir
	block spilled
	spill *Spill
}

func (c *Cursor) next(buf []byte, ns int64) (p Piece, a away, ok bool) {
	l := c.log
	l.mu.Lock()
	defer l.mu.Unlock()
	for d := In; d <= Out; d++ {
		if n := l.dirs[d].first() - c.pos[d]; c.dirs.Has(d) && n > 0 {
			return c.skip(d, n), a, true
		}
	}
	var at [2]place
	for d := range at {
		at[d] = l.dirs[d].placeAt(c.pos[d])
	}
	d, found, onDisk := l.pick(c.dirs, at, func(a, b int64) bool { return a < b })
	dir := &l.dirs[d]
	switch {
	case onDisk:
		return p, away{d, dir.disk.list[at[d].block], dir.disk.spill}, false
	case !found || len(buf) == 0 || dir.time(at[d]) > ns:
		return p, a, false
	}
	chunk := dir.chunk(d, at[d])
	b := dir.block(at[d].block)
	n := min(int64(len(buf)), MaxCopy, chunk.Off+chunk.Len-c.pos[d])
	chunk.Off, chunk.Len = c.pos[d], n
	copy(buf[:n], b.mem[chunk.Off-b.off:])
	c.pos[d] += n
	return Piece{Chunk: chunk, Data: buf[:n]}, a, true
}

// skip reports n bytes as gone.
func (c *Cursor) skip(d Dir, n int64) Piece {
	p := Piece{Chunk: Chunk{Dir: d, Off: c.pos[d], Len: n}, Dropped: n}
	c.pos[d] += n
	return p
}
