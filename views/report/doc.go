// Package report says what happens to peers as lines of text, for scripts and
// people: what `peerscope watch` prints. A [Format] writes them as JSON, text or
// hex. It is pure, as all of views is.
package report
