package peer

// FarEnd is what the kernel tells of the socket at the other end of a
// connection, where that is one of this machine, in our network namespace
// (Linux). The zero value is none.
type FarEnd struct {
	SendQ   Figure[int64] // what its owner has sent and we have not acknowledged: bytes, of a Unix socket their memory
	SendMem Figure[int64] // the memory that they take of SendBuf: its queue is full by this
	SendBuf Figure[int64] // its SO_SNDBUF
}
