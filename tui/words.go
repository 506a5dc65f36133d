package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

func (m *Model) timeline(r peer.Row) views.Timeline {
	h := m.told(r.ID)
	t := views.Timeline{Label: m.name(&r), Times: m.times, Start: h.start}
	var before time.Time
	add := func(v views.Event) {
		v.After = -1
		if !before.IsZero() {
			v.After = v.Time.Sub(before)
		}
		before = v.Time
		t.Events = append(t.Events, v)
	}
	for i := range h.events {
		add(eventView(&h.events[i], &r))
	}
	if v, waits := m.unpolled(&r); waits {
		add(v)
	}
	return t
}

// eventView says an event of a row's peer in words.
func eventView(e *peer.Event, r *peer.Row) views.Event {
	v := views.Event{Time: e.Time, From: e.From, To: e.To, Bad: e.Code != 0, Cause: causeWords(e, r)}
	if late := e.Polled.Sub(e.Time); late >= noticeably {
		v.Late = late
	}
	switch e.Kind {
	case peer.EventStatus:
		if e.By == peer.ByRemote && e.Code == 0 && e.To == peer.StatusNone {
			v.Cause += "; closed, as the class does"
		}
	case peer.EventError:
		v.Text = e.Op + " failed"
		if e.Op == "stop" && e.Code == 0 {
			v.Text, v.Cause = "stopped listening", e.Note
		}
	case peer.EventHalfClose:
		v.Text = "half-closed by us"
		if e.By == peer.ByClient || e.By == peer.ByServer {
			v.Text, v.Way = e.By.String()+" half-closed", wayOf(e.Dir)
		}
	case peer.EventListening:
		v.Text, v.Cause = "listening", "at "+e.Remote
		if e.Note != "" {
			v.Cause += "; " + e.Note
		}
	case peer.EventAccepted:
		v.Text, v.Cause = "accepted", "from "+short(clientAddress(e.Remote, r.Who.String()))
	case peer.EventAncillary:
		ancillary(e, &v)
	}
	return v
}

func wayOf(d capture.Dir) views.Way {
	if d == capture.Out {
		return views.WayOut
	}
	return views.WayIn
}

// ancillary says what came beside a byte of a relayed pair.
func ancillary(e *peer.Event, v *views.Event) {
	v.Way, v.Bad = wayOf(e.Dir), e.Cause != nil
	if e.With == nil {
		return
	}
	switch n := len(e.With.FDs); n {
	case 0:
		v.Text = "descriptors" // of which only the cause is known
	case 1:
		v.Text = "1 descriptor"
	default:
		v.Text = fmt.Sprintf("%d descriptors", n)
	}
	what := slices.Clone(e.With.FDs)
	if who := e.With.Who.String(); who != "" {
		what = append(what, "from "+who)
	}
	if v.Cause != "" {
		what = append(what, v.Cause)
	}
	v.Cause = strings.Join(what, ", ")
}

// softened is said of an ending that one side of a tap did not see as it was.
const softened = ", seen as a plain end on the other side"

// causeWords says why something ended, and whose doing it was where that is not
// the other end's.
func causeWords(e *peer.Event, r *peer.Row) string {
	switch {
	case e.Cause == nil:
		return ""
	case errors.Is(e.Cause, peer.ErrDisconnected):
		return e.Cause.Error() + " by us"
	case e.Kind != peer.EventStatus || e.By != peer.ByClient && e.By != peer.ByServer:
		return e.Cause.Error()
	}
	words := e.By.String() + ": " + e.Cause.Error()
	switch {
	case e.From == peer.StatusConnecting:
		words = e.Cause.Error() // it speaks of the target itself
	case e.Code == 0:
		words = e.Cause.Error() + " from " + e.By.String()
	case errors.Is(e.Cause, syscall.ECONNRESET):
		words = "reset by " + e.By.String()
	}
	if r.Pair.Softened {
		words += softened
	}
	return words
}
