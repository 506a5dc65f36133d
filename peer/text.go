package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"peerscope/peer/variant"
)

// PutString writes v as ASCII with its length in front (spec §4.1): 32 bits,
// then the bytes, and no NUL (Q19). A character above 0x7F becomes a space.
func (s *StreamPeer) PutString(ctx context.Context, v string) error {
	p := s.prefixed(len(v))
	for _, r := range v {
		if r > 0x7f {
			r = ' '
		}
		p = append(p, byte(r))
	}
	return s.putPrefixed(ctx, p)
}

// PutUTF8String writes the bytes of v with their length in front: 32 bits, and
// no NUL behind (Q19).
func (s *StreamPeer) PutUTF8String(ctx context.Context, v string) error {
	return s.putPrefixed(ctx, append(s.prefixed(len(v)), v...))
}

// lengthPrefix is the size of a length in bytes.
const lengthPrefix = 4

// prefixed is room for a length, and for n bytes to be appended.
func (s *StreamPeer) prefixed(n int) []byte {
	if cap(s.scratch) < lengthPrefix+n {
		s.scratch = make([]byte, lengthPrefix+n)
	}
	return s.scratch[:lengthPrefix]
}

// putPrefixed sets the length and writes all in one go.
func (s *StreamPeer) putPrefixed(ctx context.Context, p []byte) error {
	defer s.keep(p)
	n := len(p) - lengthPrefix
	if n > math.MaxInt32 {
		return opError("send", "", ErrInvalidParameter, fmt.Errorf("%d bytes have no length of 32 bits", n))
	}
	s.encode(p[:lengthPrefix], uint64(n))
	_, err := s.PutData(ctx, p)
	return err
}

// keep lets the next call use p again, unless it is large.
func (s *StreamPeer) keep(p []byte) {
	if cap(p) > cap(s.scratch) {
		s.scratch = p
	}
	if cap(s.scratch) > keepScratch {
		s.scratch = nil
	}
}

// GetString reads n bytes, a character each (Latin-1), up to the first NUL
// (spec §4.1). With n < 0 it reads a length of 32 bits first; one that is
// negative is ErrInvalidData, one above MaxLength ErrOutOfMemory.
func (s *StreamPeer) GetString(ctx context.Context, n int) (string, error) {
	p, err := s.getText(ctx, n)
	if err != nil {
		return "", err
	}
	defer s.keep(p)
	var text strings.Builder
	text.Grow(len(p))
	for _, c := range p {
		text.WriteRune(rune(c))
	}
	return text.String(), nil
}

// GetUTF8String is GetString of UTF-8. A byte that belongs to no character is
// U+FFFD; a byte order mark at the beginning is dropped, as in the class.
func (s *StreamPeer) GetUTF8String(ctx context.Context, n int) (string, error) {
	p, err := s.getText(ctx, n)
	if err != nil {
		return "", err
	}
	defer s.keep(p)
	p = bytes.TrimPrefix(p, []byte("\ufeff"))
	if utf8.Valid(p) {
		return string(p), nil
	}
	return string([]rune(string(p))), nil
}

// getText reads the bytes of a string, up to the first NUL.
func (s *StreamPeer) getText(ctx context.Context, n int) ([]byte, error) {
	p, err := s.getPrefixed(ctx, n)
	if i := bytes.IndexByte(p, 0); i >= 0 {
		p = p[:i]
	}
	return p, err
}

// getPrefixed reads n bytes, or as many as the length in front says if n < 0.
// The bytes are good until the next call.
func (s *StreamPeer) getPrefixed(ctx context.Context, n int) ([]byte, error) {
	if n < 0 {
		length, err := s.Get32(ctx)
		if err != nil {
			return nil, err
		}
		if length < 0 {
			return nil, opError("receive", "", ErrInvalidData, fmt.Errorf("the length is %d", length))
		}
		n = int(length)
	}
	if limit := s.maxLength(); n > limit {
		return nil, opError("receive", "", ErrOutOfMemory, fmt.Errorf("the length is %d bytes, at most %d are taken", n, limit))
	}
	if n == 0 {
		return nil, nil
	}
	return s.getBytes(ctx, n)
}

// growth is how much more is allocated for bytes that are yet to come: a peer
// that claims a length must send it before we believe it.
const growth = 64 << 10

// getBytes reads n bytes. The bytes are good until the next call.
func (s *StreamPeer) getBytes(ctx context.Context, n int) ([]byte, error) {
	p := s.number(0)
	for len(p) < n {
		have := len(p)
		p = append(p, make([]byte, min(n-have, max(growth, have)))...)
		if _, err := s.GetData(ctx, p[have:]); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (s *StreamPeer) maxLength() int {
	if s.MaxLength <= 0 {
		return DefaultMaxLength
	}
	return s.MaxLength
}

// PutVar writes a Variant with its length in front: 32 bits in the byte order of
// s, then its bytes, which always are little-endian (Q20). Errors of the encoder
// are *variant.Error, with their own numbers.
func (s *StreamPeer) PutVar(ctx context.Context, v variant.Value) error {
	p, err := variant.Append(s.prefixed(0), v, variant.Options{Objects: s.FullObjects})
	if err != nil {
		return variantError("send", err)
	}
	return s.putPrefixed(ctx, p)
}

// GetVar reads a Variant with its length in front. What lies behind it within
// that length is skipped, as in the class. An error of the decoder leaves the
// connection alone: it is a *variant.Error, with its own number and the offset of
// the part that is wrong.
func (s *StreamPeer) GetVar(ctx context.Context) (variant.Value, error) {
	p, err := s.getPrefixed(ctx, -1)
	if err != nil {
		return nil, err
	}
	defer s.keep(p)
	v, _, err := variant.Decode(p, variant.Options{Objects: s.FullObjects})
	if err != nil {
		return nil, variantError("receive", err)
	}
	return v, nil
}

func variantError(op string, err error) error {
	code := ErrInvalidData
	if wrong := (*variant.Error)(nil); errors.As(err, &wrong) {
		code = Error(wrong.Code)
	}
	return opError(op, "", code, err)
}
