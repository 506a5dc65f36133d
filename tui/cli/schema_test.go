package cli

import (
	"encoding/json"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/sys/unix"

	"peerscope/views/report"
)

// schema is that of the lines of `watch --format json`. Every test that parses
// such lines holds them to it.
var schema = sync.OnceValue(func() *jsonschema.Schema {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertContent()
	return c.MustCompile("../../testdata/watch.schema.json")
})

// documented tells how a line differs from the schema.
func documented(line string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
	if err != nil {
		return err
	}
	return schema().Validate(v)
}

// passDescriptor sends a byte with a descriptor over a Unix socket.
func passDescriptor(t *testing.T, to net.Conn) {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if _, _, err := to.(*net.UnixConn).WriteMsgUnix([]byte("!"), unix.UnixRights(int(null.Fd())), nil); err != nil {
		t.Fatal(err)
	}
}

// everyKind is real output in which each event comes, from a dial, a listener
// and taps.
func everyKind(t *testing.T) (lines []string) {
	t.Helper()
	dir := shortDir(t)
	missing := "unix://" + filepath.Join(dir, "missing")
	w := startWatch(t, "--send", "hi", "--close-write", serve(t, "", echo), missing, refusedPort(t),
		"unix-listen://"+dir+"/listen", "unix-listen://"+dir+"/tap="+serve(t, filepath.Join(dir, "echo"), echo))
	listens := w.next("listening").Bound
	tap := w.next("listening").Bound
	_ = dial(t, listens).Close()
	client := dial(t, tap)
	passDescriptor(t, client)
	if runtime.GOOS == "linux" {
		w.next("ancillary")
	}
	_ = client.(*net.UnixConn).CloseWrite()
	for w.next("status").By != "client" { // the end of the pair
	}
	w.signal(syscall.SIGTERM)
	r := w.end()
	lines = strings.SplitAfter(r.stdout, "\n")
	_, stdout, wait := stalled(t, "--memory", "1MiB")
	surge, err := io.ReadAll(stdout)
	if err != nil || wait() != exitFine {
		t.Fatal(err)
	}
	lines = append(lines, strings.SplitAfter(string(surge), "\n")...)
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

func TestEveryEventIsAsTheSchemaHasItAndNoOther(t *testing.T) {
	kinds := map[string]int{}
	for _, line := range everyKind(t) {
		var all map[string]any
		if err := json.Unmarshal([]byte(line), &all); err != nil {
			t.Fatal(err)
		}
		kind, _ := all["event"].(string)
		if kinds[kind]++; kinds[kind] > 3 && kind == "data" {
			continue // of a surge
		}
		if err := documented(line); err != nil {
			t.Errorf("%v in %s", err, line)
		}
		refuse := func(what string, changed map[string]any) {
			t.Helper()
			text, err := json.Marshal(changed)
			if err == nil && documented(string(text)) == nil {
				t.Errorf("%s is taken as documented: %s", what, text)
			}
		}
		for key := range all {
			less := maps.Clone(all)
			delete(less, key)
			if kind != "ancillary" || !slices.Contains([]string{"pid", "uid", "gid", "cause"}, key) { // else it is known or not
				refuse("without "+key, less)
			}
			wrong := maps.Clone(all)
			wrong[key] = []any{map[string]any{}}
			refuse("a wrong "+key, wrong)
		}
		more := maps.Clone(all)
		more["extra"] = 1
		refuse("one key more", more)
	}
	for _, k := range report.Kinds {
		if kinds[string(k)] == 0 && (k != report.Ancillary || runtime.GOOS == "linux") {
			t.Errorf("no %s event among %v", k, kinds)
		}
	}
}

func TestTheReviewedLinesAreAsTheSchemaHasThem(t *testing.T) {
	lines, err := os.ReadFile("../../testdata/golden/report/json.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(lines)) {
		if err := documented(line); err != nil {
			t.Errorf("%v in %s", err, line)
		}
	}
}
