package peer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func mustListenPath(t testing.TB, path string, typ int) pathListener {
	t.Helper()
	l, code, err := listenPath(system{}, path, typ)
	if err != nil {
		t.Fatal(code.Name(), err)
	}
	if l.note != "" {
		t.Errorf("it says %q", l.note)
	}
	return l
}

func (l pathListener) end(t testing.TB) {
	t.Helper()
	l.made.remove()
	if err := unix.Close(l.fd); err != nil {
		t.Error(err)
	}
}

func TestAListeningPathIsOursAloneAndGoesWithIt(t *testing.T) {
	dir := shortDir(t)
	for _, mask := range []int{0, 0o777} {
		path := filepath.Join(dir, fmt.Sprintf("%o.sock", mask))
		old := unix.Umask(mask)
		l := mustListenPath(t, path, unix.SOCK_STREAM)
		unix.Umask(old)
		if mode := lstat(t, path).Mode(); mode != os.ModeSocket|0o600 {
			t.Errorf("umask %o: mode %v", mask, mode)
		}
		if err := connectOnce(path); err != nil {
			t.Error(err)
		}
		l.end(t)
	}
	names(t, dir)
}

func TestNobodyCanConnectBeforeTheModeIsSet(t *testing.T) {
	path := filepath.Join(shortDir(t), "app.sock")
	sys := &beforeListen{look: func() {
		if mode := lstat(t, path).Mode(); mode != os.ModeSocket|0o600 {
			t.Errorf("mode %v before it listens", mode)
		}
		if err := connectOnce(path); !errors.Is(err, unix.ECONNREFUSED) {
			t.Error("connected before it listens:", err)
		}
	}}
	l, _, err := listenPath(sys, path, unix.SOCK_STREAM)
	if err != nil {
		t.Fatal(err)
	}
	l.end(t)
	if sys.backlog != maxBacklog() || sys.backlog < 128 {
		t.Errorf("it listens with a backlog of %d, the system's longest is %d", sys.backlog, maxBacklog())
	}
}

// beforeListen looks at what is there when listen(2) is called.
type beforeListen struct {
	system
	look    func()
	backlog int
}

func (k *beforeListen) listen(fd, backlog int) error {
	k.look()
	k.backlog = backlog
	return k.system.listen(fd, backlog)
}

func TestAPathThatIsNotOursAnyMoreStays(t *testing.T) {
	dir := shortDir(t)
	path := filepath.Join(dir, "app.sock")
	l := mustListenPath(t, path, unix.SOCK_STREAM)
	remove(t, path)
	serveAt(t, "unix", path, "server")
	l.end(t)
	names(t, dir, "app.sock")
	answeredBy(t, path, "server")
}

func TestAStalePathIsReplaced(t *testing.T) {
	path := filepath.Join(shortDir(t), "app.sock")
	serveAt(t, "unix", path, "server").end()
	l := mustListenPath(t, path, unix.SOCK_STREAM)
	if err := connectOnce(path); err != nil {
		t.Error(err)
	}
	l.end(t)
}

func TestAPathLeadsThroughOurSymlinksToADirectory(t *testing.T) {
	dir := shortDir(t)
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "run"), 0o700), os.Symlink("run", filepath.Join(dir, "relative")),
		os.Symlink(filepath.Join(dir, "relative"), filepath.Join(dir, "absolute"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"run/a", "relative/a", "absolute/a", "absolute/../run/./a"} {
		l := mustListenPath(t, dir+"/"+name, unix.SOCK_STREAM)
		names(t, filepath.Join(dir, "run"), "a")
		l.end(t)
	}
	t.Chdir(dir)
	for _, name := range []string{"a", "./a", "run/a"} {
		mustListenPath(t, name, unix.SOCK_STREAM).end(t)
	}
}

