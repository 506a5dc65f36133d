package relay

import "golang.org/x/sys/unix"

// scenario is one way that a connection ends: what the end does that ends it
// first, and what the other one does. Both write down what they see.
type scenario struct {
	name  string
	ender func(*far, *meeting)
	other func(*far, *meeting)
	kill  string // instead of ender: what a process does until it is killed with -9
}

// meeting is where the two ends of a scenario wait for each other.
type meeting struct {
	ended chan struct{} // the ender has done it
	read  chan struct{} // the other end has read what the ender waits for
}

// unread is how many bytes lie unread at an end that closes.
const unread = 500

var scenarios = []scenario{
	{
		name:  "close after data",
		ender: func(f *far, _ *meeting) { f.send(1000); f.close() },
		other: func(f *far, _ *meeting) { f.readToEnd(); f.sendUntilError() },
	}, {
		name:  "close after much data",
		ender: func(f *far, _ *meeting) { f.send(3 << 20); f.close() },
		other: func(f *far, _ *meeting) { f.readToEnd(); f.sendUntilError() },
	}, {
		name:  "close at once",
		ender: func(f *far, _ *meeting) { f.close() },
		other: func(f *far, _ *meeting) { f.readToEnd(); f.sendUntilError() },
	}, {
		name:  "says nothing and half-closes",
		ender: func(f *far, _ *meeting) { f.shutdown(unix.SHUT_WR); f.readToEnd() },
		other: func(f *far, _ *meeting) { f.readToEnd(); f.close() },
	}, {
		name:  "half-close, then the answer",
		ender: func(f *far, _ *meeting) { f.send(100_000); f.shutdown(unix.SHUT_WR); f.readToEnd(); f.close() },
		other: func(f *far, _ *meeting) { f.readToEnd(); f.send(1 << 20); f.close() },
	}, {
		name:  "both half-close at once",
		ender: func(f *far, _ *meeting) { f.send(1000); f.shutdown(unix.SHUT_WR); f.readToEnd() },
		other: func(f *far, _ *meeting) { f.send(1000); f.shutdown(unix.SHUT_WR); f.readToEnd() },
	}, {
		name: "half-close, then close",
		ender: func(f *far, m *meeting) {
			f.send(1000)
			f.shutdown(unix.SHUT_WR)
			<-m.read
			f.close()
		},
		other: func(f *far, m *meeting) { f.readToEnd(); close(m.read); f.awaitClose(); f.sendUntilError() },
	}, {
		name: "half-close, then reset",
		ender: func(f *far, m *meeting) {
			f.send(1000)
			f.shutdown(unix.SHUT_WR)
			<-m.read
			f.reset()
		},
		other: func(f *far, m *meeting) { f.readToEnd(); close(m.read); f.awaitReset(); f.sendUntilError() },
	}, {
		name:  "reset after data",
		ender: func(f *far, _ *meeting) { f.send(1000); f.awaitSent(); f.reset() },
		other: func(f *far, _ *meeting) { f.readToEnd(); f.sendUntilError() },
	}, {
		name:  "reset found by reading late",
		ender: func(f *far, _ *meeting) { f.send(1000); f.awaitSent(); f.reset() },
		other: func(f *far, _ *meeting) { f.awaitReset(); f.readToEnd(); f.readToEnd() },
	}, {
		name:  "reset found by writing",
		ender: func(f *far, _ *meeting) { f.reset() },
		other: func(f *far, _ *meeting) { f.awaitReset(); f.sendUntilError(); f.readToEnd() },
	}, {
		name:  "close with bytes unread",
		ender: func(f *far, _ *meeting) { f.send(1000); f.awaitSent(); f.awaitUnread(unread); f.close() },
		other: func(f *far, _ *meeting) { f.send(unread); f.awaitBroken(); f.readToEnd() },
	}, {
		name:  "close with bytes unread, found by writing",
		ender: func(f *far, _ *meeting) { f.awaitUnread(unread); f.close() },
		other: func(f *far, _ *meeting) { f.send(unread); f.awaitBroken(); f.sendUntilError(); f.readToEnd() },
	}, {
		name:  "close with all queues full",
		ender: func(f *far, m *meeting) { <-m.read; f.close() },
		other: func(f *far, m *meeting) { f.fillUp(); close(m.read); f.awaitBroken(); f.readToEnd() },
	}, {
		name: "half-close, then close with bytes unread",
		ender: func(f *far, m *meeting) {
			f.send(1000)
			f.shutdown(unix.SHUT_WR)
			<-m.read
			f.awaitUnread(unread)
			f.close()
		},
		other: func(f *far, m *meeting) {
			f.readToEnd()
			close(m.read)
			f.send(unread)
			f.awaitBroken()
			f.sendUntilError()
			f.readToEnd()
		},
	}, {
		name:  "reset by the receiver of a large transfer",
		ender: func(f *far, _ *meeting) { f.read(1_000_000); f.reset() },
		// A write that is blocked may take the error of a Unix socket, or not.
		other: func(f *far, _ *meeting) { f.flood() },
	}, {
		name:  "reset by the sender of a large transfer",
		ender: func(f *far, m *meeting) { floodUntil(f, m.read); f.reset() },
		other: func(f *far, m *meeting) { f.readAtLeast(4_000_000, func() { close(m.read) }) },
	}, {
		name: "reads no more",
		ender: func(f *far, m *meeting) {
			f.shutdown(unix.SHUT_RD)
			close(m.ended)
			f.send(1000)
			<-m.read
			f.close()
		},
		other: func(f *far, m *meeting) {
			<-m.ended
			if f.family != tcp && f.beyond != tcp { // TCP tells nobody
				f.sendUntilError()
			}
			f.read(1000)
			close(m.read)
			f.readToEnd()
		},
	}, {
		name:  "killed after data",
		kill:  "send 1000",
		other: func(f *far, _ *meeting) { f.readToEnd(); f.sendUntilError() },
	}, {
		name:  "killed at once",
		kill:  "nothing",
		other: func(f *far, _ *meeting) { f.readToEnd(); f.sendUntilError() },
	}, {
		name:  "killed with bytes unread",
		kill:  "send 1000, leave unread",
		other: func(f *far, _ *meeting) { f.send(unread); f.awaitBroken(); f.readToEnd() },
	}, {
		name:  "killed in the middle of its transfer",
		kill:  "flood",
		other: func(f *far, m *meeting) { f.readAtLeast(4_000_000, func() { close(m.read) }) },
	},
}

// floodUntil writes until stop is closed.
func floodUntil(f *far, stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		if err := f.write(64 << 10); err != nil {
			f.saw("send: %v", err)
			return
		}
	}
}
