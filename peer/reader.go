package peer

import (
	"errors"
	"runtime"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

const maxReceive = 1 << 20 // bytes of one receive at most

// read is the reader: one goroutine a connection. It takes bytes into the log
// as they come and records facts; it never changes a status. It ends when the
// socket is closed or has failed.
func (c *conn) read() {
	if c.waitConnected() {
		c.receiveAll()
	}
}

// waitConnected waits in Go's poller until the handshake has ended, so that
// the connection and its first bytes keep their true times even if nobody polls.
func (c *conn) waitConnected() bool {
	defer close(c.receiving)
	// The only error is that the socket was closed, which is looked at below.
	_ = c.raw.Write(func(fd uintptr) bool {
		c.recv.Lock()
		defer c.recv.Unlock()
		return c.closed || c.handshake(int(fd))
	})
	c.recv.Lock()
	defer c.recv.Unlock()
	c.sink.mark()
	return !c.closed && c.facts.err == nil
}

// receiveAll receives until the socket has no more to say. Each turn inside
// the poller's call is one receive, so that a flood cannot keep a close waiting.
func (c *conn) receiveAll() {
	for more := true; more; {
		c.waitReleased()
		err := c.raw.Read(func(fd uintptr) (ready bool) {
			ready, more = c.receiveOnce(int(fd))
			return ready
		})
		runtime.Gosched() // a flood would keep the processor until it is taken away
		more = more && err == nil
	}
}

// receiveOnce does one non-blocking receive under the receive lock. ready is
// false when the poller should wait for more; more is false at the end.
func (c *conn) receiveOnce(fd int) (ready, more bool) {
	c.recv.Lock()
	defer c.recv.Unlock()
	switch {
	case c.closed:
		return true, false
	case c.heldFull():
		return true, true
	case c.receiveInto(fd):
		c.sink.mark()
		return true, true
	case c.facts.err != nil:
		c.sink.mark()
		return true, false
	case !c.facts.eof.IsZero():
		c.sink.mark()
		// After a FIN only an error can follow: our next write may be answered by RST.
		if c.pendingError(fd) {
			c.takeError(fd)
			return true, false
		}
	}
	c.sink.log.Idle(capture.In)
	return false, true
}

// receiveInto takes what is there into the log as one chunk: receive, publish
// and count are one step. It reports whether there were bytes. Callers hold recv.
func (c *conn) receiveInto(fd int) bool {
	if !c.look(fd) {
		return false
	}
	want := min(max(c.sys.readable(fd), 1), c.mostToReceive())
	block := c.sink.log.Reserve(capture.In, int(want))
	n, err := c.receive(fd, block[:min(len(block), int(c.mostToReceive()))])
	c.sink.log.Commit(capture.In, n)
	c.tell()
	if err != nil && !errors.Is(err, unix.EAGAIN) {
		c.fail(err)
	}
	return n > 0
}

// mostToReceive is the largest receive: while the row is held, one that does not go
// beyond what a held row takes.
func (c *conn) mostToReceive() int64 {
	if !c.sink.gate.isShut() {
		return maxReceive
	}
	return max(holdLimit-c.sink.log.Unread(capture.In), 1)
}

// heldFull reports whether the row is held and has taken all that it takes then.
func (c *conn) heldFull() bool {
	return c.sink.gate.isShut() && c.sink.log.Unread(capture.In) >= holdLimit
}

// waitReleased waits while heldFull holds, until the connection is closed.
func (c *conn) waitReleased() {
	for open := c.sink.gate.waits(); open != nil && c.heldFull(); open = c.sink.gate.waits() {
		c.recv.Lock()
		closed := c.closed
		c.recv.Unlock()
		if closed {
			return
		}
		<-open
	}
}

// drain takes what the kernel still holds into the log before the socket is
// closed, so that the bytes before a reset are seen (Q3). Callers hold recv.
// It is bounded by what was there when it began.
func (c *conn) drain(fd int) {
	for left := c.sys.readable(fd); left > 0; {
		before := c.received()
		if !c.receiveInto(fd) {
			return
		}
		left -= c.received() - before
	}
}

func (c *conn) received() int64 {
	_, end := c.sink.log.Span(capture.In)
	return end
}
