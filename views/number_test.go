package views

import (
	"math"
	"testing"
	"time"
	"unicode/utf8"
)

func TestSizesHaveOneDecimalAndAtMostEightCells(t *testing.T) {
	cases := []struct {
		n    int64
		want string
	}{
		{-1, "–"}, {math.MinInt64, "–"}, {0, "0 B"}, {999, "999 B"}, {1000, "1.0 kB"}, {12_430, "12.4 kB"},
		{999_949, "999.9 kB"}, {999_999, "999.9 kB"}, {1_000_000, "1.0 MB"}, {9_812_000, "9.8 MB"},
		{999_999_999_999, "999.9 GB"}, {math.MaxInt64, "9.2 EB"},
	}
	for _, c := range cases {
		got := string(appendSize(nil, c.n))
		if got != c.want {
			t.Errorf("%d B is %q, want %q", c.n, got, c.want)
		}
		if n := utf8.RuneCountInString(got); n > 8 {
			t.Errorf("%q has %d cells", got, n)
		}
	}
}

func TestMemoryIsCountedInPowersOf1024(t *testing.T) {
	cases := map[int64]string{-5: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 12 << 20: "12.0 MiB", math.MaxInt64: "7.9 EiB"}
	for n, want := range cases {
		if got := string(appendMemory(nil, n)); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestRatesHaveAtMostTenCells(t *testing.T) {
	cases := []struct {
		rate float64
		want string
	}{
		{0, "0 B/s"}, {0.4, "0 B/s"}, {83_400, "83.4 kB/s"}, {-3, "0 B/s"}, {999_999, "999.9 kB/s"},
		{math.NaN(), "0 B/s"}, {math.Inf(1), "9.2 EB/s"}, {math.Inf(-1), "0 B/s"},
	}
	for _, c := range cases {
		if got := string(appendRate(nil, c.rate)); got != c.want || len(got) > rateWidth {
			t.Errorf("%v is %q, want %q", c.rate, got, c.want)
		}
	}
}

func TestDurationsAreReadAtAGlance(t *testing.T) {
	cases := []struct {
		d           time.Duration
		want, pause string
	}{
		{-time.Second, "0 µs", "0 µs"},
		{43 * time.Microsecond, "43 µs", "43 µs"},
		{600 * time.Microsecond, "0.6 ms", "0.6 ms"},
		{999_999 * time.Microsecond, "999.9 ms", "999.9 ms"},
		{4114 * time.Millisecond, "4.114 s", "4.1 s"},
		{59_999_999 * time.Microsecond, "59.999 s", "59.9 s"},
		{123 * time.Second, "2 min 03 s", "2 min 03 s"},
		{14*time.Hour + 2*time.Minute, "14 h 02 min", "14 h 02 min"},
		{76 * time.Hour, "3 d 04 h", "3 d 04 h"},
	}
	for _, c := range cases {
		if got := string(appendDuration(nil, c.d)); got != c.want {
			t.Errorf("%v is %q, want %q", c.d, got, c.want)
		}
		if got := string(appendPause(nil, c.d)); got != c.pause {
			t.Errorf("a pause of %v is %q, want %q", c.d, got, c.pause)
		}
	}
}

func TestTimesAreInTheirOwnLocation(t *testing.T) {
	when := time.Date(2026, 11, 23, 9, 2, 10, 4_999_999, time.FixedZone("", 2*3600))
	for in, want := range map[time.Time]string{when: "09:02:10.004", when.UTC(): "07:02:10.004", {}: "            "} {
		if got := string(appendClock(nil, in)); got != want || len(got) != clockWidth {
			t.Errorf("%v is %q, want %q", in, got, want)
		}
	}
}
