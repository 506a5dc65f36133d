package peer

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// bindPath makes the listening socket of a path.
func (l *acceptor) bindPath() (int, *boundSocket, Error, error) {
	addr := l.row.addr
	fd, err := l.set.sys.socket(unix.AF_UNIX, addr.socketType())
	if err != nil {
		return -1, nil, ErrCantCreate, err
	}
	made, code, err := bindPath(l.set.sys, fd, addr.Path, false)
	if err == nil && made != nil {
		err = os.Chmod(addr.Path, 0o600)
	}
	if err == nil {
		err = l.set.sys.listen(fd, maxBacklog())
	}
	if err != nil {
		made.remove()
		return -1, nil, code, errors.Join(err, unix.Close(fd))
	}
	b := &boundSocket{domain: unix.AF_UNIX, addr: addr.written(listens), target: addr.Target}
	b.close = func() error { made.remove(); return nil }
	return fd, b, 0, nil
}

func maxBacklog() int { return 4096 }
