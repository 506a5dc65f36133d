package report

import (
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
)

// Format writes what happened, each thing as whole lines. All that comes from
// outside is escaped. A Format belongs to one goroutine.
type Format interface {
	// Event writes an event of a peer.
	Event(r *peer.Row, e *peer.Event) []byte
	// Bytes writes bytes that went over the connection: a chunk, or a piece of a
	// long one, which has the same time as the pieces before.
	Bytes(r *peer.Row, c capture.Chunk, p []byte) []byte
	// Gone writes that there were n bytes that Bytes would have had, and that were
	// not there any more.
	Gone(r *peer.Row, t time.Time, d capture.Dir, n int64, cause string) []byte
	// Sample writes a row's buffered bytes as its last poll saw them.
	Sample(r *peer.Row) []byte
	// SampleWay writes what is buffered of one direction of a relayed pair, with
	// the bytes that went over in both.
	SampleWay(r *peer.Row, d capture.Dir) []byte
}
