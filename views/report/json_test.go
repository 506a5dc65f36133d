package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
	"peerscope/views/report"
)

// at returns a time so many nanoseconds into the scene, in a zone that the
// lines must not show.
func at(ns int) time.Time {
	return time.Date(2026, 11, 23, 10, 0, 0, ns, time.FixedZone("CET", 3600))
}

func redis() *peer.Row {
	return &peer.Row{ID: 1, Label: "redis", Address: "tcp://127.0.0.1:6379", Kind: "dial", Sampled: at(33_000_000)}
}

const head = `,"peer":1,"label":"redis","address":"tcp://127.0.0.1:6379","kind":"dial","event":`

// tap returns the row of a tap's listener, or of what came from one.
func tap(parent peer.ID) *peer.Row {
	return &peer.Row{ID: 4, Parent: parent, Label: "redis", Address: "tcp-listen://127.0.0.1:6380=tcp://127.0.0.1:6379", Kind: "tap", Sampled: at(6)}
}

const tapHead = `,"peer":4,"label":"redis","address":"tcp-listen://127.0.0.1:6380=tcp://127.0.0.1:6379","kind":"tap"`

func pair() *peer.Row {
	r := tap(3)
	r.Pair = peer.Pair{Is: true, Ways: [2]peer.Queues{
		capture.In:  {Unread: 1, RecvQ: 2, SendQ: -1},
		capture.Out: {Unread: 4, RecvQ: 5, SendQ: 6},
	}}
	r.Received, r.Sent = 7, 14
	return r
}

