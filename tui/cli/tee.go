package cli

import (
	"context"
	"errors"
	"io"
	"sync"
)

// tee hands what one reader gives to several takers, each piece to all of them
// before the next is read: memory stays bounded, and the slowest taker sets the
// pace. It begins once everybody who was expected has come or has been skipped.
type tee struct {
	ctx  context.Context // ends every wait
	from io.Reader

	mu       sync.Mutex
	expected int
	takers   []*taker
}

// taker is one reader of a tee. Close leaves the tee.
type taker struct {
	ctx    context.Context
	pieces chan []byte   // closed at the end
	gone   chan struct{} // closed by Close
	rest   []byte        // of the piece being read
	err    error         // of the source, set before pieces is closed
}

func newTee(ctx context.Context, from io.Reader, expected int) *tee {
	return &tee{ctx: ctx, from: from, expected: expected}
}

// open returns one taker's share.
func (t *tee) open() (io.ReadCloser, error) {
	r := &taker{ctx: t.ctx, pieces: make(chan []byte), gone: make(chan struct{})}
	t.come(r)
	return r, nil
}

// skip says that one of those expected will not come.
func (t *tee) skip() { t.come() }

func (t *tee) come(r ...*taker) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.takers = append(t.takers, r...)
	if t.expected--; t.expected == 0 && len(t.takers) > 0 {
		go t.run() // a read of stdin cannot be ended; it goes with the program
	}
}

func (t *tee) run() {
	for {
		p := make([]byte, 32<<10)
		n, err := t.from.Read(p)
		for _, r := range t.takers {
			if n > 0 {
				r.give(p[:n])
			}
			if err != nil {
				r.err = err
				close(r.pieces)
			}
		}
		if err != nil || t.ctx.Err() != nil {
			return
		}
	}
}

func (r *taker) give(p []byte) {
	select {
	case r.pieces <- p:
	case <-r.gone:
	case <-r.ctx.Done():
	}
}

// Read gives the next bytes of the source, its error at the end.
func (r *taker) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		select {
		case piece, more := <-r.pieces:
			if !more {
				return 0, r.err
			}
			r.rest = piece
		case <-r.ctx.Done():
			return 0, errors.Join(io.ErrUnexpectedEOF, context.Cause(r.ctx))
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Close leaves the tee, which waits for this taker no longer.
func (r *taker) Close() error {
	close(r.gone)
	return nil
}
