package views

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "write the golden frames instead of comparing them")

const goldenDir = "../testdata/golden/views"

// golden compares a picture with its file, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(goldenDir, name)
	if *update {
		if err := os.MkdirAll(goldenDir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for y := range max(len(gotLines), len(wantLines)) {
		if y >= len(gotLines) || y >= len(wantLines) || gotLines[y] != wantLines[y] {
			t.Errorf("%s differs from line %d on; see it with go test ./views -update and git diff", path, y+1)
			return
		}
	}
}

// goldenText is a frame without its escapes, line ends trimmed and ended.
func goldenText(frame string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(ansi.Strip(frame), "\n") {
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
	}
	return b.String()
}

func TestScenesLookAsReviewed(t *testing.T) {
	sizes := [][2]int{{40, 12}, {80, 24}, {120, 36}, {200, 60}}
	small := [][2]int{{30, 8}, {19, 3}}
	for _, scene := range scenes {
		all := sizes
		if scene.name == "demo" || scene.name == "frozen" {
			all = append(all[:len(all):len(all)], small...)
		}
		for _, size := range all {
			name := scene.name + "-" + sizeName(size[0], size[1])
			t.Run(name, func(t *testing.T) {
				frame := NewTheme(None, false).Render(fit(scene.frame(), size[0], size[1]), size[0], size[1])
				checkCells(t, frame, size[0], size[1])
				golden(t, name+".txt", goldenText(frame))
			})
		}
	}
}

func TestColoursLookAsReviewed(t *testing.T) {
	cases := []struct {
		name    string
		scene   func() *Frame
		profile Profile
		light   bool
	}{
		{"demo-dark", sceneDemo, TrueColor, false},
		{"demo-light", sceneDemo, TrueColor, true},
		{"demo-256", sceneDemo, ANSI256, false},
		{"demo-16", sceneDemo, ANSI16, false},
		{"demo-none", sceneDemo, None, false},
		{"frozen-dark", sceneFrozen, TrueColor, false},
		{"error-dark", sceneError, TrueColor, false},
		{"paused-dark", scenePaused, TrueColor, false},
		{"help-dark", sceneHelp, TrueColor, false},
		{"empty-dark", sceneEmpty, TrueColor, false},
		{"inspector-dark", sceneInspector, TrueColor, false},
		{"inspector-light", sceneInspector, TrueColor, true},
		{"inspector-16", sceneInspector, ANSI16, false},
		{"inspector-none", sceneInspector, None, false},
		{"ruler-dark", sceneRuler, TrueColor, false},
		{"waits-dark", sceneWaits, TrueColor, false},
		{"held-dark", sceneHeld, TrueColor, false},
		{"held-light", sceneHeld, TrueColor, true},
		{"held-16", sceneHeld, ANSI16, false},
		{"held-none", sceneHeld, None, false},
		{"taps-dark", sceneTaps, TrueColor, false},
		{"held-rows-dark", sceneHeldRows, TrueColor, false},
		{"oldest-dark", sceneOldest, TrueColor, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			frame := NewTheme(c.profile, c.light).Render(fit(c.scene(), 120, 36), 120, 36)
			checkCells(t, frame, 120, 36)
			golden(t, c.name+".ansi", frame+"\n")
		})
	}
}

// checkCells fails unless the frame is h lines of w cells.
func checkCells(t *testing.T, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		t.Errorf("%d lines, want %d", len(lines), h)
	}
	for y, line := range lines {
		if n := ansi.StringWidth(line); n != w {
			t.Errorf("line %d has %d cells, want %d: %q", y, n, w, ansi.Strip(line))
		}
	}
}
