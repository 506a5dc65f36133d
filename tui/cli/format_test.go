package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// timed replaces what no two runs have in common: times, ports and directories,
// and how late a poll was.
func timed(stdout string) string {
	for pattern, by := range map[string]string{
		`\d\d:\d\d:\d\d\.\d{6}`: "TIME", `127\.0\.0\.1:\d+`: "127.0.0.1:PORT", `unix(-listen)?://.*/`: "unix$1:///",
		`  polled \+.*`: "",
	} {
		stdout = regexp.MustCompile(pattern).ReplaceAllString(stdout, by)
	}
	return stdout
}

func TestTextIsOneReadableLineAnEvent(t *testing.T) {
	r := quiet(t, "watch", "--format", "text", "--send", `PING\r\n\x1b[2J`, "--close-write", serve(t, "", echo)+"#it", "unix:///missing#a-longer-one")
	lines := strings.SplitAfter(timed(r.stdout), "\n")
	for _, want := range []string{
		"TIME  1 it            ◐ connecting  tcp://127.0.0.1:PORT\n",
		"TIME  1 it            ● connected\n",
		`TIME  1 it            →       10 B  PING\r\n\x1b[2J` + "\n",
		`TIME  1 it            ←       10 B  PING\r\n\x1b[2J` + "\n",
		"TIME  1 it            → half-close  by us\n",
		"TIME  1 it            ○ none        FIN, by remote\n",
		"TIME  2 a-longer-one  ✖ connect     no such file or directory  FAILED (1)\n",
	} {
		if !bytes.Contains([]byte(strings.Join(lines, "")), []byte(want)) {
			t.Errorf("no line %q in\n%s", want, timed(r.stdout))
		}
	}
	if len(lines) != 8 || r.code != exitFailed || r.stderr != "" {
		t.Errorf("exit code %d, stderr %q, stdout\n%s", r.code, r.stderr, r.stdout)
	}
}

// xxd -r reads one direction of one peer back, whatever the bytes and chunks are,
// and whatever else is printed.
func TestXxdReadsADirectionBack(t *testing.T) {
	if _, err := exec.LookPath("xxd"); err != nil {
		t.Skip("xxd is not installed")
	}
	var all [3 * 256]byte
	for i := range all {
		all[i] = byte(i * 7)
	}
	file := filepath.Join(shortDir(t), "request")
	if err := os.WriteFile(file, bytes.Repeat(all[:], 200), 0o600); err != nil {
		t.Fatal(err)
	}
	sent := "1\n" + string(bytes.Repeat(all[:], 200)) + "\x00\xffdeadbeef: 00"
	send := []string{"--send", `1\n`, "--send", "@" + file, "--send", `\x00\xffdeadbeef: 00`, "--close-write", serve(t, "", echo) + "#deadbeef"}
	for _, args := range [][]string{
		{"--dir", "in"}, {"--dir", "out"}, {"--dir", "out", "--events", "data"}, {"--dir", "in", "--events", "data,buffers,status"},
	} {
		r := quiet(t, append(append([]string{"watch", "--format", "hex"}, args...), send...)...)
		if r.code != exitFine || r.stderr != "" || !strings.Contains(r.stdout, " deadbeef ") {
			t.Fatalf("exit code %d, stderr %q", r.code, r.stderr)
		}
		xxd := exec.Command("xxd", "-r")
		xxd.Stdin = strings.NewReader(r.stdout)
		if got, err := xxd.Output(); err != nil || string(got) != sent {
			t.Errorf("%q: %v, %d bytes, expected %d\n%.600s", args, err, len(got), len(sent), r.stdout)
		}
	}
}

func TestASlowReaderDelaysNoFormat(t *testing.T) {
	for _, format := range []string{"text", "hex"} {
		_, stdout, wait := stalled(t, "--memory", "1MiB", "--format", format, "--events", "status,data,dropped")
		all, err := io.ReadAll(stdout)
		if err != nil {
			t.Fatal(err)
		}
		if code := wait(); code != exitFine || !bytes.Contains(all, []byte("← dropped")) || !bytes.Contains(all, []byte("FIN, by remote")) {
			t.Errorf("--format %s: exit code %d, %d bytes, which end in %q", format, code, len(all), all[max(len(all)-300, 0):])
		}
	}
}

// A terminal gets colours, and lines that fit.
func TestTextOnATerminal(t *testing.T) {
	x := open(t, 70, 12, true, roleProgram, "watch", "--format", "text", "--send", strings.Repeat("x", 300), serve(t, "", echo)+"#it")
	x.waitFor("1 it  ←      300 B  xxxx")
	x.wait("a line that is cut at the edge", func(lines []string) bool { return strings.HasSuffix(lines[3], "xx…") })
	if out := x.output(); !strings.Contains(out, "\x1b[0;38;5;") || strings.Contains(x.lines()[4], "xx") {
		t.Errorf("no colours, or lines that do not fit: %q", out)
	}
}
