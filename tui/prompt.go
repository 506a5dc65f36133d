package tui

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"peerscope/hexdump"
	"peerscope/peer"
	"peerscope/views"
)

// prompt is a line of input at the foot: what is asked for, and what becomes of it.
type prompt struct {
	title func(*Model) string
	hint  string
	paste func(text string) string             // what of a pasted text goes into the line
	typed func(*Model) tea.Cmd                 // after each change of the line; may be nil
	enter func(*Model) tea.Cmd                 // takes the line, and ends the prompt unless it is wrong
	esc   func(*Model)                         // undoes what typed did; may be nil
	keys  map[tea.KeyType]func(*Model) tea.Cmd // what other keys do; may be nil
	hints func(*Model) string                  // in place of hint; may be nil
}

var addPrompt = &prompt{
	title: func(*Model) string { return "add a peer" },
	hint:  "HOST:PORT or /PATH; tcp-listen://:PORT; tap: :PORT=HOST:PORT",
	paste: strings.TrimSpace,
	enter: (*Model).add,
}

var sendPrompt = &prompt{
	title: func(m *Model) string { return "send to " + m.targetLabel },
	hint:  `text with \n \r \t \xHH, or hex 0a 0b, or @file`,
	paste: func(text string) string { return hexdump.EscapeControls(newlines.Replace(text)) },
	enter: (*Model).send,
}

func (m *Model) askAddress() tea.Cmd { return m.ask(addPrompt) }

func (m *Model) askSend() tea.Cmd {
	row, ok := m.row()
	if !ok {
		m.say(true, "send: no peer is selected; a adds one")
		return nil
	}
	if err := m.canSend(&row); err != nil && row.Status != peer.StatusConnecting { // which may have changed by the time it is typed
		m.say(true, err.Error())
		return nil
	}
	m.target, m.targetLabel = row.ID, m.name(&row)
	return m.ask(sendPrompt)
}

func (m *Model) canSend(r *peer.Row) error {
	switch {
	case r.Listener.Is:
		return fmt.Errorf("%s: %w", r.Label, peer.ErrListener)
	case r.Pair.Is:
		return fmt.Errorf("%s: %w", m.name(r), peer.ErrRelayed)
	case r.Status == peer.StatusConnected:
		return nil
	case r.Parent != 0:
		return fmt.Errorf("%s is not connected (%s); only its client can connect again", m.name(r), r.Status)
	}
	return fmt.Errorf("%s is not connected (%s); r reconnects", r.Label, r.Status)
}

func (m *Model) ask(p *prompt) tea.Cmd {
	m.mode, m.asked, m.inputError, m.notice = modePrompt, p, "", views.Notice{}
	m.input.Reset()
	return m.input.Focus()
}

func (m *Model) promptKey(msg tea.KeyMsg) tea.Cmd {
	switch msg.Type {
	case tea.KeyEsc:
		if m.asked.esc != nil {
			m.asked.esc(m)
		}
		m.endPrompt()
		return nil
	case tea.KeyEnter:
		return m.asked.enter(m)
	}
	if do := m.asked.keys[msg.Type]; do != nil {
		return do(m)
	}
	m.inputError = ""
	before := m.input.Value()
	var cmd tea.Cmd
	if msg.Paste {
		cmd = m.paste(msg)
	} else {
		cmd = m.updateInput(msg)
	}
	if m.asked.typed != nil && m.input.Value() != before {
		cmd = tea.Batch(cmd, m.asked.typed(m))
	}
	return cmd
}

// newlines makes a line end of a lone CR, which is what terminals paste for one.
var newlines = strings.NewReplacer("\r\n", "\r\n", "\r", "\n")

// paste puts in what was pasted whole or not at all: the input would make
// blanks of line ends, and cut what is too long.
func (m *Model) paste(msg tea.KeyMsg) tea.Cmd {
	msg.Runes = []rune(m.asked.paste(string(msg.Runes)))
	if utf8.RuneCountInString(m.input.Value())+len(msg.Runes) > m.input.CharLimit {
		m.inputError = fmt.Sprintf("not pasted: %d characters fit here; @file sends more", m.input.CharLimit)
		return nil
	}
	return m.updateInput(msg)
}

func (m *Model) updateInput(msg tea.Msg) (cmd tea.Cmd) {
	m.input, cmd = m.input.Update(msg)
	return cmd
}

// add dials what was typed; a wrong address stays in the box with its error.
func (m *Model) add() tea.Cmd {
	addr, err := peer.ParseAddress(m.input.Value())
	if err != nil {
		m.inputError = err.Error()
		if wrong := (*peer.AddressError)(nil); errors.As(err, &wrong) {
			m.inputError = wrong.Why // the box shows what was typed
		}
		return nil
	}
	m.selected = m.set.Add(addr)
	m.endPrompt()
	return nil
}

// sentMsg is the end of a send.
type sentMsg struct {
	label string
	n     int64
	err   error
}

// send sends what was typed; what is wrong stays in the box with its error.
func (m *Model) send() tea.Cmd {
	cmd, err := m.sendText(m.input.Value())
	if err != nil {
		m.inputError = err.Error()
		return nil
	}
	m.endPrompt()
	return cmd
}

// sendWith sends what stands behind the command to the selected peer.
func (m *Model) sendWith(text string) (tea.Cmd, error) {
	row, ok := m.row()
	if !ok {
		return nil, errNoPeer
	}
	m.target, m.targetLabel = row.ID, m.name(&row)
	return m.sendText(text)
}

// sendText sends outside of Update: a peer that does not read makes it wait.
func (m *Model) sendText(text string) (tea.Cmd, error) {
	row, err := m.targetRow()
	if err != nil {
		return nil, err
	}
	if path, isFile := hexdump.FileOf(text); isFile {
		file, err := OpenFile(path)
		if err != nil {
			return nil, err
		}
		m.say(false, fmt.Sprintf("sending %s to %s", path, m.targetLabel))
		return m.sendFile(row, file), nil
	}
	p, err := hexdump.ParseSend(text)
	if err != nil {
		return nil, err
	}
	label := m.targetLabel
	return m.command(func() tea.Msg {
		n, err := m.set.Send(m.ctx, row.ID, p)
		return sentMsg{label: label, n: int64(n), err: err}
	}), nil
}

func (m *Model) targetRow() (peer.Row, error) {
	row, err := m.set.Row(m.target)
	if err != nil {
		return peer.Row{}, err
	}
	return row, m.canSend(&row)
}

func (m *Model) endPrompt() {
	m.mode, m.asked = modePanes, nil
	m.input.Blur()
}

// OpenFile opens what can be read to an end without waiting: Update must not
// hang on a pipe that nobody writes to.
func OpenFile(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case path == "":
		return nil, errors.New("expected a path behind @")
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	return os.Open(path)
}

// sendFile sends a file in pieces, so that its size does not matter.
func (m *Model) sendFile(row peer.Row, file *os.File) tea.Cmd {
	label := m.targetLabel
	return m.command(func() tea.Msg {
		n, err := m.set.SendFrom(m.ctx, row.ID, file)
		return sentMsg{label: label, n: n, err: errors.Join(err, file.Close())}
	})
}

func (m *Model) sent(msg sentMsg) {
	switch {
	case m.ctx.Err() != nil:
	case msg.err != nil:
		m.say(true, fmt.Sprintf("%s: %v (%s sent)", msg.label, msg.err, views.Size(msg.n)))
	default:
		m.say(false, fmt.Sprintf("%s sent to %s", views.Size(msg.n), msg.label))
	}
}
