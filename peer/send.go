package peer

import (
	"context"
	"io"
)

// Send sends all of p to a peer and returns how many bytes were sent. It
// blocks while the peer does not take them, until ctx ends.
func (s *Set) Send(ctx context.Context, id ID, p []byte) (int, error) {
	sock, err := s.socket(id)
	if err != nil {
		return 0, err
	}
	return sock.PutData(ctx, p)
}

// SendFrom is Send with what from gives until its end. No other Send comes in
// between.
func (s *Set) SendFrom(ctx context.Context, id ID, from io.Reader) (int64, error) {
	sock, err := s.socket(id)
	if err != nil {
		return 0, err
	}
	return sock.PutFrom(ctx, from)
}

func (s *Set) socket(id ID) (sock *Socket, err error) {
	err = s.with(id, func(r *row) error { sock, err = r.own(); return err })
	return sock, err
}
