// Package relay carries bytes between two connected sockets, a client's and a
// server's, so that each end sees what it would see of the other without it:
// the same bytes in the same order, the same half-closes, the same endings.
// Everything that goes over is kept in a log on its way, without a second copy.
package relay
