package cli

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// quiet runs the program with pipes for all its streams.
func quiet(t *testing.T, args ...string) result {
	t.Helper()
	cmd, tmp := program(t, roleProgram, args...)
	defer nothingLeft(t, tmp)
	return run(t, cmd)
}

func TestWrongUsageIsOneLineThatNamesTheThingAndDialsNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	address := l.Addr().String()
	missing := filepath.Join(shortDir(t), "missing")
	for _, c := range []struct {
		args []string
		says []string // in stderr's line
	}{
		{[]string{"watch", address, "nonsense"}, []string{`"nonsense"`, "expected HOST:PORT"}},
		{[]string{"watch", address, "gopher://127.0.0.1:70"}, []string{`"gopher://127.0.0.1:70"`, `unknown scheme "gopher"`}},
		{[]string{"watch", address, "tcp://127.0.0.1:99999"}, []string{`"99999"`, "from 1 to 65535"}},
		{[]string{"watch", address, ":0="}, []string{`":0="`, "behind it"}},
		{[]string{"watch", address, ":0=tcp-listen://" + address}, []string{`":0=tcp-listen`, "not a listener"}},
		{[]string{"watch", "--takeover", "@name"}, []string{"--takeover", `"@name"`, "abstract"}},
		{[]string{"watch", "--takeover", address}, []string{"--takeover", address, "only the path of a Unix stream socket"}},
		{[]string{"watch", "--send", "hi", "tcp-listen://:0"}, []string{"--send", "dialled peers", "none"}},
		{[]string{"watch", "--close-write", ":0=" + address}, []string{"--close-write", "dialled peers", "none"}},
		{[]string{"watch", address, "a\x1b[2J\u202eb\r\nc"}, []string{`a\x1b[2J\u202eb\r\nc`, "expected"}},
		{[]string{"watch", address, ""}, []string{`""`, "expected"}},
		{[]string{"watch"}, []string{"watch", "expected at least one address"}},
		{[]string{"watch", "--nope", address}, []string{"--nope", "--help"}},
		{[]string{"watch", "-z", address}, []string{"'z'", "--help"}},
		{[]string{"watch", address, "--send"}, []string{"--send", "needs an argument"}},
		{[]string{"watch", "--format", "yaml", address}, []string{`--format "yaml"`, "expected json, text or hex"}},
		{[]string{"watch", "--events", "status,bogus", address}, []string{`"bogus"`, "status,error,data,buffers,listening,accepted,half-close,ancillary,dropped"}},
		{[]string{"watch", "--events", "status,", address}, []string{`--events ""`, "expected"}},
		{[]string{"watch", "--duration", "soon", address}, []string{"--duration", `"soon"`, "duration"}},
		{[]string{"watch", "--duration", "-1s", address}, []string{"--duration -1s", "expected 0 or more"}},
		{[]string{"watch", "--count", "many", address}, []string{"--count", `"many"`, "expected a whole number"}},
		{[]string{"watch", "--count", "-1", address}, []string{"--count -1", "expected 0 or more"}},
		{[]string{"watch", "--dir", "up", address}, []string{`--dir "up"`, "expected in or out"}},
		{[]string{"watch", "--peer", "nobody", address + "#it"}, []string{`--peer "nobody"`, `one of "it"`}},
		{[]string{"watch", "--peer", "2", address}, []string{"--peer 2", "expected 1 to 1"}},
		{[]string{"watch", "--until", "connected", address}, []string{"--until", `"connected" is no event`, "status connected"}},
		{[]string{"watch", "--until", "status none", "--events", "data", address}, []string{`--until "status none"`, "not printed", "--events"}},
		{[]string{"watch", "--until", "status", "--expect", "x", address}, []string{"--until and --expect", "expected one of them"}},
		{[]string{"watch", "--expect", "re /(/", address}, []string{"--expect", "missing closing )"}},
		{[]string{"watch", "--expect", "", address}, []string{"--expect", "nothing to search for"}},
		{[]string{"watch", "--dir", "", address}, []string{`--dir ""`, "expected in or out"}},
		{[]string{"watch", "--send", "-", "--send", "-", address}, []string{"--send -", "once"}},
		{[]string{"watch", "--close-write=maybe", address}, []string{"--close-write", `"maybe"`, "expected true or false"}},
		{[]string{"watch", "--poll", "0s", address}, []string{"--poll 0s", "expected 1ms to 10s"}},
		{[]string{"watch", "--poll", "11s", address}, []string{"--poll 11s", "expected 1ms to 10s"}},
		{[]string{"watch", "--timeout", "0s", address}, []string{"--timeout 0s", "expected"}},
		{[]string{"watch", "--timeout", "31m", address}, []string{"--timeout 31m", "at most 30m"}},
		{[]string{"watch", "--memory", "lots", address}, []string{`--memory "lots"`, "expected a size"}},
		{[]string{"watch", "--memory", "1KiB", address}, []string{`--memory "1KiB"`, "at least"}},
		{[]string{"watch", "--memory", "16EiB", address}, []string{`--memory "16EiB"`, "expected a size"}},
		{[]string{"watch", "--send", `a\q`, address}, []string{"--send", `\q`, "expected"}},
		{[]string{"watch", "--send", "hex 4", address}, []string{"--send", "4", "expected"}},
		{[]string{"watch", "--send", "@" + missing, address}, []string{"--send", missing, "no such file"}},
		{[]string{"watch", "--send", "@" + os.TempDir(), address}, []string{"--send", os.TempDir(), "not a regular file"}},
		{[]string{"demo", address}, []string{address, "demo takes no addresses"}},
		{[]string{"demo", "--seed", "x"}, []string{"--seed", `"x"`, "expected a whole number"}},
		{[]string{"completion"}, []string{"completion", "bash", "zsh"}},
		{[]string{"completion", "nosuch"}, []string{"completion nosuch", "bash", "zsh"}},
		{[]string{"completion", "bash", "extra"}, []string{"completion bash", `"extra"`}},
		{[]string{"--nope"}, []string{"--nope", "--help"}},
		{[]string{"wach", address}, []string{`"wach"`, `did you mean the command "watch"?`}},
		{[]string{"dmeo"}, []string{`"dmeo"`, `did you mean the command "demo"?`}},
		// The inspector, and stdout is a pipe.
		{[]string{address}, []string{"stdout is not a terminal", "peerscope watch"}},
		{[]string{"demo"}, []string{"stdout is not a terminal", "peerscope watch"}},
		{nil, []string{"stdout is not a terminal", "peerscope watch"}},
	} {
		r := quiet(t, c.args...)
		line, isLine := strings.CutSuffix(r.stderr, "\n")
		if r.code != exitUsage || r.stdout != "" || !isLine || !strings.HasPrefix(line, "peerscope: ") || strings.ContainsAny(line, "\n\r\x1b\u202e") {
			t.Errorf("%q: exit code %d, stdout %q, stderr %q", c.args, r.code, r.stdout, r.stderr)
		}
		if !holdsAll(line, c.says) {
			t.Errorf("%q: %q does not say all of %q", c.args, line, c.says)
		}
	}
	dialledByNobodyBut(t, l)
}

