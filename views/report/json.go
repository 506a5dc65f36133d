package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// JSON writes each event as one JSON object: NDJSON. The schema is testdata/watch.schema.json.
type JSON struct{}

// stamp is RFC 3339 with all nine digits, so that lines sort as text.
const stamp = "2006-01-02T15:04:05.000000000Z"

// head is what every object begins with.
type head struct {
	Time    string  `json:"time"`
	Peer    peer.ID `json:"peer"`
	Label   string  `json:"label"`
	Address string  `json:"address"`
	Kind    string  `json:"kind"`
	Parent  peer.ID `json:"parent,omitempty"` // of what came from a listener
	Event   Kind    `json:"event"`
}

func newHead(r *peer.Row, t time.Time, k Kind) head {
	return head{Time: t.UTC().Format(stamp), Peer: r.ID, Label: r.Label, Address: r.Address, Kind: r.Kind, Parent: r.Parent, Event: k}
}

// failure is what an event has that speaks of an ending or a failed call.
type failure struct {
	Error string     `json:"error,omitempty"`
	Code  peer.Error `json:"code,omitempty"`
	Cause string     `json:"cause,omitempty"`
}

func newFailure(e *peer.Event) (f failure) {
	if e.Code != 0 {
		f.Error, f.Code = e.Code.Name(), e.Code
	}
	if e.Cause != nil {
		f.Cause = e.Cause.Error()
	}
	return f
}

// Event returns the line of a peer's event.
func (JSON) Event(r *peer.Row, e *peer.Event) []byte {
	h := newHead(r, e.Time, EventKind(e))
	switch h.Event {
	case Error:
		return encode(struct {
			head
			Op string `json:"op"`
			failure
		}{h, e.Op, newFailure(e)})
	case Listening:
		return encode(struct {
			head
			Bound string `json:"bound"`
		}{h, e.Remote})
	case Accepted:
		return encode(struct {
			head
			Remote string `json:"remote"`
		}{h, e.Remote})
	case HalfClose:
		return halfClose(h, r, e)
	case Ancillary:
		return ancillary(h, e)
	}
	return encode(struct {
		head
		From   string `json:"from"`
		To     string `json:"to"`
		Polled string `json:"polled"`
		failure
		By string `json:"by,omitempty"`
	}{h, e.From.String(), e.To.String(), e.Polled.UTC().Format(stamp), newFailure(e), e.By.String()})
}

// halfClose says of a pair whose end it is; of a peer of ours it can only be ours.
func halfClose(h head, r *peer.Row, e *peer.Event) []byte {
	by := ""
	if r.Pair.Is {
		by = e.By.String()
	}
	return encode(struct {
		head
		Dir string `json:"dir"`
		By  string `json:"by,omitempty"`
	}{h, e.Dir.String(), by})
}

// ancillary says who sent descriptors where that is known, and what went wrong with them.
func ancillary(h head, e *peer.Event) []byte {
	line := struct {
		head
		Dir    string   `json:"dir"`
		Offset int64    `json:"offset"`
		FDs    []string `json:"fds"`
		PID    *int64   `json:"pid,omitempty"`
		UID    *int64   `json:"uid,omitempty"`
		GID    *int64   `json:"gid,omitempty"`
		Cause  string   `json:"cause,omitempty"`
	}{head: h, Dir: e.Dir.String(), FDs: []string{}, Cause: newFailure(e).Cause}
	if with := e.With; with != nil {
		line.Offset, line.FDs = with.Off, append(line.FDs, with.FDs...)
		line.PID, line.UID, line.GID = number(with.Who.PID), number(with.Who.UID), number(with.Who.GID)
	}
	return encode(line)
}

// number is nil where there is none.
func number(f peer.Figure[int64]) *int64 {
	if !f.Known {
		return nil
	}
	return &f.Value
}

// Bytes returns the line of bytes that went over the connection. A long chunk
// may be several lines of the same time.
func (JSON) Bytes(r *peer.Row, c capture.Chunk, p []byte) []byte {
	return encode(struct {
		head
		Dir    string `json:"dir"`
		Offset int64  `json:"offset"`
		Len    int    `json:"len"`
		Data   []byte `json:"data"` // base64, by encoding/json
	}{newHead(r, c.Time, Data), c.Dir.String(), c.Off, len(p), p})
}

// Gone returns the line of n bytes that a Data line would have carried and
// that were not there any more.
func (JSON) Gone(r *peer.Row, t time.Time, d capture.Dir, n int64, cause string) []byte {
	return encode(struct {
		head
		Dir   string `json:"dir"`
		Len   int64  `json:"len"`
		Cause string `json:"cause"`
	}{newHead(r, t, Dropped), d.String(), n, cause})
}

// Sample returns the line of a row's buffered bytes as its last poll saw them.
func (JSON) Sample(r *peer.Row) []byte { return sample(r, CountsOf(r), "") }

// SampleWay returns the line of what is buffered of one direction of a relayed
// pair, with the bytes that went over in both.
func (JSON) SampleWay(r *peer.Row, d capture.Dir) []byte {
	return sample(r, countsShown(r, d), d.String())
}

func sample(r *peer.Row, c Counts, dir string) []byte {
	return encode(struct {
		head
		Dir      string `json:"dir,omitempty"`
		Unread   *int64 `json:"unread"`
		RecvQ    *int64 `json:"recvq"`
		SendQ    *int64 `json:"sendq"`
		Received int64  `json:"received"`
		Sent     int64  `json:"sent"`
	}{newHead(r, r.Sampled, Buffers), dir, figure(c.Unread), figure(c.RecvQ), figure(c.SendQ), c.Received, c.Sent})
}

func figure(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

// encode returns one line with its newline. Nothing printed here can fail to
// be encoded: the types are plain, and invalid UTF-8 becomes U+FFFD.
func encode(v any) []byte {
	line, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(escape(line), '\n')
}

// escape writes what a terminal could act on, or would not show, as \u escapes:
// labels, paths and causes may hold anything. JSON has escaped C0 already.
func escape(line []byte) []byte {
	plain := func(c byte) bool { return c >= 0x20 && c < 0x7f }
	if !slices.ContainsFunc(line, func(c byte) bool { return !plain(c) }) {
		return line
	}
	safe := make([]byte, 0, len(line)+32)
	for _, r := range string(line) {
		switch {
		case unicode.IsPrint(r) && !views.Invisible(r):
			safe = utf8.AppendRune(safe, r)
		default:
			for _, u := range utf16.AppendRune(nil, r) {
				safe = fmt.Appendf(safe, `\u%04x`, u)
			}
		}
	}
	return safe
}
