package peer

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// childPath listens at a path or takes it over, as nobody, and prints what came
// of it.
func childPath(words []string) error {
	if err := becomeNobody(); err != nil {
		return err
	}
	var err error
	switch words[0] {
	case "listen":
		_, _, err = listenPath(system{}, words[1], unix.SOCK_STREAM)
	case "takeover":
		_, _, err = takeOver(system{}, words[1], unix.SOCK_STREAM)
	}
	fmt.Println(err)
	return nil
}

// asNobody is what [childPath] prints.
func asNobody(t *testing.T, call, path string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"=path "+call+" "+path, "GORACE=atexit_sleep_ms=0") // else a second each under -race
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), errCannot.Error()) {
		t.Skipf("this machine has no other user: %s", out)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// openDir is a directory that other users reach too.
func openDir(t *testing.T, mode os.FileMode) string {
	t.Helper()
	dir := shortDir(t)
	if err := os.Chmod(dir, mode); err != nil {
		t.Fatal(err)
	}
	return dir
}

func needsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("chown(2) to another user needs root")
	}
}

func TestNothingOfAnotherUserIsTouched(t *testing.T) {
	needsRoot(t)
	dir := openDir(t, os.ModeSticky|0o777)
	at := func(name string) string { return filepath.Join(dir, name) }
	serveAt(t, "unix", at("live"), "server")
	serveAt(t, "unix", at("stale"), "server").end()
	for _, name := range []string{"live", "stale"} { // so that nothing but the owner forbids it
		if err := os.Chmod(at(name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	const why = "permission denied: it belongs to root (uid 0), and is left alone: run as that user (this is uid 65534)"
	before := snapshot(t, dir)
	for _, call := range []string{"listen", "takeover"} {
		for _, name := range []string{"live", "stale"} {
			if got := asNobody(t, call, at(name)); got != why {
				t.Errorf("%s %s: %s", call, name, got)
			}
		}
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("the directory was\n%sand is\n%s", before, after)
	}
	// Root may do everything, and does not.
	for _, name := range []string{"live", "stale"} {
		if err := os.Chown(at(name), nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	before = snapshot(t, dir)
	for _, name := range []string{"live", "stale"} {
		_, code, err := listenPath(system{}, at(name), unix.SOCK_STREAM)
		if code != ErrUnauthorized || !strings.Contains(err.Error(), "(uid 65534), and is left alone") {
			t.Error(code, err)
		}
		_, code, err = takeOver(system{}, at(name), unix.SOCK_STREAM)
		if code != ErrUnauthorized || !strings.Contains(err.Error(), "(uid 65534), and is left alone") {
			t.Error(code, err)
		}
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("the directory was\n%sand is\n%s", before, after)
	}
}

func TestAJournalOfAnotherUserIsRefused(t *testing.T) {
	needsRoot(t)
	dir := shortDir(t)
	path, name := filepath.Join(dir, "app.sock"), filepath.Join(dir, journalName("app.sock"))
	serveAt(t, "unix", path, "server")
	if err := errors.Join(os.WriteFile(name, []byte(soundText(t)), 0o600), os.Chown(name, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	for range 2 {
		_, code, err := listenPath(system{}, path, unix.SOCK_STREAM)
		if code != ErrUnauthorized || !strings.Contains(err.Error(), "(uid 65534): run as that user, or choose another path") {
			t.Error(code, err)
		}
		_, code, err = takeOver(system{}, path, unix.SOCK_STREAM)
		if code != ErrUnauthorized || !strings.Contains(err.Error(), "(uid 65534): run as that user, or choose another path") {
			t.Error(code, err)
		}
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("the directory was\n%sand is\n%s", before, after)
	}
}

func TestASymlinkOfAnotherUserIsNotFollowed(t *testing.T) {
	needsRoot(t)
	dir := shortDir(t)
	link := filepath.Join(dir, "link")
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "run"), 0o700), os.Symlink("run", link), os.Lchown(link, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	_, code, err := listenPath(system{}, filepath.Join(link, "app.sock"), unix.SOCK_STREAM)
	if code != ErrUnauthorized || !strings.Contains(err.Error(), "(uid 65534) and is not followed") {
		t.Error(code, err)
	}
	names(t, filepath.Join(dir, "run"))
}

func TestWithoutPermissionTheLineSaysSo(t *testing.T) {
	needsRoot(t)
	dir := openDir(t, 0o755)
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	mayNot := "permission denied: uid 65534 may not make files in " + dir + ": choose another directory, or run as its owner"
	if got := asNobody(t, "listen", filepath.Join(dir, "app.sock")); got != mayNot {
		t.Error(got)
	}
	server := serveAt(t, "unix", filepath.Join(dir, "live"), "server")
	if err := errors.Join(os.Chown(server.path, nobody, nobody), os.Chmod(server.path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if got := asNobody(t, "takeover", server.path); got != mayNot {
		t.Error(got)
	}
	server.end()
	if got := asNobody(t, "listen", server.path); got != mayNot {
		t.Error(got)
	}
	if got := asNobody(t, "listen", filepath.Join(closed, "in", "app.sock")); got !=
		"permission denied: uid 65534 may not enter "+filepath.Join(closed, "in")+": choose another directory" {
		t.Error(got)
	}
	names(t, dir, "closed", "live")
}

// A directory whose files get its group, and a server that gave its own another.
func TestATakeoverKeepsOwnerGroupAndMode(t *testing.T) {
	needsRoot(t)
	for _, dirMode := range []os.FileMode{0o755, os.ModeSetgid | 0o755} {
		dir := shortDir(t)
		if err := errors.Join(os.Chown(dir, 0, 7), os.Chmod(dir, dirMode)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "app.sock")
		serveAt(t, "unix", path, "server")
		if err := errors.Join(os.Chown(path, 0, 12), os.Chmod(path, os.ModeSetgid|0o660)); err != nil {
			t.Fatal(err)
		}
		d := &directory{fd: unix.AT_FDCWD}
		before, err := d.lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		tk := mustTakeOver(t, path)
		tap := serveTakeover(t, tk.fd)
		during, err := d.lstat(path)
		if err != nil || during.is(before.id) || during.uid != 0 || during.gid != 12 || during.mode != before.mode {
			t.Errorf("ours is %+v, %v, the original %+v", during, err, before)
		}
		mustRestore(t, tk, "put back "+path)
		tap.end()
		if after, err := d.lstat(path); err != nil || after != before {
			t.Errorf("back is %+v, %v, before it was %+v", after, err, before)
		}
	}
}

// Only a member may give a file to a group.
func TestATakeoverThatCannotKeepTheGroupIsRefused(t *testing.T) {
	needsRoot(t)
	dir := openDir(t, 0o777)
	server := serveAt(t, "unix", filepath.Join(dir, "app.sock"), "server")
	if err := errors.Join(os.Chown(server.path, nobody, 12), os.Chmod(server.path, 0o770)); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	if got, want := asNobody(t, "takeover", server.path), "operation not permitted: the new socket cannot be given the group"+
		" of the one there (gid 12): run as a member of it"; got != want {
		t.Error(got)
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("the directory was\n%sand is\n%s", before, after)
	}
}

func TestASeqpacketServerIsTakenOverAsOne(t *testing.T) {
	path := filepath.Join(shortDir(t), "app.sock")
	serveAt(t, "unixpacket", path, "server")
	_, code, err := takeOver(system{}, path, unix.SOCK_STREAM)
	if code != ErrUnavailable || err == nil ||
		err.Error() != "protocol wrong type for socket: the server is of the other kind, SOCK_SEQPACKET (unixpacket://)" {
		t.Error(code, err)
	}
	tk, _, err := takeOver(system{}, path, unix.SOCK_SEQPACKET)
	if err != nil {
		t.Fatal(err)
	}
	tap := serveTakeover(t, tk.fd)
	if got := whoAnswers("unixpacket", path); got != "tap" {
		t.Error(got)
	}
	mustRestore(t, tk, "put back "+path)
	tap.end()
	if got := whoAnswers("unixpacket", path); got != "server" {
		t.Error(got)
	}
}

func TestAListeningPathMayBeSeqpacketOrAbstract(t *testing.T) {
	path := filepath.Join(shortDir(t), "app.sock")
	l := mustListenPath(t, path, unix.SOCK_SEQPACKET)
	if err := connectOnce(path); !errors.Is(err, unix.EPROTOTYPE) {
		t.Error(err)
	}
	l.end(t)
	name := fmt.Sprintf("@peerscope-test-%d", os.Getpid())
	l = mustListenPath(t, name, unix.SOCK_STREAM)
	_, code, err := listenPath(system{}, name, unix.SOCK_STREAM)
	if code != ErrAlreadyInUse || !errors.Is(err, unix.EADDRINUSE) || !strings.HasSuffix(err.Error(), "choose another name") {
		t.Error(code, err)
	}
	if _, code, err := takeOver(system{}, name, unix.SOCK_STREAM); code != ErrInvalidParameter || err == nil {
		t.Error(code, err)
	}
	l.end(t)
}
