package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// event is one line of `watch --format json` with every key that any has.
type event struct {
	Time, Label, Address, Kind, Event string
	Peer, Parent                      int

	From, To, Polled string
	Op, Error, Cause string
	By               string
	Code             int

	Dir                  string
	Offset, Len          int64
	Data                 []byte // base64, by encoding/json
	Unread, RecvQ, SendQ *int64
	Received, Sent       int64

	Bound, Remote string
	FDs           []string
}

// result is how a watch went.
type result struct {
	code   int
	stdout string
	stderr string
	events []event
}

// watchFor runs `peerscope watch` with stdin as its standard input and holds
// every line to what is documented.
func watchFor(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	cmd, tmp := program(t, roleProgram, append([]string{"watch"}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	r := run(t, cmd)
	r.events = parse(t, r.stdout)
	nothingLeft(t, tmp)
	return r
}

// run runs a program to its end.
func run(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	return result{code: exitOf(t, err), stdout: stdout.String(), stderr: stderr.String()}
}

// parse reads the lines of a watch and fails for each that is not as documented,
// as far as some of each event tell.
func parse(t *testing.T, stdout string) []event {
	t.Helper()
	if stdout == "" {
		return nil
	}
	lines := strings.Split(stdout, "\n")
	if lines[len(lines)-1] != "" {
		t.Errorf("the last line has no end: %q", lines[len(lines)-1])
	}
	events, held := make([]event, 0, len(lines)), map[string]int{}
	for _, line := range lines[:len(lines)-1] {
		e, err := parseLine(line)
		if err != nil {
			t.Errorf("%v in %q", err, line)
			continue
		}
		kind := e.Event + " " + e.Kind
		if held[kind]++; held[kind] <= 20 { // it takes a millisecond
			if err := documented(line); err != nil {
				t.Errorf("%v in %q", err, line)
			}
		}
		events = append(events, e)
	}
	inOrder(t, events)
	return events
}

func parseLine(line string) (e event, err error) {
	err = json.Unmarshal([]byte(line), &e)
	return e, err
}

// inOrder holds the events of each peer to what follows from those before:
// times do not go back, a transition begins where the last one ended, data is
// contiguous.
func inOrder(t *testing.T, events []event) {
	t.Helper()
	type flow struct {
		peer int
		dir  string
	}
	last, status, end := map[int]time.Time{}, map[int]string{}, map[flow]int64{}
	for _, e := range events {
		at, err := time.Parse(time.RFC3339Nano, e.Time)
		if err != nil || at.Before(last[e.Peer]) {
			t.Errorf("%s of peer %d at %v comes after %v (%v)", e.Event, e.Peer, at, last[e.Peer], err)
		}
		last[e.Peer] = at
		if !e.headIsProper() {
			t.Errorf("no proper head: %q", fmt.Sprint(e))
		}
		flow := flow{e.Peer, e.Dir}
		switch e.Event {
		case "status":
			if from := status[e.Peer]; e.From != from && (from != "" || e.From != "none") {
				t.Errorf("a transition of peer %d begins with %s, the one before ended with %s", e.Peer, e.From, from)
			}
			status[e.Peer] = e.To
		case "data":
			if e.Offset != end[flow] || int64(len(e.Data)) != e.Len || e.Len < 1 {
				t.Errorf("data at %d with len %d and %d bytes, expected at %d", e.Offset, e.Len, len(e.Data), end[flow])
			}
			end[flow] += e.Len
		case "dropped":
			end[flow] += e.Len
		}
	}
}

// headIsProper reports whether a line says whose it is: what was accepted or
// relayed, and nothing else, names its listener.
func (e *event) headIsProper() bool {
	if e.Address == "" || e.Peer < 1 || e.Parent >= e.Peer {
		return false
	}
	switch e.Kind {
	case "dial", "listen":
		return e.Parent == 0 && e.Event != "accepted"
	case "accept":
		return e.Parent > 0 && e.Event != "listening"
	case "tap":
		both := e.Event == "error" || e.Event == "dropped"
		return both || (e.Parent == 0) == (e.Event == "listening")
	}
	return false
}

// of returns the events of a kind; "" in dir stands for any.
func (r result) of(kind, dir string) (list []event) {
	for _, e := range r.events {
		if e.Event == kind && (dir == "" || e.Dir == dir) {
			list = append(list, e)
		}
	}
	return list
}

// data returns all bytes of a direction that were printed.
func (r result) data(dir string) string {
	var all strings.Builder
	for _, e := range r.of("data", dir) {
		all.Write(e.Data)
	}
	return all.String()
}

// story says transitions, failed calls and half-closes in one line each.
func (r result) story() (lines []string) {
	for _, e := range r.events {
		switch e.Event {
		case "status":
			lines = append(lines, strings.TrimSpace(strings.Join([]string{e.From, ">", e.To, e.Error, e.Cause, e.By}, " ")))
		case "error":
			lines = append(lines, strings.Join([]string{e.Op, e.Error, e.Cause}, " "))
		case "half-close":
			lines = append(lines, "half-close "+e.Dir+" "+e.By)
		case "listening", "accepted":
			lines = append(lines, e.Event)
		}
	}
	for i := range lines {
		lines[i] = strings.Join(strings.Fields(lines[i]), " ")
	}
	return lines
}
