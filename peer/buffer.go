package peer

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Buffer is a stream peer in memory (StreamPeerBuffer): bytes, and a position
// at which the data calls read and write. Nothing of it blocks. The zero value
// is empty and ready to use. It is not for concurrent use.
type Buffer struct {
	bytes    []byte
	position int
}

// Seek moves the position, 0 to Size; else the error is ErrInvalidParameter and
// it stays.
func (b *Buffer) Seek(position int) error {
	if position < 0 || position > len(b.bytes) {
		return opError("seek", "", ErrInvalidParameter, fmt.Errorf("position %d is not from 0 to %d", position, len(b.bytes)))
	}
	b.position = position
	return nil
}

// Position returns where the next call reads or writes.
func (b *Buffer) Position() int { return b.position }

// Size returns how many bytes the buffer holds.
func (b *Buffer) Size() int { return len(b.bytes) }

// maxBuffer is the largest size that Resize makes: lengths are 32 bits in the class.
const maxBuffer = math.MaxInt32

// Resize cuts the buffer, or adds zeroes; the size is from 0 to 2,147,483,647
// bytes. A position beyond the end moves there (Q27).
func (b *Buffer) Resize(size int) error {
	if size < 0 {
		return opError("resize", "", ErrInvalidParameter, fmt.Errorf("size %d is below 0", size))
	}
	if size > maxBuffer {
		return opError("resize", "", ErrOutOfMemory, fmt.Errorf("size %d is above %d", size, maxBuffer))
	}
	if size <= len(b.bytes) {
		b.bytes = b.bytes[:size]
	} else {
		b.bytes = append(b.bytes, make([]byte, size-len(b.bytes))...)
	}
	b.position = min(b.position, size)
	return nil
}

// Clear empties the buffer.
func (b *Buffer) Clear() { b.bytes, b.position = nil, 0 }

// DataArray returns a copy of the bytes.
func (b *Buffer) DataArray() []byte { return slices.Clone(b.bytes) }

// SetDataArray makes a copy of p the bytes, and the position 0.
func (b *Buffer) SetDataArray(p []byte) { b.bytes, b.position = slices.Clone(p), 0 }

// Duplicate returns a buffer with the same bytes and position 0.
func (b *Buffer) Duplicate() *Buffer { return &Buffer{bytes: b.DataArray()} }

// PutData writes p at the position, over what is there and then beyond.
func (b *Buffer) PutData(_ context.Context, p []byte) (int, error) { return b.PutPartialData(p) }

// PutPartialData is PutData.
func (b *Buffer) PutPartialData(p []byte) (int, error) {
	n := copy(b.bytes[b.position:], p)
	b.bytes = append(b.bytes, p[n:]...)
	b.position += len(p)
	return len(p), nil
}

// GetData reads until p is full. Where there is less it reads that, and the
// error is ErrInvalidParameter.
func (b *Buffer) GetData(_ context.Context, p []byte) (int, error) {
	n, _ := b.GetPartialData(p) // has no error
	if n < len(p) {
		return n, opError("receive", "", ErrInvalidParameter, fmt.Errorf("have %d of %d bytes", n, len(p)))
	}
	return n, nil
}

// GetPartialData reads what there is.
func (b *Buffer) GetPartialData(p []byte) (int, error) {
	n := copy(p, b.bytes[b.position:])
	b.position += n
	return n, nil
}

// AvailableBytes returns how many bytes are left behind the position.
func (b *Buffer) AvailableBytes() int64 { return int64(len(b.bytes) - b.position) }
