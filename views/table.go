package views

import (
	"math"
	"strconv"
	"time"

	"peerscope/peer"
)

// attention is from how many waiting bytes on a queue is bright.
const attention = 32 << 10

// columnTitles as the header line shows them.
var columnTitles = [columnCount]string{
	columnLabel: "label", columnAddress: "address", columnKind: "kind", columnStatus: "status",
	columnUnread: "unread", columnRecvQ: "recv-q", columnSendQ: "send-q",
	columnReceived: "received", columnSent: "sent", columnNote: "last 30 s",
}

// narrowNoteTitle is the last column's name where it has no room for more.
const narrowNoteTitle = "30 s"

// rightAligned reports the columns of numbers.
func (c tableColumn) rightAligned() bool { return c >= columnUnread && c <= columnSent }

// table draws the peers pane.
func (p *pen) table(t *Table, r *Rects, focused bool) {
	pn := pane{bare: r.Bare, focused: focused}
	w, _ := r.inner(r.Peers)
	at := tableColumns(w, idDigits(t))
	visible := r.TableRows()
	rows := t.Rows[:min(len(t.Rows), visible)]
	p.paneTop(pn, "Peers", func() { p.tableRange(t, len(rows)) })
	if r.tableHeader() {
		p.paneLine(pn)
		p.tableHeader(t, &at)
		p.paneLineEnd(pn)
	}
	for i := range visible {
		p.paneLine(pn)
		if i < len(rows) {
			p.tableRow(&rows[i], &at, t.First+i == t.Selected, focused)
		} else if i == 0 && t.Filter != "" {
			p.gap(2)
			p.textWidth(dim, "no peer passes the filter; / changes it, esc shows all", p.limit-p.col)
		}
		p.paneLineEnd(pn)
	}
	p.paneBottom(pn, nil)
}

// idDigits is the width of the id column: room for as many peers as there
// are, and for ids that have grown beyond that.
func idDigits(t *Table) int {
	largest := t.Total
	for i := range t.Rows {
		largest = max(largest, t.Rows[i].ID)
	}
	return max(2, decimals(largest))
}

// tableRange says which rows are shown when not all are, and what they are
// filtered by.
func (p *pen) tableRange(t *Table, shown int) {
	if t.Filter != "" {
		p.gap(1)
		p.text(accent, "filter "+cut(tidy(t.Filter), max(p.limit-p.col-30, 8)))
		p.text(dim, "  "+strconv.Itoa(t.Total)+" of "+strconv.Itoa(t.All))
	}
	if shown == 0 || shown >= t.Total {
		return
	}
	if t.Filter != "" {
		p.gap(1)
	}
	p.gap(1)
	p.text(dim, "rows "+strconv.Itoa(t.First+1)+"–"+strconv.Itoa(t.First+shown)+" of "+strconv.Itoa(t.Total))
}

// sortColumns are the columns of the table by what they sort by.
var sortColumns = [peer.Columns]tableColumn{
	peer.ColumnID: columnID, peer.ColumnLabel: columnLabel, peer.ColumnAddress: columnAddress, peer.ColumnKind: columnKind,
	peer.ColumnStatus: columnStatus, peer.ColumnUnread: columnUnread, peer.ColumnRecvQ: columnRecvQ, peer.ColumnSendQ: columnSendQ,
	peer.ColumnReceived: columnReceived, peer.ColumnSent: columnSent,
}

// sortMark is the sign of the column that the table is sorted by: before a
// number's title, where there is a blank, and behind any other.
func (p *pen) sortMark(t *Table, at *columns, left int) {
	if t.By == peer.ColumnID && !t.Descending || t.By >= peer.Columns {
		return
	}
	c := sortColumns[t.By]
	s := at[c]
	if s.w == 0 {
		return
	}
	mark := "▲"
	if t.Descending {
		mark = "▼"
	}
	x := s.x + len(columnTitles[c])
	if c.rightAligned() {
		x = s.end() - len(columnTitles[c]) - 1
	}
	if left+x >= p.col {
		p.to(left + x)
		p.text(accent, mark)
	}
}

// tableHeader writes the names of the columns.
func (p *pen) tableHeader(t *Table, at *columns) {
	left := p.col
	sorted := sortColumns[min(t.By, peer.Columns-1)]
	for c, title := range columnTitles {
		s := at[c]
		if s.w == 0 || title == "" {
			continue
		}
		x := s.x
		if tableColumn(c).rightAligned() {
			x = s.end() - len(title)
		}
		if len(title) > s.w {
			title = narrowNoteTitle
		}
		if tableColumn(c) == sorted && sorted.rightAligned() {
			p.sortMark(t, at, left)
		}
		p.to(left + x)
		p.textWidth(dim, title, s.w)
		if tableColumn(c) == sorted && !sorted.rightAligned() {
			p.sortMark(t, at, left)
		}
	}
}

// tableRow writes one peer.
func (p *pen) tableRow(row *Row, at *columns, selected, focused bool) {
	left := p.col
	if selected {
		p.selected(true)
		p.gap(1)
		mark := dim
		if focused {
			mark = accent
		}
		p.text(mark, "▌")
	}
	var b [24]byte
	p.right(dim, strconv.AppendInt(b[:0], int64(row.ID), 10), left+at[columnID].end())
	p.rowNames(row, at, left, selected)
	if row.NotYet {
		p.to(left + at[columnStatus].x)
		p.text(faint, "not there yet")
		return
	}
	p.rowStatus(row, at, left)
	p.rowNumbers(row, at, left)
	if s := at[columnNote]; s.w > 0 {
		p.to(left + s.x)
		p.rowNote(row, s.w)
	}
}

