package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// echo sends back what comes, until the client's FIN.
func echo(_ context.Context, c *client) error {
	for {
		n, err := c.conn.Read(c.buf[:])
		if err != nil {
			return err
		}
		if err := c.send(c.buf[:n]); err != nil {
			return err
		}
	}
}

// ticker sends a line of text on every tick.
func ticker(_ context.Context, c *client) error {
	for n := 1; ; n++ {
		if err := c.say(tickLine(n, c.random), c.pace.tick); err != nil {
			return err
		}
	}
}

// frames sends binary frames.
func frames(_ context.Context, c *client) error {
	for n := uint32(1); ; n++ {
		if err := c.say(frame(n, c.random), c.pace.frame); err != nil {
			return err
		}
	}
}

// chatty sends much, then nothing, in turn.
func chatty(_ context.Context, c *client) error {
	for n := 1; ; n++ {
		size := c.pace.burstSize.pick(c.random)
		pause := c.pace.burstPause.pick(c.random)
		if err := c.say(burst(n, size, c.random), pause); err != nil {
			return err
		}
	}
}

// resetter ends every connection with RST: tcp(7), a close with SO_LINGER of 0.
// It waits for the client's first bytes, which a peer that nobody polls does not
// send: a reset before the first poll is a failed connect, and no more to see.
func resetter(_ context.Context, c *client) error {
	if err := c.conn.(*net.TCPConn).SetLinger(0); err != nil {
		return err
	}
	t := c.pace.reset.pick(c.random)
	if err := c.send(fmt.Appendf(nil, "say something, and I reset this in %.1f s\r\n", t.Seconds())); err != nil {
		return err
	}
	if _, err := c.conn.Read(c.buf[:]); err != nil {
		return err
	}
	return c.pause(t)
}

// politeLines is how many lines polite sends after its greeting.
const politeLines = 3

// polite says what it has to say and ends with FIN.
func polite(_ context.Context, c *client) error {
	if err := c.say([]byte("220 polite at your service\r\n"), c.pace.line); err != nil {
		return err
	}
	for n := range politeLines {
		if err := c.say(fmt.Appendf(nil, "line %d of %d\r\n", n+1, politeLines), c.pace.line); err != nil {
			return err
		}
	}
	if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	return c.pause(c.pace.linger) // so that bytes on their way to us do not turn FIN into RST
}

// answerLines is how many lines half-close sends after the client's FIN.
const answerLines = 12

// halfClose goes on sending when the client has ended its side, as RFC 9293 §3.6 allows.
func halfClose(ctx context.Context, c *client) error {
	if err := c.send([]byte("half-close: end your side, I answer after your FIN\r\n")); err != nil {
		return err
	}
	if err := c.drain(); !errors.Is(err, io.EOF) {
		return err
	}
	for n := range answerLines {
		if err := wait(ctx, c.pace.answer); err != nil {
			return err
		}
		if err := c.send(fmt.Appendf(nil, "still sending, %d of %d\r\n", n+1, answerLines)); err != nil {
			return err
		}
	}
	return nil
}

// say sends b and pauses.
func (c *client) say(b []byte, t time.Duration) error {
	if err := c.send(b); err != nil {
		return err
	}
	return c.pause(t)
}
