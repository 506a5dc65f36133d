package tui

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	textcursor "github.com/charmbracelet/bubbles/cursor"
	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/views"
)

// logScenes are the screens of the log: searched, marked, filtered, in the past.
// They are drawn in colours, too, where those tell something.
var logScenes = []struct {
	name    string
	colours bool
	play    func(*screen)
}{
	{name: "search", colours: true, play: func(s *screen) { s.somePeers(); s.searchFor("HTTP/1.1", "N") }},
	{name: "search-typed", play: func(s *screen) { s.somePeers(); s.press("3"); s.find("hex 48 ?? ?? 74") }},
	{name: "search-none", play: func(s *screen) { s.somePeers(); s.searchFor("POST") }},
	{name: "search-wraps", play: func(s *screen) { s.somePeers(); s.searchFor("HTTP/1.1", "n") }},
	{name: "search-error", colours: true, play: func(s *screen) { s.somePeers(); s.press("3"); s.find("re /a[bc](d[bc]|[z-a])/") }},
	{name: "search-begun", play: func(s *screen) { s.searching(0) }},
	{name: "searching", play: func(s *screen) { s.searching(1) }},
	{name: "search-all", colours: true, play: func(s *screen) {
		s.somePeers()
		s.press("3", "/", "tab", "esc")
		s.searchFor("re /o[ns]/", "n", "n")
	}},
	{name: "marks", colours: true, play: (*screen).markSome},
	{name: "marked", play: func(s *screen) { s.markSome(); s.press("k", "k", "enter") }},
	{name: "jump", play: func(s *screen) { s.markSome(); s.press("esc", "'") }},
	{name: "command", play: func(s *screen) { s.somePeers(); s.press(":", "s", "o") }},
	{name: "command-completed", play: func(s *screen) { s.somePeers(); s.press(":"); s.typed(keyMsg("sort r")); s.press("tab", "tab") }},
	{name: "command-error", colours: true, play: func(s *screen) { s.somePeers(); s.command("gotto 0x100") }},
	{name: "command-word", play: func(s *screen) { s.somePeers(); s.command("sort colour down") }},
	{name: "filtered", colours: true, play: func(s *screen) { s.somePeers(); s.command("sort received"); s.command("filter -status:none unix") }},
	{name: "filter-typed", play: func(s *screen) { s.somePeers(); s.press("/"); s.typed(keyMsg("status:none")) }},
	{name: "filter-error", play: func(s *screen) { s.somePeers(); s.press("/"); s.typed(keyMsg("unix status:eror")) }},
	{name: "filter-none", play: func(s *screen) { s.somePeers(); s.press("/"); s.typed(keyMsg("redis")); s.press("enter") }},
	{name: "crowd", colours: true, play: (*screen).crowded},
	{name: "past", colours: true, play: func(s *screen) { s.somePeers(); s.press("3", "[", "["); s.pass(time.Minute) }},
	{name: "past-early", colours: true, play: func(s *screen) { s.somePeers(); s.press("{", "{", "{", "{", "{") }},
	{name: "past-refuses", play: func(s *screen) { s.somePeers(); s.press("[", "s") }},
}

func TestScreensOfTheLogLookAsReviewed(t *testing.T) {
	dir, err := filepath.Abs("../testdata/golden/tui")
	if err != nil {
		t.Fatal(err)
	}
	for _, scene := range logScenes {
		for _, size := range [][2]int{{80, 24}, {120, 36}, {200, 60}} {
			name := fmt.Sprintf("%s-%dx%d.txt", scene.name, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				s := newScreenOf(t, size[0], size[1], peer.Config{}, views.NewTheme(views.TrueColor, false))
				t.Chdir(s.dir)
				scene.play(s)
				s.checkView(scene.name, size[0], size[1])
				golden(t, dir, name, s.lines())
				if scene.colours && size[0] == 120 {
					golden(t, dir, scene.name+"-dark.ansi", strings.Split(s.View(), "\n"))
				}
			})
		}
	}
}

// searchFor searches the bytes and presses keys then.
func (s *screen) searchFor(text string, keys ...string) {
	s.press("3")
	s.find(text)
	s.press("enter")
	for _, k := range keys {
		s.perform(s.press(k))
	}
}

// searching is a search that has gone so many of its steps.
func (s *screen) searching(steps int) {
	f := s.connectAt("unix", "./log.sock", "log")
	for range 20 {
		s.clock.Add(int64(time.Second))
		f.tell(bytes.Repeat([]byte("GET /needle HTTP/1.1\r\n"), 8000/22))
	}
	s.calm()
	s.pass(time.Minute) // so that the rates are 0, whatever the polls saw
	s.pass(time.Minute)
	s.input.Cursor.SetMode(textcursor.CursorStatic)
	s.press("3", "/")
	s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("needle"), Paste: true})
	p := &s.search.parts[0]
	for range steps {
		p.find.Step()
	}
	p.count = p.find.Count()
	p.done, p.total = p.find.Progress()
	s.search.jumping = steps == 0
	s.dirty = true
}

// markSome sets marks in two peers and lists them.
func (s *screen) markSome() {
	s.somePeers()
	s.press("3", "g", "down", "down")
	s.command("mark a the first request, which took 5 s to come")
	s.press("G", "k", "m", "R", "1", "j")
	s.command("mark b said before the half-close")
	s.press("k")
	s.command("marks")
	s.press("j")
}

// crowded is 10,000 peers, filtered and sorted.
func (s *screen) crowded() {
	for i := range 10_000 {
		kind := [...]string{"mail", "web", "index"}[i%3]
		a, err := peer.ParseAddress(fmt.Sprintf("unix:./pool/%d#%s %d", i, kind, i*7919%10_000))
		if err != nil {
			s.Fatal(err)
		}
		s.set.Add(a)
	}
	s.calm()
	s.command("sort label down")
	s.press("1", "/")
	s.typed(keyMsg("web 77"))
	s.press("enter", "g", "pgdown", "pgdown")
}
