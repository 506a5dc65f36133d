package views

import (
	"time"

	"peerscope/peer"
)

// Frame is everything that one picture of the screen shows. It is plain data:
// the same frame and size always give the same lines.
type Frame struct {
	Title    Title
	Table    Table
	Timeline Timeline
	Bytes    Bytes
	Focus    Pane
	// Inspector is nil while it is closed. Where there is no room for it
	// beside the bytes it is shown only with the focus.
	Inspector *Inspector
	Details   *Details // nil while they are closed; in the inspector's place, so at most one of the two is open
	Keys      []Key    // the key line, most important first; what does not fit is left out
	Help      *Help    // drawn over the panes when not nil
	Marks     *Marks   // the same
	Prompt    *Prompt  // takes the key line's place when not nil
	Notice    Notice   // takes the key line's place when it has text and there is no prompt
	Question  string   // to be answered with y or n; takes the key line's place when not ""
}

// Beside reports whether something stands beside the bytes or in their place.
func (f *Frame) Beside() bool { return f.Inspector != nil || f.Details != nil }

// Pane names a part of the screen that can have the focus.
type Pane uint8

// The panes, in the order in which tab visits them.
const (
	PanePeers Pane = iota
	PaneTimeline
	PaneBytes
	PaneInspector // only while the inspector or the details are open, which share their place
)

// Title is the first line: totals and rates.
type Title struct {
	Peers    int
	ByStatus [4]int  // how many peers have each peer.Status
	In, Out  float64 // bytes a second, all peers together
	Dropped  int64   // bytes that the memory budget took, all peers together

	Listeners, Listening int // how many of the peers are listeners, which have no status, and how many of those listen

	Past time.Time     // what is shown is of then; zero: live
	Ago  time.Duration // and that long ago

	Paused    bool // polling is
	PausedFor time.Duration
}

// Table is the peer table, of which only the visible rows are given.
type Table struct {
	Rows     []Row
	First    int // index of Rows[0] among all peers
	Total    int // how many rows there are
	Selected int // index of the selected peer among all peers, -1 if there is none

	Filter     string      // what the rows are filtered by; Total is how many it shows, of All
	All        int         // peers, where Filter is not empty
	By         peer.Column // what the rows are sorted by
	Descending bool
}

// Room is how many rows the table wants room for: while it is filtered, as many
// as without, so that the panes do not jump.
func (t *Table) Room() int { return max(t.Total, t.All) }

// Row is one peer in the table. Byte counts below zero mean "the system has no figure" and are shown as "–".
type Row struct {
	ID                   int
	Label, Address, Kind string
	Status               peer.Status
	Unread, RecvQ, SendQ int64
	SendQApprox          bool // Linux counts a Unix socket's send queue in memory, not in bytes: shown with "≈"
	Received, Sent       int64
	Relayed              bool          // both go through us: where Sent has no column, Received is the sum
	Spark                []float64     // traffic of the last 30 s, oldest first, in bytes; scaled within the row
	Cause                string        // why it ended or failed; shown in place of the sparkline
	Elapsed, Deadline    time.Duration // while connecting: "12.4 of 30 s"
	Fact                 string        // what the kernel said and no poll has judged yet; takes the last column
	FactAge              time.Duration // how long ago that was
	Resolving            bool          // a name is being looked up
	WriteClosed          bool          // we have half-closed: nothing more is sent
	Bad                  bool          // Cause is an error though Status is not ERROR (a path that does not exist)
	Note                 string        // said in place of the sparkline: "client half-closed"
	NotYet               bool          // it did not exist at the time that is shown: faint, and says so in place of all else
	Tree                 Tree          // where it stands among listeners and their connections
	Listener             *Listener     // of a listener, which has no status and no bytes; nil on every other row
	Hold                 *Hold         // nil: not held
}

// Way is a direction that something may have.
type Way uint8

// The ways.
const (
	WayNone Way = iota // none, or both
	WayOut             // sent; of a relayed pair from the client to the server
	WayIn
)

