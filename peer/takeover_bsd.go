//go:build darwin || freebsd

package peer

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func entryOf(st *unix.Stat_t) entry {
	return entry{
		exists: true, id: fileID{uint64(st.Dev), st.Ino}, mode: uint32(st.Mode), uid: st.Uid, gid: st.Gid,
		size: st.Size, single: st.Nlink == 1,
	}
}

// chmod sets the permissions of a socket file.
func (d *directory) chmod(name string, permissions uint32) error {
	e, err := d.lstat(name)
	if err == nil && !e.ownSocket() {
		err = fmt.Errorf("%w: another file took the name %s", unix.EEXIST, d.at(name))
	}
	if err != nil {
		return err
	}
	return unix.Fchmodat(d.fd, name, permissions, unix.AT_SYMLINK_NOFOLLOW)
}

// maxBacklog is the longest queue of clients that a listener may ask for
// (listen(2)).
func maxBacklog() int { return unix.SOMAXCONN }
