package tui

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"peerscope/peer"
)

var update = flag.Bool("update", false, "write the golden frames instead of comparing them")

// golden compares a screen with its file, or writes it with -update.
func golden(t *testing.T, dir, name string, lines []string) {
	t.Helper()
	path, got := filepath.Join(dir, name), strings.Join(lines, "\n")+"\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; see it with go test ./tui -update and git diff. It is now\n%s", path, got)
	}
}

// goldenScenes are screens that a model on real sockets comes to. The peers
// are Unix sockets by relative paths, so nothing on them varies: no port, no
// directory. Queues are 0 because the scenes wait until all is read.
var goldenScenes = []struct {
	name string
	keys []string
	then func(*screen, *far)
}{
	{name: "peers"},
	{name: "frozen", keys: []string{"3", "k", "k"}, then: func(s *screen, f *far) {
		s.pass(800 * time.Millisecond)
		f.tell(bytes.Repeat([]byte("more "), 700))
		s.calm()
		s.pass(rateStep)
	}},
	{name: "paused", then: func(s *screen, f *far) { s.pausedEnd(f) }},
	{name: "stepped", then: func(s *screen, f *far) {
		s.pausedEnd(f)
		s.press(".")
		s.calm()
		s.pass(800 * time.Millisecond)
		s.press(".")
	}},
	{name: "since-start", keys: []string{"3", "t"}},
	{name: "ruler", keys: []string{"3", "i", "g", "right", "t", "t"}, then: func(s *screen, _ *far) { s.pass(75 * time.Second) }},
	{name: "help", keys: []string{"?"}},
	{name: "send", keys: []string{"s", `GET /\q`}},
	{name: "send-error", keys: []string{"s", `GET /\q`, "enter"}},
	{name: "add-error", keys: []string{"a", "localhost", "enter"}},
}

func TestScreensLookAsReviewed(t *testing.T) {
	dir, err := filepath.Abs("../testdata/golden/tui")
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		name := func(scene string) string { return fmt.Sprintf("%s-%dx%d.txt", scene, size[0], size[1]) }
		t.Run(name("empty"), func(t *testing.T) {
			s := newScreen(t, size[0], size[1])
			golden(t, dir, name("empty"), s.lines())
		})
		for _, scene := range goldenScenes {
			t.Run(name(scene.name), func(t *testing.T) {
				s := newScreen(t, size[0], size[1])
				t.Chdir(s.dir)
				f := s.somePeers()
				s.press(scene.keys...)
				if scene.then != nil {
					scene.then(s, f)
				}
				s.checkView(scene.name, size[0], size[1])
				golden(t, dir, name(scene.name), s.lines())
			})
		}
	}
}

// somePeers fills the table: one that talks and is selected, one that
// half-closed, one that ended, one that was reset, one that is not there.
func (s *screen) somePeers() *far {
	s.Helper()
	step := func(d time.Duration) { s.clock.Add(int64(d)) }
	api := s.connectAt("unix", "./api.sock", "api")
	half := s.connectAt("unix", "./half.sock", "half-closer")
	done := s.connectAt("unix", "./done.sock", "done")
	reset := s.connectAt("unix", "./reset.sock", "reset")
	s.add("./gone.sock#gone")
	step(20 * time.Millisecond)
	half.tell([]byte("one line\n"))
	s.press("j", "D", "k")
	step(30 * time.Millisecond)
	done.tell(counting(12_430))
	done.Close()
	s.until("the end", func() bool { return done.row().Status == peer.StatusNone })
	step(5 * time.Millisecond)
	if _, err := s.set.Send(s.ctx, reset.id, []byte("never read")); err != nil {
		s.Fatal(err)
	}
	reset.Close()
	s.until("the reset", func() bool { return reset.row().Status == peer.StatusError })

	request := "GET /peers HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for range 2 {
		step(5200 * time.Millisecond)
		s.calm()
		api.ask([]byte(request))
		step(3100 * time.Microsecond)
		api.tell([]byte("HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n" + string(counting(64))))
	}
	s.calm()
	s.pass(rateStep)
	return api
}
