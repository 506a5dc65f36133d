package views

import (
	"math"
	"testing"
)

func TestAListenerCountsItsConnectionsAsFullyAsFits(t *testing.T) {
	for _, c := range []struct {
		l     Listener
		width int
		want  string
	}{
		{Listener{Live: 3, Ended: 12, Gone: 480}, 30, "3 live, 12 ended, 480 gone"},
		{Listener{Live: 3, Ended: 12, Gone: 480}, 20, "3 live, 492 ended"},
		{Listener{Live: 3, Ended: 12, Gone: 480}, 13, "3 live +492"},
		{Listener{Live: 3, Ended: 12, Gone: 480}, 8, "3 live"},
		{Listener{Live: 123_456, Ended: 12}, 8, "123456 …"},
		{Listener{Live: 300, Ended: 500, Gone: 99_200}, 30, "300 live, 500 ended, 99k gone"},
		{Listener{Live: 300, Ended: 500, Gone: 99_200}, 13, "300 live +99k"},
		{Listener{Live: 1, Ended: 500, Gone: 9_499}, 13, "1 live +9999"},
		{Listener{Live: 1, Gone: 12_345_678}, 13, "1 live +12M"},
		{Listener{Ended: 12}, 30, "0 live, 12 ended"},
		{Listener{Live: 3}, 30, "3 live"},
		{Listener{}, 30, "no client yet"},
		{Listener{}, 9, "no client"},
	} {
		if got := c.l.counts(c.width); got != c.want || cells(got) > c.width {
			t.Errorf("%+v in %d cells is %q, want %q", c.l, c.width, got, c.want)
		}
	}
}

func TestTheBarsOfAHeldRowUseTheRoomThatThereIs(t *testing.T) {
	h := Hold{Bars: [3]HoldBar{{64, 64}, {32, 64}, {-1, 0}}}
	out := h
	out.Way = WayOut
	for _, c := range []struct {
		h     Hold
		width int
		want  string
	}{
		{h, 30, "held U██████ R███··· S–     "},
		{out, 30, "held→ U██████ R███··· S–     "},
		{h, 15, "held U▇ R▄ S–"},
		{out, 15, "held→ U▇ R▄ S–"},
		{out, 13, "held U▇ R▄ S–"},
		{h, 8, "U▇ R▄ S–"},
		{h, 4, "held"},
		{Hold{Bars: [3]HoldBar{{0, 9}, {1, math.MaxInt64}, {5, 0}}}, 15, "held U· R▁ S▇"},
		{Hold{Bars: [3]HoldBar{{0, 9}, {1, math.MaxInt64}, {63, 64}}}, 22, "held U···· R▏··· S███▉"},
	} {
		p := &pen{theme: NewTheme(None, false), width: 40}
		p.begin()
		p.hold(&c.h, c.width)
		if got := string(ownEscapes.ReplaceAll(p.b, nil)); got != c.want || p.col > c.width {
			t.Errorf("%d cells: %q, want %q", c.width, got, c.want)
		}
	}
}

func TestAnEndingOfATapIsToldInTheWordsThatFit(t *testing.T) {
	const softened = "reset by client, seen as a plain end on the other side"
	for _, c := range []struct {
		cause string
		width int
		want  string
	}{
		{"FIN from client", 15, "FIN from client"},
		{"FIN from client", 13, "client FIN"},
		{"EOF from server", 13, "server EOF"},
		{"reset by server", 13, "server reset"},
		{"target: connection refused", 13, "refused"},
		{"no such file or directory: make the directory /tmp/d first", 13, "no such file…"},
		{"target: connection refused", 15, "target: refused"},
		{softened, 60, softened},
		{softened, 30, "reset by client → plain end"},
		{softened, 20, "client reset → end"},
		{softened, 13, "reset → end"},
	} {
		if got := shortCause(c.cause, c.width); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.cause, c.width, got, c.want)
		}
	}
}

func TestTheTwoSidesOfATapShareTheRoom(t *testing.T) {
	for _, c := range []struct {
		address string
		width   int
		want    string
	}{
		{"127.0.0.1:6380 → 127.0.0.1:6379", 40, "127.0.0.1:6380 → 127.0.0.1:6379"},
		{"127.0.0.1:6380 → 127.0.0.1:6379", 26, ":6380 → :6379"},
		{"/tmp/pg.sock → /run/postgresql/.s.PGSQL.5432", 27, "/tmp/pg.sock → ….PGSQL.5432"},
		{"pid 4711 → /run/postgresql/.s.PGSQL.5432", 27, "pid 4711 → /run/…PGSQL.5432"},
	} {
		if got := elide(c.address, c.width); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.address, c.width, got, c.want)
		}
	}
}
