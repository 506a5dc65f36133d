package report_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
	"peerscope/views/report"
)

var update = flag.Bool("update", false, "write the golden lines instead of comparing them")

// clock is the time of day in a scene, in a zone of its own.
func clock(ms int) time.Time {
	return time.Date(2026, 11, 23, 10, 0, 0, ms*int(time.Millisecond)+123_000, time.FixedZone("CET", 3600))
}

// story writes one of each thing that happens.
func story(f report.Format) string {
	var all strings.Builder
	row := &peer.Row{ID: 1, Label: "redis", Address: "tcp://127.0.0.1:6379", Kind: "dial", Sampled: clock(90)}
	event := func(r *peer.Row, ms int, e peer.Event) {
		e.Time, e.Polled = clock(ms), clock(ms)
		if e.To == peer.StatusError {
			e.Polled = clock(ms + 2400)
		}
		all.Write(f.Event(r, &e))
	}
	chunk := func(r *peer.Row, ms int, d capture.Dir, off int64, p string) {
		all.Write(f.Bytes(r, capture.Chunk{Dir: d, Time: clock(ms), Off: off, Len: int64(len(p))}, []byte(p)))
	}
	event(row, 1, peer.Event{To: peer.StatusConnecting, Remote: "tcp://127.0.0.1:6379"})
	event(row, 2, peer.Event{From: peer.StatusConnecting, To: peer.StatusConnected, Remote: "tcp://127.0.0.1:6379"})
	chunk(row, 20, capture.Out, 0, "PING\r\n")
	chunk(row, 21, capture.In, 0, "+PONG\r\n")
	chunk(row, 22, capture.In, 7, "tab\t nul\x00 bell\a esc\x1b[31m \\ \x7f é 日本 \u202e \xff\xfe")
	chunk(row, 23, capture.In, 50, strings.Repeat("0123456789abcdef", 20))
	row.RecvQ, row.SendQ, row.Received, row.Sent = 2_500_000, -1, 370, 6
	all.Write(f.Sample(row))
	event(row, 95, peer.Event{Kind: peer.EventHalfClose, Dir: capture.Out, By: peer.ByLocal})
	event(row, 96, peer.Event{From: peer.StatusConnected, To: peer.StatusError,
		Code: peer.ErrFailed, Cause: errors.New("connection reset by peer"), By: peer.ByRemote})

	path := &peer.Row{ID: 2, Label: "a long label\x1b[2J of somebody's", Address: "unix:///run/app.sock", Kind: "dial"}
	event(path, 100, peer.Event{Kind: peer.EventError, Op: "connect", Code: peer.ErrFailed, Cause: errors.New("no such file or directory")})
	event(path, 101, peer.Event{To: peer.StatusConnected, Remote: "unix:///run/app.sock"})
	event(path, 102, peer.Event{From: peer.StatusConnected, Cause: peer.ErrEOF, By: peer.ByRemote})

	listener := &peer.Row{ID: 3, Label: "pg", Address: "tcp-listen://127.0.0.1:0=unix:///run/pg", Kind: "tap"}
	event(listener, 110, peer.Event{Kind: peer.EventListening, Remote: "tcp-listen://127.0.0.1:43210"})
	who, stranger := peer.Credentials{PID: known(4711), UID: known(0), GID: known(0)}, &peer.Row{ID: 11, Parent: 3, Label: "pg", Address: listener.Address, Kind: "tap"}
	stranger.Who = who
	event(stranger, 110, peer.Event{Kind: peer.EventAccepted, Remote: "unix:"})
	client := &peer.Row{ID: 12, Parent: 3, Label: "pg", Address: listener.Address, Kind: "tap", Received: 1 << 33, Sent: 8, Sampled: clock(120)}
	client.Pair = peer.Pair{Is: true, Ways: [2]peer.Queues{{Unread: 1, RecvQ: 2, SendQ: -1}, {Unread: 4, RecvQ: 5, SendQ: 6}}}
	event(client, 111, peer.Event{Kind: peer.EventAccepted, Remote: "tcp://127.0.0.1:50122"})
	event(client, 112, peer.Event{To: peer.StatusConnecting})
	event(client, 113, peer.Event{From: peer.StatusConnecting, To: peer.StatusConnected, Remote: "unix:///run/pg"})
	event(client, 114, peer.Event{Kind: peer.EventAncillary, Dir: capture.Out, With: &peer.Ancillary{Off: 12, FDs: []string{"socket:[91827]", "/dev/null"}, Who: who}})
	event(client, 115, peer.Event{Kind: peer.EventAncillary, Dir: capture.In, Cause: errors.New("descriptors were cut off")})
	chunk(client, 116, capture.In, 1<<33-4, "end.")
	all.Write(f.Gone(client, clock(117), capture.In, 1<<20, "memory budget"))
	all.Write(f.SampleWay(client, capture.In))
	all.Write(f.SampleWay(client, capture.Out))
	event(client, 121, peer.Event{Kind: peer.EventHalfClose, Dir: capture.In, By: peer.ByServer})
	event(client, 122, peer.Event{From: peer.StatusConnected, Cause: peer.ErrFIN, By: peer.ByClient})
	return all.String()
}

func TestTheStoryReadsAsReviewed(t *testing.T) {
	plain := report.Text{Theme: &views.Theme{}, IDs: 2, Labels: 12}
	on := func(p views.Profile, width int) report.Text {
		return report.Text{Theme: views.NewTheme(p, false), IDs: 2, Labels: 12, Width: func() int { return width }}
	}
	narrow, coloured := on(views.None, 60), on(views.ANSI256, 110)
	for name, f := range map[string]report.Format{
		"json.ndjson": report.JSON{}, "text.txt": &plain, "hex.txt": report.NewHex(plain),
		"text-60.txt": &narrow, "text-110.ansi": &coloured, "hex-110.ansi": report.NewHex(coloured),
	} {
		golden(t, name, story(f))
	}
}

// golden compares lines with a file, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("../../testdata/golden/report", name)
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; see it with go test ./views/report -update and git diff", path)
	}
}
