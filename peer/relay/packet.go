package relay

func setPacketOptions(int) error { return nil }

func (w *way) lookAtPacket(fd uintptr) bool { return w.lookAt(fd) }
