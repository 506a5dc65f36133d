// Package hexdump turns bytes into rows of hex, and text into bytes.
//
// It is pure: it knows no socket and no terminal. Rows are written into
// buffers that the caller owns, so that a page of hex costs no allocation.
package hexdump