func TestWhatIsAtAListeningPathStaysAsItIs(t *testing.T) {
	dir := shortDir(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	serveAt(t, "unix", at("live"), "server")
	if err := errors.Join(os.WriteFile(at("file"), nil, 0o600), os.Symlink("live", at("link")), os.Symlink("nowhere", at("dangling")),
		os.Symlink("loop", at("loop")), os.Mkdir(at("dir"), 0o700), unix.Mkfifo(at("fifo"), 0o600)); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", MaxPath-len(dir))
	for _, c := range []struct {
		path string
		code Error
		is   error
		why  string
	}{
		{at("live"), ErrAlreadyInUse, unix.EADDRINUSE,
			"address already in use: somebody listens there: take it over with --takeover " + at("live") + ", or choose another path"},
		{at("file"), ErrAlreadyExists, unix.EEXIST, "file exists: it is no socket, and left alone: choose another path"},
		{at("fifo"), ErrAlreadyExists, unix.EEXIST, "it is no socket"},
		{at("dir"), ErrAlreadyExists, unix.EEXIST, "it is no socket"},
		{at("link"), ErrAlreadyExists, unix.EEXIST, "file exists: it is a symlink, which is not followed: give the path of the socket itself"},
		{at("dangling"), ErrAlreadyExists, unix.EEXIST, "it is a symlink"},
		{at("dir") + "/", ErrInvalidParameter, unix.EISDIR, "the path names a directory: add the name of the socket"},
		{at("no/app.sock"), ErrUnavailable, unix.ENOENT, "no such file or directory: make the directory " + at("no") + " first"},
		{at("file/app.sock"), ErrUnavailable, unix.ENOTDIR, "not a directory: " + at("file")},
		{at("loop/app.sock"), ErrUnavailable, unix.ELOOP, at("loop")},
		{at(long), ErrInvalidParameter, nil, fmt.Sprintf("the path is %d bytes long, at most %d fit", MaxPath+1, MaxPath)},
		{"", ErrInvalidParameter, nil, "the path is empty"},
	} {
		before := snapshot(t, dir)
		_, code, err := listenPath(system{}, c.path, unix.SOCK_STREAM)
		if code != c.code || err == nil || !strings.Contains(err.Error(), c.why) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, %v, want %v, %s", c.path, code, err, c.code, c.why)
		}
		if c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v is no %v", c.path, err, c.is)
		}
		if after := snapshot(t, dir); after != before {
			t.Errorf("%s: the directory was\n%sand is\n%s", c.path, before, after)
		}
	}
	answeredBy(t, at("live"), "server")
}

func TestOfTwoListenersAtOnePathOneIsRefused(t *testing.T) {
	dir := shortDir(t)
	path := filepath.Join(dir, "app.sock")
	serveAt(t, "unix", path, "server").end() // a stale one
	l, _, err := listenPath(&beforeListen{look: func() {
		if _, code, err := listenPath(system{}, path, unix.SOCK_STREAM); code != ErrAlreadyInUse || !errors.Is(err, errClaimed) {
			t.Error("a second listener while the first is about to listen:", code, err)
		}
	}}, path, unix.SOCK_STREAM)
	if err != nil {
		t.Fatal(err)
	}
	names(t, dir, "app.sock")
	if err := connectOnce(path); err != nil {
		t.Error(err)
	}
	l.end(t)
}

func TestAPathThatIsTakenBeforeWeListenIsInUse(t *testing.T) {
	dir := shortDir(t)
	path := filepath.Join(dir, "app.sock")
	sys := &beforeListen{look: func() { // somebody who takes ours for a stale one
		remove(t, path)
		serveAt(t, "unix", path, "server")
	}}
	if _, code, err := listenPath(sys, path, unix.SOCK_STREAM); code != ErrAlreadyInUse || !errors.Is(err, unix.EADDRINUSE) {
		t.Error(code, err)
	}
	names(t, dir, "app.sock")
	answeredBy(t, path, "server")
}

// listenFails gives the errno that a machine would not.
type listenFails struct{ system }

func (listenFails) listen(int, int) error { return unix.EMFILE }

func TestAPathOnWhichListeningFailsIsRemoved(t *testing.T) {
	dir := shortDir(t)
	path := filepath.Join(dir, "app.sock")
	if _, code, err := listenPath(listenFails{}, path, unix.SOCK_STREAM); code != ErrUnavailable || !errors.Is(err, unix.EMFILE) {
		t.Error(code, err)
	}
	names(t, dir)
	serveAt(t, "unix", path, "server")
	if _, code, err := takeOver(listenFails{}, path, unix.SOCK_STREAM); code != ErrUnavailable || !errors.Is(err, unix.EMFILE) {
		t.Error(code, err)
	}
	names(t, dir, "app.sock")
	answeredBy(t, path, "server")
}
