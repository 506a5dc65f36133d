package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// socketFile is the name that a bind has put into the file system.
type socketFile struct {
	path string
	id   fileID // of the file as it was made
}

// remove unlinks the file if it still is the one that we made (same device and
// inode): somebody may have put another there (Q10).
func (f *socketFile) remove() {
	if f == nil {
		return
	}
	if now, err := lstatPath(f.path); err == nil && now.is(f.id) {
		_ = os.Remove(f.path) // gone already, or its directory is no longer ours to change
	}
}

// lstatPath looks at a path, without a directory that is open.
func lstatPath(path string) (entry, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Lstat(path, &st) }); err != nil {
		return entry{}, err
	}
	return entryOf(&st), nil
}

// isAbstract reports whether a path is a name in the abstract namespace, which
// has no file.
func isAbstract(path string) bool { return hasAbstract && path[0] == '@' }

// checkPath says what is wrong with a socket's path (Q12).
func checkPath(path string) error {
	switch {
	case path == "":
		return errors.New("the path is empty")
	case len(path) > MaxPath:
		return fmt.Errorf("the path is %d bytes long, at most %d fit", len(path), MaxPath)
	case strings.IndexByte(path, 0) >= 0:
		return errors.New("the path holds a NUL byte")
	}
	return nil
}

// bindPath binds a socket to a path and returns the file that this made, nil in
// the abstract namespace. A socket file that is there already is replaced if
// nobody answers at it, or with force in any case (Q9). The number is that of
// the class's bind (spec §2.5).
func bindPath(sys kernel, fd int, path string, force bool) (*socketFile, Error, error) {
	if isAbstract(path) {
		return nil, ErrUnavailable, sys.bind(fd, &unix.SockaddrUnix{Name: path})
	}
	if code, err := clearPath(path, force); err != nil {
		return nil, code, err
	}
	if err := sys.bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		if errors.Is(err, unix.EACCES) {
			return nil, ErrUnauthorized, err
		}
		return nil, ErrUnavailable, err
	}
	made, err := lstatPath(path)
	if err != nil {
		return nil, 0, nil // somebody has unlinked it in between: it is bound, and nothing is left to remove
	}
	return &socketFile{path, made.id}, 0, nil
}

// clearPath makes room for a bind: it unlinks a socket file at which nobody
// answers, and refuses everything else that is there.
func clearPath(path string, force bool) (Error, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return 0, nil // nothing there, or nothing that we may see: bind says what is wrong
	case info.Mode()&fs.ModeSocket == 0:
		return ErrAlreadyExists, unix.EEXIST
	}
	if !force {
		if err := probe(path); !errors.Is(err, unix.ECONNREFUSED) {
			return ErrAlreadyInUse, unix.EADDRINUSE
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return ErrFailed, err
	}
	return 0, nil
}

// probe asks whether the socket of a path is alive: only ECONNREFUSED says that
// it is not (unix_find_bsd in net/unix/af_unix.c). It asks with a datagram
// socket, which cannot connect to a stream socket (EPROTOTYPE), so the listener
// that is alive finds no client in its queue.
func probe(path string) error {
	syscall.ForkLock.RLock() // keeps a child from inheriting it before it is close-on-exec
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	return retry(func() error { return unix.Connect(fd, &unix.SockaddrUnix{Name: path}) })
}