// Timeline is what happened to the selected peer.
type Timeline struct {
	Label  string
	Events []Event // oldest first; the newest are shown when not all fit
	Times  Times
	Start  time.Time // what TimesSinceStart counts from
}

// Event is one entry of the timeline.
type Event struct {
	Time     time.Time
	Text     string        // what happened, where it is no transition: "half-closed", "connect failed"
	From, To peer.Status   // a transition, where Text is empty
	After    time.Duration // since the event before; below zero: none before it
	Late     time.Duration // from the fact to the poll that judged it, where that is worth saying
	Waits    bool          // Text is a fact that no poll has judged yet
	Cause    string        // "FIN; closed, as the class does", "connection refused"
	Bad      bool          // an error: shown in the error colour
	Way      Way           // the direction of a relayed pair that Text is about
}

// Bytes is the bytes pane. Lines are exactly those to show, top first.
type Bytes struct {
	Label   string
	Shown   string // "both", "in" or "out"; empty where no peer is selected
	Relayed bool   // between a client and a server: what was sent is the client's, what was received the server's
	Frozen  bool
	Behind  int64 // bytes that came after the last shown byte while frozen
	Dropped int64 // bytes of this peer that the memory budget took
	PerRow  int   // 8, 16 or 32: what the lines were made for
	Times   Times
	Start   time.Time // what TimesSinceStart counts from
	Lines   []Line
	Empty   string // said in the pane's middle when there are no lines: "no bytes yet"
	Mark    Mark
	Search  string // how far a search has come: "3 of 1,204", "no match"; empty while there is none
	Ruler   *Ruler // of the inspector's cursor; nil while there is none
}

// Mark is the inspector's cursor among the bytes, and the bytes that its
// selected value covers: offsets in one direction.
type Mark struct {
	Shown    bool
	Out      bool // the direction: sent by us, else received
	Cursor   int64
	From, To int64 // covered, To excluded
}

// Found is a part of a row that was searched for: the bytes [From, To) of it.
type Found struct {
	From, To int
	Current  bool // the match that the search stands at
}

// LineKind says what a line of the bytes pane is.
type LineKind uint8

// The kinds of lines.
const (
	LineChunk   LineKind = iota // a chunk's header: direction, time, gap, length
	LineHex                     // up to PerRow bytes
	LineGap                     // "4.1 s without traffic"
	LineDropped                 // "12 MiB older dropped"
	LineEvent                   // a transition or half-close among the bytes
)

// Line is one line of the bytes pane. Which fields count depends on Kind.
type Line struct {
	Kind   LineKind
	Out    bool          // chunk, hex, dropped: sent by us, else received
	Time   time.Time     // chunk, event: when
	Gap    time.Duration // chunk, event: since the chunk before (below zero: there is none); gap: how long
	Len    int64         // chunk: its bytes; dropped: how many
	Offset int64         // hex: of its first byte in its direction
	Data   []byte        // hex: its bytes, at most PerRow
	Event  Event         // event
	Letter string        // hex: of a mark in it, before the row
	Found  []Found       // hex: what of Data was searched for, from the left

	HalfClosed bool // chunk: the other direction had ended before it
}

// Key is one binding as shown in the key line and in the help.
type Key struct{ Keys, Does string }

// Help is the overlay that lists every key.
type Help struct {
	Groups []KeyGroup
	Notes  []string // sentences under the keys
	Scroll int      // lines scrolled down
}

// KeyGroup is a titled list of bindings.
type KeyGroup struct {
	Title string
	Keys  []Key
}

// Prompt is the input line at the foot.
type Prompt struct {
	Title string // "send to redis", "add a peer"
	Input string // already drawn by the text input, cursor and all
	Hint  string // what may be typed
	Error string // what was wrong with the last try; takes the hint's place
}

// Notice is one line of news for the user.
type Notice struct {
	Text string
	Bad  bool
}
