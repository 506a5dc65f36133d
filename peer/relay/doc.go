// Package relay carries bytes between two connected sockets, a client's and a
// server's, so that each end sees what it would see of the other without it:
// the same bytes in the same order, the same half-closes, the same endings.
// Everything that goes over is kept in a log on its way, without a second copy.
//
// # Bytes
//
// Each direction is one goroutine. It waits in Go's poller without a buffer, reads
// what is there, up to 1 MiB, into a block of the log, publishes it as one chunk and
// writes it onward from there; only then it reads again. So one block is in flight, and
// a slow reader is felt by the sender as it would be directly. The read mark of the
// log is what has been written onward.
//
// # Endings
//
// A FIN is passed on after the bytes before it, and the other direction goes on. A
// reset, or a connection that timed out, ends the pair: what came before it is
// delivered (our send queue empty, for a second at most) and then the other side is
// reset. Where the FIN of one side is followed by its reset or by the close of a Unix
// socket, that is passed on too. A Unix sender whose bytes nobody reads any more finds
// that its writes fail.
//
// One ending is not what it would be directly: a Unix socket sees ECONNRESET only if
// bytes that it sent lie unread when the socket it is connected to is closed. Ours
// has read them, so where the other end closes with bytes unread, the Unix end of a
// pair sees a plain end unless some are unread here too ([Ending].Softened).
//
// # Descriptors and packets
//
// Descriptors that come over a Unix socket (SCM_RIGHTS) are passed on with the very
// byte that they came with, and closed here. A target that is TCP cannot have them:
// that is told. SOCK_SEQPACKET pairs keep the boundaries of packets, the empty ones
// too (on Linux).
package relay
