package demo

import (
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestEchoSendsBackWhatComes(t *testing.T) {
	d := startTest(t, 1, testPace)
	for _, label := range []string{"echo", "echo-uds"} {
		c := dial(t, d, label)
		for _, line := range find(t, d, label).Say {
			if _, err := c.Write(line.Data); err != nil {
				t.Fatal(err)
			}
			if got := read(t, c, len(line.Data)); got != string(line.Data) {
				t.Errorf("%s: %q came back as %q", label, line.Data, got)
			}
		}
	}
}

// firstBytes is what two connections one after the other receive first.
func firstBytes(t *testing.T, seed int64, label string) (first, second string) {
	d := startTest(t, seed, testPace)
	const n = 60_000 // of chatty, more than a burst
	size := 500
	if label == "chatty" {
		size = n
	}
	return read(t, dial(t, d, label), size), read(t, dial(t, d, label), size)
}

func TestTheSeedDecidesTheBytesOfEveryConnection(t *testing.T) {
	for _, label := range []string{"ticker", "ticker-uds", "chatty", "variants"} {
		t.Run(label, func(t *testing.T) {
			one, two := firstBytes(t, 7, label)
			again, twoAgain := firstBytes(t, 7, label)
			other, _ := firstBytes(t, 8, label)
			if one != again || two != twoAgain {
				t.Error("the same seed gave other bytes")
			}
			if one == two || one == other {
				t.Error("another connection or seed gave the same bytes")
			}
		})
	}
}

func TestSeveralClientsAreServedAtOnce(t *testing.T) {
	d := startTest(t, 1, testPace)
	var clients []net.Conn
	for range 5 {
		clients = append(clients, dial(t, d, "ticker"))
	}
	for range 3 {
		for _, c := range clients {
			read(t, c, 30)
		}
	}
}

func TestAReconnectIsServedAndTheOldConnectionIsForgotten(t *testing.T) {
	d := startTest(t, 1, testPace)
	for range 3 * maxClients { // more than there are places
		c := dial(t, d, "ticker")
		read(t, c, 4)
		_ = c.Close()
	}
}

func TestAServerEndsWhenTheClientEnds(t *testing.T) {
	d := startTest(t, 1, testPace)
	c := dial(t, d, "ticker").(*net.TCPConn)
	read(t, c, 4)
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Errorf("read to the end: %v", err)
	}
}

func TestResetterResetsAfterItsLine(t *testing.T) {
	d := startTest(t, 1, testPace)
	c := dial(t, d, "resetter")
	read(t, c, len("say something")) // and nothing ends before it is said
	if _, err := io.WriteString(c, "are you there?"); err != nil {
		t.Fatal(err)
	}
	// Linux hands out what came before the RST and then the error; the BSDs may lose the line.
	b, err := io.ReadAll(c)
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("after %q: %v", b, err)
	}
}

func TestPoliteEndsWithFINAlsoWhenItWasSentSomething(t *testing.T) {
	d := startTest(t, 1, testPace)
	for _, sent := range []string{"", "hello"} {
		c := dial(t, d, "polite")
		if _, err := io.WriteString(c, sent); err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(c) // nil error: EOF
		want := "220 polite at your service\r\nline 1 of 3\r\nline 2 of 3\r\nline 3 of 3\r\n"
		if string(b) != want || err != nil {
			t.Errorf("got %q, %v", b, err)
		}
	}
}

func TestHalfCloseGoesOnAfterOurFIN(t *testing.T) {
	d := startTest(t, 1, testPace)
	if find(t, d, "half-close").HalfCloseAfter <= 0 {
		t.Error("the program is not told to half-close")
	}
	c := dial(t, d, "half-close").(*net.TCPConn)
	read(t, c, len("half-close:"))
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "still sending, "); n != answerLines || !strings.HasSuffix(string(b), "still sending, 12 of 12\r\n") {
		t.Errorf("%d lines in %q", n, b)
	}
}
