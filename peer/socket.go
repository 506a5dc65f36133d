package peer

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// DefaultConnectTimeout is how long a connect may stay pending (spec §2: the
// class's project setting).
const DefaultConnectTimeout = 30 * time.Second

// Socket is what TCP and UDS share: the four statuses and the calls that move
// between them. It is safe for concurrent use. No call but PutData blocks, and
// PutData holds no lock while it waits.
type Socket struct {
	mu       sync.Mutex // guards all below; never held across a blocking call
	status   Status
	conn     *conn // nil while closed
	addr     string
	deadline time.Time
	timeout  time.Duration // for the next connect
	begun    time.Time     // when the last connect began
	patience time.Duration // of the connect in flight, sampled when it began
	writeEnd bool          // CloseWrite was called

	sending chan struct{} // holds a value while a PutData is under way; made by the first

	now  func() time.Time // time.Now if nil
	sink *sink            // set before the first connect by a Set
}

func (s *Socket) clock() time.Time {
	if s.now != nil {
		return s.now()
	}
	return time.Now()
}

// Status returns the status that the last call left.
func (s *Socket) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// SetConnectTimeout sets how long a connect may stay pending. It is read when
// a connect begins and does not touch one in flight (Q16); zero or less means
// DefaultConnectTimeout.
func (s *Socket) SetConnectTimeout(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timeout = d
}

// nextTimeout is the timeout of a connect that begins now. Callers hold mu.
func (s *Socket) nextTimeout() time.Duration {
	if s.timeout <= 0 {
		return DefaultConnectTimeout
	}
	return s.timeout
}

// Deadline returns when a pending connect will be given up, the zero time if
// none is pending.
func (s *Socket) Deadline() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status != StatusConnecting {
		return time.Time{}
	}
	return s.deadline
}

// start opens a socket and begins to connect it: spec §2.1. Callers hold mu
// and have checked that the socket is free and the argument good.
func (s *Socket) start(family Family, domain int, remote unix.Sockaddr, addr string) error {
	s.addr = addr
	fd, err := openSocket(domain)
	if err != nil {
		return s.apply("connect", connectFailed, s.clock(), err, ByNone) // NONE, also from ERROR (spec §2.1)
	}
	c := &conn{family: family, remote: remote, now: s.clock, sink: s.sink, fd: fd}
	s.conn, s.writeEnd = c, false
	s.patience = s.nextTimeout()
	s.begun = s.clock()
	s.deadline = s.begun.Add(s.patience)
	pending, err := c.connect(fd)
	if err == nil && (family == FamilyTCP || !pending) {
		err = c.join()
	}
	switch {
	case err != nil:
		return s.apply("connect", connectFailed, s.clock(), err, ByNone)
	case pending:
		err = s.apply("connect", connectPending, s.clock(), nil, ByNone)
	default:
		c.facts.established = s.clock()
		err = s.apply("connect", connectDone, c.facts.established, nil, ByNone)
	}
	if c.file != nil {
		s.startReader()
	}
	return err
}

func (s *Socket) startReader() {
	if s.sink == nil {
		return
	}
	s.conn.receiving = make(chan struct{})
	s.sink.spawn(s.conn.read)
}

// Poll advances the status: spec §2.2. It is the only call that turns
// CONNECTING into CONNECTED, and the only one that ever sets ERROR. It never
// blocks. The error is nil for the class's OK.
func (s *Socket) Poll() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.status {
	case StatusConnecting:
		return s.pollConnecting()
	case StatusConnected:
		return s.pollConnected()
	}
	return nil
}

func (s *Socket) pollConnecting() error {
	c, now := s.conn, s.clock()
	c.recv.Lock()
	c.control(func(fd int) {
		// The reader may have seen the handshake before a reset that it has not
		// come to yet. By itself the socket would refuse then (spec §2.2 [O]).
		if c.handshake(fd) && c.sink != nil {
			c.askRecorded(fd)
		}
	})
	facts := c.facts
	c.recv.Unlock()
	switch {
	case facts.err != nil:
		return s.apply("connect", pollRefused, facts.errAt, facts.err, ByRemote)
	case !facts.established.IsZero():
		if c.file == nil {
			if err := c.join(); err != nil {
				return s.apply("connect", pollRefused, now, err, ByLocal)
			}
			s.startReader()
		}
		return s.apply("connect", pollEstablished, facts.established, nil, ByNone)
	case now.After(s.deadline):
		return s.apply("connect", pollLate, now, fmt.Errorf("no answer within %v", s.patience), ByTimeout)
	}
	return s.apply("connect", pollPending, now, nil, ByNone)
}

func (s *Socket) pollConnected() error {
	c := s.conn
	c.recv.Lock()
	c.control(func(fd int) {
		if c.sink == nil {
			c.askKernel(fd)
		} else {
			c.askRecorded(fd)
		}
	})
	facts, unread := c.facts, s.unread()
	c.recv.Unlock()
	switch {
	case facts.err != nil:
		return s.apply("poll", pollReset, facts.errAt, facts.err, ByRemote)
	case !facts.eof.IsZero() && unread == 0:
		return s.apply("poll", pollEOF, facts.eof, c.endOfStream(), ByRemote)
	}
	return s.apply("poll", pollIdle, s.clock(), nil, ByNone)
}

