package peer

// fact is what the kernel, or the recorder in front of it, said. Facts are
// gathered by the socket and judged here: this file does no I/O.
type fact uint8

const (
	connectDone     fact = iota // connect() = 0 at once
	connectPending              // EINPROGRESS, or EAGAIN on a Unix socket whose listener's queue is full
	connectFailed               // any other errno at once
	accepted                    // taken from a server
	pollPending                 // the handshake goes on
	pollEstablished             // the handshake is complete
	pollRefused                 // the handshake failed
	pollLate                    // pending, and the deadline has passed
	pollIdle                    // connected: nothing new, or bytes readable
	pollEOF                     // the other end has ended its sending and nothing is unread
	pollReset                   // an error is pending on the socket
	readEOF                     // a read at the end of the stream
	readFailed                  // a read after a reset, drained
	writeFailed                 // a write that the kernel refused
	disconnected                // DisconnectFromHost
)

// verdict is what a fact does to a status: the next status, the number that
// the call returns (0 is OK), and whether the socket is closed.
type verdict struct {
	next   Status
	code   Error
	closes bool
}

// judge is the transition table of spec §2.6, for the cells that can occur.
// A fact that cannot occur in a status leaves it as it is.
func judge(s Status, f fact) verdict {
	switch s {
	case StatusNone, StatusError:
		switch f {
		case connectDone:
			return verdict{next: StatusConnected}
		case accepted:
			if s == StatusNone {
				return verdict{next: StatusConnected}
			}
		case connectPending:
			return verdict{next: StatusConnecting}
		case connectFailed:
			return verdict{next: StatusNone, code: ErrFailed, closes: true}
		case disconnected:
			return verdict{next: StatusNone, closes: true}
		}
	case StatusConnecting:
		switch f {
		case pollEstablished:
			return verdict{next: StatusConnected}
		case pollRefused, pollLate:
			return verdict{next: StatusError, code: ErrConnectionError, closes: true}
		case disconnected:
			return verdict{next: StatusNone, closes: true}
		}
	case StatusConnected:
		switch f {
		case pollEOF, disconnected:
			return verdict{next: StatusNone, closes: true}
		case pollReset:
			return verdict{next: StatusError, code: ErrFailed, closes: true}
		case readEOF:
			return verdict{next: StatusNone, code: ErrFileEOF, closes: true}
		case readFailed, writeFailed:
			return verdict{next: StatusNone, code: ErrFailed, closes: true}
		}
	}
	return verdict{next: s}
}
