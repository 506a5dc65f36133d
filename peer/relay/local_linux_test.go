package relay

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// soon is the second that End gives the ends, and some time for a busy machine.
const soon = grace + 2*time.Second

func TestEndGivesBothEndsAFINAndASecond(t *testing.T) {
	for name, c := range map[string]struct {
		client, server family
		does           func(f *far) // each end, once it has seen the end
		sees           string       // a TCP end, at last
		slow           bool         // it takes the whole second
	}{
		"they close":           {tcp, tcp, func(f *far) { f.close() }, "0 bytes, end", false},
		"they close, uds":      {uds, uds, func(f *far) { f.close() }, "0 bytes, end", false},
		"they close, packet":   {packet, packet, func(f *far) { f.close() }, "0 bytes, end", false},
		"they say more":        {tcp, uds, func(f *far) { f.send(100_000); f.close() }, "0 bytes, end", false},
		"they do nothing":      {tcp, tcp, func(f *far) { f.awaitBroken(); f.sendUntilError() }, "0 bytes, end; send: broken pipe", true},
		"they do nothing, uds": {uds, uds, func(f *far) { f.awaitBroken(); f.sendUntilError() }, "0 bytes, end; send: broken pipe", true},
		"they never stop":      {tcp, tcp, func(f *far) { f.flood() }, "0 bytes, end; send: broken pipe", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := relayBetween(t, c.client, c.server)
			seen := make(chan *far)
			for _, f := range []*far{r.client, r.server} {
				go func() { f.readToEnd(); c.does(f); seen <- f }()
			}
			begun := time.Now()
			r.End()
			r.End() // a second time is no other
			e := r.wait(t)
			if took := time.Since(begun); took > soon || c.slow && took < grace {
				t.Errorf("it took %v", took)
			}
			for range 2 {
				if f := <-seen; f.story() != c.sees {
					t.Errorf("an end saw %s", f.story())
				}
			}
			if e.By != Local || e.Err != nil || e.Softened {
				t.Errorf("%+v", e)
			}
			_, out := r.log.Span(capture.Out)
			if !c.slow && out != int64(r.client.sent) {
				t.Errorf("%d bytes of %d were kept", out, r.client.sent)
			}
		})
	}
}

func TestEndFinishesTheBlockInFlightOfAHeldDirection(t *testing.T) {
	r := relayBetween(t, tcp, tcp)
	r.Hold(capture.Out, true)
	r.client.send(1000)
	await(t, "the block in flight", func() bool { return r.log.Unread(capture.Out) == 1000 })
	r.client.send(1000)
	r.End()
	r.server.readToEnd()
	r.client.readToEnd()
	r.client.close()
	r.server.close()
	e := r.wait(t)
	if got := r.server.story(); got != "1000 bytes, end" || e.By != Local {
		t.Errorf("the server saw %s, %+v", got, e)
	}
	if _, end := r.log.Span(capture.Out); end != 2000 || r.log.Unread(capture.Out) != 1000 {
		t.Errorf("%d bytes were kept, %d of them not passed on", end, r.log.Unread(capture.Out))
	}
}

// Nobody reads: the block in flight cannot be written on.
func TestEndDoesNotWaitForAWriteThatIsStuck(t *testing.T) {
	for _, f := range []family{tcp, uds, packet} {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			r := relayBetween(t, f, f)
			r.client.fillUp()
			begun := time.Now()
			r.End()
			if e := r.wait(t); e.By != Local || time.Since(begun) > soon {
				t.Errorf("%+v after %v", e, time.Since(begun))
			}
		})
	}
}

func TestEndBeforeRunAndAfterItsEnd(t *testing.T) {
	c, ours := connect(t, tcp)
	theirs, s := connect(t, tcp)
	r := &relayed{client: newFar(t, c, tcp), server: newFar(t, s, tcp), over: make(chan struct{})}
	r.make(t, capture.NewPool(capture.MinBudget), socketOf(t, ours, tcp), socketOf(t, theirs, tcp))
	r.End()
	r.start(t)
	r.client.close()
	r.server.close()
	if e := r.wait(t); e.By != Local {
		t.Errorf("%+v", e)
	}
	r.End()
	r.Hold(capture.In, true)
}

// A target that reads slowly gets what came before a reset, but not for ever.
func TestAResetWaitsForWhatCameBeforeItButNotForEver(t *testing.T) {
	r := relayBetween(t, tcp, tcp)
	if err := unix.SetsockoptInt(r.server.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4096); err != nil {
		t.Fatal(err)
	}
	r.client.send(300_000)
	r.client.awaitSent()
	await(t, "our send queue to stand", func() bool { _, sendQ := r.Queues(capture.Out); return sendQ > 0 && r.log.Unread(capture.Out) == 0 })
	begun := time.Now()
	r.client.reset()
	e := r.wait(t) // the server has read nothing
	if took := time.Since(begun); took < grace || took > soon || e.By != Client || e.Err == nil {
		t.Errorf("%+v after %v", e, took)
	}
}
