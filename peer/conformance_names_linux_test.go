package peer

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// placeholders are the values that vary, "<port>" and the like. A port is defined by
// the step that opens it, a path exists in the trace's own directory.
type placeholders struct {
	dir   string
	ports map[string]int
	made  map[string]bool // what was promised of the file system, by name
}

var (
	placeholder  = regexp.MustCompile(`<[^<>]+>`)
	portName     = regexp.MustCompile(`^<([a-z0-9_ ]+ )?port( in use)?\d*>$`)
	wrappedName  = regexp.MustCompile(`^<(\d+) \+ (.*port\d*)>$`)
	pathName     = regexp.MustCompile(`^<([a-z]+ )*path\d*( in a (missing|read-only) directory)?>$`)
	pathOfLength = regexp.MustCompile(`^<([a-z]+ )?path of (more than )?(\d+) bytes>$`)
)

// port returns the number of a port, written out or by name.
func (n *placeholders) port(v any) (int, error) {
	switch v := v.(type) {
	case json.Number:
		i, err := v.Int64()
		return int(i), err
	case string:
		if p, ok := n.ports[v]; ok {
			return p, nil
		}
		if m := wrappedName.FindStringSubmatch(v); m != nil {
			add, _ := strconv.Atoi(m[1])
			p, err := freePort()
			n.ports["<"+m[2]+">"] = p
			return add + p, err
		}
		return 0, fmt.Errorf("no step has opened the port %s", v)
	}
	return 0, fmt.Errorf("%v is no port", v)
}

// definePort says what a name stands for from now on.
func (n *placeholders) definePort(name string, port int) error {
	if !portName.MatchString(name) {
		return fmt.Errorf("unknown port %s", name)
	}
	if port < 1 {
		return fmt.Errorf("%s is %d", name, port)
	}
	n.ports[name] = port
	return nil
}

// freePort returns a port that was free a moment ago.
func freePort() (int, error) {
	fd, err := openSocket(unix.AF_INET, unix.SOCK_STREAM)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, err
	}
	return kernelPort(fd)
}

func kernelPort(fd int) (int, error) {
	sa, err := unix.Getsockname(fd)
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return sa.Port, nil
	case *unix.SockaddrInet6:
		return sa.Port, nil
	}
	return 0, errors.Join(errors.New("the socket has no port"), err)
}

// pathText returns a path with its placeholders filled in.
func (n *placeholders) pathText(s string) (string, error) {
	var failed error
	s = placeholder.ReplaceAllStringFunc(s, func(name string) string {
		p, err := n.path(name)
		failed = errors.Join(failed, err)
		return p
	})
	return s, failed
}

// path returns what a placeholder stands for. What its name promises of the
// file system is made first, once: what becomes of it then is the trace's.
func (n *placeholders) path(name string) (string, error) {
	file := filepath.Join(n.dir, strings.ReplaceAll(strings.Trim(name, "<>"), " ", "-"))
	if !n.made[name] {
		n.made[name] = true
		if err := n.make(name, file); err != nil {
			return "", err
		}
	}
	switch name {
	case "<dir>":
		return n.dir, nil
	case "<stale>", "<live>", "<dead socket>", "<regular file>", "<directory>", "<symlink>":
		return file, nil
	case "<path in a missing directory>":
		return filepath.Join(n.dir, "missing", "s"), nil
	case "<path in a read-only directory>":
		return filepath.Join(n.dir, "read-only", "s"), nil
	}
	if length := pathLength(name); length > 0 {
		kind := strings.TrimSpace(pathOfLength.FindStringSubmatch(name)[1])
		prefix := filepath.Join(n.dir, kind+"-")
		if len(prefix) > length {
			return "", fmt.Errorf("the directory for tests is too long for %s: %s", name, n.dir)
		}
		return prefix + strings.Repeat("p", length-len(prefix)), nil
	}
	if pathName.MatchString(name) {
		return file, nil
	}
	return "", fmt.Errorf("unknown placeholder %s", name)
}

// make makes what a placeholder promises of the file system.
func (n *placeholders) make(name, file string) error {
	switch name {
	case "<regular file>":
		return createFile(file)
	case "<directory>":
		return os.Mkdir(file, 0o700)
	case "<symlink>":
		return os.Symlink(filepath.Join(n.dir, "nowhere"), file)
	case "<path in a read-only directory>":
		return os.Mkdir(filepath.Join(n.dir, "read-only"), 0o500)
	}
	return nil
}

// pathLength returns how many bytes a "<path of N bytes>" has, 0 for other names.
func pathLength(name string) int {
	m := pathOfLength.FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	length, _ := strconv.Atoi(m[3])
	if m[2] != "" {
		length += 20
	}
	return length
}

func createFile(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// fileExists asks the kernel, and follows a symbolic link as access(2) does.
func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func entryExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// bytesOf returns the bytes that a data argument stands for: hexadecimal, or
// a size like "<64 KiB>".
func bytesOf(v any) ([]byte, error) {
	s, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("%v is no data", v)
	}
	var n int
	var unit string
	if _, err := fmt.Sscanf(s, "<%d %3s>", &n, &unit); err == nil {
		shift, ok := map[string]int{"KiB": 10, "MiB": 20}[unit]
		if !ok {
			return nil, fmt.Errorf("unknown size %s", s)
		}
		return make([]byte, n<<shift), nil
	}
	return hexBytes(s)
}
