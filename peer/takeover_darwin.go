package peer

import "golang.org/x/sys/unix"

// directoryFlags open a directory; without O_SEARCH it must be one that we may list.
const directoryFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC

// renameExchange swaps two names in one step, renameNew moves one to a name
// that is free: renameatx_np(2).
const (
	renameExchange = unix.RENAME_SWAP
	renameNew      = unix.RENAME_EXCL
)

func renameWith(d *directory, from, to string, how uint) error {
	return unix.RenameatxNp(d.fd, from, d.fd, to, uint32(how))
}
