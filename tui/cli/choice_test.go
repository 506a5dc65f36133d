package cli

import (
	"io"
	"net"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"peerscope/peer"
	"peerscope/views/report"
)

func TestEventNamesAreReadAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		text string
		want eventName
	}{
		{"status", eventName{report.Status, ""}},
		{"status connected", eventName{report.Status, "connected"}},
		{"status   error ", eventName{report.Status, "error"}},
		{"half-close in", eventName{report.HalfClose, "in"}},
		{"data", eventName{report.Data, ""}},
		{"data out", eventName{report.Data, "out"}},
		{"accepted", eventName{report.Accepted, ""}},
	} {
		if got, err := parseEventName(c.text); err != nil || got != c.want {
			t.Errorf("%q: %v, %v", c.text, got, err)
		}
	}
	for text, says := range map[string]string{
		"":                  `"" is no event: expected one of status,error,`,
		"Status":            `"Status" is no event`,
		"connected":         `"connected" is no event`,
		"status open":       `"open": expected none, connecting, connected, error behind status`,
		"status in":         `"in": expected none`,
		"data connected":    `"connected": expected in, out behind data`,
		"accepted now":      `"now": expected no value behind accepted`,
		"data in out":       `"in out": expected in, out`,
		"listening\tat":     `"listening\tat" is no event`,
		"buffers in":        `"in": expected no value behind buffers`,
		"status \x1b[2J":    `"\x1b[2J": expected none`,
		"half-close  \nout": "",
	} {
		if got, err := parseEventName(text); says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: %v, %v, expected an error with %s", text, got, err, says)
		}
	}
}

func FuzzParseEventName(f *testing.F) {
	for _, text := range []string{"status connected", "data in", "accepted", "half-close  out", "nonsense"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseEventName(text)
		if err != nil {
			return
		}
		if again, err := parseEventName(n.String()); err != nil || again != n || !n.means(n) {
			t.Errorf("%q is %q, which is read as %v, %v", text, n, again, err)
		}
	})
}

func TestUntilEndsWith0OnceTheEventWasPrinted(t *testing.T) {
	echoing, resetting := serve(t, "", echo), serve(t, "", reset)
	for _, c := range []struct {
		until string
		args  []string
		last  string // of the story, or of the events
	}{
		{"status connected", []string{echoing}, "connecting > connected"},
		{"status", []string{echoing}, "none > connecting"},
		{"status error", []string{"--send", "four", resetting}, "connected > error FAILED connection reset by peer remote"},
		{"status error", []string{refusedPort(t)}, "connecting > error ERR_CONNECTION_ERROR connection refused remote"},
		{"error", []string{"unix:///missing.sock"}, "connect FAILED no such file or directory"},
		{"half-close", []string{"--close-write", echoing}, "half-close out"},
		{"half-close out", []string{"--close-write", echoing}, "half-close out"},
		{"data in", []string{"--send", "hi", echoing}, "data in"},
		{"data", []string{"--send", "hi", echoing}, "data out"},
		{"listening", []string{"tcp-listen://:0"}, "listening"},
		{"buffers", []string{echoing}, "buffers"},
	} {
		r := watchFor(t, "", append([]string{"--until", c.until}, c.args...)...)
		last := ""
		if n := len(r.events); n > 0 {
			last = strings.TrimSpace(r.events[n-1].Event + " " + r.events[n-1].Dir)
		}
		if story := (result{events: r.events[max(len(r.events)-1, 0):]}).story(); len(story) > 0 {
			last = story[0]
		}
		if r.code != exitFine || r.stderr != "" || last != c.last {
			t.Errorf("--until %q %q: exit code %d, stderr %q, the last event is %q, expected %q", c.until, c.args, r.code, r.stderr, last, c.last)
		}
	}
}

func TestUntilEndsWith1WhenTheEventDoesNotCome(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--until", "status connected", refusedPort(t)}, "--until status connected: nothing is left to watch; tcp://127.0.0.1:"},
		{[]string{"--until", "data in", "--duration", "150ms", serve(t, "", echo)}, "--until data in: not within 150ms"},
		{[]string{"--until", "data in", "--count", "2", serve(t, "", echo)}, "--until data in: not among the first 2 events"},
	} {
		r := watchFor(t, "", c.args...)
		if r.code != exitFailed || !strings.HasPrefix(r.stderr, "peerscope: "+c.says) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%q: exit code %d, stderr %q, expected %q", c.args, r.code, r.stderr, c.says)
		}
	}
}

