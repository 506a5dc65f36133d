package peer

import (
	"errors"
	"strings"
	"syscall"
	"testing"
)

func TestAFilterShowsTheRowsThatHoldAllItsWords(t *testing.T) {
	redis := Row{ID: 1, Label: "Redis", Address: "tcp://127.0.0.1:6379", Kind: "dial", Status: StatusConnected}
	dead := Row{
		ID: 2, Label: "app", Address: "unix:///run/app one.sock", Kind: "dial", Status: StatusError,
		Last: Event{Cause: syscall.ECONNREFUSED},
	}
	tap := Row{ID: 3, Label: "tap", Address: "tcp-listen://127.0.0.1:6380=tcp://127.0.0.1:6379", Kind: "tap", Listener: Listener{Is: true, Listening: true}}
	pair := Row{
		ID: 4, Label: "tap", Address: tap.Address, Kind: "tap", Status: StatusNone,
		Pair: Pair{Is: true, Client: "tcp://127.0.0.1:40000", Server: "tcp://127.0.0.1:6379"}, Who: Credentials{Program: "psql"},
	}
	for _, c := range []struct{ filter, want string }{
		{"", "1234"},
		{"redis", "1"},
		{"REDIS", "1"},
		{"status:error", "2"},
		{"status:connected", "1"},
		{"status:none", "4"},
		{"status:listening", "3"},
		{"-status:error", "134"},
		{"kind:tap", "34"},
		{"kind:tap !status:none", "3"},
		{"port:6379", "134"},
		{"port:6380", "34"},
		{"port:638", ""},
		{"port:40000", "4"},
		{"id:2", "2"},
		{"label:tap", "34"},
		{"address:sock", "2"},
		{"127.0.0.1:6379", "134"},
		{"unix:///run", "2"},
		{`"app one"`, "2"},
		{"refused", "2"},
		{"psql", "4"},
		{"nothing", ""},
	} {
		f, err := ParseFilter(c.filter)
		if err != nil {
			t.Errorf("%s: %v", c.filter, err)
			continue
		}
		var got strings.Builder
		for _, r := range []*Row{&redis, &dead, &tap, &pair} {
			if f.shows(r) {
				got.WriteByte("01234"[r.ID])
			}
		}
		if got.String() != c.want || f.String() != c.filter {
			t.Errorf("%s: shows %s, want %s", f, got.String(), c.want)
		}
	}
}

func TestAWrongFilterSaysWhere(t *testing.T) {
	for _, c := range []struct {
		filter string
		at     int
		words  string
	}{
		{"redis stat:error", 6, "unknown filter stat:"},
		{"status:dead", 0, "unknown status dead: expected none"},
		{"a kind:x", 2, "unknown kind x"},
		{"port:http", 0, "expected a number"},
		{"status:", 0, "nothing behind status:"},
		{"-", 0, "expected a word"},
		{`a "b`, 2, "no closing quote"},
	} {
		_, err := ParseFilter(c.filter)
		var wrong *FilterError
		if !errors.As(err, &wrong) || wrong.At != c.at || !strings.Contains(wrong.Why, c.words) {
			t.Errorf("%s: %v, want %q at %d", c.filter, err, c.words, c.at)
		}
	}
}

// FuzzParseFilter holds that nothing panics, that an error points into the
// text, and that a filter is printed as what means the same.
func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{"redis", "status:error -kind:tap", `"a b" port:1`, "x:y", "\f", "::", "!-", "\"", "tcp://[::1]:1"} {
		f.Add(s)
	}
	row := &Row{ID: 1, Label: "redis", Address: "tcp://127.0.0.1:1", Kind: "dial"}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseFilter(s)
		var wrong *FilterError
		switch {
		case errors.As(err, &wrong):
			if wrong.At < 0 || wrong.At >= len(s) || wrong.Why == "" {
				t.Fatalf("%q: %+v", s, wrong)
			}
		case err != nil:
			t.Fatal(err)
		default:
			b, err := ParseFilter(a.String())
			if err != nil || a.shows(row) != b.shows(row) {
				t.Fatalf("%q is printed as %q: %v", s, a, err)
			}
		}
	})
}
