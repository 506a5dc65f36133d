package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// namedServer answers each client at a path with its name.
type namedServer struct {
	l    *net.UnixListener
	path string
	done sync.WaitGroup
}

func serveAt(t testing.TB, network, path, name string) *namedServer {
	t.Helper()
	l, err := net.ListenUnix(network, &net.UnixAddr{Name: path, Net: network})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	return serve(t, l, name)
}

func serve(t testing.TB, l *net.UnixListener, name string) *namedServer {
	s := &namedServer{l: l, path: l.Addr().String()}
	s.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(name)) // the client may have gone
			_ = c.Close()
		}
	})
	t.Cleanup(s.end)
	return s
}

// end is a kill: the file stays.
func (s *namedServer) end() {
	_ = s.l.Close()
	s.done.Wait()
}

// remake is a restart: the file is made anew, by the path that the server knows.
func (s *namedServer) remake(t testing.TB, name string) *namedServer {
	t.Helper()
	s.end()
	remove(t, s.path)
	return serveAt(t, "unix", s.path, name)
}

// serveTakeover lets a takeover's socket answer as "tap". Its descriptor is
// closed with the listener.
func serveTakeover(t testing.TB, fd int) *namedServer {
	t.Helper()
	f := os.NewFile(uintptr(fd), "takeover")
	l, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return serve(t, l.(*net.UnixListener), "tap")
}

