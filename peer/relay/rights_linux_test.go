package relay

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// sendRights writes n bytes of the stream with descriptors of count pipes, into
// each of which it has written its number.
func (f *far) sendRights(n, count int) {
	f.t.Helper()
	var rights []int
	for i := range count {
		var p [2]int
		if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
			f.t.Fatal(err)
		}
		unix.Write(p[1], []byte{byte(i)})
		unix.Close(p[1])
		rights = append(rights, p[0])
	}
	defer func() {
		for _, fd := range rights {
			unix.Close(fd)
		}
	}()
	b := make([]byte, n)
	fill(b, f.sent)
	if _, err := ignoringEINTR(func() (int, error) { return sendBlocking(f.fd, b, rights) }); err != nil {
		f.t.Errorf("send %d descriptors: %v", count, err)
	}
	f.sent += n
}

// sendBlocking is sendmsg without x/sys' extra byte.
func sendBlocking(fd int, p []byte, rights []int) (n int, err error) {
	await := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for {
		if n, err = sendmsg(fd, p, rights); !errors.Is(err, unix.EAGAIN) {
			return n, err
		}
		unix.Poll(await, int(patience.Milliseconds()))
	}
}

// arrival is descriptors that came, and with which byte.
type arrival struct{ off, count int }

// readRights reads until the end, at most size bytes at a time, and returns which
// descriptors came with which byte. It checks what can be read from each.
func (f *far) readRights(size int) (came []arrival) {
	p, oob, want := make([]byte, size), make([]byte, unix.CmsgSpace(4*maxRights)), make([]byte, size)
	for {
		n, got, truncated, err := recvmsg(f.fd, p, oob, 0)
		if err != nil || truncated || n == 0 && got == 0 {
			f.saw("%v %v", err, truncated)
			return came
		}
		fill(want[:n], f.got)
		if string(p[:n]) != string(want[:n]) {
			f.t.Errorf("other bytes at %d", f.got)
		}
		if fds := rightsOf(oob[:got]); len(fds) > 0 {
			came = append(came, arrival{f.got, len(fds)})
			for i, fd := range fds {
				var one [2]byte
				if n, err := unix.Read(fd, one[:]); n != 1 || one[0] != byte(i) {
					f.t.Errorf("descriptor %d: %d bytes %v, %v", i, n, one, err)
				}
				unix.Close(fd)
			}
		}
		f.got += n
	}
}

// descriptors counts the open ones of this process.
func descriptors(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// message is what is sent: plain bytes, or a message with descriptors.
type message struct{ n, rights int }

func TestDescriptorsArriveWithTheVeryByteTheyWereSentWith(t *testing.T) {
	for name, messages := range map[string][]message{
		"alone":                   {{1, 1}},
		"several at once":         {{10, 3}},
		"as many as there can be": {{10, maxRights}},
		"many bytes before":       {{100_000, 0}, {7, 1}},
		"more than is peeked":     {{300_000, 0}, {40_000, 2}, {1, 0}},
		"many bytes after":        {{5, 1}, {1_000_000, 0}},
		"message after message":   {{3, 1}, {3, 2}, {3, 1}, {1, 3}, {1, 1}},
		"between bytes":           {{20_000, 0}, {1, 1}, {1, 0}, {1, 1}, {70_000, 0}, {9, 2}, {50_000, 0}, {2, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			before := descriptors(t)
			r := relayBetween(t, uds, uds)
			var want []arrival
			done := make(chan []arrival)
			// A slow reader: what is sent after the first bytes lies in the queues together.
			go func() { done <- r.server.readRights(1000) }()
			for _, m := range messages {
				if m.rights == 0 {
					r.client.send(m.n)
					continue
				}
				want = append(want, arrival{r.client.sent, m.rights})
				r.client.sendRights(m.n, m.rights)
			}
			sent := r.client.sent
			r.client.close()
			// A read may begin before the byte that carries them, but never with a later one.
			got := <-done
			checkArrivals(t, got, want)
			if r.server.got != sent {
				t.Errorf("%d bytes of %d", r.server.got, sent)
			}
			r.server.close()
			r.wait(t)
			checkShown(t, r, want, "pipe:[")
			if after := descriptors(t); after != before {
				t.Errorf("%d descriptors before, %d after", before, after)
			}
		})
	}
}

// checkArrivals: the kernel merges plain bytes before a message into the read
// that brings it, so a read begins at or before the byte and ends after it.
func checkArrivals(t *testing.T, got, want []arrival) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%v instead of %v", got, want)
	}
	for i := range want {
		if got[i].count != want[i].count || got[i].off > want[i].off || got[i].off <= want[i].off-1000 {
			t.Errorf("%v instead of %v", got[i], want[i])
		}
	}
}

