package cli

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const surge = 32 << 20 // bytes, far more than the budget and all buffers on the way

// stalled starts a watch whose stdout nobody reads, on a server that sends
// surge bytes, all but the first of them once the output stands, and returns
// when they were sent and the watch has closed the connection because of the
// FIN after them.
func stalled(t *testing.T, args ...string) (cmd *exec.Cmd, stdout *os.File, wait func() (code int)) {
	t.Helper()
	const first = 512 << 10 // more than a pipe holds, less than the budget
	sent, stands := make(chan error, 1), make(chan struct{})
	address := serve(t, "", func(c net.Conn) {
		text := bytes.Repeat([]byte("0123456789abcdef"), surge/16)
		_, _ = c.Write(text[:first])
		<-stands
		_, err := c.Write(text[first:])
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c)
		sent <- err
	})
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	cmd, _ = program(t, roleProgram, append([]string{"watch"}, append(args, address)...)...)
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	ended := make(chan struct{})
	go func() {
		err = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-ended
	})
	if !slices.Contains(args, "--events") { // else little is printed
		eventually(t, "stdout to be full", func() bool { return heldBy(r) >= 60<<10 }) // a pipe holds 64 KiB (pipe(7))
	}
	close(stands)
	select {
	case err := <-sent:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(hang):
		t.Fatal("the traffic waits for the reader of stdout")
	}
	return cmd, r, func() int {
		t.Helper()
		select {
		case <-ended:
		case <-time.After(hang):
			t.Fatal("the watch hangs")
		}
		return exitOf(t, err)
	}
}

// heldBy returns how many bytes a pipe holds (FIONREAD, which x/sys names on Linux only).
func heldBy(pipe *os.File) (n int) {
	request := uint(0x4004667f)
	if runtime.GOOS == "linux" {
		request = 0x541b
	}
	raw, err := pipe.SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), request) })
	}
	return n
}

func TestASlowReaderOfStdoutDelaysThePrintingNotTheTraffic(t *testing.T) {
	_, stdout, wait := stalled(t, "--memory", "1MiB")
	all, err := io.ReadAll(stdout)
	if err != nil {
		t.Fatal(err)
	}
	if code := wait(); code != exitFine {
		t.Errorf("exit code %d", code)
	}
	r := result{events: parse(t, string(all))}
	var printed, dropped, slow int64
	for _, e := range r.of("data", "in") {
		printed += e.Len
		for i, c := range e.Data {
			if want := "0123456789abcdef"[(e.Offset+int64(i))%16]; c != want {
				t.Fatalf("byte %d is %q, expected %q", e.Offset+int64(i), c, want)
			}
		}
	}
	for _, e := range r.of("dropped", "in") {
		dropped += e.Len
		switch e.Cause {
		case slowOutput:
			slow += e.Len
		case memoryBudget: // before the output stood, or once it was read: the surge outruns the printing too
		default:
			t.Errorf("dropped for %q", e.Cause)
		}
	}
	if printed+dropped != surge || printed == 0 || dropped == 0 {
		t.Errorf("%d printed and %d dropped are not %d together", printed, dropped, surge)
	}
	if slow == 0 {
		t.Error("nothing was lost to the output that stood")
	}
	last := r.of("buffers", "")
	if len(last) == 0 || last[len(last)-1].Received != surge {
		t.Errorf("the last buffers event does not say that all was received")
	}
}

func TestWithoutDataEventsNothingIsDropped(t *testing.T) {
	_, stdout, wait := stalled(t, "--memory", "1MiB", "--events", "status,dropped")
	all, err := io.ReadAll(stdout)
	if err != nil {
		t.Fatal(err)
	}
	if code := wait(); code != exitFine {
		t.Errorf("exit code %d", code)
	}
	r := result{events: parse(t, string(all))}
	if len(r.of("dropped", "")) > 0 || len(r.story()) != 3 {
		t.Errorf("%q", all)
	}
}

// A watch that cannot print what it has still ends on a signal: while another
// peer lasts, and when only the printing is left.
func TestASignalEndsAWatchThatNobodyReads(t *testing.T) {
	for name, others := range map[string][]string{
		"while it goes on":               {serve(t, "", echo)},
		"when only the printing is left": nil,
	} {
		t.Run(name, func(t *testing.T) {
			cmd, _, wait := stalled(t, others...)
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if code := wait(); code != exitInterrupted {
				t.Errorf("exit code %d", code)
			}
		})
	}
}
