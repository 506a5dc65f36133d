package cli

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// demoRows are the demo's peers with what their rows say soon.
var demoRows = [][]string{
	{" 1 echo ", "tcp://127.0.0.1:", "connected"},
	{" 2 echo-uds ", "echo-uds.sock", "connected"},
	{" 3 ticker ", "tcp://127.0.0.1:", "connected"},
	{" 7 slow ", "connecting"},
	{" 9 refused ", "error", "refused"},
	{" 10 missing ", "none", "no such file"},
}

// narrowRows are those of them that 24 rows have room for, and what 80 columns do.
var narrowRows = [][]string{
	{" 1 echo ", "connected"},
	{" 2 echo-uds ", "connected"},
	{" 3 ticker ", "connected"},
	{" 6 variants ", "connected"},
}

func TestTheDemoShowsItsRowsAndEndsWithQ(t *testing.T) {
	for _, size := range []struct {
		cols, rows int
		rowsShown  [][]string
	}{{120, 36, demoRows}, {80, 24, narrowRows}} {
		t.Run(fmt.Sprintf("%dx%d", size.cols, size.rows), func(t *testing.T) {
			t.Parallel()
			x := open(t, size.cols, size.rows, true, roleProgram, "demo")
			x.waitFor("PeerScope", "peers")
			for _, row := range size.rowsShown {
				x.waitFor(row...)
			}
			x.wait("the key line at the foot", func(lines []string) bool { return strings.Contains(lines[size.rows-1], "quit") })
			x.typeKeys("q")
			if code := x.end(); code != exitFine {
				t.Errorf("exit code %d", code)
			}
			x.restored()
			nothingLeft(t, x.tmp)
		})
	}
}

// selected matches a row that is the selected one.
func selected(label string) []string { return []string{"▌", " " + label + " "} }

const helpText = "half-close: end our sending"

// waitHelpEnd waits until esc has closed the help; a key right behind it would
// make one with it (alt).
func (x *terminal) waitHelpEnd() {
	x.t.Helper()
	x.wait("end of the help", func(lines []string) bool {
		return !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, helpText) })
	})
}

func TestKeysMoveOpenHelpAndSend(t *testing.T) {
	x := open(t, 120, 36, true, roleProgram, serve(t, "", echo)+"#first", serve(t, shortDir(t)+"/echo", echo)+"#second")
	x.waitFor(append(selected("first"), "connected")...)
	x.typeKeys("jkj") // one read of the program, three key presses
	x.waitFor(append(selected("second"), "connected")...)

	x.typeKeys("?")
	x.waitFor(helpText)
	x.typeKeys("\x1b")
	x.waitHelpEnd()

	x.typeKeys(`sping\n` + "\r")
	x.waitFor("→ sent", "5 B")
	x.waitFor("← received", "5 B")
	x.waitFor("00000000", "70 69 6e 67 0a", "ping")
	x.wait("the bytes in both directions", func(lines []string) bool {
		n := 0
		for _, line := range lines {
			if strings.Contains(line, "70 69 6e 67 0a") {
				n++
			}
		}
		return n == 2
	})

	x.typeKeys("q")
	if code := x.end(); code != exitFine {
		t.Errorf("exit code %d", code)
	}
	x.restored()
}

// The bound is one against a stall: the machine may be busy.
func TestKeysAreAnsweredWhilePeersFlood(t *testing.T) {
	args := []string{"--memory", "1MiB", serve(t, "", echo) + "#quiet"}
	for i := range 6 {
		args = append(args, serve(t, "", flood)+fmt.Sprintf("#flood-%d", i))
	}
	x := open(t, 120, 36, true, roleProgram, args...)
	x.waitFor(append(selected("quiet"), "connected")...)
	x.waitFor("flood-5", "connected", "MB")
	for range 3 {
		x.typeKeys("?")
		x.waitFor(helpText)
		x.typeKeys("\x1b")
		x.waitHelpEnd()
		x.typeKeys("j")
	}
	x.waitFor(selected("flood-2")...)
	x.typeKeys("q")
	if code := x.end(); code != exitFine {
		t.Errorf("exit code %d", code)
	}
	x.restored()
}

func TestANewSizeIsDrawnAtOnce(t *testing.T) {
	x := open(t, 120, 36, true, roleProgram, serve(t, "", echo)+"#first")
	x.waitFor(selected("first")...)
	for _, size := range []struct{ cols, rows int }{{80, 24}, {140, 40}} {
		x.screen.Resize(size.cols, size.rows)
		x.setSize(size.cols, size.rows)
		x.wait("the new size", func(lines []string) bool {
			return strings.Contains(lines[size.rows-1], "quit") && slices.ContainsFunc(lines, func(line string) bool {
				return strings.HasPrefix(line, "╭") && strings.HasSuffix(line, "╮") && len([]rune(line)) == size.cols
			})
		})
		x.waitFor(selected("first")...)
	}
	x.typeKeys("q")
	if code := x.end(); code != exitFine {
		t.Errorf("exit code %d", code)
	}
}

func TestAnInterruptEndsWith130AndLeavesNothing(t *testing.T) {
	ends := map[string]func(*terminal){
		"ctrl+c":  func(x *terminal) { x.typeKeys("\x03") },
		"SIGINT":  func(x *terminal) { x.signal(syscall.SIGINT) },
		"SIGTERM": func(x *terminal) { x.signal(syscall.SIGTERM) },
		"SIGHUP":  func(x *terminal) { x.signal(syscall.SIGHUP) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := open(t, 120, 36, true, roleProgram, "demo")
			x.waitFor(demoRows[0]...)
			end(x)
			if code := x.end(); code != exitInterrupted {
				t.Errorf("exit code %d", code)
			}
			x.restored()
			nothingLeft(t, x.tmp)
		})
	}
}
