package peer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var soundJournal = journal{
	Pid: 4711, Began: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
	Original: fileID{Device: 1, Inode: 2}, Ours: fileID{Device: 1, Inode: 3},
}

func soundText(t testing.TB) string {
	t.Helper()
	p, err := soundJournal.append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(p)
}

// A journal that cannot be ours is refused, and nothing is touched: neither by a
// takeover nor by a listener.
func TestAHostileJournalIsRefused(t *testing.T) {
	text := func(s string) func(string) error {
		return func(name string) error { return os.WriteFile(name, []byte(s), 0o600) }
	}
	sound := soundText(t)
	for _, c := range []struct {
		name string
		make func(name string) error
		why  string
	}{
		{"garbage", text("\x00\xff{"), "invalid character"},
		{"half", text(sound[:len(sound)/2]), "unexpected EOF"},
		{"huge", func(name string) error { return errors.Join(text(sound)(name), os.Truncate(name, 1<<36)) }, "it has more than 1024 bytes"},
		{"names", text(strings.Replace(sound, "{", `{"aside":"../../etc/passwd",`, 1)), `unknown field "aside"`},
		{"more", text(sound + sound), "something follows its end"},
		{"pid 0", text(strings.Replace(sound, "4711", "0", 1)), "pid 0 is none"},
		{"negative inode", text(strings.Replace(sound, `"inode":2`, `"inode":-2`, 1)), "cannot unmarshal"},
		{"one file", text(strings.Replace(sound, `"inode":3`, `"inode":2`, 1)), "it does not tell two files"},
		{"null", text("null"), "pid 0 is none"},
		{"symlink", func(name string) error { return os.Symlink("app.sock", name) }, "it is a symlink"},
		{"dangling", func(name string) error { return os.Symlink("nowhere", name) }, "it is a symlink"},
		{"directory", func(name string) error { return os.Mkdir(name, 0o700) }, "it is no regular file"},
		{"fifo", func(name string) error { return unix.Mkfifo(name, 0o600) }, "it is no regular file"},
		{"writable", func(name string) error {
			if err := os.WriteFile(name, []byte(sound), 0o600); err != nil {
				return err
			}
			return os.Chmod(name, 0o620)
		}, "others can change it"},
		{"second name", func(name string) error {
			other := filepath.Join(filepath.Dir(name), "other")
			if err := os.WriteFile(other, []byte(sound), 0o600); err != nil {
				return err
			}
			return os.Link(other, name)
		}, "others can change it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := shortDir(t)
			path, name := filepath.Join(dir, "app.sock"), filepath.Join(dir, journalName("app.sock"))
			serveAt(t, "unix", path, "server")
			if err := c.make(name); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, dir)
			_, _, taking := takeOver(system{}, path, unix.SOCK_STREAM)
			_, _, listening := listenPath(system{}, path, unix.SOCK_STREAM)
			for _, err := range []error{taking, listening} {
				if err == nil || !strings.Contains(err.Error(), name+" is no journal of ours (") || !strings.Contains(err.Error(), c.why) {
					t.Errorf("%v, want %s", err, c.why)
				}
			}
			if after := snapshot(t, dir); after != before {
				t.Errorf("the directory was\n%sand is\n%s", before, after)
			}
			answeredBy(t, path, "server")
		})
	}
}

// A sound journal of other files moves none of those that are there.
func TestAJournalOfOtherFilesMovesNothing(t *testing.T) {
	dir := shortDir(t)
	path := filepath.Join(dir, "app.sock")
	serveAt(t, "unix", path, "server")
	if err := os.WriteFile(filepath.Join(dir, journalName("app.sock")), []byte(soundText(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, asideName("app.sock")), []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, code, err := listenPath(system{}, path, unix.SOCK_STREAM)
	if code != ErrAlreadyInUse || !strings.HasPrefix(err.Error(), "left "+path+" alone, which was made anew meanwhile; a run of pid 4711 had taken it over") {
		t.Error(code, err)
	}
	names(t, dir, ".app.sock.peerscope", "app.sock")
	answeredBy(t, path, "server")
}

// FuzzTakeoverJournal holds that nothing panics, and that what is taken is
// written as something that means the same.
func FuzzTakeoverJournal(f *testing.F) {
	sound := soundText(f)
	for _, s := range []string{sound, sound[:20], "", "null", "{}", "[" + sound, strings.Replace(sound, "1", "1e3", 1)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		j, err := parseJournal(p)
		if err != nil {
			if j != (journal{}) {
				t.Fatalf("%+v, %v", j, err)
			}
			return
		}
		text, err := j.append(nil)
		if err != nil || len(text) > maxJournal {
			t.Fatalf("%+v: %d bytes, %v", j, len(text), err)
		}
		again, err := parseJournal(text)
		if err != nil || again.Pid != j.Pid || again.Original != j.Original || again.Ours != j.Ours || !again.Began.Equal(j.Began) {
			t.Fatalf("%q is %+v and written as %q, which is %+v, %v", p, j, text, again, err)
		}
	})
}
