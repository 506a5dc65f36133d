package views

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

const (
	// maxMarks is how many combining characters one cell may carry; no
	// writing system needs more, and a flood of them spills over other lines.
	maxMarks = 3
	// maxText is how many bytes of any one text are looked at: no screen
	// shows more, and a path of a megabyte must not cost a frame.
	maxText = 1024
)

// Clean returns s fit for a terminal. Whatever could move the cursor, change
// the terminal's state, hide itself or shift the cells behind it becomes a
// visible escape such as \x1b, \n or \u202e:
//
//   - C0, C1 and DEL, and bytes that are not UTF-8 (as \xff);
//   - format characters (bidi controls, zero-width characters, soft hyphens),
//     line and paragraph separators, blanks other than the plain space,
//     private and unassigned code points: what [unicode.IsPrint] denies;
//   - combining characters without a base, beyond maxMarks, or that make a
//     cluster on whose width terminals disagree (emoji joined or toned), and
//     letters that would join with whatever the screen shows behind them.
//
// All other text stays as it is, wide East Asian characters included.
func Clean(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for len(s) > 0 {
		if s[0] >= ' ' && s[0] < 0x7f && (len(s) == 1 || s[1] < utf8.RuneSelf) {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		cluster, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		if cluster == "" {
			cluster = s[:1]
		}
		cleanCluster(&b, cluster)
		s = s[len(cluster):]
	}
	return b.String()
}

// cleanCluster writes one grapheme cluster, or what is harmless of it.
func cleanCluster(b *strings.Builder, cluster string) {
	agreed := ansi.StringWidth(cluster) == sumWidths(cluster)
	based, marks := false, 0
	for i := 0; i < len(cluster); {
		r, n := utf8.DecodeRuneInString(cluster[i:])
		part := cluster[i : i+n]
		i += n
		mark := unicode.Is(unicode.M, r)
		if mark {
			marks++
		}
		switch {
		case r == utf8.RuneError && n == 1:
			writeEscape(b, rune(part[0]), 'x')
		case !unicode.IsPrint(r) || Invisible(r) || prepends(part):
			writeEscape(b, r, 'u')
			based = false
		case mark && (!based || !agreed || marks > maxMarks):
			writeEscape(b, r, 'u')
		case !mark && based && !agreed:
			writeEscape(b, r, 'u')
		default:
			b.WriteString(part)
			based = true
		}
	}
}

// sumWidths adds up the cells of each code point by itself, which is how a
// terminal without grapheme clusters lays them out.
func sumWidths(s string) int {
	n := 0
	for i := 0; i < len(s); {
		_, size := utf8.DecodeRuneInString(s[i:])
		n += ansi.StringWidth(s[i : i+size])
		i += size
	}
	return n
}

// Invisible reports letters and marks that draw nothing, which
// [unicode.IsPrint] takes for printable: variation selectors, the combining
// grapheme joiner, Khmer inherent vowels, Hangul fillers, and regional
// indicators, which are drawn as one or as two flags' halves.
// Source: Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt.
func Invisible(r rune) bool {
	switch {
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x3164, r == 0xffa0:
		return true
	case r >= 0x180b && r <= 0x180f, r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return true
	case r >= 0x1f1e6 && r <= 0x1f1ff:
		return true
	}
	return false
}

// prepends reports a letter that makes one cluster with whatever follows it,
// be it the next column (Grapheme_Cluster_Break=Prepend, Unicode annex 29).
func prepends(letter string) bool {
	joined, _ := ansi.FirstGraphemeCluster(letter+"a", ansi.GraphemeWidth)
	return len(joined) > len(letter)
}

// writeEscape writes r as \t, \r, \n, \xhh, \uhhhh or \Uhhhhhhhh. A byte that
// is no character (form 'x') is always \xhh.
func writeEscape(b *strings.Builder, r rune, form byte) {
	const digits = "0123456789abcdef"
	width := 2
	switch {
	case r == '\n' || r == '\r' || r == '\t':
		b.WriteByte('\\')
		b.WriteByte(map[rune]byte{'\n': 'n', '\r': 'r', '\t': 't'}[r])
		return
	case r < utf8.RuneSelf:
		form = 'x'
	case r > 0xffff:
		form, width = 'U', 8
	case form == 'u':
		width = 4
	}
	b.WriteByte('\\')
	b.WriteByte(form)
	for shift := 4 * (width - 1); shift >= 0; shift -= 4 {
		b.WriteByte(digits[r>>shift&0xf])
	}
}

// isPlain reports whether s is printable ASCII throughout.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// tidy is [Clean] for one frame: no more of s than a screen could show.
func tidy(s string) string {
	if len(s) <= maxText {
		return Clean(s)
	}
	end := maxText
	for end > maxText-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return Clean(s[:end]) + "…"
}

// cells is the width of clean text.
func cells(s string) int {
	if isPlain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// cut shortens clean text to at most width cells; a cut is shown as "…".
func cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if cells(s) <= width {
		return s
	}
	return ansi.Truncate(s, width, "…")
}

// loopback is what ":6379" may go without.
const loopback = "127.0.0.1"

// elide shortens a clean address to at most width cells. The two sides of a
// tap share the room; else the scheme goes first, then the middle, because
// the end of a path or a port tells most.
func elide(s string, width int) string {
	n := cells(s)
	if n <= width {
		return s
	}
	const arrow = " → "
	if from, to, tap := strings.Cut(s, arrow); tap && width >= 20 {
		from, to = strings.TrimPrefix(from, loopback), strings.TrimPrefix(to, loopback)
		if short := from + arrow + to; cells(short) <= width {
			return short
		}
		room := width - cells(arrow)
		from = elide(from, max(room*3/5, room-cells(to)))
		return from + arrow + elide(to, room-cells(from))
	}
	for _, scheme := range [...]string{"tcp://", "unix://"} { // an address without them means the same
		if rest, ok := strings.CutPrefix(s, scheme); ok {
			return elide(rest, width)
		}
	}
	if _, rest, scheme := strings.Cut(s, "://"); scheme && 1+cells(rest) <= width {
		return "…" + rest
	}
	head := 0
	if width >= 16 {
		head = width / 3
	}
	tail := width - 1 - head
	end := ansi.TruncateLeft(s, n-tail, "")
	if cells(end) > tail { // half of a wide character is none
		end = ansi.TruncateLeft(s, n-tail+1, "")
	}
	return cut(ansi.Truncate(s, head, "")+"…"+end, width)
}

// cutWords shortens clean text to at most width cells, after a whole word
// where that keeps at least half of it.
func cutWords(s string, width int) string {
	if cells(s) <= width {
		return s
	}
	short := cut(s, width)
	kept := strings.TrimSuffix(short, "…")
	if rest := s[len(kept):]; rest != "" && strings.IndexByte(" ,;:", rest[0]) >= 0 {
		return strings.TrimRight(kept, " ,;:") + "…"
	}
	if i := strings.LastIndexByte(kept, ' '); i > len(kept)/2 {
		return strings.TrimRight(kept[:i], " ,;:") + "…"
	}
	return short
}

// shortenings drop what a familiar cause can spare where room is scarce.
var shortenings = []struct{ long, short string }{
	{"connection ", ""},
	{"no such file or directory", "no such file"},
	{"reset by peer", "reset"},
	{"; closed, as the class does", ""},
	{" from peer", ""},
	{" by us", ""},
	{"address already in use", "in use"},
	{", seen as a plain end on the other side", " → plain end"},
	{"reset by client", "client reset"},
	{"reset by server", "server reset"},
	{" → plain end", " → end"},
	{"client reset → end", "reset → end"},
	{"server reset → end", "reset → end"},
	{"target: ", ""},
	{"FIN from client", "client FIN"},
	{"FIN from server", "server FIN"},
	{"EOF from client", "client EOF"},
	{"EOF from server", "server EOF"},
	{" half-closed", " FIN"},
}

// shortCause fits a clean cause into width cells, familiar words first.
func shortCause(s string, width int) string {
	for _, word := range shortenings {
		if cells(s) <= width {
			return s
		}
		s = strings.Replace(s, word.long, word.short, 1)
	}
	if short, _, within := strings.Cut(s, " within "); within && cells(s) > width { // "no answer within 30s"
		s = short
	}
	return cutWords(s, width)
}

// shortestCause is a clean cause in as few words as are familiar.
func shortestCause(s string) string {
	for _, word := range shortenings {
		s = strings.Replace(s, word.long, word.short, 1)
	}
	return s
}

// wrapWords breaks clean text into lines of at most w cells, between words
// where it can.
func wrapWords(s string, w int) []string {
	return strings.Split(ansi.Wrap(s, max(w, 1), " "), "\n")
}