// checkShown: each of them was told as an event with the offset of its byte, before
// the byte was there to be seen.
func checkShown(t *testing.T, r *relayed, want []arrival, kind string) {
	t.Helper()
	events := r.happened(Ancillary)
	if len(events) != len(want) {
		t.Fatalf("%d events instead of %d", len(events), len(want))
	}
	for i, e := range events {
		if e.Off != int64(want[i].off) || len(e.FDs) != want[i].count || e.Err != nil || e.Dir != capture.Out || e.By != Client {
			t.Errorf("event %+v instead of %v", e, want[i])
		}
		if !strings.HasPrefix(e.FDs[0], kind) {
			t.Errorf("it is called %q", e.FDs[0])
		}
	}
}

// The offset is checked to the byte where the receiver reads one at a time.
func TestDescriptorsComeWithTheByteAlsoForAReaderOfSingleBytes(t *testing.T) {
	r := relayBetween(t, uds, uds)
	r.Hold(capture.Out, true) // so that all of it lies in our queue together
	r.client.send(50)
	r.client.sendRights(3, 1)
	r.client.send(20)
	r.client.sendRights(1, 2)
	r.client.send(5)
	r.client.close()
	r.Hold(capture.Out, false)
	got := r.server.readRights(1)
	if fmt.Sprint(got) != "[{50 1} {73 2}]" || r.server.got != 79 {
		t.Errorf("%v, %d bytes", got, r.server.got)
	}
}

func TestDescriptorsWaitForASlowReceiver(t *testing.T) {
	before := descriptors(t)
	r := relayBetween(t, uds, uds)
	done := make(chan int)
	go func() {
		for range 50 {
			r.client.send(10_000)
			r.client.sendRights(10, 2)
		}
		r.client.close()
		done <- r.client.sent
	}()
	await(t, "a full queue", func() bool { return r.log.Unread(capture.Out) > 0 && sendQueue(r.client.fd) > 20_000 })
	if got := r.server.readRights(100); len(got) != 50 || r.server.got != <-done {
		t.Errorf("%d messages, %d bytes", len(got), r.server.got)
	}
	r.server.close()
	r.wait(t)
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestDescriptorsForATCPTargetAreClosedAndThatIsSaid(t *testing.T) {
	before := descriptors(t)
	r := relayBetween(t, uds, tcp)
	r.client.send(100)
	r.client.sendRights(10, 2)
	r.client.send(100)
	r.client.close()
	r.server.readToEnd()
	r.server.close()
	r.wait(t)
	if got := r.server.story(); got != "210 bytes, end" {
		t.Errorf("the server saw %s", got)
	}
	events := r.happened(Ancillary)
	if len(events) != 1 || events[0].Off != 100 || len(events[0].FDs) != 2 || !errors.Is(events[0].Err, errNoRights) {
		t.Errorf("events %+v", events)
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// Descriptors in flight when the pair ends are closed, whoever has them.
func TestDescriptorsAreNotLeakedWhenAPairEnds(t *testing.T) {
	for name, end := range map[string]func(*relayed){
		"held, then ended by us":       func(r *relayed) { r.End() },
		"held, then the target closes": func(r *relayed) { r.server.close() },
	} {
		t.Run(name, func(t *testing.T) {
			before := descriptors(t)
			r := relayBetween(t, uds, uds)
			r.Hold(capture.Out, true)
			r.client.sendRights(10, 3)
			r.client.sendRights(10, 3)
			await(t, "the first to be with us", func() bool { return len(r.happened(Ancillary)) > 0 })
			end(r)
			r.client.close()
			r.server.close()
			r.wait(t)
			if after := descriptors(t); after != before {
				t.Errorf("%d descriptors before, %d after", before, after)
			}
		})
	}
}
