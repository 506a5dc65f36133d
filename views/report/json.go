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

// Kind is the name of an event in the "event" key, and in `watch --events`.
type Kind string

// The events that exist, in the order in which the help lists them.
const (
	Status    Kind = "status"
	Error     Kind = "error"
	Data      Kind = "data"
	Buffers   Kind = "buffers"
	HalfClose Kind = "half-close"
	Dropped   Kind = "dropped"
)

// Kinds are all of them.
var Kinds = []Kind{Status, Error, Data, Buffers, HalfClose, Dropped}

// stamp is RFC 3339 with all nine digits, so that lines sort as text.
const stamp = "2006-01-02T15:04:05.000000000Z"

// head is what every object begins with.
type head struct {
	Time    string  `json:"time"`
	Peer    peer.ID `json:"peer"`
	Label   string  `json:"label"`
	Address string  `json:"address"`
	Kind    string  `json:"kind"`
	Event   Kind    `json:"event"`
}

func newHead(r *peer.Row, t time.Time, k Kind) head {
	return head{Time: t.UTC().Format(stamp), Peer: r.ID, Label: r.Label, Address: r.Address, Kind: r.Kind, Event: k}
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

// Event returns the line of a transition, a failed call or a half-close.
func Event(r *peer.Row, e *peer.Event) []byte {
	switch e.Kind {
	case peer.EventError:
		return encode(struct {
			head
			Op string `json:"op"`
			failure
		}{newHead(r, e.Time, Error), e.Op, newFailure(e)})
	case peer.EventHalfClose:
		return encode(struct {
			head
			Dir string `json:"dir"`
		}{newHead(r, e.Time, HalfClose), e.Dir.String()})
	}
	return encode(struct {
		head
		From   string `json:"from"`
		To     string `json:"to"`
		Polled string `json:"polled"`
		failure
		By string `json:"by,omitempty"`
	}{newHead(r, e.Time, Status), e.From.String(), e.To.String(), e.Polled.UTC().Format(stamp), newFailure(e), e.By.String()})
}

// EventKind returns the name of an event's kind.
func EventKind(e *peer.Event) Kind {
	switch e.Kind {
	case peer.EventError:
		return Error
	case peer.EventHalfClose:
		return HalfClose
	}
	return Status
}

// Bytes returns the line of bytes that went over the connection. A long chunk
// may be several lines of the same time.
func Bytes(r *peer.Row, c capture.Chunk, p []byte) []byte {
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
func Gone(r *peer.Row, t time.Time, d capture.Dir, n int64, cause string) []byte {
	return encode(struct {
		head
		Dir   string `json:"dir"`
		Len   int64  `json:"len"`
		Cause string `json:"cause"`
	}{newHead(r, t, Dropped), d.String(), n, cause})
}

// Counts are the figures of a Buffers line, in bytes; below zero means that
// the system has none, and is printed as null.
type Counts struct{ Unread, RecvQ, SendQ, Received, Sent int64 }

// CountsOf returns the figures of a row.
func CountsOf(r *peer.Row) Counts {
	return Counts{Unread: r.Unread, RecvQ: r.RecvQ, SendQ: r.SendQ, Received: r.Received, Sent: r.Sent}
}

// Sample returns the line of a row's buffered bytes as its last poll saw them.
func Sample(r *peer.Row) []byte {
	return encode(struct {
		head
		Unread   *int64 `json:"unread"`
		RecvQ    *int64 `json:"recvq"`
		SendQ    *int64 `json:"sendq"`
		Received int64  `json:"received"`
		Sent     int64  `json:"sent"`
	}{newHead(r, r.Sampled, Buffers), figure(r.Unread), figure(r.RecvQ), figure(r.SendQ), r.Received, r.Sent})
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
