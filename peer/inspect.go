package peer

import "peerscope/peer/relay"

// Inspected is the kernel's view of one socket of a peer, and of the socket at
// its other end.
type Inspected struct {
	Side string // "client" or "server" of a relayed pair, else ""
	Details
	Far FarEnd
}

// Inspect asks the kernel about the open sockets of a peer: one, or the two of a
// relayed pair. It waits for nobody: false if there is none, or it is in use just
// then.
func (s *Set) Inspect(id ID) (found []Inspected, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rows.byID[id]
	if r == nil {
		return nil, false
	}
	switch m := r.member.(type) {
	case *Socket:
		found = m.inspect(&s.far)
	case *pair:
		found = m.inspect(&s.far)
	}
	return found, len(found) > 0
}

func (s *Socket) inspect(far *farAsker) []Inspected {
	if !s.mu.TryLock() {
		return nil
	}
	defer s.mu.Unlock()
	if s.conn == nil {
		return nil
	}
	fd, family := s.conn.fd, s.conn.family
	return []Inspected{{Details: inspectSocket(fd, family), Far: far.farEnd(fd, family)}}
}

func (p *pair) inspect(far *farAsker) (found []Inspected) {
	if !p.mu.TryLock() {
		return nil
	}
	defer p.mu.Unlock()
	if p.relay == nil {
		return nil
	}
	for _, side := range [...]relay.Side{relay.Client, relay.Server} {
		family := p.family(side)
		p.relay.Control(side, func(fd int) {
			found = append(found, Inspected{Side: side.String(), Details: inspectSocket(fd, family), Far: far.farEnd(fd, family)})
		})
	}
	return found
}
