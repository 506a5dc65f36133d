package views

import (
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func TestTheRulerGivesUpWhatStandsElsewhereFirst(t *testing.T) {
	v := &Ruler{Offset: 0x105, Nth: 6, Len: 48, Time: at(1234 * time.Microsecond), Age: 75 * time.Second}
	for width, want := range map[int]string{
		80: "← 0x105 · byte 6 of 48 · 09:02:10.001234 · 1 min 15 s ago",
		57: "← 0x105 · byte 6 of 48 · 09:02:10.001234 · 1 min 15 s ago",
		56: "byte 6 of 48 · 09:02:10.001234 · 1 min 15 s ago",
		46: "byte 6 of 48 · 09:02:10.001234",
		29: "09:02:10.001234",
		14: "",
		0:  "",
	} {
		p := &pen{theme: NewTheme(None, false), width: width, limit: width}
		p.ruler(v)
		if got := ansi.Strip(string(p.b)); got != want {
			t.Errorf("in %d cells %q, want %q", width, got, want)
		}
	}
}
