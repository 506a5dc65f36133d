package views

import (
	"fmt"
	"time"

	"peerscope/hexdump"
	"peerscope/peer"
)

// at is the fixed clock of all scenes.
func at(offset time.Duration) time.Time {
	return time.Date(2026, 11, 23, 9, 2, 10, 0, time.UTC).Add(offset)
}

// The keys of the key line and of the help, as the program has them.
var sceneKeys = []Key{
	{"tab", "pane"}, {"/", "search"}, {"f", "follow"}, {"p", "freeze"}, {"h", "hold"}, {"s", "send"}, {"a", "add"},
	{"d", "disconnect"}, {"r", "reconnect"}, {"?", "help"}, {"q", "quit"}, {"D", "half-close"}, {"x", "remove"},
	{"v", "direction"}, {"w", "bytes a row"}, {".", "poll once"},
}

// sceneEmpty is the inspector without peers.
func sceneEmpty() *Frame {
	return &Frame{Keys: []Key{{"a", "add"}, {"?", "help"}, {"q", "quit"}}, Table: Table{Selected: -1}}
}

// wave is 30 samples of traffic.
func wave(height float64, period int) []float64 {
	samples := make([]float64, 30)
	for i := range samples {
		if k := i % period; k < period/2+1 {
			samples[i] = height * float64(k+1) * float64(i+5)
		}
	}
	return samples
}

// sceneDemo is twelve peers of all kinds, the second one selected, bytes following.
func sceneDemo() *Frame {
	const held = 64 << 10
	burst := make([]float64, 30)
	burst[0], burst[1], burst[2], burst[3] = 9e6, 4e6, 2e6, 5e5
	rows := []Row{
		{ID: 1, Label: "echo", Address: "tcp://127.0.0.1:43210", Kind: "dial", Status: peer.StatusConnected,
			Received: 12_430, Sent: 12_430, Spark: wave(3, 7)},
		{ID: 2, Label: "pg", Address: "unix:///run/postgresql/.s.PGSQL.5432", Kind: "dial",
			Status: peer.StatusConnected, SendQ: 1_280, SendQApprox: true, Received: 9_812_000, Sent: 48_230, Spark: wave(1, 11)},
		{ID: 3, Label: "held", Address: "tcp://127.0.0.1:9000", Kind: "accept", Status: peer.StatusConnected,
			Unread: held, RecvQ: 2_513_000, Received: 64_000, Spark: burst},
		{ID: 4, Label: "slow", Address: "tcp://127.0.0.1:2222", Kind: "dial", Status: peer.StatusConnecting,
			Unread: -1, RecvQ: -1, SendQ: -1, Elapsed: 12_400 * time.Millisecond, Deadline: 30 * time.Second},
		{ID: 5, Label: "reset", Address: "unix:///run/app.sock", Kind: "dial", Status: peer.StatusError, Unread: -1,
			RecvQ: -1, SendQ: -1, Received: 3_120, Cause: "connection reset by peer"},
		{ID: 6, Label: "gone", Address: "unix:///run/gone.sock", Kind: "dial", Status: peer.StatusNone, Unread: -1,
			RecvQ: -1, SendQ: -1, Cause: "no such file or directory", Bad: true},
		{ID: 7, Label: "server", Address: "tcp://127.0.0.1:9001", Kind: "dial", Unread: -1,
			RecvQ: -1, SendQ: -1, Spark: make([]float64, 30)},
		{ID: 8, Label: "half-closer", Address: "unix:///tmp/demo/half.sock", Kind: "dial",
			Status: peer.StatusConnected, WriteClosed: true, Received: 512, Sent: 1_024, Spark: wave(2, 15)},
		{ID: 9, Label: "chatty", Address: "unix://@chatty", Kind: "dial", Status: peer.StatusConnected, Unread: 812,
			SendQ: 131_072, Received: 812_400_000, Sent: 3, Spark: wave(5, 3)},
		{ID: 10, Label: "done", Address: "tcp://[::1]:6379", Kind: "dial", Status: peer.StatusNone, Unread: -1,
			RecvQ: -1, SendQ: -1, Received: 999_999, Sent: 80, Cause: "FIN; closed, as the class does"},
		{ID: 11, Label: "日本語の受信", Address: "unix:///tmp/ソケット/とても長い名前の受信口.sock", Kind: "accept",
			Status: peer.StatusConnected, Received: 1_000, Spark: wave(1, 5)},
		{ID: 12, Label: "refused", Address: "tcp://127.0.0.1:1", Kind: "dial", Status: peer.StatusError, Unread: -1,
			RecvQ: -1, SendQ: -1, Cause: "connection refused"},
	}
	return &Frame{
		Title: Title{Peers: 12, ByStatus: [4]int{2, 1, 6, 2}, In: 1_234_000, Out: 83_400},
		Table: Table{Rows: rows, Total: 12, Selected: 1},
		Timeline: Timeline{Label: "pg", Events: []Event{
			{Time: at(-130 * time.Second), From: peer.StatusNone, To: peer.StatusConnecting, After: -1},
			{Time: at(-130*time.Second + 3100*time.Microsecond), From: peer.StatusConnecting,
				To: peer.StatusConnected, After: 3100 * time.Microsecond},
			{Time: at(4119 * time.Millisecond), Text: "half-closed by us", After: 134 * time.Second, Cause: "FIN"},
		}},
		Bytes: Bytes{Label: "pg", Shown: "both", PerRow: 16, Lines: sceneLines(16)},
		Focus: PanePeers,
		Keys:  sceneKeys,
	}
}

