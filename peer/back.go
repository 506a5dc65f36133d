package peer

import (
	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// Level is how full a buffer is. Bytes is what lies in it, Used the memory that
// this takes of Limit, all in bytes and -1 where there is no figure.
type Level struct{ Bytes, Used, Limit int64 }

var noLevel = Level{-1, -1, -1}

// Back is the back-pressure of one direction that is held: what has piled up
// with us, before us in the kernel, and with the sender.
type Back struct {
	Taken   Level // with us; full when no more is taken
	Waiting Level // the receive queue of the socket that is read from
	Sender  Level // the send queue of the socket at its other end, where that is one of this machine's
}

// backOf measures the back-pressure of what fd receives; taken is what we have
// of it, of limit.
func (a *farAsker) backOf(fd int, family Family, taken, limit int64) Back {
	b := Back{Taken: Level{taken, taken, limit}, Waiting: noLevel, Sender: noLevel}
	b.Waiting.Bytes, _ = kernelQueues(fd)
	memory, options := socketMemory(fd, family), askOption(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	b.Waiting.Used, b.Waiting.Limit = orNone(memory.Recv), orNone(options)
	far := a.farEnd(fd, family)
	if family == FamilyUDS { // what waits there fills the sender's buffer, and no other
		b.Waiting.Used, b.Waiting.Limit = b.Waiting.Bytes, orNone(far.SendBuf)
	}
	b.Sender = Level{orNone(far.SendQ), orNone(far.SendMem), orNone(far.SendBuf)}
	return b
}

// back measures a held socket. Callers hold mu.
func (s *Socket) back(w way, unread int64) (b Back) {
	if s.conn == nil {
		return b
	}
	return w.far.backOf(s.conn.fd, s.conn.family, unread, holdLimit)
}

// back measures the held directions of a pair. Callers hold mu.
func (p *pair) back(r *Row, w way) {
	for d := range r.Back {
		dir := capture.Dir(d)
		r.Back[d] = Back{}
		if !p.held.Has(dir) {
			continue
		}
		from := sideOf(dir)
		p.relay.Control(from, func(fd int) {
			taken := r.Pair.Ways[d].Unread // the block in flight, which is as large as the load was
			r.Back[d] = w.far.backOf(fd, p.family(from), taken, max(taken, holdLimit))
		})
	}
}

// orNone is a figure as the rows have it: -1 where there is none.
func orNone(f Figure[int64]) int64 {
	if !f.Known {
		return -1
	}
	return f.Value
}
