package relay

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// What can go wrong with descriptors that came over a Unix socket.
var (
	errTruncated = errors.New("descriptors were lost on their way to us (MSG_CTRUNC): this process may have no more free")
	errNoRights  = errors.New("descriptors cannot go over TCP: they were closed")
	errNobody    = errors.New("nobody reads any more: the descriptors were closed")
)

// maxRights is the most descriptors that a message carries (SCM_MAX_FD of include/net/scm.h).
const maxRights = 253

// readMessage reads into p, and takes the descriptors that come with the first byte.
func (w *way) readMessage(p []byte) (int, error) {
	if w.control == nil {
		w.control = make([]byte, unix.CmsgSpace(4*maxRights)+stampSpace)
	}
	n, got, truncated, err := recvmsg(w.from.FD, p, w.control, unix.MSG_DONTWAIT)
	if err != nil {
		return n, err
	}
	if !truncated && (got == 0 || w.from.Packet && got == stampSpace) {
		return n, nil // nothing, or no more than the time of a packet
	}
	fds := rightsOf(w.control[:got])
	if len(fds) == 0 && !truncated {
		return n, nil
	}
	var lost error
	if truncated {
		lost = errTruncated
	}
	w.ancillary(fds, lost)
	return n, nil
}

// ancillary tells of descriptors that came, before their byte is published, and
// keeps them to be passed on, or closes them where they cannot be.
func (w *way) ancillary(fds []int, err error) {
	names := make([]string, len(fds))
	for i, fd := range fds {
		names[i] = nameOf(fd)
	}
	w.rights = fds
	switch {
	case !w.to.Unix:
		err = errors.Join(err, errNoRights)
		w.dropRights()
	case w.deaf || w.p.isEnding():
		err = errors.Join(err, errNobody)
		w.dropRights()
	}
	_, off := w.p.c.Log.Span(w.dir)
	w.p.event(Event{Kind: Ancillary, By: w.from.side, Dir: w.dir, Off: off, FDs: names, Err: err})
}

// dropRights closes the descriptors that we have.
func (w *way) dropRights() {
	for _, fd := range w.rights {
		_ = unix.Close(fd)
	}
	w.rights, w.tries = nil, 0
}

// rightsOf returns the descriptors of a control message.
func rightsOf(control []byte) (fds []int) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil // the kernel makes none that is malformed
	}
	for i := range messages {
		if got, err := unix.ParseUnixRights(&messages[i]); err == nil {
			fds = append(fds, got...)
		}
	}
	return fds
}

// isRefusal reports whether err, of a write, leaves the socket as it was.
func isRefusal(err error) bool {
	return errors.Is(err, unix.ETOOMANYREFS) || errors.Is(err, unix.EMSGSIZE)
}

// refused deals with a write that the system did not take. It reports whether to
// write again.
func (w *way) refused() bool {
	const pause = 10 * time.Millisecond
	w.tries++
	switch {
	case errors.Is(w.err, unix.ETOOMANYREFS) && int64(w.tries) < int64(grace/pause):
		// Too many are on their way already (unix(7)): somebody will take theirs.
		time.Sleep(pause)
	case errors.Is(w.err, unix.ETOOMANYREFS):
		w.dropRights()
		_, end := w.p.c.Log.Span(w.dir)
		err := fmt.Errorf("descriptors were not passed on: %w", w.err)
		w.p.event(Event{Kind: Ancillary, By: w.from.side, Dir: w.dir, Off: end - int64(len(w.rest)), Err: err})
	case errors.Is(w.err, unix.EMSGSIZE) && w.tries == 1:
		// The sender has a larger buffer than we.
		_ = unix.SetsockoptInt(w.to.FD, unix.SOL_SOCKET, unix.SO_SNDBUF, len(w.rest))
	case errors.Is(w.err, unix.EMSGSIZE):
		w.p.stop(Local, w.to, fmt.Errorf("a packet of %d bytes: %w", len(w.rest), w.err), true)
		return false
	default:
		return false
	}
	return true
}
