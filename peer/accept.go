package peer

import (
	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// KeepEnded is how many connections that have ended a listener keeps as rows.
// Older ones give up their row and their bytes, and are only counted.
const KeepEnded = 500

// keepUntold bounds those that have ended and that no Poll has returned yet:
// where nobody polls, they go too.
const keepUntold = 10_000

// accepted makes a row of an accepted connection, and a pair of it if the
// listener is a tap's. It waits for no tick: only for the Set's own lock.
func (s *Set) accepted(l *acceptor, b *boundSocket, fd int, remote unix.Sockaddr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.row.gone || s.ctx.Err() != nil {
		_ = unix.Close(fd)
		return
	}
	addr, kind := l.row.addr, "accept"
	if addr.IsTap() {
		kind = addr.Kind()
	}
	r := s.newRow(addr, kind)
	r.parent, r.Parent, r.Label = l.row, l.row.ID, l.row.Label
	r.Started = s.now()
	client := clientAddress(remote)
	if addr.Family == FamilyUDS {
		r.Who = peerCredentials(fd) // now: the program may have ended by the next poll
	}
	r.history.append(Event{Kind: EventAccepted, Time: r.Started, Polled: r.Started, Remote: client})
	if addr.IsTap() {
		s.relay(r, b, fd, client)
	} else if !s.adopt(r, b, fd, remote, client) {
		return
	}
	s.enter(r)
	l.row.live++
	l.row.mark()
	r.mark()
}

// enter puts a row into the table and the totals.
func (s *Set) enter(r *row) {
	s.rows.add(r)
	s.totals.Peers++
	s.count(r)
}

// adopt makes an accepted connection one of the class's.
func (s *Set) adopt(r *row, b *boundSocket, fd int, remote unix.Sockaddr, client string) bool {
	r.newSocket()
	r.attach()
	if err := r.sock.adopt(r.addr.Family, b.domain, fd, remote, client); err != nil {
		r.parent.listener.failed(b, shortage(err, "a client was refused"))
		r.history.close()
		return false
	}
	return true
}

// clientAddress is what is known of where a client comes from. On a Unix socket
// it has no name unless it was bound to one, which is rare.
func clientAddress(remote unix.Sockaddr) string {
	switch sa := remote.(type) {
	case *unix.SockaddrUnix:
		if sa.Name == "" || sa.Name == "@" { // "@": how x/sys reads a socket that nobody has bound
			return "unix:"
		}
		return Endpoint{Family: FamilyUDS, Path: sa.Name}.String()
	case nil:
		return "unix:"
	}
	return "tcp://" + remoteAddr(remote).String()
}

// over notes that what came from a listener has ended, once when it has and
// once when a Poll has seen it, which may be the same. Callers hold mu.
func (s *Set) over(r *row) {
	p := r.parent
	if p == nil {
		return
	}
	if !r.over {
		r.over = true
		p.live--
		p.ended = append(p.ended, r)
		p.mark()
	}
	for len(p.ended) > KeepEnded && (p.ended[0].told() || len(p.ended) > keepUntold) {
		oldest := p.ended[0]
		p.ended[0] = nil
		p.ended = p.ended[1:]
		p.goneCount++
		s.forget(oldest)
		p.mark()
	}
}

// told reports whether a Poll has seen that a row has ended.
func (r *row) told() bool {
	return !r.Sampled.IsZero() && (r.Status == StatusNone || r.Status == StatusError)
}

// forget takes a row that has ended, or was ended, out of the Set. Callers hold mu.
func (s *Set) forget(r *row) {
	r.gone = true
	_, in := r.history.Log.Span(capture.In) // with what came since the last Poll
	_, out := r.history.Log.Span(capture.Out)
	s.totals.Received += in - r.Received
	s.totals.Sent += out - r.Sent
	s.totals.Peers--
	s.uncount(r)
	s.rows.remove(r)
	s.sampled -= r.history.samples.release()
	r.history.close()
}

// count puts a row into the totals by status; uncount takes it out. A listener
// has no status.
func (s *Set) count(r *row) { s.tally(r, 1) }

func (s *Set) uncount(r *row) { s.tally(r, -1) }

func (s *Set) tally(r *row, n int) {
	switch live := r.Status == StatusConnecting || r.Status == StatusConnected; {
	case r.listener == nil:
		s.totals.ByStatus[r.Status] += n
		if r.Pair.Is && live {
			s.totals.Pairs += n
		}
	case r.Listener.Listening:
		s.totals.Listening += n
	}
}