// sceneLines is a conversation in rows of per bytes.
func sceneLines(per int) []Line {
	query := []byte("Q\x00\x00\x00/select id, name from peers where id = 7;\x00")
	reply := []byte("T\x00\x00\x002\x00\x02id\x00\x00\x00@\x01\x00\x01\x00\x00\x00" +
		"\x17\x00\x04\xff\xff\xff\xff\x00\x00name\x00\x00\x00@\x01\x00\x02\x00\x00\x00\x19\xff\xff\xff\xff\xff" +
		"\xff\x00\x00D\x00\x00\x00\x12\x00\x02\x00\x00\x00\x017\x00\x00\x00\x03ada\r\n")
	var lines []Line
	lines = append(lines, Line{Kind: LineDropped, Len: 12 << 20, Out: true})
	lines = append(lines, chunk(true, at(time.Millisecond), 1204*time.Millisecond, 0x100, query, per)...)
	lines = append(lines, chunk(false, at(4*time.Millisecond), 2900*time.Microsecond, 0x4a0, reply, per)...)
	lines = append(lines, Line{Kind: LineGap, Gap: 4114 * time.Millisecond})
	lines = append(lines, chunk(true, at(4118*time.Millisecond), 4114*time.Millisecond, 0x130, []byte("X\x00\x00\x00\x04"), per)...)
	return append(lines, Line{Kind: LineEvent, Event: Event{Time: at(4119 * time.Millisecond),
		Text: "half-closed by us", After: 600 * time.Microsecond, Cause: "FIN"}, Gap: time.Millisecond})
}

// chunk is a chunk's header and its rows.
func chunk(out bool, when time.Time, gap time.Duration, offset int64, bytes []byte, per int) []Line {
	lines := []Line{{Kind: LineChunk, Out: out, Time: when, Gap: gap, Len: int64(len(bytes))}}
	for i := 0; i < len(bytes); i += per {
		lines = append(lines, Line{Kind: LineHex, Out: out, Offset: offset + int64(i), Data: bytes[i:min(i+per, len(bytes))]})
	}
	return lines
}

// sceneFrozen is the bytes pane frozen while traffic goes on, among 300 peers.
func sceneFrozen() *Frame {
	f := sceneDemo()
	f.Focus = PaneBytes
	f.Bytes.Frozen, f.Bytes.Behind = true, 1363149
	f.Bytes.Shown = "in"
	f.Table.Total, f.Table.First, f.Table.Selected = 300, 10, 12
	f.Title.Peers, f.Title.ByStatus, f.Title.Dropped = 300, [4]int{12, 3, 280, 5}, 12<<20
	for i := range f.Table.Rows {
		f.Table.Rows[i].ID += 10
	}
	for i := range 20 {
		f.Timeline.Events = append(f.Timeline.Events, Event{
			Time: at(time.Duration(5+i) * time.Second), From: peer.StatusConnected, To: peer.StatusConnected, After: time.Second,
		})
	}
	f.Notice = Notice{Text: "frozen: traffic and recording go on; G returns to live"}
	return f
}

