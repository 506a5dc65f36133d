package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"peerscope/peer"
)

// sender sends all its sources to each peer once it is connected, and then half-closes if that
// is wanted. A peer that is slow or not connected yet holds up no other, unless
// all share one source.
type sender struct {
	ctx        context.Context // ends what is under way
	set        *peer.Set
	sources    []source // one after the other
	closeWrite bool
	failed     atomic.Bool // a source could not be read to its end, which has been said

	mu      sync.Mutex
	waiting map[peer.ID]bool // not known to be connected or failed yet
}

// source is what is sent.
type source struct {
	open func() (io.ReadCloser, error) // for one peer
	skip func()                        // a peer will not come for it; nil: it does not matter
}

func newSender(ctx context.Context, set *peer.Set, ids []peer.ID, from []source, closeWrite bool) *sender {
	s := &sender{ctx: ctx, set: set, sources: from, closeWrite: closeWrite, waiting: map[peer.ID]bool{}}
	for _, id := range ids {
		s.waiting[id] = true
	}
	return s
}

// ready says that a peer is connected, or that it has ended without.
func (s *sender) ready(id peer.ID, connected bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.waiting[id] {
		return
	}
	delete(s.waiting, id)
	switch {
	case connected:
		s.set.Go(func() { s.send(id) })
	default:
		skip(s.sources)
	}
}

// skip says of sources that a peer will not come for them.
func skip(sources []source) {
	for _, from := range sources {
		if from.skip != nil {
			from.skip()
		}
	}
}

// send serves one peer. What becomes of it is told by the peer's events.
func (s *sender) send(id peer.ID) {
	for i, from := range s.sources {
		if !s.sendSource(id, from) {
			skip(s.sources[i+1:])
			return
		}
	}
	if s.closeWrite && s.ctx.Err() == nil {
		_ = s.set.CloseWrite(id)
	}
}

// sendSource reports whether all was sent, or all that could be read.
func (s *sender) sendSource(id peer.ID, what source) bool {
	from, err := what.open()
	if err != nil {
		s.fail(err)
		return true
	}
	_, err = s.set.SendFrom(s.ctx, id, from)
	_ = from.Close() // it was only read
	var refused *peer.OpError
	switch {
	case err == nil:
		return true
	case errors.As(err, &refused), errors.Is(err, peer.ErrNoPeer), s.ctx.Err() != nil:
		return false
	}
	s.fail(err)
	return true
}

// fail says once that the source cannot be read.
func (s *sender) fail(err error) {
	if !s.failed.Swap(true) {
		say(os.Stderr, "--send: %v", err)
	}
}
