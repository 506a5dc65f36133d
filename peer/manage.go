package peer

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"peerscope/peer/capture"
)

func isLiteral(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// Add begins to dial an address, or to listen at it. It returns at once: what
// becomes of it is told by Poll, also when the call itself fails.
func (s *Set) Add(addr Address) ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.newRow(addr, addr.Kind())
	if addr.Listens {
		r.Listener.Is = true
		r.listener = &acceptor{row: r, set: s}
		r.member = r.listener
	} else {
		r.newSocket()
		r.attach()
	}
	s.enter(r)
	r.connect()
	r.mark()
	return r.ID
}

// Remove ends a peer and forgets it with its log, and with it all that came
// from it if it is a listener.
func (s *Set) Remove(id ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err != nil {
		return err
	}
	for _, child := range slices.Clone(r.children) {
		child.disconnect()
		s.forget(child)
	}
	r.disconnect()
	s.forget(r)
	if p := r.parent; p != nil {
		p.leave(r)
		p.mark()
	}
	return nil
}

// leave takes a removed connection out of its listener's counts.
func (r *row) leave(child *row) {
	if !child.over {
		child.over = true
		r.live--
		return
	}
	r.ended = slices.DeleteFunc(r.ended, func(x *row) bool { return x == child })
}

// Disconnect calls DisconnectFromHost on a peer. A relayed pair ends with a FIN
// to both sides and, after a second, a reset; a listener stops listening, and what
// it has accepted lives on.
func (s *Set) Disconnect(id ID) error {
	return s.with(id, func(r *row) error {
		if r.Resolving {
			r.giveUp()
		}
		r.disconnect()
		return nil
	})
}

// Reconnect disconnects a peer if need be and dials its address again, or
// listens again where a listener was stopped. Its log and its events go on. What
// was accepted cannot be dialled: ErrAccepted.
func (s *Set) Reconnect(id ID) error {
	return s.with(id, func(r *row) error {
		switch {
		case r.parent != nil:
			return ErrAccepted
		case r.listener == nil:
			r.disconnect()
		}
		r.connect()
		return nil
	})
}

// Calls that a kind of peer has not.
var (
	ErrAccepted = errors.New("it was accepted: only the client can connect again")
	ErrListener = errors.New("a listener sends and receives nothing: choose one of its connections")
	ErrRelayed  = errors.New("a tap sends nothing of its own: what goes over is the programs' alone")
)

// own returns the socket of a row that is one end of its connection.
func (r *row) own() (*Socket, error) {
	switch {
	case r.listener != nil:
		return nil, ErrListener
	case r.sock == nil:
		return nil, ErrRelayed
	}
	return r.sock, nil
}

// CloseWrite half-closes a peer.
func (s *Set) CloseWrite(id ID) error {
	return s.with(id, func(r *row) error {
		sock, err := r.own()
		if err != nil {
			return err
		}
		return sock.CloseWrite()
	})
}

// Fold takes the connections of a listener out of the table, or puts them back.
// They live on.
func (s *Set) Fold(id ID, on bool) error {
	return s.with(id, func(r *row) error {
		if r.listener == nil {
			return ErrNotListener
		}
		s.rows.stale = s.rows.stale || r.Listener.Folded != on
		r.Listener.Folded = on
		return nil
	})
}

// ErrNotListener is returned where only a listener will do.
var ErrNotListener = errors.New("not a listener")

// LivePairs returns how many relayed pairs would end with a peer, or with all
// for ID 0: also those that no Poll has seen yet.
func (s *Set) LivePairs(id ID) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id != 0 {
		if r := s.rows.byID[id]; r != nil {
			n = r.livePairs()
		}
		return n
	}
	for _, top := range s.rows.tops {
		n += top.livePairs()
	}
	return n
}

// livePairs counts those that are, or came from, the row.
func (r *row) livePairs() int {
	switch {
	case r.addr.IsTap() && r.listener != nil:
		return r.live
	case r.Pair.Is && !r.over:
		return 1
	}
	return 0
}

// EndAll stops every listener and begins to end every relayed pair, as
// Disconnect does. It waits for nobody.
func (s *Set) EndAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, top := range s.rows.tops {
		if top.listener == nil {
			continue
		}
		top.disconnect()
		for _, child := range top.children {
			if child.Pair.Is && !child.over {
				child.disconnect()
			}
		}
	}
}

// Hold stops taking the bytes of the given directions from a peer, which then
// wait with the kernel and the sender, and lets go of the others. On a socket
// of our own it is In that can be held, at 64 KiB unread; of a relayed pair
// each direction, at the block in flight.
func (s *Set) Hold(id ID, dirs capture.Dirs) error {
	return s.with(id, func(r *row) error {
		switch m := r.member.(type) {
		case *acceptor:
			return ErrListener
		case *pair:
			m.hold(dirs)
		default:
			dirs &= capture.In.Only()
			r.gate.set(dirs != 0)
		}
		r.Held = dirs
		return nil
	})
}

// notice keeps a line for whoever ends the Set. Nobody could act on an error then
// but read it.
func (s *Set) notice(note string, err error) {
	if err != nil {
		note = strings.TrimPrefix(note+"; "+err.Error(), "; ")
	}
	if note == "" {
		return
	}
	s.notes.Lock()
	defer s.notes.Unlock()
	s.notes.lines = append(s.notes.lines, note)
}

// spillTo begins a spill, if one is asked for. Where it cannot be had, that is
// said, and the Set goes on without.
func (s *Set) spillTo(dir string) {
	if dir == "" {
		return
	}
	spill, err := capture.OpenSpill(dir)
	if err != nil {
		s.noSpill = err
		s.notice(err.Error()+capture.Without, nil)
		return
	}
	s.pool.SpillTo(spill, func(line string) { s.notice(line, nil) })
}

// Spilled returns the bytes written to disk so far, and why there will be no
// more; nil while there may be.
func (s *Set) Spilled() (written int64, ended error) {
	if s.noSpill != nil {
		return 0, s.noSpill
	}
	return s.pool.Spilled()
}

// Notes returns, once each, the lines that tell what was done to the files of
// others, what was put right or put back, and what could not be; and why a spill ended.
func (s *Set) Notes() []string {
	s.notes.Lock()
	defer s.notes.Unlock()
	lines := s.notes.lines
	s.notes.lines = nil
	return lines
}
