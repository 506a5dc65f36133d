package peer

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// unwilling is the kernel of a machine on which something is not allowed. It
// stands in under the classes where this one allows too much.
type unwilling struct {
	system
	unprivileged  bool // no port below 1024, and the modes of files count
	unreachable   bool // the loopback interface is down
	interrupts    bool // a signal comes into every second call
	calls         atomic.Int64
	noDescriptors atomic.Bool // EMFILE
}

// standIn is a kernel that does to the classes what the needs of a trace would.
func standIn(needs []string) (*unwilling, error) {
	k := new(unwilling)
	for _, need := range needs {
		switch need {
		case "unprivileged":
			k.unprivileged = true
		case "no-network":
			k.unreachable = true
		case "signal":
			k.interrupts = true
		case "descriptors": // noDescriptors is set by the step
		default:
			return nil, fmt.Errorf("no errno stands for the need %q", need)
		}
	}
	return k, nil
}

func (k *unwilling) socket(domain, typ int) (int, error) {
	if k.noDescriptors.Load() {
		return -1, unix.EMFILE
	}
	return k.system.socket(domain, typ)
}

func (k *unwilling) accept(fd int) (int, unix.Sockaddr, error) {
	if k.noDescriptors.Load() {
		return -1, nil, unix.EMFILE
	}
	return k.system.accept(fd)
}

func (k *unwilling) connect(fd int, remote unix.Sockaddr) error {
	sa, isPath := remote.(*unix.SockaddrUnix)
	switch {
	case k.unreachable && !isPath:
		return unix.ENETUNREACH
	case k.unprivileged && isPath && !writable(sa.Name):
		return unix.EACCES
	}
	return k.system.connect(fd, remote)
}

func (k *unwilling) bind(fd int, local unix.Sockaddr) error {
	switch sa := local.(type) {
	case *unix.SockaddrUnix:
		if k.unprivileged && !writable(filepath.Dir(sa.Name)) {
			return unix.EACCES
		}
	case *unix.SockaddrInet6:
		if k.unreachable && sa.Addr == [16]byte{15: 1} {
			return unix.EADDRNOTAVAIL
		}
	case *unix.SockaddrInet4:
		if k.unprivileged && sa.Port > 0 && sa.Port < 1024 {
			return unix.EACCES
		}
	}
	return k.system.bind(fd, local)
}

func (k *unwilling) interrupted() bool { return k.interrupts && k.calls.Add(1)%2 == 1 }

func (k *unwilling) poll(fd int, events int16) (int16, error) {
	if k.interrupted() {
		return 0, unix.EINTR
	}
	return k.system.poll(fd, events)
}

func (k *unwilling) recv(fd int, p []byte) (int, error) {
	if k.interrupted() {
		return -1, unix.EINTR
	}
	return k.system.recv(fd, p)
}

func (k *unwilling) peek(fd int, p []byte) (int, error) {
	if k.interrupted() {
		return -1, unix.EINTR
	}
	return k.system.peek(fd, p)
}

func writable(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.Mode().Perm()&0o200 != 0
}

// TestConformanceNeedsThroughTheSeam holds that what a machine forbids can be
// played all the same.
func TestConformanceNeedsThroughTheSeam(t *testing.T) {
	standard, err := readTraces(standardTraces)
	if err != nil {
		t.Fatal(err)
	}
	e := newExpectations(standard)
	for _, tr := range standard.Traces {
		if len(tr.Needs) == 0 || slices.Contains(tr.Needs, "ipv6") { // no errno stands for it
			continue
		}
		for _, m := range modes {
			t.Run(tr.Name+"/"+string(m), func(t *testing.T) {
				t.Parallel()
				sys, err := standIn(tr.Needs)
				if err == nil {
					err = replayOn(sys, tr, m, e.of(tr, m))
				}
				if err != nil {
					t.Errorf("%s\n%v", tr.Given, err)
				}
			})
		}
	}
}
