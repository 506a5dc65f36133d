package capture

import (
	"encoding/binary"
	"math"
	"unsafe"
)

const (
	minBlock = 2 << 10 // two idle directions share a page: thousands of idle pairs are mostly these
	maxBlock = 1 << 20

	// smallBlock is the least that a direction takes after its first block: three
	// chunks of 1 KiB fit, where 2 KiB would be left half empty by one.
	smallBlock = 2 * minBlock

	// entrySize is what a block's index spends on a chunk: its time in
	// nanoseconds and the offset of its end, 8 bytes each. The beginning is
	// the end of the chunk before, for the chunks of a direction are contiguous.
	entrySize = 16

	// blockCost is charged for a block beyond its memory: the block itself
	// and its place in the direction's slice, which grows by doubling.
	blockCost = int64(unsafe.Sizeof(block{})) + 2*int64(unsafe.Sizeof((*block)(nil)))
)

// block is a piece of mapped memory that belongs to one direction of one log.
// Bytes grow from its beginning, index entries from its end. The fields below
// the line are guarded by the log's lock.
type block struct {
	log *Log

	run   run    // where mem lies; no arena if mem is from the heap
	mem   []byte // a multiple of minBlock
	off   int64  // of the first byte, in the direction
	n     int    // bytes
	count int    // chunks
}

// room returns how many bytes the next chunk of the block may have.
func (b *block) room() int { return len(b.mem) - b.n - (b.count+1)*entrySize }

// space returns the room as a slice that cannot reach into the index.
func (b *block) space() []byte {
	end := b.n + b.room()
	return b.mem[b.n:end:end]
}

// end returns the offset after the block's last byte.
func (b *block) end() int64 { return b.off + int64(b.n) }

// add makes the next n bytes of the block a chunk.
func (b *block) add(ns int64, n int) {
	b.n += n
	b.count++
	e := b.entry(b.count - 1)
	binary.NativeEndian.PutUint64(e, uint64(ns))
	binary.NativeEndian.PutUint64(e[8:], uint64(b.end()))
}

func (b *block) entry(i int) []byte {
	at := len(b.mem) - (i+1)*entrySize
	return b.mem[at : at+entrySize]
}

// timeOf returns the time of chunk i in nanoseconds.
func (b *block) timeOf(i int) int64 { return int64(binary.NativeEndian.Uint64(b.entry(i))) }

// began returns the time of the block's first chunk, a time before all others
// where it has none.
func (b *block) began() int64 {
	if b.count == 0 {
		return math.MinInt64
	}
	return b.timeOf(0)
}

// endOf returns the offset after chunk i.
func (b *block) endOf(i int) int64 { return int64(binary.NativeEndian.Uint64(b.entry(i)[8:])) }

// offOf returns the offset of chunk i.
func (b *block) offOf(i int) int64 {
	if i == 0 {
		return b.off
	}
	return b.endOf(i - 1)
}

// fit returns the size that leaves the block room for at least spare more
// bytes and less than minBlock beyond them, or its size if it is smaller.
func (b *block) fit(spare int) int {
	need := b.n + b.count*entrySize + spare
	return min(len(b.mem), (need+minBlock-1)/minBlock*minBlock)
}

// moveIndex makes the index end at size instead of the end of the block.
func (b *block) moveIndex(size int) {
	n := b.count * entrySize
	copy(b.mem[size-n:size], b.mem[len(b.mem)-n:])
}
