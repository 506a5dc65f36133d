//go:build darwin || freebsd

package relay

const stampSpace = 0

func setPacketOptions(int) error { return nil }

// lookAtPacket waits until there are packets, and finds how many bytes they have
// together: a read takes one of them. An empty packet looks like the end here.
func (w *way) lookAtPacket(fd uintptr) bool { return w.lookAt(fd) }
