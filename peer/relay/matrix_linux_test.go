package relay

import (
	"fmt"
	"sync"
	"testing"
)

// cell is one place of the matrix: what one end sees of a scenario through a
// relay, which must be what an end of its family sees directly.
type cell struct {
	client, server family
	scenario       string
	ender          Side // who ends
}

func (c cell) String() string {
	return fmt.Sprintf("%v-%v/%s/%v", c.client, c.server, c.scenario, c.ender)
}

// TestAnEndSeesThroughARelayWhatItSeesDirectly is the matrix: both families on
// both sides, who ends, and how.
func TestAnEndSeesThroughARelayWhatItSeesDirectly(t *testing.T) {
	for _, families := range [][2]family{{tcp, tcp}, {uds, uds}, {tcp, uds}, {uds, tcp}, {packet, packet}} {
		for _, s := range scenarios {
			for _, ender := range []Side{Client, Server} {
				c := cell{families[0], families[1], s.name, ender}
				t.Run(c.String(), func(t *testing.T) {
					t.Parallel()
					c.check(t, s)
				})
			}
		}
	}
}

func (c cell) check(t *testing.T, s scenario) {
	r := relayBetween(t, c.client, c.server)
	play(t, s, c.ender, r.client, r.server)
	ending := r.wait(t)

	want, why := differs(c)
	stories := c.directly(t, s, c.client)
	if c.server != c.client {
		stories[Server] = c.directly(t, s, c.server)[Server]
	}
	for side, got := range []*far{r.client, r.server} {
		direct := stories[side]
		same := got.story() == direct
		switch {
		case same && want && Side(side) != c.ender:
			t.Errorf("%v is in the list of what differs (%s), and does not: %s", Side(side), why, direct)
		case !same && (!want || Side(side) == c.ender):
			t.Errorf("%v\n  directly: %s\n  relayed:  %s", Side(side), direct, got.story())
		}
	}
	if ending.By != c.ender && s.name != "both half-close at once" {
		t.Errorf("ended by the %v: %+v", ending.By, ending)
	}
	if want && !ending.Softened {
		t.Errorf("the row would not say that the ending was softened: %+v", ending)
	}
}

// directly returns what a client and a server see when they are connected to each
// other, both of a family.
func (c cell) directly(t *testing.T, s scenario, f family) [2]string {
	a, b := connect(t, f)
	client, server := newFar(t, a, f), newFar(t, b, f)
	client.standsFor, server.standsFor = c.client, c.server
	client.beyond, server.beyond = c.server, c.client
	play(t, s, c.ender, client, server)
	return [2]string{client.story(), server.story()}
}

// play plays a scenario with both ends.
func play(t *testing.T, s scenario, by Side, client, server *far) {
	ender, other := client, server
	if by == Server {
		ender, other = server, client
	}
	m := &meeting{make(chan struct{}), make(chan struct{})}
	var both sync.WaitGroup
	both.Go(func() { s.other(other, m) })
	if s.kill == "" {
		both.Go(func() { s.ender(ender, m) })
	} else {
		ender.once.Do(func() {}) // the process has it
		kill := startEnd(t, ender.fd, ender.family, s.kill)
		if s.kill == "flood" {
			<-m.read
		}
		kill()
	}
	both.Wait()
	ender.close()
	other.close()
}
