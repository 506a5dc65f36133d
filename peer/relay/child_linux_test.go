package relay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func init() { runChild = playRole }

// playRole is a process that is an end of a connection, on descriptor 3, until
// it is killed: "end uds send 1000, leave unread".
func playRole(role string) error {
	words := strings.SplitN(role, " ", 3)
	if words[0] != "end" {
		return playOther(role)
	}
	f, err := strconv.Atoi(words[1])
	if err != nil {
		return err
	}
	end := &far{fd: 3, family: family(f)}
	for _, what := range strings.Split(words[2], ", ") {
		switch what {
		case "nothing":
		case "send 1000":
			end.send(1000)
			end.awaitSent()
		case "leave unread":
			if !within(patience, func() bool { return recvQueue(3) >= unread }) {
				return errors.New("nothing came")
			}
		case "flood":
			fmt.Println("ready")
			floodUntil(end, nil)
		default:
			return fmt.Errorf("no such thing to do: %s", what)
		}
	}
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin) // a parent that has gone ends it
	return err
}

// startEnd gives the socket to a process of its own, and waits until it has done
// what it was to do.
func startEnd(t testing.TB, fd int, f family, what string) (kill func()) {
	t.Helper()
	if err := unix.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
	socket := os.NewFile(uintptr(fd), "end")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"=end "+strconv.Itoa(int(f))+" "+what)
	cmd.ExtraFiles = []*os.File{socket}
	cmd.Stderr = os.Stderr
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	err := errors.Join(inErr, outErr, cmd.Start())
	socket.Close()
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
			t.Errorf("the child said %q, %v", line, err)
		}
		cmd.Process.Kill()
		cmd.Wait()
		in.Close()
	}
}

// runRole runs a role to its end, and returns what it has printed.
func runRole(t testing.TB, role string) (string, error) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"="+role)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return string(out), err
}

// playOther is what else a child may be.
var playOther = func(role string) error { return fmt.Errorf("no such role: %s", role) }
