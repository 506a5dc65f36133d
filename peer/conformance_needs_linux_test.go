package peer

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// What a trace needs of the machine is met in this test binary, run again: it
// becomes another user, has a network of its own or no descriptors left, and
// plays that one trace.

const (
	conformanceVariable = "PEERSCOPE_CONFORMANCE_CHILD" // the trace, in the child
	nobody              = 65534

	// What the child reports, a line each.
	reportCannot = "conformance: cannot "
	reportUsed   = "conformance: used "   // NUMBER KEY MODE
	reportPlayed = "conformance: played " // MODE
)

var errCannot = errors.New("this machine does not allow it")

func conformanceChild() string { return os.Getenv(conformanceVariable) }

// playWithNeeds plays a trace in a child, in the first way that the machine
// allows, else here through the seam.
func playWithNeeds(file *traceFile, tr *trace, e *expectations) outcomes {
	o := make(outcomes)
	var forbidden error
	for _, attr := range ways(tr.Needs) {
		out, err := runChildTrace(file, tr, attr)
		if errors.Is(err, errCannot) {
			forbidden = errors.Join(forbidden, err)
			continue
		}
		for _, m := range modes {
			e.begin(tr, m)
			if !slices.Contains(out, reportPlayed+string(m)) {
				o[m] = outcome{err: fmt.Errorf("in the child: %w\n%s", err, strings.Join(out, "\n"))}
			}
		}
		for _, line := range out {
			if used, ok := strings.CutPrefix(line, reportUsed); ok {
				part := strings.SplitN(used, " ", 3)
				e.use(tr.Name, mode(part[2]), part[0], part[1])
			}
		}
		return o
	}
	for _, m := range modes {
		sys, err := standIn(tr.Needs)
		if err != nil {
			o[m] = outcome{err: errors.Join(forbidden, err)}
			continue
		}
		o[m] = outcome{
			log: fmt.Sprintf("played through the seam: %v", forbidden),
			err: replayOn(sys, tr, m, e.of(tr, m)),
		}
	}
	return o
}

// ways are how a child may be started to get what a trace needs.
func ways(needs []string) []*syscall.SysProcAttr {
	own := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	mapped := &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	switch {
	case slices.Contains(needs, "no-network"):
		return []*syscall.SysProcAttr{own, mapped}
	case slices.Contains(needs, "unprivileged"):
		mapped.UidMappings[0].ContainerID, mapped.GidMappings[0].ContainerID = nobody, nobody
		return []*syscall.SysProcAttr{own, mapped, {}}
	case slices.Contains(needs, "ipv6"):
		return []*syscall.SysProcAttr{{}, own, mapped}
	}
	return []*syscall.SysProcAttr{{}}
}

// runChildTrace runs this binary for one trace and returns the lines that it printed.
func runChildTrace(file *traceFile, tr *trace, attr *syscall.SysProcAttr) ([]string, error) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestConformance$", "-test.count=1")
	cmd.Env = append(os.Environ(), conformanceVariable+"="+tr.Name, tracesVariable+"="+file.path)
	cmd.SysProcAttr = attr
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(errCannot, err)
	}
	err := cmd.Wait()
	lines := strings.Split(out.String(), "\n")
	for _, line := range lines {
		if why, ok := strings.CutPrefix(line, reportCannot); ok {
			return nil, fmt.Errorf("%w: %s", errCannot, why)
		}
	}
	if err == nil {
		err = errors.New("it has not played the trace")
	}
	return lines, err
}

// playInChild is what the child does: it plays the trace in each mode.
func playInChild(t *testing.T, name string) {
	file, err := loadTraces()
	if err != nil {
		t.Fatal(err)
	}
	standard, err := readTraces(standardTraces)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(file.Traces, func(tr *trace) bool { return tr.Name == name })
	if at < 0 {
		t.Fatalf("there is no trace %q", name)
	}
	tr := file.Traces[at]
	for _, need := range tr.Needs {
		if err := meet(need); errors.Is(err, errCannot) {
			fmt.Println(reportCannot + err.Error())
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range modes {
		e := newExpectations(standard)
		if err := replay(tr, m, e.of(tr, m)); err != nil {
			t.Errorf("%s: %v", m, err)
			continue
		}
		for _, use := range e.uses {
			fmt.Println(reportUsed + use.number + " " + use.key + " " + string(m))
		}
		fmt.Println(reportPlayed + string(m))
	}
}

// meet gives this process one thing that a trace needs.
func meet(need string) error {
	switch need {
	case "descriptors", "signal":
		return nil // every process can
	case "unprivileged":
		return becomeNobody()
	case "no-network":
		lo, err := net.InterfaceByName("lo")
		if err != nil {
			return err
		}
		if lo.Flags&net.FlagUp != 0 {
			return fmt.Errorf("%w: the loopback interface is up", errCannot)
		}
		return nil
	case "ipv6":
		if hasIPv6() {
			return nil
		}
		if err := raiseLoopback(); err != nil {
			return fmt.Errorf("%w: no ::1, and raising lo: %w", errCannot, err)
		}
		if !hasIPv6() {
			return fmt.Errorf("%w: lo has no ::1", errCannot)
		}
		return nil
	}
	return fmt.Errorf("unknown need %q", need)
}

// becomeNobody drops what root may.
func becomeNobody() error {
	if os.Geteuid() == 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
			return fmt.Errorf("%w: %w", errCannot, err)
		}
	}
	fd, err := openSocket(unix.AF_INET, unix.SOCK_STREAM)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: 80}); err != unix.EACCES {
		return fmt.Errorf("%w: binding port 80 gives %v", errCannot, err)
	}
	return nil
}

func hasIPv6() bool {
	fd, err := openSocket(unix.AF_INET6, unix.SOCK_STREAM)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return unix.Bind(fd, &unix.SockaddrInet6{Addr: [16]byte{15: 1}}) == nil
}

// raiseLoopback sets IFF_UP, netdevice(7).
func raiseLoopback() error {
	fd, err := openSocket(unix.AF_INET, unix.SOCK_STREAM)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}
