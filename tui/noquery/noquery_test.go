package noquery_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"peerscope/tui/noquery"
)

// role makes the re-executed test binary print TERM before and after Restore.
const role = "PEERSCOPE_TEST_NOQUERY"

func TestMain(m *testing.M) {
	if os.Getenv(role) == "" {
		os.Exit(m.Run())
	}
	printTerm()
	noquery.Restore()
	printTerm()
}

func printTerm() {
	term, set := os.LookupEnv("TERM")
	fmt.Printf("%q %v\n", term, set)
}

func TestTermIsDumbUntilItIsRestored(t *testing.T) {
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"a terminal": {[]string{"TERM=xterm-256color"}, `"xterm-256color" true`},
		"dumb":       {[]string{"TERM=dumb"}, `"dumb" true`},
		"empty":      {[]string{"TERM="}, `"" true`},
		"unset":      {nil, `"" false`},
	} {
		t.Run(name, func(t *testing.T) {
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Env = append(cmd.Env, c.env...)
			cmd.Env = append(cmd.Env, role+"=1", "GORACE=atexit_sleep_ms=0") // else each end takes a second with -race
			out, err := cmd.CombinedOutput()
			if want := "\"dumb\" true\n" + c.want + "\n"; err != nil || string(out) != want {
				t.Errorf("%v, %q, expected %q", err, out, want)
			}
		})
	}
}
