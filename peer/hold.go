package peer

import "sync"

// holdLimit is how many unread bytes a held reader still takes: from there on
// they wait with the kernel.
const holdLimit = 64 << 10

// gate keeps the reader of a held row from taking more.
type gate struct {
	mu   sync.Mutex
	shut bool
	open chan struct{} // closed when the gate opens, or the connection ends; nil: nobody has waited
}

// set shuts the gate or opens it.
func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	if !shut {
		g.wakeAll()
	}
}

// wake lets a reader that waits look again.
func (g *gate) wake() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wakeAll()
}

func (g *gate) wakeAll() {
	if g.open != nil {
		close(g.open)
		g.open = nil
	}
}

// isShut reports whether no more is to be taken than the limit.
func (g *gate) isShut() bool {
	if g == nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shut
}

// waits returns what a reader has to wait for, nil if the gate is open.
func (g *gate) waits() <-chan struct{} {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		return nil
	}
	if g.open == nil {
		g.open = make(chan struct{})
	}
	return g.open
}
