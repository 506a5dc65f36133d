package relay

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// A reset is passed on although nothing can be delivered, because the other side
// does not read.
func TestAResetIsPassedOnToASideThatDoesNotRead(t *testing.T) {
	for name, c := range map[string][2]family{"tcp": {tcp, tcp}, "to a Unix socket": {tcp, uds}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := relayBetween(t, c[0], c[1])
			r.client.fillUp()
			begun := time.Now()
			r.client.reset()
			e := r.wait(t)
			if took := time.Since(begun); took > 2*grace+soon {
				t.Errorf("it took %v", took)
			}
			if e.By != Client || !errors.Is(e.Err, unix.ECONNRESET) {
				t.Errorf("%+v", e)
			}
			r.server.awaitEnd()
		})
	}
}

// FIONREAD counts an urgent byte of a Unix socket, which no read gives.
func TestAnUrgentByteStopsNothing(t *testing.T) {
	r := relayBetween(t, uds, uds)
	r.client.send(1)
	r.server.read(1)
	if err := unix.Sendto(r.client.fd, []byte("!"), unix.MSG_OOB, nil); err != nil {
		t.Skipf("this kernel has no urgent data on Unix sockets: %v", err)
	}
	r.client.close()
	r.server.readToEnd()
	r.server.close()
	if e := r.wait(t); e.Err != nil {
		t.Errorf("%+v", e)
	}
}

// Who ended first is told before the other side can know of it.
func TestAHalfCloseIsToldBeforeWhatItBringsAbout(t *testing.T) {
	for _, f := range []family{tcp, uds} {
		for range 100 {
			r := relayBetween(t, f, f)
			r.client.shutdown(unix.SHUT_WR)
			r.server.readToEnd()
			r.server.send(3)
			r.server.close()
			r.client.readToEnd()
			r.client.close()
			e := r.wait(t)
			if told := r.happened(HalfClose); len(told) != 1 || told[0].By != Client || told[0].Dir != capture.Out || e.By != Client {
				t.Fatalf("%+v, %+v", told, e)
			}
		}
	}
}

// What we end is told as ours, also if a side had half-closed before.
func TestOurEndIsToldAsOursAfterAHalfClose(t *testing.T) {
	r := relayBetween(t, tcp, tcp)
	r.client.shutdown(unix.SHUT_WR)
	r.server.readToEnd()
	r.End()
	r.client.readToEnd()
	r.client.close()
	r.server.close()
	if e := r.wait(t); !e.Local || e.Err != nil {
		t.Errorf("%+v", e)
	}
}
