package demo

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"time"
)

const (
	// maxClients is how many connections one peer serves at a time; more wait in the kernel's queue.
	maxClients = 64
	// acceptPause keeps an accept loop from spinning when no descriptors are left.
	acceptPause = 100 * time.Millisecond
)

// behaviour is what a peer does on one connection, which is closed when it returns.
// Its error is the reason, which the client sees at its own end.
type behaviour func(ctx context.Context, c *client) error

// client is one connection as its peer sees it.
type client struct {
	conn   net.Conn
	random *rand.Rand // of this connection alone
	pace   pace
	buf    [4096]byte // what is read
}

// generator gives the random numbers of the n-th connection to a peer. They depend
// on nothing else, so neither time nor other clients change what is sent.
func generator(seed int64, label string, n int) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%d %s %d", seed, label, n))))
}

// serve accepts from l until it is closed.
func (d *Demo) serve(ctx context.Context, l net.Listener, label string, do behaviour) {
	d.listeners = append(d.listeners, l)
	d.run(func() { d.acceptAll(ctx, l, label, do) })
}

func (d *Demo) acceptAll(ctx context.Context, l net.Listener, label string, do behaviour) {
	places := make(chan struct{}, maxClients)
	for n := 0; ; n++ {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		conn, err := accept(ctx, l)
		if err != nil || !d.keep(conn) {
			return
		}
		c := &client{conn: conn, random: generator(d.seed, label, n), pace: d.pace}
		d.run(func() {
			defer func() { <-places }()
			defer d.drop(conn)
			_ = do(ctx, c)
		})
	}
}

// accept returns the next connection, or an error when l is closed. Other errors
// (ECONNABORTED, EMFILE) concern one client or pass.
func accept(ctx context.Context, l net.Listener) (net.Conn, error) {
	for {
		conn, err := l.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return conn, err
		}
		if err := wait(ctx, acceptPause); err != nil {
			return nil, err
		}
	}
}

// send writes all of b. A client that does not read for as long as the patience lasts is given up.
func (c *client) send(b []byte) error {
	if err := c.conn.SetWriteDeadline(time.Now().Add(c.pace.patience)); err != nil {
		return err
	}
	_, err := c.conn.Write(b)
	return err
}

// pause lets time pass by reading what the client sends, so that its end is noticed at
// once (io.EOF) and no byte is left unread, which would turn our FIN into a RST (RFC 1122 §4.2.2.13).
func (c *client) pause(t time.Duration) error {
	if err := c.conn.SetReadDeadline(time.Now().Add(t)); err != nil {
		return err
	}
	err := c.drain()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

// drain reads and forgets until there is an error, which it returns: io.EOF for a FIN.
func (c *client) drain() error {
	for {
		if _, err := c.conn.Read(c.buf[:]); err != nil {
			return err
		}
	}
}

// wait lets time pass where there is nothing to read.
func wait(ctx context.Context, t time.Duration) error {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
