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

// sender sends one source to every peer once they are connected, as it comes,
// and then half-closes if that is wanted. A peer that failed is left out.
type sender struct {
	set        *peer.Set
	source     io.ReadCloser // nil: nothing to send, only the half-close
	closeWrite bool
	state      struct {
		sync.Mutex
		waiting map[peer.ID]bool // not known to be connected or failed yet
		live    []peer.ID
	}
	all    chan struct{} // closed when nobody is waited for
	failed atomic.Bool   // the source could not be read to its end, which has been said
}

func newSender(set *peer.Set, ids []peer.ID, source io.ReadCloser, closeWrite bool) *sender {
	s := &sender{set: set, source: source, closeWrite: closeWrite, all: make(chan struct{})}
	s.state.waiting = map[peer.ID]bool{}
	for _, id := range ids {
		s.state.waiting[id] = true
	}
	return s
}

// ready says that a peer is connected, or that it has ended without.
func (s *sender) ready(id peer.ID, connected bool) {
	s.state.Lock()
	defer s.state.Unlock()
	if !s.state.waiting[id] {
		return
	}
	delete(s.state.waiting, id)
	if connected {
		s.state.live = append(s.state.live, id)
	}
	if len(s.state.waiting) == 0 {
		close(s.all)
	}
}

// run ends when the source has ended, every peer has, or ctx does. A read of
// stdin cannot be ended; it goes with the program.
func (s *sender) run(ctx context.Context) {
	select {
	case <-s.all:
	case <-ctx.Done():
		return
	}
	pieces := make(chan []byte)
	if s.source != nil {
		go s.read(ctx, pieces)
	} else {
		close(pieces)
	}
	for more := true; more; {
		var p []byte
		select {
		case p, more = <-pieces:
		case <-ctx.Done():
			return
		}
		if more {
			s.each(func(id peer.ID) error { _, err := s.set.Send(ctx, id, p); return err })
		}
	}
	if s.closeWrite && ctx.Err() == nil {
		s.each(s.set.CloseWrite)
	}
}

// read hands on the source as it comes.
func (s *sender) read(ctx context.Context, pieces chan<- []byte) {
	defer close(pieces)
	for {
		p := make([]byte, 32<<10)
		n, err := s.source.Read(p)
		if n > 0 {
			select {
			case pieces <- p[:n]:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			_ = s.source.Close() // it was only read
			if !errors.Is(err, io.EOF) {
				say(os.Stderr, "--send: %v", err)
				s.failed.Store(true)
			}
			return
		}
	}
}

// each does something for every live peer at once, so that a slow one does
// not hold up the others, and leaves out those for whom it fails.
func (s *sender) each(do func(peer.ID) error) {
	failed := make([]bool, len(s.state.live))
	var wg sync.WaitGroup
	for i, id := range s.state.live {
		wg.Go(func() { failed[i] = do(id) != nil })
	}
	wg.Wait()
	live := s.state.live[:0]
	for i, id := range s.state.live {
		if !failed[i] {
			live = append(live, id)
		}
	}
	s.state.live = live
}