// askKernel is the class's own Poll on a connected socket: an end needs
// readability with nothing to read; an error counts only if it still stands.
func (c *conn) askKernel(fd int) {
	if pendingError(fd) {
		c.takeError(fd)
		return
	}
	if pollNow(fd, unix.POLLIN) != 0 && readable(fd) == 0 {
		c.look(fd)
	}
}

// askRecorded is Poll on a socket with a reader: what the reader has recorded
// comes first, then what it has not come to yet.
func (c *conn) askRecorded(fd int) {
	if c.facts.err != nil {
		return
	}
	if pendingError(fd) {
		c.drain(fd)
		if c.facts.err == nil {
			c.takeError(fd)
		}
		return
	}
	c.look(fd)
}

func (c *conn) endOfStream() error {
	if c.family == FamilyTCP {
		return ErrFIN
	}
	return ErrEOF
}

// unread is what lies in the log after the read mark.
func (s *Socket) unread() int64 {
	if s.sink == nil {
		return 0
	}
	return s.sink.log.Unread(capture.In)
}

// apply lets the machine judge a fact and does what it says. Callers hold mu.
func (s *Socket) apply(op string, f fact, at time.Time, cause error, by By) error {
	v := judge(s.status, f)
	from := s.status
	addr := s.addr
	s.status = v.next
	if v.closes {
		s.close(f == disconnected)
	}
	err := opError(op, addr, v.code, cause)
	switch {
	case from != v.next:
		s.record(Event{
			Kind: EventStatus, Time: at, Polled: s.clock(), From: from, To: v.next,
			Code: v.code, Cause: cause, By: by, Remote: addr,
		})
	case err != nil:
		s.record(Event{Kind: EventError, Time: at, Polled: at, Op: op, Code: v.code, Cause: cause, Remote: addr})
	}
	return err
}

// refuse reports a call that fails and leaves the status as it is.
func (s *Socket) refuse(op, addr string, code Error, cause error) error {
	now := s.clock()
	s.record(Event{Kind: EventError, Time: now, Polled: now, Op: op, Code: code, Cause: cause, Remote: addr})
	return opError(op, addr, code, cause)
}

func opError(op, addr string, code Error, cause error) error {
	if code == 0 {
		return nil
	}
	if cause == nil {
		cause = code
	}
	return &OpError{Op: op, Addr: addr, Code: code, Cause: cause}
}

func (s *Socket) record(e Event) {
	if s.sink != nil {
		s.sink.event(e)
		s.sink.mark()
	}
}

// close is the "✂" of spec §2.6: the socket, the deadline and the address go.
func (s *Socket) close(disconnect bool) {
	if s.conn != nil {
		s.conn.close(disconnect)
	}
	if s.sink != nil {
		s.sink.log.Consume(capture.In, -1) // what is unread is no longer available, and not the next connection's
	}
	s.conn, s.deadline, s.addr = nil, time.Time{}, ""
}

// DisconnectFromHost ends whatever is under way, from any status: spec §2.5.
// It is idempotent. The kernel sends FIN, or RST if received bytes are unread;
// where they are unread in the log of a Set, TCP is told to (R1).
func (s *Socket) DisconnectFromHost() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status == StatusNone && s.conn == nil {
		return
	}
	_ = s.apply("disconnect", disconnected, s.clock(), ErrDisconnected, ByLocal) // always OK
}

// AvailableBytes returns how many bytes can be read now: what lies unread in
// the log, then what the kernel holds (FIONREAD). It is -1 on a closed socket.
func (s *Socket) AvailableBytes() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return -1
	}
	s.conn.recv.Lock()
	defer s.conn.recv.Unlock()
	n := s.unread()
	s.conn.control(func(fd int) { n += max(readable(fd), 0) })
	return n
}

// fill sets what a Row shows of its socket.
func (s *Socket) fill(r *Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Status, r.Remote, r.Deadline = s.status, s.addr, s.deadline
	r.Pending, r.Fact = time.Time{}, nil
	r.WriteEnd = s.conn != nil && s.writeEnd
	if s.conn != nil {
		r.Started = s.begun
		r.Pending, r.Fact = s.conn.pendingFact(s.status)
	}
}

// pendingFact returns when the oldest fact came that has not become a status
// yet, and what it is; nil stands for the handshake.
func (c *conn) pendingFact(s Status) (oldest time.Time, what error) {
	c.recv.Lock()
	defer c.recv.Unlock()
	switch f := &c.facts; {
	case s == StatusConnecting && !f.established.IsZero():
		return f.established, nil // the others come after it
	case !f.eof.IsZero():
		return f.eof, c.endOfStream() // an error can only follow
	default:
		return f.errAt, f.err
	}
}

// Queues returns the kernel's Recv-Q and Send-Q in bytes, each below zero
// where there is no figure or the socket is not connected.
func (s *Socket) Queues() (recvQ, sendQ int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	recvQ, sendQ = -1, -1
	if s.status == StatusConnected {
		s.conn.control(func(fd int) { recvQ, sendQ = kernelQueues(fd) })
	}
	return recvQ, sendQ
}
