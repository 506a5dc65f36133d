package views

import (
	"strconv"
	"time"
)

// Times is how the times of chunks and events are written.
type Times uint8

// The ways, in the order of the key that changes them.
const (
	TimesAbsolute      Times = iota // 09:02:10.001
	TimesSinceStart                 // +0.000, +2:03.120: since [Bytes.Start], [Timeline.Start]
	TimesSincePrevious              // +2.9 ms: since the chunk before; in the timeline since the event before
)

// String is what a pane's title says of it: nothing of what needs no words.
func (t Times) String() string {
	switch t {
	case TimesSinceStart:
		return "since start"
	case TimesSincePrevious:
		return "since previous"
	}
	return ""
}

// appendSince appends d as "+0.000", "+59.120", "+2:03.120" or "+1:02:03.120",
// so that the points of a right-aligned column stand below each other. In
// clockWidth cells it gives up decimals from ten hours on. Below zero it is zero.
func appendSince(b []byte, d time.Duration) []byte {
	d = max(d, 0)
	from := len(b)
	b = append(b, '+')
	hours, minutes, seconds := int64(d/time.Hour), int64(d/time.Minute%60), int64(d/time.Second%60)
	pair := func(n int64) { b = append(b, '0'+byte(n/10), '0'+byte(n%10)) }
	switch {
	case hours > 0:
		b = append(strconv.AppendInt(b, hours, 10), ':')
		pair(minutes)
		b = append(b, ':')
		pair(seconds)
	case minutes > 0:
		b = append(strconv.AppendInt(b, minutes, 10), ':')
		pair(seconds)
	default:
		b = strconv.AppendInt(b, seconds, 10)
	}
	if len(b)-from+1 >= clockWidth {
		return b
	}
	milli := d / time.Millisecond % 1000
	b = append(b, '.', '0'+byte(milli/100), '0'+byte(milli/10%10), '0'+byte(milli%10))
	return b[:min(len(b), from+clockWidth)]
}

// appendAfter appends how long after another something came, "+2.9 ms"; below
// zero there was no other, which is none.
func appendAfter(b []byte, d time.Duration, none string) []byte {
	if d < 0 {
		return append(b, none...)
	}
	return appendDuration(append(b, '+'), d)
}

// moment is when a line of the bytes pane or an entry of the timeline came.
type moment struct {
	at    time.Time
	start time.Time     // what TimesSinceStart counts from; zero: not known
	after time.Duration // since the one before; below zero: there is none
}

// main appends the time that was asked for.
func (m moment) main(b []byte, t Times) []byte {
	switch {
	case t == TimesSincePrevious:
		return appendAfter(b, m.after, "–")
	case t == TimesSinceStart && !m.start.IsZero():
		return appendSince(b, m.at.Sub(m.start))
	}
	return appendClock(b, m.at)
}

// beside appends what stands beside that where there is room, if anything does.
func (m moment) beside(b []byte, t Times) []byte {
	if t == TimesSincePrevious {
		return appendClock(b, m.at)
	}
	return appendAfter(b, m.after, "")
}
