// Package report says one event of a peer as one line of text, for scripts:
// what `peerscope watch` prints. It is pure, as all of views is.
package report
