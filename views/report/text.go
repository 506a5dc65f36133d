package report

import (
	"fmt"
	"strings"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// Text writes each event as one readable line: the time of day in the time's own
// zone, id and label of the peer, what happened, and the details.
type Text struct {
	Theme  *views.Theme // the zero Theme: no colours
	IDs    int          // cells of the column of ids
	Labels int          // cells of the column of labels
	Width  func() int   // cells of the terminal's line; nil: it is none

	before string // what every line begins with
}

const (
	clock      = "15:04:05.000000"
	eventWidth = len("* connecting")
	maxPreview = 100 // cells, where no terminal has fewer
	maxLine    = 400
)

// MaxLabel is how many cells the column of labels needs at most.
const MaxLabel = 24

// noticeably is from how much later than its fact on a poll's time is shown, as
// on the screen.
const noticeably = 100 * time.Millisecond

// begin begins a line: when, and whose.
func (f *Text) begin(r *peer.Row, t time.Time) *views.TextLine {
	width := maxLine
	if f.Width != nil {
		width = min(f.Width(), maxLine)
	}
	l := f.Theme.NewTextLine(width)
	l.Text(views.Faint, f.before)
	l.Text(views.Dim, t.Format(clock))
	l.Gap(2)
	l.Right(views.Faint, fmt.Sprint(r.ID), max(f.IDs, len(fmt.Sprint(r.ID))))
	l.Gap(1)
	l.Cell(views.Plain, r.Label, f.Labels)
	l.Gap(2)
	return l
}

// name writes the column that says what happened.
func name(l *views.TextLine, role views.Style, shape, words string) {
	l.Cell(role, shape+" "+words, eventWidth)
	l.Gap(2)
}

// arrowOf is the arrow of a direction and its role.
func arrowOf(d capture.Dir) (arrow string, role views.Style) {
	if d == capture.Out {
		return "→", views.Sent
	}
	return "←", views.Received
}

// Event writes an event of a peer.
func (f *Text) Event(r *peer.Row, e *peer.Event) []byte {
	l := f.begin(r, e.Time)
	writeEvent(l, r, e)
	return l.End()
}

func writeEvent(l *views.TextLine, r *peer.Row, e *peer.Event) {
	arrow, way := arrowOf(e.Dir)
	switch e.Kind {
	case peer.EventError:
		name(l, views.Bad, "✖", e.Op)
		l.Text(views.Bad, why(e))
		l.Text(views.Dim, code(e))
	case peer.EventListening:
		name(l, views.Accent, "◌", "listening")
		l.Text(views.Plain, e.Remote)
	case peer.EventAccepted:
		name(l, views.Accent, "◦", "accepted")
		l.Text(views.Plain, strings.TrimSuffix(e.Remote+" "+r.Who.String(), " ")) // most clients of a Unix socket have no address
	case peer.EventHalfClose:
		name(l, way, arrow, "half-close")
		l.Text(views.Plain, by(e))
	case peer.EventAncillary:
		name(l, way, arrow, "ancillary")
		l.Text(views.Plain, beside(e))
	default:
		writeStatus(l, r, e)
	}
}

// writeStatus says a transition: with whom one begins, why one ends.
func writeStatus(l *views.TextLine, r *peer.Row, e *peer.Event) {
	shape, role := views.MarkOf(e.To)
	name(l, role, shape, e.To.String())
	switch {
	case e.Cause != nil && e.Code != 0:
		l.Text(views.Bad, why(e))
		l.Text(views.Dim, code(e))
	case e.Cause != nil:
		l.Text(views.Plain, why(e))
	case e.Remote != "" && (e.Remote != r.Address || e.From != peer.StatusConnecting): // else the line before has said it
		l.Text(views.Dim, e.Remote)
	case e.To == peer.StatusConnecting:
		l.Text(views.Dim, r.Address[strings.IndexByte(r.Address, '=')+1:]) // of a tap, whom it dials
	}
	if late := e.Polled.Sub(e.Time); late >= noticeably {
		l.Text(views.Faint, "  polled +"+views.Duration(late))
	}
}

// why says the cause of an ending or a failed call, and whose doing it was.
func why(e *peer.Event) string {
	if e.Cause == nil {
		return ""
	}
	if e.By == peer.ByNone || e.By == peer.ByTimeout { // whose cause says it
		return e.Cause.Error()
	}
	return e.Cause.Error() + ", " + by(e)
}

func by(e *peer.Event) string {
	if e.By == peer.ByLocal {
		return "by us"
	}
	return "by " + e.By.String()
}

// code is the family's name and number of a failure, as scripts see them.
func code(e *peer.Event) string {
	if e.Code == 0 {
		return ""
	}
	return "  " + e.Code.Error()
}

// beside says what came beside a byte.
func beside(e *peer.Event) string {
	var words []string
	if with := e.With; with != nil {
		words = append(words, with.FDs...)
		words = append(words, fmt.Sprintf("with byte %d", with.Off))
		if who := with.Who.String(); who != "" {
			words = append(words, "from "+who)
		}
	}
	if e.Cause != nil {
		words = append(words, e.Cause.Error())
	}
	return strings.Join(words, ", ")
}

// Bytes writes how many bytes went which way, and their front.
func (f *Text) Bytes(r *peer.Row, c capture.Chunk, p []byte) []byte {
	l := f.begin(r, c.Time)
	size(l, c.Dir, len(p))
	l.Gap(2)
	l.Text(views.Plain, Preview(p, max(min(l.Room(), maxPreview), 1)))
	return l.End()
}

// size writes the column of what happened for bytes: numbers stand below each other.
func size(l *views.TextLine, d capture.Dir, n int) {
	arrow, role := arrowOf(d)
	l.Text(role, arrow)
	l.Right(role, views.Size(int64(n)), eventWidth-1)
}

// Gone writes that there were n bytes that are not shown.
func (f *Text) Gone(r *peer.Row, t time.Time, d capture.Dir, n int64, cause string) []byte {
	l := f.begin(r, t)
	writeGone(l, d, n, cause)
	return l.End()
}

func writeGone(l *views.TextLine, d capture.Dir, n int64, cause string) {
	arrow, _ := arrowOf(d)
	name(l, views.Warm, arrow, "dropped")
	l.Text(views.Warm, views.Size(n)+", "+cause)
}

// Sample writes a row's buffered bytes.
func (f *Text) Sample(r *peer.Row) []byte {
	l := f.begin(r, r.Sampled)
	writeCounts(l, "·", CountsOf(r))
	return l.End()
}

// SampleWay writes what is buffered of one direction of a pair.
func (f *Text) SampleWay(r *peer.Row, d capture.Dir) []byte {
	l := f.begin(r, r.Sampled)
	arrow, _ := arrowOf(d)
	writeCounts(l, arrow, countsShown(r, d))
	return l.End()
}

// writeCounts writes figures in columns of the width of the largest.
func writeCounts(l *views.TextLine, shape string, c Counts) {
	name(l, views.Dim, shape, "buffers")
	for i, figure := range [...]struct {
		name string
		n    int64
	}{{"unread", c.Unread}, {"recv-q", c.RecvQ}, {"send-q", c.SendQ}, {"received", c.Received}, {"sent", c.Sent}} {
		if i > 0 {
			l.Gap(2)
		}
		l.Text(views.Dim, figure.name)
		l.Right(views.Plain, views.Size(figure.n), 1+len("999.9 MB"))
	}
}
