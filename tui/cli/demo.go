package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"peerscope/peer"
	"peerscope/peer/demo"
)

func newDemo(flags *common) *cobra.Command {
	var seed int64
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open the inspector on built-in peers; nothing else is needed",
		Long: `Open the inspector on built-in peers on loopback ports and on Unix sockets in a
private directory: echo, ticker, bursts, Godot's Variants, a connect that never
ends, a refused port, a missing path, one that resets, one that closes politely,
a half-close.
The same seed gives the same bytes in the same order.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("demo takes no addresses, got %q", args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return runDemo(flags, seed) },
	}
	cmd.Flags().Int64Var(&seed, "seed", 1, "of the peers' bytes")
	return cmd
}

func runDemo(flags *common, seed int64) error {
	return withInspector(flags, func(set *peer.Set) (attachment, error) {
		ctx, cancel := context.WithCancel(context.Background())
		d, err := demo.Start(ctx, seed, set.Go)
		if err != nil {
			cancel()
			return attachment{}, fmt.Errorf("demo: %w", err)
		}
		s := &script{ctx: ctx, set: set, peers: map[peer.ID]demo.Peer{}, end: map[peer.ID]context.CancelFunc{}}
		with := attachment{changed: s.follow, close: func() error { cancel(); return d.Close() }}
		for _, p := range d.Peers() {
			addr, err := peer.ParseAddress(p.Address)
			if err != nil {
				return with, fmt.Errorf("demo: %w", err)
			}
			addr.Label = p.Label
			s.peers[set.Add(addr)] = p
		}
		return with, nil
	})
}

// script plays the program's part in the demo: what is said to a peer while it
// is connected, and the half-close.
type script struct {
	ctx   context.Context
	set   *peer.Set
	peers map[peer.ID]demo.Peer
	end   map[peer.ID]context.CancelFunc // of the connections that are spoken to
}

// follow begins with each connection and ends with it. It never blocks.
func (s *script) follow(changes []peer.Change) {
	for _, c := range changes {
		id := c.Row.ID
		for _, e := range c.Events {
			if e.Kind != peer.EventStatus {
				continue
			}
			if end := s.end[id]; end != nil {
				end()
				delete(s.end, id)
			}
			if e.To == peer.StatusConnected {
				s.begin(id)
			}
		}
	}
}

func (s *script) begin(id peer.ID) {
	ctx, cancel := context.WithCancel(s.ctx)
	s.end[id] = cancel
	p := s.peers[id]
	for _, line := range p.Say {
		s.set.Go(func() { s.say(ctx, id, line) })
	}
	if p.HalfCloseAfter > 0 {
		s.set.Go(func() {
			if pause(ctx, p.HalfCloseAfter) {
				_ = s.set.CloseWrite(id) // a failure is an event of the row
			}
		})
	}
}

// say sends a line as often as it wants to be sent.
func (s *script) say(ctx context.Context, id peer.ID, line demo.Line) {
	for ok := pause(ctx, line.After); ok; ok = line.Every > 0 && pause(ctx, line.Every) {
		if _, err := s.set.Send(ctx, id, line.Data); err != nil {
			return // the row tells why
		}
	}
}

// pause waits for d; false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
