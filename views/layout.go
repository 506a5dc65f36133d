package views

import "peerscope/peer"

// Rect is a part of the screen in cells; the zero Rect is not shown.
type Rect struct{ X, Y, W, H int }

// The smallest screen on which panes are shown, and the sizes below which
// panes fold away.
const (
	minWidth, minHeight = 20, 4
	oneWidth, oneHeight = 40, 10 // below: one pane at a time
	timelineHeight      = 16     // below: two panes, the timeline only with the focus
)

// Rects is the screen divided up. Panes that are folded away have the zero Rect.
type Rects struct {
	W, H                   int
	TooSmall               bool // only "terminal too small" is shown
	Bare                   bool // one pane, with a ruler above it and no frame
	Title, Keys            Rect
	Peers, Timeline, Bytes Rect // with their frames
}

// Layout divides a screen of w by h cells. The peers pane grows with the number
// of peers up to about a third of the height, the timeline has one to three
// lines, and the bytes take the rest. With no peers there is one pane, which
// says what to do. focus decides which pane is shown where not all are.
//
// The timeline's size depends on h alone: were it to follow the number of
// events, the panes would jump at every step through the table.
func Layout(w, h, peers int, focus Pane) Rects {
	r := Rects{W: w, H: h}
	if w < minWidth || h < minHeight {
		r.TooSmall = true
		return r
	}
	r.Title = Rect{0, 0, w, 1}
	r.Keys = Rect{0, h - 1, w, 1}
	body := Rect{0, 1, w, h - 2}
	r.Bare = w < oneWidth || h < oneHeight
	switch {
	case peers == 0:
		r.Peers = body
	case r.Bare:
		*r.pane(focus) = body
	default:
		r.stack(body, peers, focus)
	}
	return r
}

// pane is the rectangle of a pane by name.
func (r *Rects) pane(p Pane) *Rect {
	switch p {
	case PaneTimeline:
		return &r.Timeline
	case PaneBytes:
		return &r.Bytes
	}
	return &r.Peers
}

// stack puts the panes above each other.
func (r *Rects) stack(body Rect, peers int, focus Pane) {
	const frame, header = 2, 1
	rows := min(peers, max(2, (r.H-6)*2/5))
	r.Peers = body
	r.Peers.H = frame + header + rows
	body.Y += r.Peers.H
	body.H -= r.Peers.H
	if r.H < timelineHeight {
		if focus == PaneTimeline {
			r.Timeline = body
		} else {
			r.Bytes = body
		}
		return
	}
	r.Timeline = body
	r.Timeline.H = frame + timelineLines(r.W, r.H)
	body.Y += r.Timeline.H
	body.H -= r.Timeline.H
	r.Bytes = body
}

// timelineLines is how many lines the timeline gets; a wide one needs fewer.
func timelineLines(w, h int) int {
	switch {
	case h < 30:
		return 1
	case h < 48 || w >= 160:
		return 2
	}
	return 3
}

// Shown reports whether a pane is on the screen.
func (r Rects) Shown(p Pane) bool { return r.pane(p).H > 0 }

// inner is what a pane has for its content: width and height.
func (r Rects) inner(of Rect) (w, h int) {
	switch {
	case of.H == 0:
		return 0, 0
	case r.Bare:
		return of.W, of.H - 1
	}
	return of.W - 2, of.H - 2
}

// tableHeader reports whether the table has room for its header line.
func (r Rects) tableHeader() bool {
	_, h := r.inner(r.Peers)
	return h >= 3 || h == 2 && !r.Bare
}

// TableRows is how many peers the table shows at a time, 0 while it is folded away.
func (r Rects) TableRows() int {
	_, h := r.inner(r.Peers)
	if r.tableHeader() {
		h--
	}
	return h
}

// BytesLines is how many lines the bytes pane shows, 0 while it is folded away.
func (r Rects) BytesLines() int {
	_, h := r.inner(r.Bytes)
	return h
}

// PerRow is how many bytes a row of the hex dump has: 32, 16, 8 or, on the
// narrowest screens, 4; the largest that fits the width and is not above most.
// A most of 0 or less sets no bound.
func (r Rects) PerRow(most int) int {
	w, _ := r.inner(Rect{W: r.W, H: r.H})
	if most <= 0 {
		most = 32
	}
	for _, n := range [...]int{32, 16, 8} {
		if n <= most && hexShapeFor(w, n, 8).offset {
			return n
		}
	}
	if most >= 8 && hexShapeFor(w, 8, 8).width(8, 8) <= w {
		return 8
	}
	return 4
}

// hexShape is how a row of the hex dump is drawn. One cell is kept free at
// either side of it.
type hexShape struct {
	offset bool // the offset stands before the bytes
	gap    int  // blanks between offset, bytes and text
	text   bool // the text stands behind the bytes
	bars   bool // the text stands between rulers
}

// hexShapes from the roomiest to the narrowest.
var hexShapes = [...]hexShape{
	{offset: true, gap: 2, text: true, bars: true},
	{offset: true, gap: 1, text: true, bars: true},
	{offset: true, gap: 1, text: true},
	{gap: 1, text: true, bars: true},
	{gap: 1, text: true},
	{},
}

