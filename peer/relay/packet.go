package relay

// readPacket reads one packet. Where the log has no block for all of it, it goes
// through a buffer of its own, as long as the packet, and is kept in pieces; the
// kernel bounds it by the sender's buffer (SO_SNDBUF, unix(7)).
func (w *way) readPacket() (p []byte, err error) {
	log := w.p.c.Log
	block := log.Reserve(w.dir, min(w.n, maxRead))
	w.grown = w.grown || len(block) > small
	w.moved = true
	whole := w.n <= len(block)
	if whole {
		p = block[:w.n]
	} else {
		p = make([]byte, w.n)
	}
	n, err := w.readMessage(p)
	if err != nil {
		return nil, err
	}
	p = p[:n]
	if whole {
		w.publish(n)
		return p, nil
	}
	for rest := p; len(rest) > 0; {
		n := copy(block, rest)
		w.publish(n)
		if rest = rest[n:]; len(rest) > 0 {
			block = log.Reserve(w.dir, min(len(rest), maxRead))
		}
	}
	return p, nil
}
