package tui

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// noticeTime is how long a line of news stays at the foot.
const noticeTime = 5 * time.Second

// mode is what the keys mean just now.
type mode uint8

const (
	modePanes  mode = iota // keys act on the panes
	modeHelp               // the help is open
	modePrompt             // a line is being typed
	modeLetter             // a letter is awaited
	modeMarks              // the list of marks is open
	modeAsk                // a question is to be answered
)

// Model is the inspector's state. It is changed in Update only.
type Model struct {
	ctx   context.Context // ends every command that waits
	set   *peer.Set
	theme *views.Theme
	now   func() time.Time
	every time.Duration // between two polls

	onChange func([]peer.Change)
	crash    func(v any, stack []byte)

	width, height int
	mode          mode
	focus         views.Pane
	selected      peer.ID // 0: none
	listener      peer.ID // that the selected one came from; 0: none
	marks         marks
	letter        letter
	commands      commandLine
	arranged      arrangement
	firstRow      int        // the top row of the table
	rows          []peer.Row // the visible ones, and the one below them
	helpScroll    int
	dirs          capture.Dirs // the directions that the bytes pane shows
	perRow        int          // bytes a row of hex at most; 0: as many as fit
	times         views.Times
	search        search
	searches      int  // how many there were
	searchAll     bool // the next one is of all peers
	searchStart   searchStart
	inspector     inspector
	ruled         ruled
	details       details
	recalls       recalls
	past          travel

	histories map[peer.ID]*history
	spark     spark
	rates     rates
	lastPoll  time.Time
	progress  int64 // the tenth of a second that a pending connect was last drawn in
	pausedFor int64 // how many seconds polling was paused when that was last drawn

	asked       *prompt // whose line is being typed; nil: none
	input       textinput.Model
	inputError  string
	target      peer.ID // whom the send box sends to
	targetLabel string
	question    question
	notice      views.Notice
	noticeEnd   time.Time
	interrupted bool

	dirty bool   // the frame is out of date
	frame string // what View returned last
}

// Options are what a Model needs to know.
type Options struct {
	Set   *peer.Set
	Theme *views.Theme
	Poll  time.Duration // the longest time from a fact to the poll that sees it
	Now   func() time.Time
	// OnChange is called after each poll that saw a change; it must not block.
	OnChange func([]peer.Change)
	// Crash is told of a panic in a command, for Run's crashed. Without it the
	// panic goes on.
	Crash func(v any, stack []byte)
}

// NewModel returns the model; ctx ends the commands that it starts.
func NewModel(ctx context.Context, o Options) *Model {
	input := textinput.New()
	input.Prompt = ""
	input.CharLimit = 16 << 10             // @file is for more
	lipgloss.SetColorProfile(termenv.ANSI) // the text cursor is reverse video, which NO_COLOR does not forbid
	return &Model{
		ctx: ctx, set: o.Set, theme: o.Theme, now: o.Now, every: o.Poll, onChange: o.OnChange, crash: o.Crash,
		focus: views.PanePeers, dirs: capture.Both, histories: map[peer.ID]*history{}, input: input, dirty: true,
	}
}

// Init starts the tick. The first poll is at once.
func (m *Model) Init() tea.Cmd {
	return func() tea.Msg { return pollMsg{} }
}

// Update routes a message to the one place that deals with it, and then puts
// the selection and the panes in order for what View draws.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, isKey := msg.(tea.KeyMsg); isKey && len(k.Runes) > 1 && !k.Paste {
		return m, m.typed(k)
	}
	cmd := m.route(msg)
	if m.dirty {
		m.settle()
	}
	return m, tea.Batch(cmd, m.readBack())
}

func (m *Model) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pollMsg:
		return m.poll()
	case tea.WindowSizeMsg:
		m.width, m.height, m.dirty = msg.Width, msg.Height, true
	case tea.KeyMsg:
		m.dirty = true
		return m.key(msg)
	case countMsg:
		m.dirty = true
		return m.takeCount(msg)
	case jumpMsg:
		m.dirty = true
		return m.takeJump(msg)
	case recallMsg:
		m.takeRecall(msg)
	case sentMsg:
		m.dirty = true
		m.sent(msg)
	default:
		if m.mode == modePrompt {
			m.dirty = true
			return m.updateInput(msg) // the text cursor's own messages
		}
	}
	return nil
}

// typed acts on keys that came faster than they were read, a held j for
// instance: Bubble Tea makes one message of them, which would match no binding.
func (m *Model) typed(keys tea.KeyMsg) tea.Cmd {
	cmds := make([]tea.Cmd, 0, len(keys.Runes))
	for _, r := range keys.Runes {
		_, cmd := m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: keys.Alt})
		cmds = append(cmds, cmd)
	}
	return tea.Batch(cmds...)
}

// key acts on one key press in the present mode.
func (m *Model) key(msg tea.KeyMsg) tea.Cmd {
	if msg.Type == tea.KeyCtrlC {
		m.interrupted = true
		return tea.Quit
	}
	switch m.mode {
	case modePrompt:
		return m.promptKey(msg)
	case modeHelp:
		return m.helpKey(msg)
	case modeLetter:
		return m.letterKey(msg)
	case modeMarks:
		return m.marksKey(msg)
	case modeAsk:
		return m.answer(msg)
	}
	if a := actionFor(msg); a != nil {
		m.notice = views.Notice{} // what was said of the key before
		return m.act(a)
	}
	return nil
}

// View returns the screen, drawn anew only if something on it has changed.
func (m *Model) View() string {
	if m.width == 0 || m.height == 0 {
		return "" // the size comes with the first message
	}
	if m.dirty {
		m.frame = m.theme.Render(m.snapshot(), m.width, m.height)
		m.dirty = false
	}
	return m.frame
}

// Interrupted reports whether ctrl+c ended the program.
func (m *Model) Interrupted() bool { return m.interrupted }

// say shows a line of news at the foot for a while.
func (m *Model) say(bad bool, text string) {
	m.notice = views.Notice{Text: text, Bad: bad}
	m.noticeEnd = m.now().Add(noticeTime)
}
