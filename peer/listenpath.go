package peer

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// pathListener is a listening Unix socket.
type pathListener struct {
	fd   int         // non-blocking, close-on-exec
	made *socketFile // to be removed before fd is closed; nil in the abstract namespace
	note string      // one line of what a run that was killed had left and is put right; "" if there was none
}

// listenPath listens at a path, or at "@name" in the abstract namespace (Linux),
// with a socket of typ SOCK_STREAM or SOCK_SEQPACKET. The file has mode 0600
// before anybody can connect to it. A socket of ours at which nobody answers is
// replaced, everything else that is there stays. Of two runs that want one path
// at the same time one is refused. The class's own Listen is [UDSServer.Listen],
// which follows other rules.
//
// Errors: ErrInvalidParameter (an empty path, one longer than MaxPath, a
// directory), ErrAlreadyInUse (somebody answers there, or a run has taken it
// over), ErrAlreadyExists (a symlink, or no socket), ErrUnauthorized (it belongs
// to another user, or we may make no file there), ErrUnavailable.
func listenPath(sys kernel, path string, typ int) (l pathListener, code Error, err error) {
	if err := checkPath(path); err != nil {
		return l, ErrInvalidParameter, err
	}
	if isAbstract(path) {
		err = l.open(sys, path, typ, func() error { return nil })
	} else {
		err = l.openFile(sys, path, typ)
	}
	if err != nil {
		return pathListener{}, codeFor(err), after(l.note, err)
	}
	return l, 0, nil
}

// open makes the socket, binds it, and listens after what is between.
func (l *pathListener) open(sys kernel, path string, typ int, between func() error) error {
	fd, err := sys.socket(unix.AF_UNIX, typ)
	if err != nil {
		return err
	}
	if err = sys.bind(fd, &unix.SockaddrUnix{Name: path}); err == nil {
		if err = between(); err == nil {
			err = sys.listen(fd, maxBacklog())
		}
	}
	if err != nil {
		l.made.remove()
		_ = unix.Close(fd)
		if errors.Is(err, unix.EADDRINUSE) {
			return inUse(path)
		}
		return err
	}
	l.fd = fd
	return nil
}

// openFile is open at a path that has a file.
func (l *pathListener) openFile(sys kernel, path string, typ int) error {
	d, base, err := openDirectory(path)
	if err != nil {
		return err
	}
	defer d.close()
	if l.note, err = repair(d, base); err != nil {
		return err
	}
	if e, err := d.lstat(base); err == nil && e.exists { // before anything is made next to it
		if err := refuseEntry(e); err != nil {
			return err
		}
	}
	c, err := makeClaim(d, base)
	if err != nil {
		return err
	}
	defer c.letGo()
	if err := makeRoom(d, base); err != nil {
		return err
	}
	err = l.open(sys, path, typ, func() error {
		made, err := d.lstat(base)
		if err != nil {
			return err
		}
		if !made.ownSocket() {
			return inUse(path)
		}
		l.made = &socketFile{path, made.id}
		return d.chmod(base, 0o600)
	})
	if err != nil {
		return d.refusal(err)
	}
	return l.stillThere(d, base)
}

// stillThere fails, and listens no more, if the path is not ours any more: until
// we listened our socket was one that refuses clients, a stale one to others than
// peerscope, which do not ask for its lock.
func (l *pathListener) stillThere(d *directory, base string) error {
	now, err := d.lstat(base)
	if err == nil && now.is(l.made.id) {
		return nil
	}
	_ = unix.Close(l.fd)
	if err == nil {
		err = inUse(d.at(base))
	}
	return err
}

// makeRoom removes a stale socket of ours, and refuses everything else. Callers
// hold the claim: else the socket may be one that is about to listen.
func makeRoom(d *directory, base string) error {
	e, err := d.lstat(base)
	if err != nil || !e.exists {
		return err
	}
	if err := refuseEntry(e); err != nil {
		return err
	}
	if err := probe(d.at(base)); !errors.Is(err, unix.ECONNREFUSED) && !errors.Is(err, unix.ENOENT) {
		return inUse(d.at(base))
	}
	return d.refusal(d.unlink(base))
}

func inUse(path string) error {
	if isAbstract(path) {
		return fmt.Errorf("%w: somebody listens there: choose another name", unix.EADDRINUSE)
	}
	return fmt.Errorf("%w: somebody listens there: take it over with --takeover %s, or choose another path", unix.EADDRINUSE, path)
}

// codeFor is the family's number for what is wrong with a path.
func codeFor(err error) Error {
	switch {
	case errors.Is(err, unix.EADDRINUSE):
		return ErrAlreadyInUse
	case errors.Is(err, fs.ErrPermission):
		return ErrUnauthorized
	case errors.Is(err, fs.ErrExist):
		return ErrAlreadyExists
	case errors.Is(err, unix.EISDIR):
		return ErrInvalidParameter
	}
	return ErrUnavailable
}
