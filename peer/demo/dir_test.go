package demo

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheDirectoryAndItsSocketsArePrivate(t *testing.T) {
	d := startTest(t, 1, testPace)
	err := filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.ModeSocket | 0o600
		if e.IsDir() {
			want = fs.ModeDir | 0o700
		}
		if info.Mode() != want {
			t.Errorf("%s: mode %v, want %v", path, info.Mode(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoSocketHasALongerNameThanTheLongest(t *testing.T) {
	d := startTest(t, 1, testPace)
	for _, p := range d.Peers() {
		if name := filepath.Base(d.socketPath(p.Label)); strings.HasPrefix(p.Address, "unix:") && len(name) > len(longestName) {
			t.Errorf("%s is longer than %s", name, longestName)
		}
	}
}

// longDir is a directory in which no socket can be bound.
func longDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), strings.Repeat("x", maxPath))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestALongTMPDIRGivesWayToTmp(t *testing.T) {
	t.Setenv("TMPDIR", longDir(t))
	d := startTest(t, 1, testPace)
	if filepath.Dir(d.dir) != "/tmp" {
		t.Errorf("directory %s", d.dir)
	}
	dial(t, d, "echo-uds")
}

func TestWithoutAShortDirectoryTheErrorSaysSoAndNothingIsLeft(t *testing.T) {
	long := longDir(t)
	_, err := privateDir(long, long)
	if err == nil || !strings.Contains(err.Error(), "the limit is") {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(long); len(left) != 0 || err != nil {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestAPathWithReservedCharactersIsEscapedInTheAddress(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "a=b#c%d")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("TMPDIR", dir)
	d := startTest(t, 1, testPace)
	address := find(t, d, "echo-uds").Address
	if !strings.HasPrefix(address, "unix:///tmp/a%3Db%23c%25d") {
		t.Errorf("address %s", address)
	}
	dial(t, d, "echo-uds")
}
