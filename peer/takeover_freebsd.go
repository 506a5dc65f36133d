package peer

import "golang.org/x/sys/unix"

// directoryFlags open a directory that we may search, if not list (open(2)).
const directoryFlags = unix.O_SEARCH | unix.O_DIRECTORY | unix.O_CLOEXEC

const (
	renameExchange = iota
	renameNew
)

// renameWith has no system call here.
func renameWith(*directory, string, string, uint) error { return unix.ENOSYS }
