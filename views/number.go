package views

import (
	"math"
	"strconv"
	"time"
)

// sizeUnits are the SI steps of [appendSize].
var sizeUnits = [...]string{" B", " kB", " MB", " GB", " TB", " PB", " EB"}

// appendSize appends n bytes as "0 B", "12.4 kB" or "999.9 MB": at most 8
// cells, powers of 1000, rounded down to one decimal. Below zero it is "–".
func appendSize(b []byte, n int64) []byte {
	if n < 0 {
		return append(b, "–"...)
	}
	return appendScaled(b, n, 1000, sizeUnits[:])
}

// memoryUnits are the binary steps of [appendMemory].
var memoryUnits = [...]string{" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"}

// appendMemory appends n bytes of memory as "1.3 MiB", the unit in which the
// budget is given.
func appendMemory(b []byte, n int64) []byte {
	return appendScaled(b, max(n, 0), 1024, memoryUnits[:])
}

func appendScaled(b []byte, n, base int64, units []string) []byte {
	unit, step := 0, int64(1)
	for unit < len(units)-1 && n/step >= base {
		step *= base
		unit++
	}
	b = strconv.AppendInt(b, n/step, 10)
	if unit > 0 {
		b = append(b, '.', '0'+tenths(n%step, step))
	}
	return append(b, units[unit]...)
}

// tenths is rest/step in tenths, 0 to 9, without overflow.
func tenths(rest, step int64) byte {
	if step > math.MaxInt64/10 {
		rest, step = rest/10, step/10
	}
	return byte(min(rest*10/step, 9))
}

// appendRate appends a rate in bytes a second as "1.2 MB/s": at most 10 cells.
func appendRate(b []byte, rate float64) []byte {
	n := int64(0)
	switch {
	case rate >= math.MaxInt64:
		n = math.MaxInt64
	case rate > 0: // false for NaN
		n = int64(rate)
	}
	return append(appendSize(b, n), "/s"...)
}

// appendDuration appends d as "43 µs", "2.9 ms", "4.114 s", "2 min 03 s",
// "14 h 02 min" or "3 d 04 h", rounded down. Below zero it is zero.
func appendDuration(b []byte, d time.Duration) []byte {
	d = max(d, 0)
	switch {
	case d < 100*time.Microsecond:
		return append(strconv.AppendInt(b, int64(d/time.Microsecond), 10), " µs"...)
	case d < time.Second:
		return append(appendFixed(b, int64(d/(100*time.Microsecond)), 1), " ms"...)
	case d < time.Minute:
		return append(appendFixed(b, int64(d/time.Millisecond), 3), " s"...)
	}
	return appendLong(b, d)
}

// appendPause is [appendDuration] with one decimal for seconds: "4.1 s".
func appendPause(b []byte, d time.Duration) []byte {
	if d < time.Second || d >= time.Minute {
		return appendDuration(b, d)
	}
	return append(appendFixed(b, int64(d/(100*time.Millisecond)), 1), " s"...)
}

// appendSeconds appends d in whole seconds, "12 s", which do not flicker.
func appendSeconds(b []byte, d time.Duration) []byte {
	d = max(d, 0)
	if d >= time.Minute {
		return appendLong(b, d)
	}
	return append(strconv.AppendInt(b, int64(d/time.Second), 10), " s"...)
}

// appendStopwatch appends d as "02:14" or "1:02:14".
func appendStopwatch(b []byte, d time.Duration) []byte {
	seconds := int64(max(d, 0) / time.Second)
	if hours := seconds / 3600; hours > 0 {
		b = append(strconv.AppendInt(b, hours, 10), ':')
	}
	pair := func(n int64) { b = append(b, '0'+byte(n/10), '0'+byte(n%10)) }
	pair(seconds / 60 % 60)
	b = append(b, ':')
	pair(seconds % 60)
	return b
}

// appendLong appends a minute or more in its two largest units.
func appendLong(b []byte, d time.Duration) []byte {
	switch {
	case d < time.Hour:
		return appendPair(b, d, time.Minute, " min ", time.Second, " s")
	case d < 24*time.Hour:
		return appendPair(b, d, time.Hour, " h ", time.Minute, " min")
	}
	return appendPair(b, d, 24*time.Hour, " d ", time.Hour, " h")
}

func appendPair(b []byte, d, major time.Duration, majorName string, minor time.Duration, minorName string) []byte {
	b = append(strconv.AppendInt(b, int64(d/major), 10), majorName...)
	rest := int64(d % major / minor)
	return append(append(b, '0'+byte(rest/10), '0'+byte(rest%10)), minorName...)
}

// appendFixed appends n/10^decimals with all its decimals.
func appendFixed(b []byte, n int64, decimals int) []byte {
	power := int64(1)
	for range decimals {
		power *= 10
	}
	b = append(strconv.AppendInt(b, n/power, 10), '.')
	for n %= power; power > 1; n %= power {
		power /= 10
		b = append(b, '0'+byte(n/power))
	}
	return b
}

// clockWidth is the width of what [appendClock] appends.
const clockWidth = len("15:04:05.000")

// appendClock appends the time of day of t in its own location, or blanks for
// the zero time.
func appendClock(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "            "...)
	}
	hour, minute, second := t.Clock()
	milli := t.Nanosecond() / int(time.Millisecond)
	return append(b,
		'0'+byte(hour/10), '0'+byte(hour%10), ':',
		'0'+byte(minute/10), '0'+byte(minute%10), ':',
		'0'+byte(second/10), '0'+byte(second%10), '.',
		'0'+byte(milli/100), '0'+byte(milli/10%10), '0'+byte(milli%10))
}