// hexShapeFor is the roomiest shape for n bytes a row and offsets of the given
// number of digits in a pane of w cells, or the narrowest if none fits.
func hexShapeFor(w, n, digits int) hexShape {
	for _, s := range hexShapes {
		if s.width(n, digits) <= w {
			return s
		}
	}
	return hexShapes[len(hexShapes)-1]
}

// width is how many cells a row takes, with the free cells at its sides.
func (s hexShape) width(n, digits int) int {
	w := 2 + hexWidth(n)
	if s.offset {
		w += digits + s.gap
	}
	if s.text {
		w += s.gap + n
	}
	if s.bars {
		w += 2
	}
	return w
}

// hexWidth is the width of n bytes in hex: a blank between two, one more
// after every eighth.
func hexWidth(n int) int { return 3*n - 1 + (n-1)/8 }

// tableColumn names a column of the peer table, from left to right.
type tableColumn uint8

const (
	columnID tableColumn = iota
	columnLabel
	columnAddress
	columnKind
	columnStatus
	columnUnread
	columnRecvQ
	columnSendQ
	columnReceived
	columnSent
	columnNote // the sparkline, the connect's progress or the cause
	columnCount
)

// span is where a column stands within the pane; the zero span is dropped.
type span struct{ x, w int }

func (s span) end() int { return s.x + s.w }

// columns is where each column stands.
type columns [columnCount]span

// columnSpecs are the blanks before each column and its smallest width.
// "999.9 MB" takes 8 cells, the send queue one more for its "≈", and "reset
// by peer" 13.
var columnSpecs = [columnCount]struct{ gap, min int }{
	columnLabel:    {1, 8},
	columnAddress:  {2, 16},
	columnKind:     {1, 6},
	columnStatus:   {2, 12},
	columnUnread:   {1, 8},
	columnRecvQ:    {1, 8},
	columnSendQ:    {1, 9},
	columnReceived: {1, 8},
	columnSent:     {1, 8},
	columnNote:     {2, 13},
}

// dropOrder is the columns from the least to the most important. Why a peer
// failed matters more than what it received; the queues are what nothing
// else shows, and a label names a peer as well as its address.
var dropOrder = [...]tableColumn{
	columnSent, columnKind, columnReceived, columnAddress,
	columnSendQ, columnRecvQ, columnUnread, columnNote,
}

// growOrder shares out what is left, a column and a width at a time.
var growOrder = [...]struct {
	column tableColumn
	width  int
}{
	{columnLabel, 11}, {columnAddress, 27}, {columnNote, 15}, {columnLabel, 14},
	{columnAddress, 40}, {columnNote, 30}, {columnAddress, 64},
}

// narrowNote is what the last column shrinks to before it is dropped.
const narrowNote = 8

// sentWidth is the screen width from which on the sent bytes have a column.
const sentWidth = 140

// tableColumns places the columns in a pane of w cells; idDigits is the width
// of the largest id.
func tableColumns(w, idDigits int) columns {
	var widths [columnCount]int
	room := w - 3 // the selection mark with a blank before it, a blank at the end
	for c := range columnSpecs {
		widths[c] = columnSpecs[c].min
		room -= columnSpecs[c].gap + columnSpecs[c].min
	}
	widths[columnID] = idDigits
	room -= idDigits
	drop := func(c tableColumn) {
		room += widths[c] + columnSpecs[c].gap
		widths[c] = 0
	}
	for i, c := range dropOrder {
		if c == columnNote && room < 0 {
			less := min(-room, widths[c]-narrowNote)
			widths[c] -= less
			room += less
		}
		if room < 0 || i == 0 && w+2 < sentWidth {
			drop(c)
		}
	}
	if room < 0 { // the shape alone still tells the statuses apart
		room += widths[columnStatus] - 1
		widths[columnStatus] = 1
	}
	for _, g := range growOrder {
		if widths[g.column] > 0 && room > 0 {
			more := min(room, max(0, g.width-widths[g.column]))
			widths[g.column] += more
			room -= more
		}
	}
	return place(widths)
}

// place turns widths into spans.
func place(widths [columnCount]int) columns {
	var at columns
	x := 2
	for c, width := range widths {
		if width == 0 {
			continue
		}
		x += columnSpecs[c].gap
		at[c] = span{x, width}
		x += width
	}
	return at
}

// statusWord reports whether the status column has room for the word.
func (c *columns) statusWord() bool {
	return c[columnStatus].w >= cells("◐ "+peer.StatusConnecting.String())
}

// headerColumns is where the parts of a chunk's header stand behind its
// direction; the zero span is left out.
type headerColumns struct{ clock, gap, size span }

// headerColumnsFor places them in a pane of w cells: the gap goes first, then
// the time.
func headerColumnsFor(w int) headerColumns {
	const (
		word = 1 + len("c connecting") // the margin and the widest status
		gap  = len("+2 min 03 s")
		size = len("999.9 MB")
	)
	clock := span{word + 1, clockWidth}
	switch {
	case w >= clock.end()+1+gap+2+size+1:
		after := span{clock.end() + 1, gap}
		return headerColumns{clock, after, span{after.end() + 2, size}}
	case w >= clock.end()+1+size+1:
		return headerColumns{clock: clock, size: span{clock.end() + 1, size}}
	}
	return headerColumns{size: span{w - 1 - size, size}}
}

// helpRect is where the help lies: over all panes.
func (r Rects) helpRect() Rect { return Rect{0, 1, r.W, r.H - 2} }
