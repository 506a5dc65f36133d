package peer

import (
	"context"
	"math"
)

// Put8 writes an int8, a byte.
func (s *StreamPeer) Put8(ctx context.Context, v int8) error { return s.put(ctx, uint64(v), 1) }

// PutU8 writes a uint8, a byte.
func (s *StreamPeer) PutU8(ctx context.Context, v uint8) error { return s.put(ctx, uint64(v), 1) }

// Put16 writes an int16, 2 bytes.
func (s *StreamPeer) Put16(ctx context.Context, v int16) error { return s.put(ctx, uint64(v), 2) }

// PutU16 writes a uint16, 2 bytes.
func (s *StreamPeer) PutU16(ctx context.Context, v uint16) error { return s.put(ctx, uint64(v), 2) }

// Put32 writes an int32, 4 bytes.
func (s *StreamPeer) Put32(ctx context.Context, v int32) error { return s.put(ctx, uint64(v), 4) }

// PutU32 writes a uint32, 4 bytes.
func (s *StreamPeer) PutU32(ctx context.Context, v uint32) error { return s.put(ctx, uint64(v), 4) }

// Put64 writes an int64, 8 bytes.
func (s *StreamPeer) Put64(ctx context.Context, v int64) error { return s.put(ctx, uint64(v), 8) }

// PutU64 writes a uint64, 8 bytes.
func (s *StreamPeer) PutU64(ctx context.Context, v uint64) error { return s.put(ctx, v, 8) }

// PutHalf writes a float of 16 bits; see halfBits for what becomes of one that
// does not fit.
func (s *StreamPeer) PutHalf(ctx context.Context, v float64) error {
	return s.put(ctx, uint64(halfBits(float32(v))), 2)
}

// PutFloat writes a float of 32 bits.
func (s *StreamPeer) PutFloat(ctx context.Context, v float32) error {
	return s.put(ctx, uint64(math.Float32bits(v)), 4)
}

// PutDouble writes a float of 64 bits.
func (s *StreamPeer) PutDouble(ctx context.Context, v float64) error {
	return s.put(ctx, math.Float64bits(v), 8)
}

// Get8 reads an int8.
func (s *StreamPeer) Get8(ctx context.Context) (int8, error) {
	v, err := s.get(ctx, 1)
	return int8(v), err
}

// GetU8 reads a uint8.
func (s *StreamPeer) GetU8(ctx context.Context) (uint8, error) {
	v, err := s.get(ctx, 1)
	return uint8(v), err
}

// Get16 reads an int16.
func (s *StreamPeer) Get16(ctx context.Context) (int16, error) {
	v, err := s.get(ctx, 2)
	return int16(v), err
}

// GetU16 reads a uint16.
func (s *StreamPeer) GetU16(ctx context.Context) (uint16, error) {
	v, err := s.get(ctx, 2)
	return uint16(v), err
}

// Get32 reads an int32.
func (s *StreamPeer) Get32(ctx context.Context) (int32, error) {
	v, err := s.get(ctx, 4)
	return int32(v), err
}

// GetU32 reads a uint32.
func (s *StreamPeer) GetU32(ctx context.Context) (uint32, error) {
	v, err := s.get(ctx, 4)
	return uint32(v), err
}

// Get64 reads an int64.
func (s *StreamPeer) Get64(ctx context.Context) (int64, error) {
	v, err := s.get(ctx, 8)
	return int64(v), err
}

// GetU64 reads a uint64.
func (s *StreamPeer) GetU64(ctx context.Context) (uint64, error) { return s.get(ctx, 8) }

// GetHalf reads a float of 16 bits.
func (s *StreamPeer) GetHalf(ctx context.Context) (float64, error) {
	v, err := s.get(ctx, 2)
	return float64(halfValue(uint16(v))), err
}

// GetFloat reads a float of 32 bits.
func (s *StreamPeer) GetFloat(ctx context.Context) (float32, error) {
	v, err := s.get(ctx, 4)
	return math.Float32frombits(uint32(v)), err
}

// GetDouble reads a float of 64 bits.
func (s *StreamPeer) GetDouble(ctx context.Context) (float64, error) {
	v, err := s.get(ctx, 8)
	return math.Float64frombits(v), err
}