// sceneError is a peer that failed, with a prompt that did not parse.
func sceneError() *Frame {
	f := sceneDemo()
	f.Table.Selected = 4
	f.Focus = PaneTimeline
	f.Timeline = Timeline{Label: "reset", Events: []Event{
		{Time: at(0), From: peer.StatusNone, To: peer.StatusConnecting, After: -1},
		{Time: at(100 * time.Microsecond), From: peer.StatusConnecting, To: peer.StatusConnected, After: 43 * time.Microsecond},
		{Time: at(3 * time.Second), From: peer.StatusConnected, To: peer.StatusError, After: 3 * time.Second,
			Cause: "connection reset by peer", Bad: true},
		{Time: at(4 * time.Second), Text: "connect failed", After: time.Second, Cause: "no such file or directory", Bad: true},
	}}
	f.Bytes = Bytes{Label: "reset", Shown: "both", PerRow: 16, Empty: "no bytes yet"}
	f.Prompt = &Prompt{Title: "add a peer", Input: "tcp//127.0.0.1:80\x1b[7m \x1b[0m",
		Hint: "host:port, unix:path, LISTEN=DIAL", Error: "tcp//127.0.0.1:80: no host:port, unix: path or LISTEN=DIAL"}
	return f
}

// sceneInspector is the demo with the inspector on the "s" of the query, and
// its text selected.
func sceneInspector() *Frame {
	f := sceneDemo()
	f.Focus = PaneBytes
	f.Bytes.Mark = Mark{Shown: true, Out: true, Cursor: 0x105, From: 0x105, To: 0x105 + 40}
	f.Inspector = &Inspector{Out: true, Offset: 0x105, ChunkLen: 48, Selected: 9, Lines: []InspectorLine{
		{Name: "u8", Text: "115"},
		{Name: "u16", Text: "25971"},
		{Name: "u32", Text: "4294967295 (-1)"},
		{Name: "u64", Text: "7813586242111849843"},
		{Name: "i64", Text: "-7813586242111849843"},
		{Name: "f16", Text: "1395"},
		{Name: "f32", Text: "6.768638e+22"},
		{Name: "f64", Text: "-2.6358213432546104e+180"},
		{Name: "leb128", Text: "115  signed -13"},
		{Name: "utf-8", Text: `"select id, name from peers where id = 7;"`},
		{Name: "utf-16", Text: `"敳敬瑣椠Ɽ渠浡\u2065牦浯瀠敥獲"`},
		{Name: "string", Text: "would block: have 43 of 1.7 GB", State: hexdump.Blocked},
		{Name: "time32", Text: "2023-12-03 11:24:35Z"},
		{Name: "time64", Text: "– not 1980 to 2099", State: hexdump.Invalid},
		{Name: "binary", Text: "01110011"},
		{Name: "variant", Text: "– type id 115 is above 38", State: hexdump.Invalid},
	}}
	return f
}

// sceneVariant is a tree in the inspector, one of its parts selected.
func sceneVariant() *Frame {
	f := sceneDemo()
	f.Focus = PaneInspector
	f.Bytes.Mark = Mark{Shown: true, Cursor: 0x4a0, From: 0x4ac, To: 0x4c4}
	f.Inspector = &Inspector{Offset: 0x4a0, ChunkLen: 82, BigEndian: true, Above: 13, Below: 5, Selected: 4, Lines: []InspectorLine{
		{Name: "time64", Text: "need 8, have 4", State: hexdump.Partial},
		{Name: "binary", Text: "00000000"},
		{Name: "variant", Text: "prefix 180 (LE), then"},
		{Name: "+4", Text: "Dictionary of 3"},
		{Name: "+12", Depth: 1, Key: `"name"`, Text: `"ada"`},
		{Name: "+36", Depth: 1, Key: `"a key that is longer than the pane is wide"`, Text: "Vector2(3.5, -2)"},
		{Name: "+80", Depth: 1, Key: `"inventory"`, Text: "Array of 200"},
		{Name: "+108", Depth: 2, Key: "0", Text: `"sword"`},
		{Name: "+124", Depth: 2, Key: "1", Text: "Array of 1"},
		{Name: "+132", Depth: 3, Key: "0", Text: "null"},
		{Depth: 2, Text: "… 198 more", State: hexdump.Partial},
	}}
	return f
}

// sceneWaits is a value that is not complete at the end of what has come.
func sceneWaits() *Frame {
	f := sceneDemo()
	f.Focus = PaneInspector
	f.Bytes.Mark = Mark{Shown: true, Out: true, Cursor: 0x132, From: 0x132, To: 0x135}
	f.Inspector = &Inspector{Out: true, Offset: 0x132, ChunkLen: 5, Selected: 3, Lines: []InspectorLine{
		{Name: "u8", Text: "0"},
		{Name: "u16", Text: "0"},
		{Name: "u32", Text: "need 4, have 3", State: hexdump.Partial},
		{Name: "string", Text: "would block: have 3 of 28 bytes", State: hexdump.Blocked},
		{Name: "variant", Text: "prefix 28 (LE), then"},
		{Name: "+4", Text: "would block: have 3 of 28 bytes", State: hexdump.Blocked},
	}}
	return f
}