// whoAnswers is the name that a client reads at a path, or its error.
func whoAnswers(network, path string) string {
	c, err := net.Dial(network, path)
	if err != nil {
		var errno unix.Errno
		errors.As(err, &errno)
		return unix.ErrnoName(errno)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	p := make([]byte, 16)
	n, err := c.Read(p)
	if err != nil {
		return err.Error()
	}
	return string(p[:n])
}

func answeredBy(t testing.TB, path, want string) {
	t.Helper()
	if got := whoAnswers("unix", path); got != want {
		t.Errorf("at %s answers %s, want %s", filepath.Base(path), got, want)
	}
}

// shortDir is a directory that leaves room for the names of sockets.
func shortDir(t testing.TB) string { return filepath.Dir(socketPath(t)) }

func remove(t testing.TB, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// names holds that a directory has these entries and no others.
func names(t testing.TB, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the directory has %q, want %q", got, want)
	}
}

func mustTakeOver(t testing.TB, path string) *takeover {
	t.Helper()
	tk, code, err := takeOver(system{}, path, unix.SOCK_STREAM)
	if err != nil {
		t.Fatal(code.Name(), err)
	}
	return tk
}

// mustRestore restores and holds what the note says.
func mustRestore(t testing.TB, tk *takeover, want string) {
	t.Helper()
	note, err := tk.restore()
	if err != nil || note != want {
		t.Errorf("restore: %q, %v, want %q", note, err, want)
	}
	if note, err := tk.restore(); note != "" || err != nil {
		t.Errorf("restored twice: %q, %v", note, err)
	}
}

func lstat(t testing.TB, path string) fs.FileInfo {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// withoutExchange plays a system that has neither of the two renames.
func withoutExchange(t testing.TB) {
	rename2 = func(*directory, string, string, uint) error { return unix.EINVAL }
	t.Cleanup(func() { rename2 = renameWith })
}

// bothSystems runs a test with the exchange of this system and without.
func bothSystems(t *testing.T, test func(t *testing.T)) {
	t.Run("exchange", test)
	t.Run("link", func(t *testing.T) {
		withoutExchange(t)
		test(t)
	})
}

func TestATakeoverStandsInAndPutsBack(t *testing.T) {
	bothSystems(t, func(t *testing.T) {
		dir := shortDir(t)
		path := filepath.Join(dir, "app.sock")
		serveAt(t, "unix", path, "server")
		if err := os.Chmod(path, 0o623); err != nil {
			t.Fatal(err)
		}
		before := lstat(t, path)
		tk := mustTakeOver(t, path)
		tap := serveTakeover(t, tk.fd)
		names(t, dir, ".app.sock.peerscope", ".app.sock.peerscope.json", "app.sock")
		answeredBy(t, path, "tap")
		answeredBy(t, tk.target, "server")
		if got := lstat(t, path).Mode(); got != before.Mode() {
			t.Errorf("our socket has mode %v, the original %v", got, before.Mode())
		}
		if got := lstat(t, filepath.Join(dir, journalName("app.sock"))).Mode(); got != 0o600 {
			t.Errorf("the journal has mode %v", got)
		}
		mustRestore(t, tk, "put back "+path)
		tap.end()
		names(t, dir, "app.sock")
		answeredBy(t, path, "server")
		if after := lstat(t, path); !os.SameFile(before, after) || after.Mode() != before.Mode() {
			t.Errorf("back is %v, before it was %v", after, before)
		}
	})
}

func TestATapTakesAServerOverAndPutsItBackWhenItStops(t *testing.T) {
	path := filepath.Join(shortDir(t), "app.sock")
	server := serveAt(t, "unix", path, "server")
	addr, err := TakeOver(path)
	if err != nil {
		t.Fatal(err)
	}
	s := newTestSet(t, Config{})
	id := s.untilListening(s.Add(addr))
	answeredBy(t, path, "server")
	s.until("the pair", func() bool { return len(s.children(id)) == 1 })
	if err := s.Disconnect(id); err != nil {
		t.Fatal(err)
	}
	names(t, filepath.Dir(path), "app.sock")
	answeredBy(t, path, "server")
	if err := s.Reconnect(id); err != nil {
		t.Fatal(err)
	}
	s.untilListening(id)
	server = server.remake(t, "new")
	if err := s.Disconnect(id); err != nil {
		t.Fatal(err)
	}
	want := []string{"put back " + path, "left " + path + " alone, which was made anew meanwhile"}
	if got := s.Notes(); !slices.Equal(got, want) {
		t.Errorf("it is told as %q, want %q", got, want)
	}
	names(t, filepath.Dir(path), "app.sock")
	answeredBy(t, path, "new")
	if err := s.Reconnect(id); err != nil {
		t.Fatal(err)
	}
	s.untilListening(id)
	s.mustClose()
	names(t, filepath.Dir(path), "app.sock")
	answeredBy(t, path, "new")
	server.end()
	s = newTestSet(t, Config{})
	id = s.Add(addr)
	s.Poll()
	if got := s.row(id).Last.Cause; got == nil || !strings.HasSuffix(got.Error(), "nobody answers at it: nothing to take over") {
		t.Errorf("without a server: %v", got)
	}
}

func TestWhatARestoreFinds(t *testing.T) {
	for _, c := range []struct {
		name    string
		happens func(t *testing.T, s *namedServer, tk *takeover)
		note    string
		left    []string
		answers string
	}{
		{
			"the server was restarted",
			func(t *testing.T, s *namedServer, _ *takeover) { s.remake(t, "new") },
			"left %s alone, which was made anew meanwhile", []string{"app.sock"}, "new",
		},
		{
			"a second server made the path anew",
			func(t *testing.T, s *namedServer, _ *takeover) {
				remove(t, s.path)
				serveAt(t, "unix", s.path, "new")
			},
			"left %s alone, which was made anew meanwhile; the old server still answers at %s, which stays",
			[]string{".app.sock.peerscope", "app.sock"}, "new",
		},
		{
			"the server has ended and removed its path",
			func(t *testing.T, s *namedServer, _ *takeover) { s.end(); remove(t, s.path) },
			"%s was removed, and its server has ended: nothing to put back", nil, "ENOENT",
		},
		{
			"the path was removed",
			func(t *testing.T, s *namedServer, _ *takeover) { remove(t, s.path) },
			"put back %s, which was removed meanwhile", []string{"app.sock"}, "server",
		},
		{
			"the server was killed",
			func(t *testing.T, s *namedServer, _ *takeover) { s.end() },
			"put back %s, at which nobody answers any more", []string{"app.sock"}, "ECONNREFUSED",
		},
		{
			"the original was removed",
			func(t *testing.T, _ *namedServer, tk *takeover) { remove(t, tk.target) },
			"removed %s: the server's socket has gone from %s", nil, "ENOENT",
		},
		{
			"both were removed",
			func(t *testing.T, s *namedServer, tk *takeover) { remove(t, s.path); remove(t, tk.target) },
			"%s was removed: nothing is left to put back", nil, "ENOENT",
		},
		{
			"a stranger's file is aside",
			func(t *testing.T, _ *namedServer, tk *takeover) {
				remove(t, tk.target)
				if err := os.Symlink("/dev/null", tk.target); err != nil {
					t.Fatal(err)
				}
			},
			"removed %s: the server's socket has gone from %s", []string{".app.sock.peerscope"}, "ENOENT",
		},
		{
			"the journal was removed",
			func(t *testing.T, s *namedServer, _ *takeover) {
				remove(t, filepath.Join(filepath.Dir(s.path), journalName("app.sock")))
			},
			"put back %s", []string{"app.sock"}, "server",
		},
		{
			"the path is a file now",
			func(t *testing.T, s *namedServer, _ *takeover) {
				s.end()
				remove(t, s.path)
				if err := os.WriteFile(s.path, []byte("precious"), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			"left %s alone, which was made anew meanwhile", []string{"app.sock"}, "ECONNREFUSED",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			bothSystems(t, func(t *testing.T) {
				dir := shortDir(t)
				path := filepath.Join(dir, "app.sock")
				s := serveAt(t, "unix", path, "server")
				tk := mustTakeOver(t, path)
				serveTakeover(t, tk.fd)
				c.happens(t, s, tk)
				want := strings.Replace(c.note, "%s", path, 1)
				mustRestore(t, tk, strings.Replace(want, "%s", tk.target, 1))
				names(t, dir, c.left...)
				answeredBy(t, path, c.answers)
			})
		})
	}
}

func TestWhatIsNotTakenOverStaysAsItIs(t *testing.T) {
	dir := shortDir(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	serveAt(t, "unix", at("live"), "server")
	serveAt(t, "unix", at("stale"), "server").end()
	serveAt(t, "unix", at("blocked"), "server")
	gram, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at("gram"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer gram.Close()
	if err := errors.Join(os.WriteFile(at("file"), nil, 0o600), os.Symlink("live", at("link")), os.Symlink("nowhere", at("dangling")),
		os.WriteFile(at(asideName("blocked")), []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", MaxPath-len(dir)-len("/")-len("..peerscope")+1)
	for _, c := range []struct {
		path string
		code Error
		why  string
	}{
		{at("stale"), ErrUnavailable, "connection refused: nobody answers at it: nothing to take over"},
		{at("missing"), ErrUnavailable, "no such file or directory: nothing to take over: start the server first"},
		{at("file"), ErrAlreadyExists, "file exists: it is no socket, and left alone: choose another path"},
		{at("link"), ErrAlreadyExists, "file exists: it is a symlink, which is not followed: give the path of the socket itself"},
		{at("dangling"), ErrAlreadyExists, "it is a symlink"},
		{at("blocked"), ErrAlreadyExists, "file exists: " + at(".blocked.peerscope") + " is in the way: look at it and remove it"},
		{at("no/app.sock"), ErrUnavailable, "no such file or directory: make the directory " + at("no") + " first"},
		{at("file/app.sock"), ErrUnavailable, "not a directory: " + at("file")},
		{at(long), ErrInvalidParameter, fmt.Sprintf("the path is %d bytes long: to move it aside, at most %d", MaxPath-10, MaxPath-11)},
		{dir + "/", ErrInvalidParameter, "the path names a directory"},
		{at("gram"), ErrUnavailable, "the server takes datagrams, and no connections"},
		{"", ErrInvalidParameter, "the path is empty"},
	} {
		before := snapshot(t, dir)
		_, code, err := takeOver(system{}, c.path, unix.SOCK_STREAM)
		if code != c.code || err == nil || !strings.Contains(err.Error(), c.why) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, %v, want %v, %s", c.path, code, err, c.code, c.why)
		}
		if after := snapshot(t, dir); after != before {
			t.Errorf("%s: the directory was\n%sand is\n%s", c.path, before, after)
		}
	}
}

// snapshot is all that can be seen of a directory.
func snapshot(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	for _, e := range entries {
		var st unix.Stat_t
		if err := unix.Lstat(filepath.Join(dir, e.Name()), &st); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&s, e.Name(), entryOf(&st))
	}
	return s.String()
}

func TestTwoCannotTakeTheSameOver(t *testing.T) {
	path := filepath.Join(shortDir(t), "app.sock")
	serveAt(t, "unix", path, "server")
	tk := mustTakeOver(t, path)
	tap := serveTakeover(t, tk.fd)
	why := fmt.Sprintf("address already in use: taken over by a run of pid %d, which still runs: end it first", os.Getpid())
	if _, code, err := takeOver(system{}, path, unix.SOCK_STREAM); code != ErrAlreadyInUse || err == nil || err.Error() != why {
		t.Error("taken over again:", code, err)
	}
	if _, code, err := listenPath(system{}, path, unix.SOCK_STREAM); code != ErrAlreadyInUse || err == nil || err.Error() != why {
		t.Error("listened at:", code, err)
	}
	answeredBy(t, path, "tap")
	mustRestore(t, tk, "put back "+path)
	tap.end()
}

func TestAServerThatIsRemadeWhileItIsTakenOverIsLeftAlone(t *testing.T) {
	for _, step := range []string{"bound", "journal written"} {
		t.Run(step, func(t *testing.T) {
			dir := shortDir(t)
			path := filepath.Join(dir, "app.sock")
			s := serveAt(t, "unix", path, "server")
			afterStep = func(now string) {
				if now == step {
					if err := os.Link(path, filepath.Join(dir, "old")); err != nil { // else the new one may get its inode
						t.Error(err)
					}
					s.remake(t, "new")
				}
			}
			defer func() { afterStep = func(string) {} }()
			_, code, err := takeOver(system{}, path, unix.SOCK_STREAM)
			if code != ErrAlreadyInUse || err == nil || !strings.Contains(err.Error(), "made it anew at this moment: try again") {
				t.Error(code, err)
			}
			names(t, dir, "app.sock", "old")
			answeredBy(t, path, "new")
		})
	}
}

func TestAServerThatIsRemadeWhileItIsPutBackIsLeftAlone(t *testing.T) {
	dir := shortDir(t)
	path := filepath.Join(dir, "app.sock")
	s := serveAt(t, "unix", path, "server")
	tk := mustTakeOver(t, path)
	tap := serveTakeover(t, tk.fd)
	rename2 = func(d *directory, from, to string, how uint) error {
		rename2 = renameWith
		s.remake(t, "new") // between the look at the path and the exchange
		return renameWith(d, from, to, how)
	}
	mustRestore(t, tk, "left "+path+" alone, which was made anew meanwhile")
	tap.end()
	names(t, dir, "app.sock")
	answeredBy(t, path, "new")
}

func TestClientsNeverFindThePathEmpty(t *testing.T) {
	bothSystems(t, func(t *testing.T) {
		const takeovers, connects = 50, 1000 // at least so many of each client
		path := filepath.Join(shortDir(t), "app.sock")
		serveAt(t, "unix", path, "server")
		var (
			clients sync.WaitGroup
			over    atomic.Bool
			total   atomic.Int64
		)
		for range 2 {
			clients.Go(func() {
				for n := 0; n < connects || !over.Load(); n++ {
					if err := connectOnce(path); err != nil {
						t.Error(err)
						return
					}
					total.Add(1)
				}
			})
		}
		for range takeovers {
			tk := mustTakeOver(t, path)
			tap := serveTakeover(t, tk.fd)
			mustRestore(t, tk, "put back "+path)
			tap.end()
		}
		over.Store(true)
		clients.Wait()
		t.Logf("%d connects during %d takeovers", total.Load(), takeovers)
	})
}

// connectOnce connects as a program does that waits for its turn in the queue.
func connectOnce(path string) error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return retry(func() error { return unix.Connect(fd, &unix.SockaddrUnix{Name: path}) })
}
