package tui

import (
	"context"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/peer"
	"peerscope/views"
)

func TestAPanicInACommandIsToldToTheProgram(t *testing.T) {
	set := peer.NewSet(peer.Config{})
	defer func() { _ = set.Close() }()
	var value any
	var where string
	m := NewModel(context.Background(), Options{
		Set: set, Theme: views.NewTheme(views.None, false), Now: set.Now,
		Crash: func(v any, stack []byte) { value, where = v, string(stack) },
	})
	if msg := m.command(func() tea.Msg { panic("boom") })(); msg != nil {
		t.Errorf("there is a message: %v", msg)
	}
	if value != "boom" || !strings.Contains(where, "TestAPanicInACommand") {
		t.Errorf("told %v from\n%s", value, where)
	}
}
