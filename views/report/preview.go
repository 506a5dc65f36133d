package report

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"peerscope/hexdump"
	"peerscope/views"
)

// Preview returns the front of p as text of at most width cells, as --send
// reads it: \n \r \t \0 \\ \xHH, and letters of all scripts as they are where they
// are UTF-8 and a terminal shows them one beside the other. What does not fit
// is "…", for which width leaves room: 1 or more.
func Preview(p []byte, width int) string {
	const most = 16 // bytes a cell: a letter with its marks has no more
	rest, whole := p, true
	if len(rest) > width*most {
		rest, whole = rest[:width*most], false
	}
	var b strings.Builder
	used, fits := 0, 0 // fits: what may stay where "…" must follow
	for len(rest) > 0 {
		word, n := escaped(rest, len(rest) == len(p))
		cells := ansi.StringWidth(word)
		if used+cells > width {
			whole = false
			break
		}
		b.WriteString(word)
		if used += cells; used < width {
			fits = b.Len()
		}
		rest = rest[n:]
	}
	if whole {
		return b.String()
	}
	return b.String()[:fits] + "…"
}

// escaped returns what stands for the first n bytes of p: a letter, or an escape.
func escaped(p []byte, first bool) (word string, n int) {
	switch c := p[0]; {
	case c == '\\', first && c == '@':
		return `\` + string(c), 1
	case first && strings.HasPrefix(string(p[:min(len(p), 4)]), "hex "): // else it would be read as digits
		return `\x68`, 1
	case ' ' <= c && c < 0x7f && (len(p) == 1 || p[1] < 0x80):
		return string(c), 1
	case c < ' ', c == 0x7f:
		return hexdump.EscapeControls(string(c)), 1
	}
	cluster, _ := ansi.FirstGraphemeCluster(string(p[:min(len(p), maxCluster)]), ansi.GraphemeWidth)
	if cluster != "" && len(cluster) < maxCluster && views.Clean(cluster) == cluster {
		return strings.ReplaceAll(cluster, `\`, `\\`), len(cluster)
	}
	return `\x` + hexdump.Digits(p[0]), 1
}

// maxCluster is how many bytes are looked at to find the end of a letter.
const maxCluster = 32
