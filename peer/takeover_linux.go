package peer

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// directoryFlags open a directory that we may search, if not list (open(2)).
const directoryFlags = unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC

func entryOf(st *unix.Stat_t) entry {
	return entry{
		exists: true, id: fileID{st.Dev, st.Ino}, mode: st.Mode, uid: st.Uid, gid: st.Gid,
		size: st.Size, single: st.Nlink == 1,
	}
}

// renameExchange swaps two names in one step, renameNew moves one to a name
// that is free: renameat2(2).
const (
	renameExchange = unix.RENAME_EXCHANGE
	renameNew      = unix.RENAME_NOREPLACE
)

func renameWith(d *directory, from, to string, how uint) error {
	return unix.Renameat2(d.fd, from, d.fd, to, how)
}

// chmod sets the permissions of a socket file. It goes by a descriptor, since
// before Linux 6.6 only that is sure to follow no symlink.
func (d *directory) chmod(name string, permissions uint32) error {
	fd, err := unix.Openat(d.fd, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if e := entryOf(&st); !e.ownSocket() {
		return fmt.Errorf("%w: another file took the name %s", unix.EEXIST, d.at(name))
	}
	return unix.Chmod("/proc/self/fd/"+strconv.Itoa(fd), permissions)
}

// maxBacklog is the longest queue of clients that a listener may ask for
// (net.core.somaxconn, listen(2)).
func maxBacklog() int {
	if p, err := os.ReadFile("/proc/sys/net/core/somaxconn"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(p)), 10, 32); err == nil && n > 0 {
			return int(n)
		}
	}
	return unix.SOMAXCONN
}
