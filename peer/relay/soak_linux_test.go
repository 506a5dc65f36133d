package relay

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// Both ends send pieces of any size at any time, at once, while directions are held
// and let go: what comes is what was sent, and so is what the log has.
func TestWhateverIsSentWheneverComesAsItWas(t *testing.T) {
	for i, families := range [][2]family{{tcp, tcp}, {uds, uds}, {tcp, uds}, {packet, packet}} {
		for _, budget := range []int64{64 << 20, capture.MinBudget} {
			seed := uint64(time.Now().UnixNano()) + uint64(i)
			t.Run(fmt.Sprintf("%v-%v, budget %d, seed %d", families[0], families[1], budget, seed), func(t *testing.T) {
				t.Parallel()
				soak(t, relayWith(t, budget, families[0], families[1]), seed)
			})
		}
	}
}

func soak(t *testing.T, r *relayed, seed uint64) {
	var senders, all sync.WaitGroup
	for side, f := range []*far{r.client, r.server} {
		chance := rand.New(rand.NewPCG(seed, uint64(side)))
		senders.Go(func() {
			for range 300 {
				sendAny(f, chance)
			}
			f.shutdown(unix.SHUT_WR)
		})
		all.Go(f.readToEnd)
	}
	over := make(chan struct{})
	all.Go(func() { holdAtTimes(r.Pair, rand.New(rand.NewPCG(seed, 2)), over) })
	senders.Wait()
	close(over)
	all.Wait()
	e := r.wait(t)
	if e.Err != nil || e.Softened {
		t.Errorf("%+v", e)
	}
	for _, f := range []*far{r.client, r.server} {
		if want := fmt.Sprintf("%d bytes, end", f.got); f.story() != want {
			t.Errorf("it saw %s", f.story())
		}
	}
	if r.client.got != r.server.sent || r.server.got != r.client.sent {
		t.Errorf("%d of %d bytes came in, %d of %d went out", r.client.got, r.server.sent, r.server.got, r.client.sent)
	}
	checkLog(t, r, capture.Out, int64(r.client.sent))
	checkLog(t, r, capture.In, int64(r.server.sent))
}

// sendAny sends some bytes, mostly few, and pauses now and then.
func sendAny(f *far, chance *rand.Rand) {
	n := 1 + chance.IntN(100)
	switch chance.IntN(20) {
	case 0:
		n = 1 + chance.IntN(1<<20)
	case 1, 2, 3:
		n = 1 + chance.IntN(20_000)
	case 4:
		<-time.After(time.Duration(chance.IntN(2000)) * time.Microsecond)
	}
	if f.family == packet {
		n = 1000 * (1 + n/10_000) // whole packets
	}
	f.send(n)
}

// holdAtTimes holds directions and lets them go, until over is closed.
func holdAtTimes(p *Pair, chance *rand.Rand, over chan struct{}) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-over:
			p.Hold(capture.In, false)
			p.Hold(capture.Out, false)
			return
		case <-tick.C:
			p.Hold(capture.Dir(chance.IntN(2)), chance.IntN(3) == 0)
		}
	}
}
