package peer

import "context"

// Stream is what the typed calls of a StreamPeer stand on: the data calls of the
// class StreamPeer. *TCP, *UDS and *Buffer are Streams.
type Stream interface {
	PutData(ctx context.Context, p []byte) (int, error) // blocks until all is sent or ctx ends
	PutPartialData(p []byte) (int, error)               // sends what there is room for
	GetData(ctx context.Context, p []byte) (int, error) // blocks until p is full or ctx ends
	GetPartialData(p []byte) (int, error)               // reads what there is
	AvailableBytes() int64                              // what can be read now, -1 if closed
}

// DefaultMaxLength is how long a string or a Variant may be that is read with
// its length in front, in bytes (Q17).
const DefaultMaxLength = 8 << 20

// keepScratch is the largest buffer that a StreamPeer keeps for its next call.
const keepScratch = 64 << 10

// StreamPeer is the class StreamPeer: typed reads and writes on a Stream (spec
// §4.1). They block until all their bytes have come or gone, or ctx ends, and
// return the error of the Stream's GetData or PutData. A read that fails returns
// the zero value (Q17), and the bytes that it has read are gone: ask
// AvailableBytes first where that matters. They are not for concurrent use, but
// one goroutine may read through one StreamPeer while another writes through a
// second one on the same socket.
type StreamPeer struct {
	Stream
	BigEndian bool // byte order of numbers and of length prefixes; a Variant itself always is little-endian (Q20)
	MaxLength int  // of a string or Variant that is read, in bytes; DefaultMaxLength if zero

	// FullObjects sends objects of a Variant whole, and takes such ones:
	// full_objects of put_var, allow_objects of get_var.
	FullObjects bool

	scratch []byte // of the call under way
}

// number is where the bytes of a number lie meanwhile.
func (s *StreamPeer) number(n int) []byte {
	if cap(s.scratch) < n {
		s.scratch = make([]byte, 64)
	}
	return s.scratch[:n]
}

// put writes an integer of n bytes.
func (s *StreamPeer) put(ctx context.Context, v uint64, n int) error {
	p := s.number(n)
	s.encode(p, v)
	_, err := s.PutData(ctx, p)
	return err
}

// get reads an integer of n bytes.
func (s *StreamPeer) get(ctx context.Context, n int) (uint64, error) {
	p := s.number(n)
	if _, err := s.GetData(ctx, p); err != nil {
		return 0, err
	}
	return s.decode(p), nil
}

func (s *StreamPeer) encode(p []byte, v uint64) {
	for i := range p {
		at := i
		if s.BigEndian {
			at = len(p) - 1 - i
		}
		p[at] = byte(v >> (8 * i))
	}
}

func (s *StreamPeer) decode(p []byte) (v uint64) {
	for i := range p {
		at := i
		if s.BigEndian {
			at = len(p) - 1 - i
		}
		v |= uint64(p[at]) << (8 * i)
	}
	return v
}
