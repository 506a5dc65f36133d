package demo

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// open makes every peer, in the order of the rows. What it has opened when it
// meets an error is released by Close.
func (d *Demo) open(ctx context.Context) error {
	tcp := func(serve behaviour) func(*Peer) error {
		return func(p *Peer) error { return d.listenTCP(ctx, p, serve) }
	}
	uds := func(serve behaviour) func(*Peer) error {
		return func(p *Peer) error { return d.listenUDS(ctx, p, serve) }
	}
	rows := []struct {
		peer Peer
		open func(*Peer) error // sets the address
	}{
		{Peer{Label: "echo", Say: sayEcho}, tcp(echo)},
		{Peer{Label: "echo-uds", Say: sayEchoUDS}, uds(echo)},
		{Peer{Label: "ticker"}, tcp(ticker)},
		{Peer{Label: "ticker-uds"}, uds(frames)},
		{Peer{Label: "chatty"}, tcp(chatty)},
		{Peer{Label: "variants"}, tcp(variants)},
		{Peer{Label: "slow"}, d.openSlowTCP},
		{Peer{Label: "slow-uds"}, d.openSlowUDS},
		{Peer{Label: "refused"}, d.openRefused},
		{Peer{Label: "missing"}, d.openMissing},
		{Peer{Label: "resetter", Say: sayResetter}, tcp(resetter)},
		{Peer{Label: "polite"}, tcp(polite)},
		{Peer{Label: "half-close", Say: sayHalfClose, HalfCloseAfter: halfCloseAfter}, tcp(halfClose)},
	}
	for _, row := range rows {
		// A full queue of a Unix socket keeps a client waiting on Linux only (unix(7), EAGAIN);
		// elsewhere it is refused, which another row shows.
		if row.peer.Label == "slow-uds" && runtime.GOOS != "linux" {
			continue
		}
		if err := row.open(&row.peer); err != nil {
			return fmt.Errorf("%s: %w", row.peer.Label, err)
		}
		d.peers = append(d.peers, row.peer)
	}
	return nil
}

func (d *Demo) listenTCP(ctx context.Context, p *Peer, serve behaviour) error {
	var lc net.ListenConfig
	lc.SetMultipathTCP(false) // net's default; a far end that is plain TCP shows plain TCP
	l, err := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.Address = "tcp://" + l.Addr().String()
	d.serve(ctx, l, p.Label, serve)
	return nil
}

func (d *Demo) listenUDS(ctx context.Context, p *Peer, serve behaviour) error {
	path := d.socketPath(p.Label)
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return err
	}
	p.Address = unixAddress(path)
	d.serve(ctx, l, p.Label, serve)
	return os.Chmod(path, 0o600) // nobody else comes in before that: the directory is 0700
}

// openMissing gives the address of a socket that is never made.
func (d *Demo) openMissing(p *Peer) error {
	p.Address = unixAddress(d.socketPath(p.Label))
	return nil
}

func (d *Demo) socketPath(label string) string { return filepath.Join(d.dir, label+".sock") }

// pathEscapes are the characters that mean something in an address.
var pathEscapes = strings.NewReplacer("%", "%25", "#", "%23", "=", "%3D")

// unixAddress writes an absolute path in canonical form.
func unixAddress(path string) string { return "unix://" + pathEscapes.Replace(path) }
