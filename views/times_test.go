package views

import (
	"testing"
	"time"
)

func TestTimesSinceTheStartFitTheClocksColumn(t *testing.T) {
	const ms = time.Millisecond
	for d, want := range map[time.Duration]string{
		-1:                            "+0.000",
		0:                             "+0.000",
		1999 * time.Microsecond:       "+0.001",
		59120 * ms:                    "+59.120",
		60 * time.Second:              "+1:00.000",
		10*time.Minute + 3001*ms:      "+10:03.001",
		time.Hour:                     "+1:00:00.000",
		9*time.Hour + 61*time.Second:  "+9:01:01.000",
		10*time.Hour + 1999*ms:        "+10:00:01.99",
		100*time.Hour + 1999*ms:       "+100:00:01.9",
		1000*time.Hour + 1999*ms:      "+1000:00:01",
		10000*time.Hour + 1999*ms:     "+10000:00:01",
		100*time.Hour - 1*ms:          "+99:59:59.99",
		time.Duration(1<<63 - 1):      "+2562047:47:16", // 292 years are cut where they stand
		time.Minute - time.Nanosecond: "+59.999",
	} {
		if got := string(appendSince(nil, d)); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// The time that was asked for is never the one beside it.
func TestAMomentInItsThreeWays(t *testing.T) {
	m := moment{at: at(1204 * time.Millisecond), start: at(0), after: 2900 * time.Microsecond}
	first := moment{at: m.at, start: m.start, after: -1}
	unknown := moment{at: m.at, after: -1}
	for _, c := range []struct {
		name         string
		moment       moment
		times        Times
		main, beside string
	}{
		{"absolute", m, TimesAbsolute, "09:02:11.204", "+2.9 ms"},
		{"since start", m, TimesSinceStart, "+1.204", "+2.9 ms"},
		{"since previous", m, TimesSincePrevious, "+2.9 ms", "09:02:11.204"},
		{"absolute, the first", first, TimesAbsolute, "09:02:11.204", ""},
		{"since previous, the first", first, TimesSincePrevious, "–", "09:02:11.204"},
		{"since a start that is not known", unknown, TimesSinceStart, "09:02:11.204", ""},
	} {
		if got := string(c.moment.main(nil, c.times)); got != c.main {
			t.Errorf("%s: %q, want %q", c.name, got, c.main)
		}
		if got := string(c.moment.beside(nil, c.times)); got != c.beside {
			t.Errorf("%s: beside it %q, want %q", c.name, got, c.beside)
		}
	}
}
