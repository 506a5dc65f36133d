package peer

import (
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// DefaultConnectTimeout is how long a connect may stay pending (spec §2: the
// class's project setting).
const DefaultConnectTimeout = 30 * time.Second

// Socket is what TCP and UDS share: the four statuses and the calls that move
// between them (StreamPeerSocket). It is safe for concurrent use. No call but
// PutData, PutFrom, GetData and Wait blocks, and they hold no lock while they wait.
type Socket struct {
	// KeepWriteOnEOF keeps a connection CONNECTED when the other end has ended
	// its sending, so that we can go on with ours until CloseWrite or
	// DisconnectFromHost. The class does not (Q2), and neither does the zero
	// value. Set it before the socket is connected.
	KeepWriteOnEOF bool

	mu       sync.Mutex // guards all below; never held across a blocking call
	status   Status
	conn     *conn // nil while closed
	addr     string
	deadline time.Time
	timeout  time.Duration // for the next connect
	begun    time.Time     // when the last connect began
	patience time.Duration // of the connect in flight, sampled when it began
	last     error         // see LastError

	writing turn // of PutData, and of Wait for room
	reading turn // of GetData, and of Wait for bytes

	now  func() time.Time // time.Now if nil
	sys  kernel           // the machine's if nil
	sink *sink            // set by attach
}

// newConn is a connection that begins with a socket of the kernel's.
func (s *Socket) newConn(family Family, domain, fd int) *conn {
	return &conn{sys: orSystem(s.sys), family: family, domain: domain, now: s.clock, sink: s.sink, fd: fd}
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

// LastError returns what ended the last connection or connect, also where the
// call that noticed it was OK (Code 0): a FIN that Poll has seen, our own
// disconnect. nil if nothing has ended yet. The same end is NONE or ERROR by who
// notices it first (Q4); this says why.
func (s *Socket) LastError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
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

// start begins to connect: spec §2.1, with the bound socket if there is one.
// Callers hold mu and have checked that the socket is free and the argument good.
func (s *Socket) start(family Family, domain int, remote unix.Sockaddr, addr string) error {
	s.addr = addr
	c := s.conn
	if c == nil {
		fd, err := orSystem(s.sys).socket(domain, unix.SOCK_STREAM)
		if err != nil {
			return s.apply("connect", connectFailed, s.clock(), err, ByNone) // NONE, also from ERROR (spec §2.1)
		}
		c = s.newConn(family, domain, fd)
	}
	c.remote = remote
	s.conn = c
	s.patience = s.nextTimeout()
	s.begun = s.clock()
	s.deadline = s.begun.Add(s.patience)
	pending, err := c.begin(c.fd)
	if err == nil && (family == FamilyTCP || !pending) {
		err = c.join()
	}
	switch {
	case err != nil:
		return s.apply("connect", connectFailed, s.clock(), err, ByNone)
	case pending:
		err = s.apply("connect", connectPending, s.begun, nil, ByNone)
	default:
		c.facts.established = s.clock()
		err = s.apply("connect", connectDone, c.facts.established, nil, ByNone)
	}
	s.startReader()
	return err
}

// adopt makes a new socket of an accepted connection: spec §2.5.
func (s *Socket) adopt(family Family, domain, fd int, remote unix.Sockaddr, addr string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.newConn(family, domain, fd)
	c.remote = remote
	if err := c.join(); err != nil {
		return err
	}
	s.conn, s.addr = c, addr
	s.begun = s.clock()
	c.facts.established = s.begun
	err := s.apply("accept", accepted, s.begun, nil, ByNone)
	s.startReader()
	return err
}

// end is what ends a row.
func (s *Socket) end() { s.DisconnectFromHost() }

// attach gives a socket a place for what it receives and what happens. A
// connection that is under way gets its reader at once, later ones when they
// begin. Nobody else may use the socket before.
func (s *Socket) attach(k *sink) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sink = k
	if s.conn != nil {
		s.conn.sink = k
		s.startReader()
	}
}

// startReader starts the reader of a connection that has joined the poller.
func (s *Socket) startReader() {
	if s.sink == nil || s.conn == nil || s.conn.file == nil {
		return
	}
	s.conn.receiving = make(chan struct{})
	s.conn.news = make(chan struct{}, 1)
	s.sink.spawn(s.conn.read)
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
		s.close(f, cause)
	}
	err := opError(op, addr, v.code, cause)
	if err != nil || v.closes && from != StatusError { // after ERROR a disconnect ends nothing, and TCP needs one (spec §2.1)
		s.last = err
		if err == nil && cause != nil {
			s.last = &OpError{Op: op, Addr: addr, Cause: cause}
		}
	}
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
func (s *Socket) close(f fact, cause error) {
	if s.conn != nil {
		s.conn.ended, s.conn.cause = f, cause
		s.conn.close(f == disconnected)
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
	return n + max(s.conn.sys.readable(s.conn.fd), 0)
}

// Queues returns the kernel's Recv-Q and Send-Q in bytes, each below zero
// where there is no figure or the socket is not connected.
func (s *Socket) Queues() (recvQ, sendQ int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queues()
}

func (s *Socket) queues() (recvQ, sendQ int64) {
	if s.status != StatusConnected {
		return -1, -1
	}
	return kernelQueues(s.conn.fd)
}
