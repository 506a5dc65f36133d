package tui

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unsafe"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"peerscope/peer"
	"peerscope/views"
)

var sgr = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// checkView fails unless the screen is h lines of w cells with no control
// character but SGR and the newlines.
func (s *screen) checkView(when string, w, h int) {
	s.Helper()
	view := s.View()
	for _, r := range sgr.ReplaceAllString(view, "") {
		if r != '\n' && !unicode.IsPrint(r) {
			s.Fatalf("%s: the screen has %U", when, r)
		}
	}
	lines := strings.Split(view, "\n")
	if len(lines) != h {
		s.Fatalf("%s: %d lines, want %d", when, len(lines), h)
	}
	for y, line := range lines {
		if n := ansi.StringWidth(line); n != w {
			s.Fatalf("%s: line %d has %d cells, want %d: %q", when, y, n, w, ansi.Strip(line))
		}
	}
}

// situations are what a screen may be in; each begins on the panes and ends there.
var situations = []struct {
	name       string
	open, back []string
}{
	{"peers", nil, nil},
	{"timeline", []string{"2"}, nil},
	{"bytes", []string{"3"}, nil},
	{"frozen", []string{"3", "k", "pgup"}, []string{"f"}},
	{"start", []string{"3", "g"}, []string{"f"}},
	{"one direction", []string{"v"}, []string{"v", "v"}},
	{"eight a row", []string{"w"}, []string{"w", "w", "w"}},
	{"help", []string{"?"}, []string{"esc"}},
	{"help scrolled", []string{"?", "G"}, []string{"esc"}},
	{"add", []string{"a", "日本語 127.0.0.1:80"}, []string{"esc"}},
	{"add, wrong", []string{"a", "nowhere at all\u202e", "enter"}, []string{"esc"}},
	{"add, long", []string{"a", strings.Repeat("/long", 60)}, []string{"esc"}},
	{"send, wrong", []string{"1", "s", `\`, "enter"}, []string{"esc"}},
	{"notice", []string{"ctrl+z"}, nil},
	{"error", []string{"1", "G", "D"}, []string{"g"}},
	{"held", []string{"1", "G", "h"}, []string{"h", "g"}},
	{"question", []string{"q"}, []string{"n"}},
	{"folded", []string{"1", "G", "enter"}, []string{"enter", "g"}},
}

var sizes = [][2]int{{19, 3}, {40, 12}, {80, 24}, {120, 36}, {200, 60}}

func TestEveryScreenFillsEverySizeExactly(t *testing.T) {
	for _, theme := range []*views.Theme{views.NewTheme(views.None, false), views.NewTheme(views.TrueColor, true)} {
		empty := newScreenOf(t, 80, 24, peer.Config{}, theme)
		full := newScreenOf(t, 80, 24, peer.Config{}, theme)
		f := full.connect("tcp", "echo")
		for i := range 40 {
			full.clock.Add(int64(time.Duration(i) * 100 * time.Millisecond))
			f.tell(counting(10 * i * i % 977))
		}
		for i := range 70 {
			full.addNames(fmt.Sprint("gone-", i))
		}
		full.tap("unix")
		full.calm()
		for name, s := range map[string]*screen{"empty": empty, "full": full} {
			for _, in := range situations {
				for _, size := range sizes {
					s.resize(size[0], size[1])
					s.press(in.open...)
					s.checkView(fmt.Sprintf("%s, %s, %v", name, in.name, size), size[0], size[1])
					s.press(in.back...)
					if s.mode != modePanes {
						t.Fatalf("%s is not left", in.name)
					}
				}
			}
		}
	}
}

func TestBeforeTheFirstSizeThereIsNothing(t *testing.T) {
	s := newScreen(t, 0, 0)
	s.press("j", "3", "k", "g", "p", "pgup", "?", "j", "esc")
	if got := s.View(); got != "" {
		t.Errorf("%q", got)
	}
}

// hostile is what must not reach the terminal as it is.
const hostile = "\x1b[2J\x1b]0;title\x07\x9b1m\u202e\u2066\rcr\ttab\x00\x7f\xff"

func TestNothingHostileReachesTheTerminal(t *testing.T) {
	for _, theme := range []*views.Theme{views.NewTheme(views.None, false), views.NewTheme(views.ANSI256, false)} {
		s := newScreenOf(t, 120, 36, peer.Config{}, theme)
		label := strings.ReplaceAll(hostile, "\x00", "")
		f := s.connectAt("unix", s.dir+"/"+strings.ReplaceAll(label, "/", ""), label)
		f.tell([]byte(hostile))
		f.ask([]byte(hostile))
		s.add(s.dir + "/\x1b[31mnone\x1b]8;;#\u202emissing\x1b[0m")
		s.press("v", "v", "v")
		for _, open := range [][]string{nil, {"s"}, {"a", hostile, "enter"}, {"a", "\x1b[31m"}, {"s", "@" + s.dir + "/\x1b[2J", "enter"}} {
			s.press(open...)
			for _, size := range sizes {
				s.resize(size[0], size[1])
				s.checkView(fmt.Sprintf("%q %v", open, size), size[0], size[1])
			}
			s.press("esc")
		}
		s.resize(120, 36)
		s.press("g", "s", "x")
		s.run(s.press("enter"))
		s.checkView("sent", 120, 36) // the notice names the label
		s.wantFoot(`\x1b[2J`)
		s.press("j", "D")
		s.checkView("failed", 120, 36)
		s.wantText(`\u202emissing\x1b[0m`)
	}
}

// same reports whether two frames are one and the same string.
func same(a, b string) bool { return len(a) == len(b) && unsafe.StringData(a) == unsafe.StringData(b) }

func TestNothingNewIsNotDrawnAgain(t *testing.T) {
	s := newScreen(t, 120, 36)
	s.connect("tcp", "echo")
	s.calm()
	frame := s.View()
	for range 100 {
		s.Update(pollMsg{})
		s.Update(struct{}{})
		if !same(s.View(), frame) {
			t.Fatal("drawn again though nothing has changed")
		}
	}
	for _, key := range []string{"j", "2", "unbound", "p"} {
		before := s.View()
		s.press(key)
		if same(s.View(), before) {
			t.Errorf("%s does not draw", key)
		}
	}
}

func TestABurstBetweenTwoPollsIsOneRedraw(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("unix", "busy")
	s.calm()
	before := s.View()
	for range 1000 {
		if _, err := f.Write([]byte("event")); err != nil {
			t.Fatal(err)
		}
		if !same(s.View(), before) {
			t.Fatal("drawn without a poll")
		}
	}
	// All of it wakes the program once: the channel holds one value.
	<-s.set.Changed()
	log := s.set.Log(f.id)
	s.await("the bytes", func() bool { return log.Unread(0) == 5000 })
	select {
	case <-s.set.Changed():
		t.Error("a second value for the same poll")
	default:
	}
	s.Update(pollMsg{})
	after := s.View()
	if same(after, before) || !strings.Contains(ansi.Strip(after), "5.0 kB") {
		t.Errorf("one poll does not show all:\n%s", ansi.Strip(after))
	}
	if !same(s.View(), after) {
		t.Error("drawn twice")
	}
}

// await waits until ok without a poll.
func (s *screen) await(what string, ok func() bool) {
	s.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for begun := time.Now(); !ok(); <-tick.C {
		if time.Since(begun) > patience {
			s.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func TestAnEventWakesAnIdleProgram(t *testing.T) {
	s := newScreen(t, 80, 24)
	f := s.connect("unix", "echo")
	for range 20 { // the event may be there before the wait, or come after idlePoll
		s.calm()
		select { // what a poll has taken in already
		case <-s.set.Changed():
		default:
		}
		msg := make(chan tea.Msg, 1)
		wait := waitPoll(s.ctx, s.set, time.Now(), time.Millisecond)
		go func() { msg <- wait() }()
		if _, err := f.Write([]byte("news")); err != nil {
			t.Fatal(err)
		}
		if _, isPoll := (<-msg).(pollMsg); !isPoll {
			t.Fatal("no poll comes")
		}
		s.await("the bytes", s.set.Active)
		select {
		case <-s.set.Changed(): // the wait was not for it
		default:
			return
		}
	}
	t.Error("an idle program is not woken")
}

func TestTheWaitForAPollEndsWithTheProgram(t *testing.T) {
	s := newScreen(t, 80, 24)
	s.calm()
	far := time.Now().Add(time.Hour)
	for _, active := range []bool{false, true} {
		if active {
			s.set.Add(peer.Address{Endpoint: peer.Endpoint{Family: peer.FamilyUDS, Path: s.dir + "/none"}})
		}
		ctx, cancel := context.WithCancel(s.ctx)
		msg := make(chan tea.Msg, 1)
		wait := waitPoll(ctx, s.set, far, time.Hour)
		go func() { msg <- wait() }()
		cancel()
		select {
		case got := <-msg:
			if got != nil {
				t.Errorf("active %v: %v", active, got)
			}
		case <-time.After(patience):
			t.Errorf("active %v: it does not end", active)
		}
	}
}
