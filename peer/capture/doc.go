// Package capture keeps what went over a connection: the bytes, which way
// they went, when they arrived and where one read ended and the next began.
//
// A [Log] belongs to one peer and has two directions. All logs take their
// blocks from one [Pool], which maps them outside the Go heap and bounds all
// logs together: when the budget is spent, the oldest bytes go, and are
// counted. Nobody holds a slice of a block; readers copy out under the log's
// lock, at most [MaxCopy] bytes at a time.
package capture