func TestEachEventIsTheDocumentedLine(t *testing.T) {
	sampled := redis()
	sampled.Unread, sampled.RecvQ, sampled.SendQ, sampled.Received, sampled.Sent = 7, 0, 9, 7, 14
	closed := redis()
	closed.Unread, closed.RecvQ, closed.SendQ, closed.Received, closed.Sent = -1, -1, -1, 7, 14
	event := func(e peer.Event) []byte { return report.JSON{}.Event(redis(), &e) }
	for name, c := range map[string]struct {
		line []byte
		want string
	}{
		"a transition": {
			event(peer.Event{Kind: peer.EventStatus, Time: at(1), Polled: at(33_000_000), From: peer.StatusConnecting, To: peer.StatusConnected}),
			`{"time":"2026-11-23T09:00:00.000000001Z"` + head + `"status","from":"connecting","to":"connected","polled":"2026-11-23T09:00:00.033000000Z"}`,
		},
		"a reset": {
			event(peer.Event{Kind: peer.EventStatus, Time: at(1), Polled: at(2), From: peer.StatusConnected, To: peer.StatusError,
				Code: peer.ErrFailed, Cause: errors.New("connection reset by peer"), By: peer.ByRemote}),
			`{"time":"2026-11-23T09:00:00.000000001Z"` + head + `"status","from":"connected","to":"error","polled":"2026-11-23T09:00:00.000000002Z",` +
				`"error":"FAILED","code":1,"cause":"connection reset by peer","by":"remote"}`,
		},
		"a FIN": {
			event(peer.Event{Kind: peer.EventStatus, Time: at(1), Polled: at(2), From: peer.StatusConnected, To: peer.StatusNone,
				Cause: peer.ErrFIN, By: peer.ByRemote}),
			`{"time":"2026-11-23T09:00:00.000000001Z"` + head + `"status","from":"connected","to":"none","polled":"2026-11-23T09:00:00.000000002Z",` +
				`"cause":"FIN","by":"remote"}`,
		},
		"a deadline": {
			event(peer.Event{Kind: peer.EventStatus, Time: at(1), Polled: at(1), From: peer.StatusConnecting, To: peer.StatusError,
				Code: peer.ErrConnectionError, Cause: errors.New("no answer within 30s"), By: peer.ByTimeout}),
			`{"time":"2026-11-23T09:00:00.000000001Z"` + head + `"status","from":"connecting","to":"error","polled":"2026-11-23T09:00:00.000000001Z",` +
				`"error":"ERR_CONNECTION_ERROR","code":27,"cause":"no answer within 30s","by":"timeout"}`,
		},
		"a disconnect": {
			event(peer.Event{Kind: peer.EventStatus, Time: at(1), Polled: at(1), From: peer.StatusConnected, To: peer.StatusNone,
				Cause: peer.ErrDisconnected, By: peer.ByLocal}),
			`{"time":"2026-11-23T09:00:00.000000001Z"` + head + `"status","from":"connected","to":"none","polled":"2026-11-23T09:00:00.000000001Z",` +
				`"cause":"disconnected","by":"local"}`,
		},
		"a failed call": {
			event(peer.Event{Kind: peer.EventError, Time: at(5), Polled: at(5), Op: "connect", Code: peer.ErrFailed, Cause: errors.New("no such file or directory")}),
			`{"time":"2026-11-23T09:00:00.000000005Z"` + head + `"error","op":"connect","error":"FAILED","code":1,"cause":"no such file or directory"}`,
		},
		"a half-close": {
			event(peer.Event{Kind: peer.EventHalfClose, Time: at(6), Polled: at(6), Dir: capture.Out, By: peer.ByLocal}),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + head + `"half-close","dir":"out"}`,
		},
		"a listener": {
			report.JSON{}.Event(tap(0), &peer.Event{Kind: peer.EventListening, Time: at(6), Polled: at(6), Remote: "tcp-listen://127.0.0.1:6380"}),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + tapHead + `,"event":"listening","bound":"tcp-listen://127.0.0.1:6380"}`,
		},
		"a client": {
			report.JSON{}.Event(tap(3), &peer.Event{Kind: peer.EventAccepted, Time: at(6), Polled: at(6), Remote: "tcp://127.0.0.1:50122"}),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + tapHead + `,"parent":3,"event":"accepted","remote":"tcp://127.0.0.1:50122"}`,
		},
		"a half-close of a pair": {
			report.JSON{}.Event(pair(), &peer.Event{Kind: peer.EventHalfClose, Time: at(6), Polled: at(6), Dir: capture.In, By: peer.ByServer, Cause: peer.ErrFIN}),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + tapHead + `,"parent":3,"event":"half-close","dir":"in","by":"server"}`,
		},
		"the end of a pair": {
			report.JSON{}.Event(pair(), &peer.Event{Kind: peer.EventStatus, Time: at(6), Polled: at(6), From: peer.StatusConnected, To: peer.StatusNone,
				By: peer.ByClient, Cause: peer.ErrFIN}),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + tapHead + `,"parent":3,"event":"status","from":"connected","to":"none",` +
				`"polled":"2026-11-23T09:00:00.000000006Z","cause":"FIN","by":"client"}`,
		},
		"a listener that cannot listen": {
			report.JSON{}.Event(tap(0), &peer.Event{Kind: peer.EventError, Time: at(6), Polled: at(6), Op: "listen", Code: peer.ErrAlreadyInUse, Cause: errors.New("in use")}),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + tapHead + `,"event":"error","op":"listen","error":"ERR_ALREADY_IN_USE","code":22,"cause":"in use"}`,
		},
		"descriptors": {
			report.JSON{}.Event(pair(), &peer.Event{Kind: peer.EventAncillary, Time: at(6), Polled: at(6), Dir: capture.Out,
				With: &peer.Ancillary{Off: 12, FDs: []string{"socket:[91827]", "/dev/null"}, Who: peer.Credentials{PID: known(4711), UID: known(0), GID: known(0)}}}),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + tapHead + `,"parent":3,"event":"ancillary","dir":"out","offset":12,` +
				`"fds":["socket:[91827]","/dev/null"],"pid":4711,"uid":0,"gid":0}`,
		},
		"descriptors of a stranger, some of them lost": {
			report.JSON{}.Event(pair(), &peer.Event{Kind: peer.EventAncillary, Time: at(6), Polled: at(6), Dir: capture.In,
				With: &peer.Ancillary{}, Cause: errors.New("descriptors were cut off")}),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + tapHead + `,"parent":3,"event":"ancillary","dir":"in","offset":0,"fds":[],` +
				`"cause":"descriptors were cut off"}`,
		},
		"buffers from the server to the client": {
			report.JSON{}.SampleWay(pair(), capture.In),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + tapHead + `,"parent":3,"event":"buffers","dir":"in","unread":1,"recvq":2,"sendq":null,"received":7,"sent":14}`,
		},
		"buffers from the client to the server": {
			report.JSON{}.SampleWay(pair(), capture.Out),
			`{"time":"2026-11-23T09:00:00.000000006Z"` + tapHead + `,"parent":3,"event":"buffers","dir":"out","unread":4,"recvq":5,"sendq":6,"received":7,"sent":14}`,
		},
		"bytes of a pair": {
			report.JSON{}.Bytes(pair(), capture.Chunk{Dir: capture.Out, Time: at(7), Len: 1}, []byte("\n")),
			`{"time":"2026-11-23T09:00:00.000000007Z"` + tapHead + `,"parent":3,"event":"data","dir":"out","offset":0,"len":1,"data":"Cg=="}`,
		},
		"bytes": {
			report.JSON{}.Bytes(redis(), capture.Chunk{Dir: capture.In, Time: at(7), Off: 1 << 40, Len: 7}, []byte("+PONG\r\n")),
			`{"time":"2026-11-23T09:00:00.000000007Z"` + head + `"data","dir":"in","offset":1099511627776,"len":7,"data":"K1BPTkcNCg=="}`,
		},
		"a piece of a chunk": {
			report.JSON{}.Bytes(redis(), capture.Chunk{Dir: capture.Out, Time: at(7), Off: 4, Len: 7}, []byte("\x00\xff")),
			`{"time":"2026-11-23T09:00:00.000000007Z"` + head + `"data","dir":"out","offset":4,"len":2,"data":"AP8="}`,
		},
		"a gap": {
			report.JSON{}.Gone(redis(), at(8), capture.In, 1048576, "memory budget"),
			`{"time":"2026-11-23T09:00:00.000000008Z"` + head + `"dropped","dir":"in","len":1048576,"cause":"memory budget"}`,
		},
		"buffers": {
			report.JSON{}.Sample(sampled),
			`{"time":"2026-11-23T09:00:00.033000000Z"` + head + `"buffers","unread":7,"recvq":0,"sendq":9,"received":7,"sent":14}`,
		},
		"buffers without figures": {
			report.JSON{}.Sample(closed),
			`{"time":"2026-11-23T09:00:00.033000000Z"` + head + `"buffers","unread":null,"recvq":null,"sendq":null,"received":7,"sent":14}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(c.line); got != c.want+"\n" {
				t.Errorf("\n%s expected\n%s", got, c.want)
			}
		})
	}
}

func TestTheNamesOfTheKindsAreThoseOfTheLines(t *testing.T) {
	for kind := peer.EventStatus; kind <= peer.EventAncillary; kind++ {
		e := peer.Event{Kind: kind, Time: at(0), Polled: at(0)}
		var line struct{ Event report.Kind }
		if err := json.Unmarshal(report.JSON{}.Event(redis(), &e), &line); err != nil || line.Event != report.EventKind(&e) {
			t.Errorf("%q, EventKind says %q (%v)", line.Event, report.EventKind(&e), err)
		}
	}
}

func TestFiguresSayWhereTheSystemHasNone(t *testing.T) {
	r := redis()
	r.Unread, r.RecvQ, r.SendQ, r.Received, r.Sent = 1, -1, 3, 4, 5
	if got, want := report.CountsOf(r), (report.Counts{Unread: 1, RecvQ: -1, SendQ: 3, Received: 4, Sent: 5}); got != want {
		t.Errorf("%+v, expected %+v", got, want)
	}
}

func TestALineOfOneDirectionIsDueWhenItsOwnFiguresHaveChanged(t *testing.T) {
	before, after := pair(), pair()
	after.Sent++
	after.Pair.Ways[capture.Out].SendQ++
	if report.CountsOfWay(before, capture.In) != report.CountsOfWay(after, capture.In) {
		t.Error("what went out changes the figures of what came in")
	}
	if got, want := report.CountsOfWay(after, capture.Out), (report.Counts{Unread: 4, RecvQ: 5, SendQ: 7, Sent: 15}); got != want {
		t.Errorf("%+v, expected %+v", got, want)
	}
}

// hostile is what a label, a path or a system's words may hold.
var hostile = []string{
	"plain", "é 日本 🙂", "", "\"quoted\" \\ <&>", "\x00\x07\x1b[2J\x1b]0;title\x07\r\n\t",
	"\x7f", "\u0080\u0085\u009b31m\u009f", "\u202a\u202e\u2066\u2069\u200e\u200f\u061c", "\u200b\u200d\u2028\u2029\ufeff\u00ad",
	"\u00a0\u3000", "\U000e0041\U000f0000\U0010ffff", "\xff\xfe cut \xe2\x82",
	"\u034f\u115f\u1160\u3164\uffa0\ufe0f\u17b4",
}

func checkEscaped(t *testing.T, text string) {
	t.Helper()
	r := &peer.Row{ID: 1, Label: text, Address: "unix:///" + text, Kind: "dial"}
	line := report.JSON{}.Event(r, &peer.Event{Kind: peer.EventError, Op: "connect", Code: peer.ErrFailed, Cause: errors.New(text)})
	for i, c := range string(line[:len(line)-1]) {
		if !unicode.IsPrint(c) || views.Invisible(c) {
			t.Errorf("%U at %d of %q", c, i, line)
		}
	}
	if line[len(line)-1] != '\n' {
		t.Errorf("no end in %q", line)
	}
	var got struct{ Label, Address, Cause string }
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatalf("%v in %q", err, line)
	}
	want := string([]rune(text)) // invalid UTF-8 becomes U+FFFD
	if got.Label != want || got.Address != "unix:///"+want || got.Cause != want {
		t.Errorf("%q came back as %+q", text, got)
	}
}

// checkFit holds that text and hex leave nothing raw, wherever it comes from.
func checkFit(t *testing.T, text string) {
	t.Helper()
	r := &peer.Row{ID: 1, Label: text, Address: "unix:///" + text, Kind: "dial"}
	plain := report.Text{Theme: &views.Theme{}, Labels: report.MaxLabel}
	for _, f := range []report.Format{&plain, report.NewHex(plain)} {
		for _, lines := range [][]byte{
			f.Event(r, &peer.Event{Kind: peer.EventError, Op: "connect", Code: peer.ErrFailed, Cause: errors.New(text)}),
			f.Event(r, &peer.Event{To: peer.StatusConnecting, Remote: text}),
			f.Event(r, &peer.Event{Kind: peer.EventAccepted, Remote: text}),
			f.Event(r, &peer.Event{Kind: peer.EventAncillary, With: &peer.Ancillary{FDs: []string{text}}, Cause: errors.New(text)}),
			f.Bytes(r, capture.Chunk{Len: int64(len(text))}, []byte(text)),
		} {
			for line := range strings.Lines(string(lines)) {
				if line = strings.TrimSuffix(line, "\n"); views.Clean(line) != line || strings.TrimRight(line, " ") != line && line[8:10] != ": " {
					t.Errorf("%q is not fit for a terminal, or has blanks at its end", line)
				}
			}
			if !bytes.HasSuffix(lines, []byte("\n")) {
				t.Errorf("no end in %q", lines)
			}
		}
	}
}

func TestNothingThatATerminalActsOnIsPrintedRaw(t *testing.T) {
	for _, text := range hostile {
		checkEscaped(t, text)
		checkFit(t, text)
	}
}

func FuzzEscape(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkEscaped(t, text)
		checkFit(t, text)
	})
}

func ExampleJSON_Bytes() {
	row := &peer.Row{ID: 1, Label: "redis", Address: "tcp://127.0.0.1:6379", Kind: "dial"}
	chunk := capture.Chunk{Dir: capture.In, Time: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Len: 7}
	fmt.Print(string(report.JSON{}.Bytes(row, chunk, []byte("+PONG\r\n"))))
	// Output: {"time":"2026-11-23T09:00:00.000000000Z","peer":1,"label":"redis","address":"tcp://127.0.0.1:6379","kind":"dial","event":"data","dir":"in","offset":0,"len":7,"data":"K1BPTkcNCg=="}
}

func known(n int64) peer.Figure[int64] { return peer.Figure[int64]{Value: n, Known: true} }
