package relay

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

var timeZero time.Time

// checkLog: the log has n bytes of the direction, and what is left of them is
// what was sent. All of it was written onward.
func checkLog(t testing.TB, r *relayed, d capture.Dir, n int64) {
	t.Helper()
	kept, end := r.log.Span(d)
	if end != n || r.log.Unread(d) != 0 {
		t.Errorf("%v: %d bytes instead of %d, %d unread", d, end, n, r.log.Unread(d))
	}
	p, want := make([]byte, capture.MaxCopy), make([]byte, capture.MaxCopy)
	for off := kept; off < end; {
		k, _ := r.log.CopyAt(p, d, off)
		fill(want[:k], int(off))
		if k == 0 || string(p[:k]) != string(want[:k]) {
			t.Fatalf("%v: other bytes than were sent, in %d from %d on", d, k, off)
		}
		off += int64(k)
	}
}

func TestAHeldDirectionStopsWithOneBlockAndTheOtherGoesOn(t *testing.T) {
	for _, families := range [][2]family{{tcp, tcp}, {uds, uds}, {tcp, uds}, {packet, packet}} {
		for _, d := range []capture.Dir{capture.In, capture.Out} {
			t.Run(families[0].String()+" "+families[1].String()+" "+d.String(), func(t *testing.T) {
				r := relayBetween(t, families[0], families[1])
				from, to := r.client, r.server
				if d == capture.In {
					from, to = to, from
				}
				r.Hold(d, true)
				from.send(1000)
				await(t, "the block in flight", func() bool { return r.log.Unread(d) == 1000 })
				from.send(1000)
				await(t, "the kernel to have the rest", func() bool { recvQ, _ := r.Queues(d); return recvQ == 1000 })
				if n := recvQueue(to.fd); n != 0 {
					t.Errorf("%d bytes went on", n)
				}
				to.send(5000)
				from.read(5000)
				from.fillUp() // it stalls: the window and the queues are full
				if r.log.Unread(d) != 1000 {
					t.Errorf("%d bytes unread", r.log.Unread(d))
				}
				r.Hold(d, false)
				to.read(from.sent)
				from.shutdown(unix.SHUT_WR)
				to.readToEnd()
				to.close()
				from.close()
				r.wait(t)
				checkLog(t, r, d, int64(from.sent))
			})
		}
	}
}

func TestAnEndWaitsBehindAHeldDirection(t *testing.T) {
	r := relayBetween(t, tcp, tcp)
	r.Hold(capture.Out, true)
	r.client.send(1000)
	r.client.shutdown(unix.SHUT_WR)
	r.server.send(1000)
	r.server.shutdown(unix.SHUT_WR)
	r.client.readToEnd() // the other direction ends in order
	if len(r.happened(HalfClose)) != 1 || recvQueue(r.server.fd) != 0 {
		t.Errorf("%+v, %d bytes", r.happened(HalfClose), recvQueue(r.server.fd))
	}
	r.Hold(capture.Out, false)
	r.server.readToEnd()
	if e := r.wait(t); r.server.story() != "1000 bytes, end" || e.By != Server || e.Err != nil {
		t.Errorf("%s, %+v", r.server.story(), e)
	}
}

func TestAHeldDirectionWithoutBytesKeepsItsEndToo(t *testing.T) {
	for name, ends := range map[string]func(*far){
		"half-close": func(f *far) { f.shutdown(unix.SHUT_WR) },
		"reset":      func(f *far) { f.reset() },
	} {
		t.Run(name, func(t *testing.T) {
			r := relayBetween(t, tcp, tcp)
			r.Hold(capture.Out, true)
			ends(r.client)
			client := &r.ends[Client]
			await(t, "the end to be read", func() bool {
				client.mu.Lock()
				defer client.mu.Unlock()
				return client.eof
			})
			set := []unix.PollFd{{Fd: int32(r.server.fd), Events: unix.POLLIN | unix.POLLRDHUP}}
			if n, err := unix.Poll(set, 0); n != 0 || err != nil || len(r.happened(HalfClose)) != 0 {
				t.Errorf("the server has %#x, %v", set[0].Revents, err)
			}
			r.Hold(capture.Out, false)
			r.server.readToEnd()
			r.client.close()
			r.server.close()
			if e := r.wait(t); e.By != Client {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestQueuesAndControlAreThereAsLongAsThePair(t *testing.T) {
	r := relayBetween(t, tcp, uds)
	r.Hold(capture.In, true)
	r.server.send(10)
	await(t, "bytes", func() bool { return r.log.Unread(capture.In) == 10 })
	if recvQ, sendQ := r.Queues(capture.In); recvQ != 0 || sendQ != 0 {
		t.Errorf("queues %d, %d", recvQ, sendQ)
	}
	domain := 0
	if !r.Control(Client, func(fd int) { domain, _ = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN) }) || domain != unix.AF_INET {
		t.Errorf("the client's domain is %d", domain)
	}
	if r.Control(Local, func(int) {}) {
		t.Error("we have a socket")
	}
	r.Hold(capture.In, false)
	r.client.close()
	r.server.close()
	r.wait(t)
	if recvQ, sendQ := r.Queues(capture.In); recvQ != -1 || sendQ != -1 || r.Control(Server, func(int) {}) {
		t.Errorf("after the end: queues %d, %d", recvQ, sendQ)
	}
}