func peersOf(r result) (ids []int) {
	for _, e := range r.events {
		if !slices.Contains(ids, e.Peer) {
			ids = append(ids, e.Peer)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestANameThatNoPeerCanHaveIsWrongUsage(t *testing.T) {
	dial, err := peer.ParseAddress("127.0.0.1:6379#it")
	if err != nil {
		t.Fatal(err)
	}
	listen, err := peer.ParseAddress("tcp-listen://:0#in")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		addrs []peer.Address
		fine  bool
	}{
		{"it", []peer.Address{dial}, true},
		{"1", []peer.Address{dial}, true},
		{"2", []peer.Address{dial, listen}, true},
		{"99", []peer.Address{dial, listen}, true}, // a client that will come
		{"in", []peer.Address{dial, listen}, true},
		{"2", []peer.Address{dial}, false},
		{"0", []peer.Address{listen}, false},
		{"-1", []peer.Address{listen}, false},
		{"in", []peer.Address{dial}, false},
		{"", []peer.Address{dial}, false},
		{"99999999999999999999", []peer.Address{listen}, false},
	} {
		if err := (choice{c.name}).check(c.addrs); (err == nil) != c.fine {
			t.Errorf("--peer %q: %v", c.name, err)
		}
	}
}

func TestPeerRestrictsWhatIsPrinted(t *testing.T) {
	one, two, three := serve(t, "", greet)+"#one", serve(t, "", greet)+"#two", serve(t, "", greet)+"#3rd, with a comma"
	for _, c := range []struct {
		names []string
		want  []int
	}{
		{[]string{"1"}, []int{1}},
		{[]string{"two"}, []int{2}},
		{[]string{"two", "1"}, []int{1, 2}},
		{[]string{"3rd, with a comma"}, []int{3}},
		{[]string{"1", "2", "3"}, []int{1, 2, 3}},
	} {
		args := []string{one, two, three}
		for _, name := range c.names {
			args = append(args, "--peer", name)
		}
		if r := watchFor(t, "", args...); r.code != exitFine || !reflect.DeepEqual(peersOf(r), c.want) {
			t.Errorf("--peer %q: exit code %d, stderr %q, peers %d, expected %d", c.names, r.code, r.stderr, peersOf(r), c.want)
		}
	}
	// Others still decide how it ends.
	if r := watchFor(t, "", "--peer", "one", one, refusedPort(t)); r.code != exitFailed || !reflect.DeepEqual(peersOf(r), []int{1}) {
		t.Errorf("exit code %d, peers %d", r.code, peersOf(r))
	}
}

// A listener's number and label mean what came from it too; a connection's number
// means that one alone.
func TestPeerOfAListenerMeansItsConnections(t *testing.T) {
	for _, c := range []struct {
		peer string
		want []int
	}{{"1", []int{1, 2, 3}}, {"in", []int{1, 2, 3}}, {"3", []int{3}}} {
		path := filepath.Join(shortDir(t), "s")
		w := startWatch(t, "--peer", c.peer, "unix-listen://"+path+"#in")
		for range 2 {
			eventually(t, "a client", func() bool {
				client, err := net.Dial("unix", path)
				if err != nil {
					return false
				}
				defer client.Close()
				_, err = io.WriteString(client, "hi")
				return err == nil
			})
		}
		for e := w.next("status"); e.Peer != 3 || e.To != "none"; e = w.next("status") {
		}
		w.signal(syscall.SIGTERM)
		if r := w.end(); !reflect.DeepEqual(peersOf(r), c.want) {
			t.Errorf("--peer %s: peers %d, expected %d", c.peer, peersOf(r), c.want)
		}
	}
}

func TestDirRestrictsEventsThatHaveADirection(t *testing.T) {
	address := serve(t, "", echo)
	for dir, want := range map[string][2]string{"in": {"hi", ""}, "out": {"", "hi"}} {
		r := watchFor(t, "", "--dir", dir, "--send", "hi", "--close-write", address)
		if got := [2]string{r.data("in"), r.data("out")}; got != want || r.code != exitFine {
			t.Errorf("--dir %s: exit code %d, in and out %q, expected %q", dir, r.code, got, want)
		}
		if len(r.of("status", "")) != 3 || len(r.of("buffers", "")) == 0 || len(r.of("half-close", "")) != len(r.of("half-close", dir)) {
			t.Errorf("--dir %s:\n%s", dir, r.stdout)
		}
	}
}
