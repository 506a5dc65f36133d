package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/spf13/cobra"

	"peerscope/peer"
)

// keptCommands is how many command lines are kept for up and down.
const keptCommands = 100

var errNoPeer = errors.New("no peer is selected; a adds one")

// commandLine is what the : line remembers.
type commandLine struct {
	history []string // oldest first
	at      int      // where up and down stand; len(history): at what is typed
	typed   string   // that

	found []string // what tab goes through; empty until it is pressed
	next  int
}

var commandPrompt = &prompt{
	title: func(*Model) string { return "command" },
	hints: (*Model).commandHint,
	paste: strings.TrimSpace,
	typed: func(m *Model) tea.Cmd { m.commands.found = nil; return nil },
	enter: (*Model).runCommand,
	keys: map[tea.KeyType]func(*Model) tea.Cmd{
		tea.KeyTab:      func(m *Model) tea.Cmd { m.complete(1); return nil },
		tea.KeyShiftTab: func(m *Model) tea.Cmd { m.complete(-1); return nil },
		tea.KeyUp:       func(m *Model) tea.Cmd { m.recall(-1); return nil },
		tea.KeyDown:     func(m *Model) tea.Cmd { m.recall(1); return nil },
	},
}

func (m *Model) askCommand() tea.Cmd {
	c := &m.commands
	c.at, c.found = len(c.history), nil
	return m.ask(commandPrompt)
}

// splitCommand parts a command's name from what stands behind it.
func splitCommand(line string) (name, rest string) {
	name, rest, _ = strings.Cut(strings.TrimLeft(line, " "), " ")
	return name, strings.TrimSpace(rest)
}

// commandFor returns the action with a name, or the only one whose name begins so.
func commandFor(name string) (*action, error) {
	var found []*action
	for _, a := range actions {
		switch {
		case a.name == name:
			return a, nil
		case name != "" && strings.HasPrefix(a.name, name):
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("unknown command ▸%s%s", name, didYouMean(name))
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("▸%s is not one command: %s", name, strings.Join(namesOf(found), ", "))
}

func namesOf(list []*action) []string {
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = a.name
	}
	return names
}

// didYouMean suggests the names that are spelt alike.
func didYouMean(name string) string {
	root := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, a := range actions {
		root.AddCommand(&cobra.Command{Use: a.name, Run: func(*cobra.Command, []string) {}})
	}
	like := root.SuggestionsFor(name)
	if len(like) == 0 {
		return "; tab lists all, ? says what they do"
	}
	return "; did you mean " + strings.Join(like, " or ") + "?"
}

// runCommand does what was typed; what is wrong stays in the line with its error.
func (m *Model) runCommand() tea.Cmd {
	line := m.input.Value()
	name, rest := splitCommand(line)
	if name == "" {
		m.endPrompt()
		return nil
	}
	a, err := commandFor(name)
	switch {
	case err != nil:
		m.inputError = err.Error()
		return nil
	case rest == "":
		m.remember(line)
		m.endPrompt()
		return m.act(a)
	case a.takes == nil:
		m.inputError = fmt.Sprintf("%s takes nothing: ▸%s", a.name, rest)
		return nil
	}
	asked := m.asked
	cmd, err := a.takes.run(m, rest)
	if err != nil {
		m.inputError = a.name + ": " + err.Error()
		return nil
	}
	m.remember(line)
	if m.asked == asked {
		m.endPrompt()
	}
	return cmd
}

// remember keeps a line, which is then the newest and stands there once.
func (m *Model) remember(line string) {
	c := &m.commands
	line = strings.TrimSpace(line)
	c.history = append(slices.DeleteFunc(c.history, func(l string) bool { return l == line }), line)
	c.history = c.history[max(len(c.history)-keptCommands, 0):]
}

// recall goes through the lines that were run before.
func (m *Model) recall(by int) {
	c := &m.commands
	if c.at == len(c.history) {
		c.typed = m.input.Value()
	}
	c.at = max(min(c.at+by, len(c.history)), 0)
	line := c.typed
	if c.at < len(c.history) {
		line = c.history[c.at]
	}
	m.setInput(line)
	c.found = nil
}

func (m *Model) setInput(line string) {
	m.input.SetValue(line)
	m.input.CursorEnd()
	m.inputError = ""
}

// complete goes through the lines that the typed one may become.
func (m *Model) complete(by int) {
	c := &m.commands
	if len(c.found) == 0 {
		c.found, c.next = m.completions(m.input.Value()), 0
		if by < 0 {
			c.next = len(c.found) - 1
		}
	} else {
		c.next = (c.next + by + len(c.found)) % len(c.found)
	}
	if len(c.found) > 0 {
		m.setInput(c.found[c.next])
	}
}

// completions are the lines that a line may become: with a whole name, or with a
// whole last word behind it.
func (m *Model) completions(line string) []string {
	name, _ := splitCommand(line)
	var found []string
	if !strings.Contains(strings.TrimLeft(line, " "), " ") {
		for _, a := range actions {
			if strings.HasPrefix(a.name, name) {
				found = append(found, a.name)
			}
		}
		slices.Sort(found)
		return found
	}
	a, err := commandFor(name)
	if err != nil || a.takes == nil || a.takes.choices == nil {
		return nil
	}
	last := strings.LastIndexByte(line, ' ') + 1
	for _, choice := range a.takes.choices(m) {
		if strings.HasPrefix(choice, line[last:]) {
			found = append(found, line[:last]+choice)
		}
	}
	return found
}

// commandHint says what may be typed next, or what tab goes through.
func (m *Model) commandHint() string {
	c, line := &m.commands, m.input.Value()
	name, _ := splitCommand(line)
	if len(c.found) > 1 {
		return strings.Join(shortened(slices.Concat(c.found[c.next:], c.found[:c.next])), "  ")
	}
	a, err := commandFor(name)
	switch {
	case err == nil && a.takes != nil && strings.Contains(line, " "):
		return a.takes.hint
	case err == nil:
		return a.name + ": " + a.binding.Help().Desc
	}
	return strings.Join(shortened(m.completions(line)), "  ")
}

// shortened is a list of lines of which only the first few fit.
func shortened(lines []string) []string {
	const most = 6
	if len(lines) > most {
		return append(slices.Clone(lines[:most]), "…")
	}
	return lines
}

// addWith adds the peer whose address stands behind the command.
func (m *Model) addWith(text string) (tea.Cmd, error) {
	addr, err := peer.ParseAddress(text)
	if wrong := (*peer.AddressError)(nil); errors.As(err, &wrong) {
		return nil, fmt.Errorf("▸%s: %s", text, wrong.Why)
	}
	if err != nil {
		return nil, err
	}
	m.selected = m.set.Add(addr)
	return nil, nil
}
