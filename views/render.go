package views

import "strings"

// Render draws the frame as exactly h lines of exactly w cells, joined by "\n".
func (t *Theme) Render(f *Frame, w, h int) string {
	if w <= 0 || h <= 0 {
		return strings.Repeat("\n", max(h-1, 0))
	}
	p := &pen{theme: t, b: t.buf[:0], width: w}
	r := Layout(w, h, f.Table.Room(), f.Focus, f.Beside())
	if r.TooSmall {
		p.tooSmall(h)
	} else {
		p.title(&f.Title)
		p.body(f, &r)
		p.foot(f)
	}
	t.buf = p.b
	return string(p.b)
}

// body draws what lies between the title and the key line.
func (p *pen) body(f *Frame, r *Rects) {
	if f.Help != nil {
		p.help(f.Help, r)
		return
	}
	if f.Marks != nil {
		p.marks(f.Marks, r)
		return
	}
	if f.Table.Room() == 0 {
		p.welcome(r)
		return
	}
	if r.Shown(PanePeers) {
		p.table(&f.Table, r, f.Focus == PanePeers)
	}
	if r.Shown(PaneTimeline) {
		p.timeline(&f.Timeline, r, f.Focus == PaneTimeline)
	}
	var lowest [2]framed
	panes, lines := lowest[:0], 0
	if r.Shown(PaneBytes) {
		panes, lines = append(panes, p.bytes(&f.Bytes, r, f.Focus == PaneBytes)), r.BytesLines()
	}
	if r.Shown(PaneInspector) {
		panes = append(panes, p.aside(f, r))
		_, lines = r.inner(r.Inspector)
	}
	p.beside(lines, panes...)
}

// aside is the pane beside the bytes.
func (p *pen) aside(f *Frame, r *Rects) framed {
	focused := f.Focus == PaneInspector
	if f.Inspector != nil {
		ruler := f.Bytes.Ruler
		if r.Shown(PaneBytes) {
			ruler = nil // it stands below the bytes
		}
		return p.inspector(f.Inspector, ruler, r, focused)
	}
	return p.details(f.Details, r, focused)
}

// tooSmall says so, and what would do.
func (p *pen) tooSmall(h int) {
	lines := []string{"terminal too small: 20x4 is needed"}
	if h > 1 && cells(lines[0]) > p.width {
		lines = []string{"terminal too small", "20x4 is needed"}
	}
	for y := range h {
		p.begin()
		if y < len(lines) {
			p.text(plain, lines[y])
		}
		p.end()
	}
}

// hint is one line of the welcome: a key or an example, and what it does.
type hint struct{ key, does string }

// welcome is what somebody sees who has no peers yet. The blank hints part
// the lines; the first and the last are enough where there is little room.
var welcome = []hint{
	{"", "Nothing to watch yet."},
	{},
	{"a", "adds an address, for example"},
	{},
	{"127.0.0.1:6379", "connect to a TCP port"},
	{"unix:///tmp/app.sock", "connect to a Unix socket"},
	{":6380=127.0.0.1:6379", "tap: stand between two programs (paths too)"},
	{"tcp-listen://:9000", "listen, and be the server"},
	{"…#redis", "behind an address: a name for its row"},
	{},
	{"peerscope demo", "the same with built-in peers"},
	{},
	{"?", "lists every key"},
}

// welcomeColumn is where the explanations begin.
const welcomeColumn = 24

// welcome fills the only pane with what to do first.
func (p *pen) welcome(r *Rects) {
	pn := pane{bare: r.Bare, focused: true}
	w, h := r.inner(r.Peers)
	lines := welcome
	width := 0
	for _, l := range lines {
		width = max(width, welcomeColumn+cells(l.does))
	}
	if h < len(lines) || w < width+2 {
		lines = []hint{{"", "No peers yet."}, {"", "a  adds an address"}, {"", "?  lists the keys"}}
		width = 18
	}
	p.paneTop(pn, "Peers", nil)
	first := max(0, (h-len(lines))*2/5)
	for y := range h {
		p.paneLine(pn)
		if i := y - first; i >= 0 && i < len(lines) {
			p.gap(max(1, (w-width)/2))
			p.welcomeLine(lines[i])
		}
		p.paneLineEnd(pn)
	}
	p.paneBottom(pn, nil)
}

// welcomeLine writes one line of the welcome.
func (p *pen) welcomeLine(l hint) {
	if l.key == "" {
		p.text(strong, l.does)
		return
	}
	from := p.col
	p.text(accent, l.key)
	p.to(from + welcomeColumn)
	p.text(dim, l.does)
}
