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

	// Below: the inspector is shown only with the focus, in the place of the bytes.
	besideWidth = 80
	// Below: an inspector takes the timeline's room, unless the timeline has the focus.
	inspectHeight = 30
)

// Rects is the screen divided up. Panes that are folded away have the zero Rect.
type Rects struct {
	W, H                   int
	TooSmall               bool // only "terminal too small" is shown
	Bare                   bool // one pane, with a ruler above it and no frame
	Title, Keys            Rect
	Peers, Timeline, Bytes Rect // with their frames
	Inspector              Rect // beside the bytes or in their place; the details have the same
}

// Layout divides a screen of w by h cells. The peers pane grows with the number
// of peers up to about a third of the height, the timeline has one to three
// lines, and the bytes take the rest. With no peers there is one pane, which
// says what to do. focus decides which pane is shown where not all are.
//
// The timeline's size depends on h and the focus alone: were it to follow the
// number of events, the panes would jump at every step through the table.
//
// An open inspector stands beside the bytes, and the peers give some of their
// lines to both. On a screen that is too narrow for that it is folded away
// until it has the focus. Open details are treated the same: see [Frame.Beside].
func Layout(w, h, peers int, focus Pane, inspector bool) Rects {
	r := Rects{W: w, H: h}
	if w < minWidth || h < minHeight {
		r.TooSmall = true
		return r
	}
	r.Title = Rect{0, 0, w, 1}
	r.Keys = Rect{0, h - 1, w, 1}
	body := Rect{0, 1, w, h - 2}
	r.Bare = w < oneWidth || h < oneHeight
	inspector = inspector && (w >= besideWidth || focus == PaneInspector)
	if focus == PaneInspector && !inspector {
		focus = PaneBytes
	}
	switch {
	case peers == 0:
		r.Peers = body
	case r.Bare:
		*r.pane(focus) = body
	case inspector:
		r.stack(body, min(peers, max(2, (h-6)/4)), h < inspectHeight, focus)
		r.inspect(body)
	default:
		r.stack(body, min(peers, max(2, (h-6)*2/5)), h < timelineHeight, focus)
	}
	return r
}

// inspect gives the inspector its part of the bytes' rectangle, or all of it
// where the screen is narrow, and on a low one the whole body.
func (r *Rects) inspect(body Rect) {
	r.Inspector = r.Bytes
	switch {
	case r.Bytes.H == 0: // the timeline has the focus and the room
	case r.W >= besideWidth:
		r.Bytes.W = bytesBeside(r.W)
		r.Inspector.X, r.Inspector.W = r.Bytes.W, r.W-r.Bytes.W
	case r.H < timelineHeight:
		r.Inspector = body
		r.Peers, r.Bytes = Rect{}, Rect{}
	default:
		r.Bytes = Rect{}
	}
}

// bytesBeside is how much of a width of w cells, besideWidth or more, the bytes
// have beside an inspector: enough for as many bytes a row as can be.
func bytesBeside(w int) int {
	const frame, narrow, wide = 2, 33, 60 // narrow, wide: of the inspector
	roomy, tight := hexShapes[0], hexShapes[2]
	n := 8
	for _, more := range [...]int{16, 32} {
		if tight.width(more, 8)+frame+narrow <= w {
			n = more
		}
	}
	return max(min(roomy.width(n, 8)+frame, w-narrow), w-wide)
}

// pane is the rectangle of a pane by name.
func (r *Rects) pane(p Pane) *Rect {
	switch p {
	case PaneTimeline:
		return &r.Timeline
	case PaneBytes:
		return &r.Bytes
	case PaneInspector:
		return &r.Inspector
	}
	return &r.Peers
}

// stack puts the panes above each other, with so many rows of peers. Folded is
// the timeline unless it has the focus; on a low screen it takes the bytes' room then.
func (r *Rects) stack(body Rect, rows int, folded bool, focus Pane) {
	const frame, header = 2, 1
	r.Peers = body
	r.Peers.H = frame + header + rows
	body.Y += r.Peers.H
	body.H -= r.Peers.H
	switch {
	case folded && focus != PaneTimeline:
		r.Bytes = body
		return
	case r.H < timelineHeight:
		r.Timeline = body
		return
	}
	r.Timeline = body
	r.Timeline.H = frame + timelineLines(r.W, r.H, focus == PaneTimeline)
	body.Y += r.Timeline.H
	body.H -= r.Timeline.H
	r.Bytes = body
}

// timelineLines is how many lines the timeline gets; a wide one needs fewer, and
// one with the focus gets more.
func timelineLines(w, h int, focused bool) int {
	switch {
	case focused:
		return max(min((h-6)/4, 8), timelineLines(w, h, false))
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

// InspectorLines is how many lines the inspector shows, 0 while it is folded
// away. Without a frame the last line is its foot.
func (r Rects) InspectorLines() int {
	_, h := r.inner(r.Inspector)
	if r.Bare && h > 1 {
		h--
	}
	return h
}

// PerRow is how many bytes a row of the hex dump has: 32, 16, 8 or, on the
// narrowest screens, 4; the largest that fits the width and is not above most.
// A most of 0 or less sets no bound.
func (r Rects) PerRow(most int) int {
	pane := r.Bytes
	if pane.H == 0 {
		pane = Rect{W: r.W, H: r.H}
	}
	w, _ := r.inner(pane)
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
	{columnAddress, 40}, {columnNote, 30}, {columnLabel, 24}, {columnAddress, 64},
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
// direction: the time that was asked for, the one beside it, how many bytes.
// The zero span is left out.
type headerColumns struct{ main, beside, size span }

// headerColumnsFor places them in a pane of w cells: the time beside goes
// first, then the other.
func headerColumnsFor(w int, t Times) headerColumns {
	const (
		word = 1 + len("c connecting") // the margin and the widest status
		gap  = len("+2 min 03 s")
		size = len("999.9 MB")
	)
	main, beside := span{word + 1, clockWidth}, span{0, gap}
	if t == TimesSincePrevious {
		main.w, beside.w = beside.w, main.w
	}
	beside.x = main.end() + 1
	switch {
	case w >= beside.end()+2+size+1:
		return headerColumns{main, beside, span{beside.end() + 2, size}}
	case w >= main.end()+1+size+1:
		return headerColumns{main: main, size: span{main.end() + 1, size}}
	}
	return headerColumns{size: span{w - 1 - size, size}}
}

// helpRect is where the help lies: over all panes.
func (r Rects) helpRect() Rect { return Rect{0, 1, r.W, r.H - 2} }
