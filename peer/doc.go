// Package peer is the StreamPeerSocket family.
package peer