// dialledByNobodyBut fails if anybody came to l before this call.
func dialledByNobodyBut(t *testing.T, l net.Listener) {
	t.Helper()
	ours, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if first.RemoteAddr().String() != ours.LocalAddr().String() {
		t.Errorf("%v has dialled", first.RemoteAddr())
	}
}

// A source that opens and cannot be read is no wrong usage: it is found out
// while the watch goes on.
func TestASourceThatCannotBeReadFailsTheWatch(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs a regular file that cannot be read by anybody: /proc/self/mem")
	}
	r := quiet(t, "watch", "--send", "@/proc/self/mem", "--close-write", serve(t, "", echo))
	if r.code != exitFailed || !holdsAll(r.stderr, []string{"--send", "/proc/self/mem", "input/output error"}) {
		t.Errorf("exit code %d, stderr %q", r.code, r.stderr)
	}
}

func TestWhatIsAskedForGoesToStdoutWith0(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--version"}, "peerscope "},
		{[]string{"--help"}, "  watch "},
		{[]string{"watch", "--help"}, "--close-write"},
		{[]string{"watch", "--help"}, "--takeover PATH"},
		{[]string{"--help"}, "--takeover PATH"},
		{[]string{"--help"}, ":6380=127.0.0.1:6379"},
		{[]string{"demo", "--help"}, "--seed"},
		{[]string{"completion", "bash"}, "complete -"},
		{[]string{"completion", "zsh"}, "#compdef peerscope"},
		{[]string{"completion", "fish"}, "complete -c peerscope"},
	} {
		r := quiet(t, c.args...)
		if r.code != exitFine || r.stderr != "" || !strings.Contains(r.stdout, c.says) {
			t.Errorf("%q: exit code %d, stderr %q, stdout %q", c.args, r.code, r.stderr, r.stdout)
		}
	}
}
