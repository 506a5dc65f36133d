package views

import (
	"strings"

	"peerscope/peer"
)

// Profile is how many colours the terminal has.
type Profile uint8

// The profiles. With None no colour is sent, as NO_COLOR asks
// (https://no-color.org): bold, faint and reverse video stay, because they are
// no colours and carry the selection.
const (
	None Profile = iota
	ANSI16
	ANSI256
	TrueColor
)

// ProfileFrom decides the profile from the environment: NO_COLOR (when not
// empty) and TERM=dumb forbid colour, COLORTERM and TERM tell how much there
// is. The terminal itself is never asked.
func ProfileFrom(env func(string) string) Profile {
	term := env("TERM")
	direct := env("COLORTERM")
	switch {
	case env("NO_COLOR") != "" || term == "dumb":
		return None
	case direct == "truecolor" || direct == "24bit" || strings.HasSuffix(term, "-direct"):
		return TrueColor
	case strings.Contains(term, "256color"):
		return ANSI256
	case term == "xterm-kitty" || term == "xterm-ghostty" || term == "alacritty" || term == "wezterm" || term == "foot":
		return TrueColor
	}
	return ANSI16
}

// LightFrom reports whether COLORFGBG ("15;0", "0;default;15") names a light
// background: colour 7 or 15 (rxvt(1), Konsole). Without it the answer is no,
// and the dark palette is made to read on a light background too.
func LightFrom(env func(string) string) bool {
	fields := strings.Split(env("COLORFGBG"), ";")
	background := fields[len(fields)-1]
	return len(fields) > 1 && (background == "7" || background == "15")
}

// style names a role; what it looks like is the palette's affair.
type style uint8

const (
	plain style = iota
	strong
	dim   // labels of things, addresses, times
	faint // zeros and rulers
	accent
	accentStrong
	good
	warm
	warmStrong
	bad
	inStrong  // received
	outStrong // sent
	in
	out
	byteNull
	bytePrintable
	byteSpace
	byteControl
	byteHigh
	styleCount
)

// ground is what a style stands on.
type ground uint8

const (
	onScreen  ground = iota
	onRow            // the selected row
	onCursor         // the byte at the inspector's cursor
	onCovered        // a byte that the inspector's selected value covers
	onFound          // a byte that was searched for
	onCurrent        // a byte of the match that the search stands at
	groundCount
)

// Theme draws frames. It holds its escape codes ready-made and reuses its
// buffers, so one Theme belongs to one goroutine.
type Theme struct {
	sgr [groundCount][styleCount]string
	buf []byte
}

// NewTheme makes the theme of a profile, for a dark or a light background.
func NewTheme(p Profile, light bool) *Theme {
	colours := &darkPalette
	if light {
		colours = &lightPalette
	}
	t := &Theme{}
	for g := range groundCount {
		looks := colours.on(g).looks()
		for s := plain; s < styleCount; s++ {
			t.sgr[g][s] = looks[s].escape(p, colours, g)
		}
	}
	return t
}

// statusMark is what a status looks like beside its word.
type statusMark struct {
	shape string
	style style
}

// statusMarks by [peer.Status].
var statusMarks = [...]statusMark{
	peer.StatusNone:       {"○", dim},
	peer.StatusConnecting: {"◐", warm},
	peer.StatusConnected:  {"●", good},
	peer.StatusError:      {"✖", bad},
}

// markOf is the mark of s, and of what is no status the mark of an error.
func markOf(s peer.Status) statusMark {
	if int(s) >= len(statusMarks) {
		return statusMarks[peer.StatusError]
	}
	return statusMarks[s]
}
