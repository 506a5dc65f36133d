// Package demo runs the peers of `peerscope demo`: in-process servers on
// loopback ports and on Unix sockets in a private directory, some of which
// misbehave on purpose. They are seeded: the same seed gives the same bytes
// in the same order.
package demo