// sceneHelp is the demo with the help over it.
func sceneHelp() *Frame {
	f := sceneDemo()
	f.Help = &Help{
		Groups: []KeyGroup{
			{"Move", []Key{{"tab  shift+tab", "next, previous pane"}, {"1 2 3", "go to a pane"}, {"j k ↑ ↓",
				"one line"}, {"ctrl+d ctrl+u", "half a page"}, {"pgup pgdn", "a page"}, {"g G", "first line, back to live"}}},
			{"Peers", []Key{{"a", "add an address"}, {"d", "disconnect"}, {"r", "reconnect"}, {"x", "remove"}, {"h",
				"hold: stop consuming, again to release"}, {"s", "send text, hex or a file"}, {"D",
				"half-close: end our sending"}}},
			{"Bytes", []Key{{"f", "follow the tail"}, {"p space", "freeze the view"}, {"v", "both, in, out"}, {"w",
				"bytes a row"}, {"/ n N", "search"}}},
			{"Program", []Key{{"P", "pause polling"}, {".", "one single poll"}, {"?", "this help"}, {"q", "quit"}}},
		},
		Notes: []string{
			"A chunk is what one read returned, never a message of the application.",
			"recv-q and send-q are the kernel's own queues; ≈ marks a figure that counts memory, not bytes.",
		},
	}
	return f
}

// sceneBusy is a full page of hex, for the benchmark.
func sceneBusy(per, lines int) *Frame {
	f := sceneDemo()
	f.Bytes.PerRow, f.Bytes.Lines = per, nil
	seed := uint32(1)
	for i := range lines {
		row := make([]byte, per)
		for k := range row {
			seed = seed*1664525 + 1013904223
			row[k] = byte(seed >> 24)
		}
		f.Bytes.Lines = append(f.Bytes.Lines, Line{Kind: LineHex, Offset: int64(i * per), Data: row})
	}
	return f
}

// scenes by name.
var scenes = []struct {
	name  string
	frame func() *Frame
}{
	{"empty", sceneEmpty}, {"demo", sceneDemo}, {"help", sceneHelp}, {"frozen", sceneFrozen}, {"error", sceneError},
	{"paused", scenePaused},
	{"inspector", sceneInspector}, {"variant", sceneVariant}, {"waits", sceneWaits},
	{"details", sceneDetails}, {"held", sceneHeld}, {"scrolled", sceneScrolled},
	{"since-start", sceneSinceStart}, {"since-previous", sceneSincePrevious}, {"ruler", sceneRuler}, {"past", scenePast},
	{"taps", sceneTaps}, {"held-rows", sceneHeldRows}, {"question", sceneQuestion}, {"oldest", sceneOldest},
}

// fit gives the scene the bytes a row that the size has room for, as the
// program does.
func fit(f *Frame, w, h int) *Frame {
	r := Layout(w, h, f.Table.Total, f.Focus, f.Beside())
	if len(f.Bytes.Lines) > 0 {
		f.Bytes.PerRow = r.PerRow(0)
		f.Bytes.Lines = sceneLines(f.Bytes.PerRow)
		if f.Bytes.Relayed {
			f.Bytes.Lines = sceneTapLines(f.Bytes.PerRow)
		}
		n := r.BytesLines()
		if f.Bytes.Frozen && f.Bytes.Dropped > 0 { // at its start
			f.Bytes.Lines = sceneDropped(f.Bytes.PerRow)
			f.Bytes.Lines = f.Bytes.Lines[:min(n, len(f.Bytes.Lines))]
		}
		if len(f.Bytes.Lines) > n {
			f.Bytes.Lines = f.Bytes.Lines[len(f.Bytes.Lines)-n:]
		}
	}
	if n := r.TableRows(); f.Table.Selected-f.Table.First >= n && n > 0 {
		skip := f.Table.Selected - f.Table.First - n + 1
		f.Table.First += skip
		f.Table.Rows = f.Table.Rows[skip:]
	}
	return f
}

func sizeName(w, h int) string { return fmt.Sprintf("%dx%d", w, h) }