// rowNames writes the label, the address and the kind. A peer without a
// label is named by its address where that has no column of its own.
func (p *pen) rowNames(row *Row, at *columns, left int, selected bool) {
	label, name, where, kind := tidy(row.Label), plain, plain, dim
	if selected {
		name = strong
	}
	if row.NotYet {
		name, where, kind = faint, faint, faint
	}
	address := tidy(row.Address)
	s := at[columnLabel]
	p.to(left + s.x)
	p.treeMark(row.Tree)
	room := left + s.end() - p.col
	if label == "" && at[columnAddress].w == 0 {
		label = elide(address, room)
	}
	p.textWidth(name, label, room)
	if s = at[columnAddress]; s.w > 0 {
		p.to(left + s.x)
		p.text(where, elide(address, s.w))
	}
	if s = at[columnKind]; s.w > 0 {
		p.to(left + s.x)
		p.textWidth(kind, tidy(row.Kind), s.w)
	}
}

// rowStatus writes the status as shape and word.
func (p *pen) rowStatus(row *Row, at *columns, left int) {
	m, word := markOf(row.Status), row.Status.String()
	if row.Listener != nil {
		m, word = row.Listener.State.mark()
	}
	p.to(left + at[columnStatus].x)
	p.text(m.style, m.shape)
	if at.statusWord() {
		p.gap(1)
		p.text(m.style, word)
	}
}

// rowNumbers writes the counts. A listener has none.
func (p *pen) rowNumbers(row *Row, at *columns, left int) {
	if row.Listener != nil {
		return
	}
	bright := int64(attention)
	if row.Hold != nil {
		bright = 1
	}
	p.amount(at[columnUnread], left, row.Unread, bright, false)
	p.amount(at[columnRecvQ], left, row.RecvQ, bright, false)
	if row.WriteClosed && row.SendQ <= 0 {
		if s := at[columnSendQ]; s.w > 0 {
			p.to(left + s.end() - len("closed"))
			p.text(dim, "closed")
		}
	} else {
		p.amount(at[columnSendQ], left, row.SendQ, bright, row.SendQApprox)
	}
	received := row.Received
	if row.Relayed && at[columnSent].w == 0 {
		received += row.Sent
	}
	p.amount(at[columnReceived], left, received, math.MaxInt64, false)
	p.amount(at[columnSent], left, row.Sent, math.MaxInt64, false)
}

// amount writes a number of bytes into its column, brightly from so many on.
func (p *pen) amount(s span, left int, n, bright int64, approx bool) {
	if s.w == 0 {
		return
	}
	var b [24]byte
	digits := b[:0]
	if approx && n > 0 {
		digits = append(digits, "≈"...)
	}
	st := plain
	switch {
	case n <= 0:
		st = faint
	case n >= bright:
		st = warmStrong
	}
	p.right(st, appendSize(digits, n), left+s.end())
}

// rowNote writes what stands in the last column: why the peer ended, how far
// its connect is, where the bytes of a held one wait, how many connections a
// listener has, or its traffic.
func (p *pen) rowNote(row *Row, width int) {
	switch {
	case row.Fact != "":
		p.textWidth(warm, unpolled(row, width), width)
	case row.Cause != "":
		st := dim
		if row.Bad || row.Status == peer.StatusError {
			st = bad
		}
		p.text(st, shortCause(tidy(row.Cause), width))
	case row.Resolving, row.Status == peer.StatusConnecting:
		p.textWidth(warm, progress(row, width), width)
	case row.Listener != nil:
		p.textWidth(plain, row.Listener.counts(width), width)
	case row.Hold != nil:
		p.hold(row.Hold, width)
	case row.Note != "":
		p.text(out, shortCause(tidy(row.Note), width))
	default:
		p.sparkline(row.Spark, width)
	}
}

// unpolled says what waits for a poll, and since when, as fully as fits:
// "FIN 2 s ago, not polled", "FIN waits 2 s", "FIN waits".
func unpolled(row *Row, width int) string {
	var b [32]byte
	fact := shortestCause(tidy(row.Fact))
	age := string(appendSeconds(b[:0], row.FactAge))
	for _, text := range [...]string{fact + " " + age + " ago, not polled", fact + " waits " + age, fact + " waits"} {
		if cells(text) <= width {
			return text
		}
	}
	return cut(fact, width)
}

// progress says how long a connect has taken: "12.4 of 30 s".
func progress(row *Row, width int) string {
	var b [64]byte
	tenths := int64(max(row.Elapsed, 0) / (100 * time.Millisecond))
	elapsed := appendFixed(b[:0], tenths, 1)
	text := string(elapsed) + " s"
	if row.Deadline > 0 {
		text = string(elapsed) + " of " + strconv.FormatFloat(row.Deadline.Round(100*time.Millisecond).Seconds(), 'f', -1, 64) + " s"
	}
	if long := "resolving " + string(elapsed) + " s"; row.Resolving {
		text = "resolving"
		if len(long) <= width {
			text = long
		}
	}
	if len(text) > width {
		text = string(elapsed) + " s"
	}
	return text
}
