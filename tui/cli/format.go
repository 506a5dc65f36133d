package cli

import (
	"os"
	"strconv"

	"github.com/charmbracelet/x/term"

	"peerscope/peer"
	"peerscope/views"
	"peerscope/views/report"
)

// newFormat returns the format of --format, for these addresses. On a terminal
// text and hex have its colours and are cut where its lines end.
func newFormat(name string, addrs []peer.Address) report.Format {
	if name == "json" {
		return report.JSON{}
	}
	text := report.Text{Theme: &views.Theme{}, IDs: len(strconv.Itoa(len(addrs)))}
	for _, a := range addrs {
		text.Labels = max(text.Labels, min(views.Width(a.Name()), report.MaxLabel))
		if a.Listens {
			text.IDs = max(text.IDs, 3) // connections come
		}
	}
	if term.IsTerminal(os.Stdout.Fd()) {
		text.Theme = views.NewTheme(views.ProfileFrom(os.Getenv), views.LightFrom(os.Getenv))
		text.Width = terminalWidth
	}
	if name == "hex" {
		return report.NewHex(text)
	}
	return &text
}

// terminalWidth is how many cells a line of the terminal has now.
func terminalWidth() int {
	if width, _, err := term.GetSize(os.Stdout.Fd()); err == nil && width > 0 {
		return width
	}
	return 80
}
