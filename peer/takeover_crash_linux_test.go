package peer

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// childTakeover takes PATH over and is killed after a step of "take" or of
// "restore", with the renames of this system ("exchange") or without ("link").
// Words: PATH SYSTEM PHASE STEP HAPPENS, where HAPPENS is what comes before the
// restore: "-", or "removed" if somebody removes the path.
func childTakeover(words []string) error {
	path, phase, step := words[0], words[2], strings.ReplaceAll(words[3], "_", " ")
	if words[1] == "link" {
		rename2 = func(*directory, string, string, uint) error { return unix.EINVAL }
	}
	now := "take"
	afterStep = func(s string) {
		if now == phase && s == step {
			_ = unix.Kill(os.Getpid(), unix.SIGKILL)
			select {}
		}
	}
	t, _, err := takeOver(system{}, path, unix.SOCK_STREAM)
	if err != nil {
		return err
	}
	if words[4] == "removed" {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	now = "restore"
	if _, err := t.restore(); err != nil {
		return err
	}
	return errors.New("not killed")
}

// killed is a point at which a run is killed.
type killed struct {
	system, phase, step, happens string
	note                         string // what the next run says; PID stands for a pid, PATH for the path
}

func killedAt() []killed {
	const (
		begun = "left PATH as it was; a run that was killed had begun to take it over"
		asWas = "left PATH as it was; a run of pid PID had taken it over"
		back  = "put back PATH; a run of pid PID had taken it over"
	)
	return []killed{
		{"exchange", "take", "journal made", "-", begun},
		{"exchange", "take", "bound", "-", begun},
		{"exchange", "take", "like the original", "-", begun},
		{"exchange", "take", "journal written", "-", asWas},
		{"exchange", "take", "exchanged", "-", back},
		{"link", "take", "linked", "-", asWas},
		{"link", "take", "replaced", "-", back},
		{"exchange", "restore", "exchanged back", "-", asWas},
		{"exchange", "restore", "put back", "-", asWas},
		{"link", "restore", "linked", "-", back},
		{"link", "restore", "replaced", "-", asWas},
		{"link", "restore", "given back", "removed", asWas},
	}
}

// run plays it in a child, which it returns the pid of.
func (k killed) run(t *testing.T, path string) int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	words := []string{"takeover", path, k.system, k.phase, strings.ReplaceAll(k.step, " ", "_"), k.happens}
	cmd.Env = append(os.Environ(), childRole+"="+strings.Join(words, " "))
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != unix.SIGKILL {
		t.Fatalf("the child was to be killed: %v\n%s", err, said.Bytes())
	}
	return cmd.Process.Pid
}

func (k killed) says(path string, pid int) string {
	return strings.NewReplacer("PATH", path, "PID", fmt.Sprint(pid)).Replace(k.note)
}

// eachKill runs a test for each point, with a server that lives in this process.
func eachKill(t *testing.T, test func(t *testing.T, s *namedServer, note string)) {
	for _, k := range killedAt() {
		t.Run(k.system+" "+k.phase+" "+k.step, func(t *testing.T) {
			s := serveAt(t, "unix", filepath.Join(shortDir(t), "app.sock"), "server")
			test(t, s, k.says(s.path, k.run(t, s.path)))
		})
	}
}

func TestATakeoverRepairsWhatAKilledOneLeft(t *testing.T) {
	eachKill(t, func(t *testing.T, s *namedServer, note string) {
		tk := mustTakeOver(t, s.path)
		if tk.note != note {
			t.Errorf("it says %q, want %q", tk.note, note)
		}
		tap := serveTakeover(t, tk.fd)
		answeredBy(t, s.path, "tap")
		answeredBy(t, tk.target, "server")
		mustRestore(t, tk, "put back "+s.path)
		tap.end()
		names(t, filepath.Dir(s.path), "app.sock")
		answeredBy(t, s.path, "server")
	})
}

func TestAListenerRepairsWhatAKilledTakeoverLeft(t *testing.T) {
	eachKill(t, func(t *testing.T, s *namedServer, note string) {
		_, code, err := listenPath(system{}, s.path, unix.SOCK_STREAM)
		if code != ErrAlreadyInUse || err == nil || !strings.HasPrefix(err.Error(), note+"; then: address already in use: ") {
			t.Errorf("%v, %v, want %s", code, err, note)
		}
		names(t, filepath.Dir(s.path), "app.sock")
		answeredBy(t, s.path, "server")
	})
}

func TestARepairLeavesAServerThatWasRestarted(t *testing.T) {
	eachKill(t, func(t *testing.T, s *namedServer, _ string) {
		s.end()
		_ = os.Remove(s.path)               // there is none where a path was given back
		serveAt(t, "unix", s.path, "again") // on ext4 it often has the inode of the one that was there
		_, code, err := listenPath(system{}, s.path, unix.SOCK_STREAM)
		if code != ErrAlreadyInUse || err == nil {
			t.Errorf("%v, %v", code, err)
		}
		names(t, filepath.Dir(s.path), "app.sock")
		answeredBy(t, s.path, "again")
	})
}

func TestARepairAfterTheServerHasEndedLeavesAFreePath(t *testing.T) {
	eachKill(t, func(t *testing.T, s *namedServer, _ string) {
		s.end()
		l, _, err := listenPath(system{}, s.path, unix.SOCK_STREAM)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(l.note, "had ") {
			t.Errorf("it says %q", l.note)
		}
		names(t, filepath.Dir(s.path), "app.sock")
		l.made.remove()
		if err := unix.Close(l.fd); err != nil {
			t.Error(err)
		}
		names(t, filepath.Dir(s.path))
	})
}
