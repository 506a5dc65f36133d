package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// maxLinks is how many symlinks one path may lead through (MAXSYMLINKS,
// path_resolution(7)).
const maxLinks = 40

// directory is the open directory of a socket's path. Names in it are those of
// its entries: no symlink is followed, and a directory that is moved meanwhile
// stays the same one.
type directory struct {
	fd     int
	prefix string // the path up to its last slash, with it: "/run/", "./", or ""
}

// fileID is what tells one file from another.
type fileID struct {
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
}

// entry is a name in a directory as lstat(2) shows it; the zero value is a name
// that does not exist.
type entry struct {
	exists   bool
	id       fileID
	mode     uint32 // type and permissions, as in st_mode
	uid, gid uint32
	size     int64
	single   bool // it has no other name
}

func (e entry) is(id fileID) bool       { return e.exists && e.id == id }
func (e entry) has(kind uint32) bool    { return e.exists && e.mode&unix.S_IFMT == kind }
func (e entry) owned() bool             { return e.exists && int(e.uid) == os.Geteuid() }
func (e entry) ownSocket() bool         { return e.has(unix.S_IFSOCK) && e.owned() }
func (e entry) permissions() uint32     { return e.mode & 0o7777 }
func (d *directory) close()             { _ = unix.Close(d.fd) }
func (d *directory) at(n string) string { return d.prefix + n }

// openDirectory opens the directory of a socket's path and returns it with the
// name in it. Symlinks on the way there are followed only if root or we made
// them (/var/run, and on macOS /tmp), so nobody else can send us elsewhere.
func openDirectory(path string) (*directory, string, error) {
	cut := strings.LastIndexByte(path, '/') + 1
	d, base := &directory{prefix: path[:cut]}, path[cut:]
	if base == "" || base == "." || base == ".." {
		return nil, "", fmt.Errorf("%w: the path names a directory: add the name of the socket", unix.EISDIR)
	}
	fd, err := walk(d.prefix)
	switch {
	case errors.Is(err, unix.ENOENT):
		return nil, "", fmt.Errorf("%w: make the directory %s first", err, d)
	case errors.Is(err, unix.EACCES):
		return nil, "", fmt.Errorf("%w: uid %d may not enter %s: choose another directory", err, os.Geteuid(), d)
	case err != nil:
		return nil, "", fmt.Errorf("%w: %s", err, d)
	}
	d.fd = fd
	return d, base, nil
}

// String names the directory in a message.
func (d *directory) String() string {
	switch {
	case d.prefix == "":
		return "."
	case strings.Trim(d.prefix, "/") == "":
		return "/"
	}
	return strings.TrimRight(d.prefix, "/")
}

// walk opens a directory one component after the other.
func walk(path string) (int, error) {
	names := strings.Split(path, "/")
	fd, err := openStart(path)
	for links := 0; err == nil && len(names) > 0; {
		name := names[0]
		names = names[1:]
		if name == "" || name == "." {
			continue
		}
		var target string
		if fd, target, err = enter(fd, name); target == "" {
			continue
		}
		if links++; links > maxLinks {
			err = unix.ELOOP
			break
		}
		names = append(strings.Split(target, "/"), names...)
		if target[0] == '/' {
			_ = unix.Close(fd)
			fd, err = openStart(target)
		}
	}
	if err != nil && fd >= 0 {
		_ = unix.Close(fd)
	}
	return fd, err
}

// openStart opens what a path begins at.
func openStart(path string) (int, error) {
	start := "."
	if strings.HasPrefix(path, "/") {
		start = "/"
	}
	return unix.Open(start, directoryFlags, 0)
}

// enter goes from a directory into one of its entries, and closes what it has
// left. If that is a symlink that we follow, it stays and returns the target.
func enter(fd int, name string) (next int, target string, err error) {
	next, err = unix.Openat(fd, name, directoryFlags|unix.O_NOFOLLOW, 0)
	if err == nil {
		_ = unix.Close(fd)
		return next, "", nil
	}
	link, statErr := (&directory{fd: fd}).lstat(name)
	if statErr != nil || !link.has(unix.S_IFLNK) {
		return fd, "", err
	}
	if link.uid != 0 && !link.owned() {
		return fd, "", fmt.Errorf("%w: the symlink %s belongs to %s and is not followed", unix.EPERM, name, userName(link.uid))
	}
	p := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(fd, name, p)
	if err == nil && n == 0 {
		err = unix.ENOENT
	}
	return fd, string(p[:max(n, 0)]), err
}

// lstat looks at a name. That it does not exist is no error.
func (d *directory) lstat(name string) (entry, error) {
	var st unix.Stat_t
	err := retry(func() error { return unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return entry{}, nil
	case err != nil:
		return entry{}, fmt.Errorf("lstat %s: %w", d.at(name), err)
	}
	return entryOf(&st), nil
}

// unlink removes a name. That it is gone already is no error.
func (d *directory) unlink(name string) error {
	if err := unix.Unlinkat(d.fd, name, 0); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("unlink %s: %w", d.at(name), err)
	}
	return nil
}

// refusal says why no file can be made in the directory.
func (d *directory) refusal(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: uid %d may not make files in %s: choose another directory, or run as its owner", err, os.Geteuid(), d)
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%w: %s: choose another directory", err, d)
	}
	return err
}

// userName is "postgres (uid 105)", or "uid 105" if it has no name.
func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return fmt.Sprintf("%s (uid %s)", u.Username, id)
	}
	return "uid " + id
}
