package demo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// maxPath is the longest path that a Unix socket can have, in bytes: sun_path less
// its null, 107 on Linux (unix(7)) and 103 on the BSDs.
const maxPath = len(unix.RawSockaddrUnix{}.Path) - 1

// longestName is the longest file name that a peer has in the private directory.
const longestName = "ticker-uds.sock"

// privateDir makes a directory for the sockets, mode 0700, in the first parent that
// can have it and whose path is short enough.
func privateDir(parents ...string) (string, error) {
	var errs []error
	for _, parent := range parents {
		dir, err := privateDirIn(parent)
		if err == nil {
			return dir, nil
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}

func privateDirIn(parent string) (string, error) {
	parent, err := filepath.Abs(parent) // an address needs the whole path; TMPDIR may be relative
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(parent, "peerscope-demo-")
	if err != nil {
		return "", err
	}
	if n := len(filepath.Join(dir, longestName)); n > maxPath {
		err := fmt.Errorf("a socket in %s would have a path of %d bytes, the limit is %d", dir, n, maxPath)
		return "", errors.Join(err, os.Remove(dir))
	}
	return dir, nil
}
