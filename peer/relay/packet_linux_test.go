package relay

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"peerscope/peer/capture"
)

// sendPacket sends one packet of n bytes of the stream, with the descriptors.
func (f *far) sendPacket(n int, rights ...int) {
	f.t.Helper()
	p := make([]byte, n)
	fill(p, f.sent)
	if _, err := ignoringEINTR(func() (int, error) { return sendBlocking(f.fd, p, rights) }); err != nil {
		f.t.Errorf("send %d bytes: %v", n, err)
	}
	f.sent += n
}

// readPackets reads until the end: the length of each packet, and how many descriptors
// came with it.
func (f *far) readPackets() (packets []string) {
	p, oob := make([]byte, 1<<20), make([]byte, unix.CmsgSpace(4*maxRights))
	set := []unix.PollFd{{Fd: int32(f.fd), Events: unix.POLLIN}}
	for {
		ignoringEINTR(func() (int, error) { return unix.Poll(set, int(patience.Milliseconds())) })
		length, isPacket, err := peekPacket(f.fd)
		if err != nil || !isPacket {
			if err != nil {
				packets = append(packets, err.Error())
			}
			return packets
		}
		n, got, _, err := recvmsg(f.fd, p, oob, 0)
		if err != nil || n != length {
			f.t.Errorf("%d of %d bytes: %v", n, length, err)
		}
		want := make([]byte, n)
		fill(want, f.got)
		if !slices.Equal(p[:n], want) {
			f.t.Errorf("other bytes in the packet at %d", f.got)
		}
		f.got += n
		packet := fmt.Sprint(n)
		for _, fd := range rightsOf(oob[:got]) {
			packet += "+"
			unix.Close(fd)
		}
		packets = append(packets, packet)
	}
}

func TestPacketsKeepTheirBoundariesTheEmptyOnesToo(t *testing.T) {
	before := descriptors(t)
	r := relayBetween(t, packet, packet)
	if err := setPacketOptions(r.server.fd); err != nil {
		t.Fatal(err)
	}
	null, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	r.client.sendPacket(1)
	r.client.sendPacket(0)
	r.client.sendPacket(100_000)
	r.client.sendPacket(10, null, null)
	r.client.sendPacket(0, null)
	r.client.sendPacket(5)
	r.client.sendPacket(0)
	r.client.close() // with an empty packet before it, which is not the end
	unix.Close(null)
	want := []string{"1", "0", "100000", "10++", "0+", "5", "0"}
	if got := r.server.readPackets(); !slices.Equal(got, want) {
		t.Errorf("%v instead of %v", got, want)
	}
	r.server.close()
	r.wait(t)
	if e := r.happened(Ancillary); len(e) != 2 || e[0].Off != 100_001 || e[1].Off != 100_011 || e[0].FDs[1] != "/dev/null" {
		t.Errorf("events %+v", e)
	}
	chunks := r.log.After(make([]capture.Chunk, 0, 9), timeZero, capture.Both)
	if len(chunks) != 4 || chunks[1].Len != 100_000 {
		t.Errorf("chunks %v", chunks)
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// The log's budget is too small for a block that holds the packet.
func TestAPacketLargerThanABlockIsPassedOnWholeAndKeptInPieces(t *testing.T) {
	r := relayWith(t, capture.MinBudget, packet, packet)
	if err := setPacketOptions(r.server.fd); err != nil {
		t.Fatal(err)
	}
	r.client.sendPacket(100_000)
	r.client.sendPacket(10)
	r.client.close()
	if got := r.server.readPackets(); !slices.Equal(got, []string{"100000", "10"}) {
		t.Errorf("%v", got)
	}
	r.server.close()
	r.wait(t)
	checkLog(t, r, capture.Out, 100_010)
}

// A sender with a larger buffer than ours sends packets that ours does not take.
func TestAPacketThatOurBufferDoesNotTakeMakesItLarger(t *testing.T) {
	r := relayBetween(t, packet, packet)
	err := errors.Join(setPacketOptions(r.server.fd), unix.SetsockoptInt(r.client.fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 1<<20))
	if err != nil {
		t.Skipf("a buffer of 1 MiB: %v", err)
	}
	r.client.sendPacket(300_000)
	r.client.close()
	if got := r.server.readPackets(); !slices.Equal(got, []string{"300000"}) {
		t.Errorf("%v", got)
	}
}

func TestPacketsAndAStreamAreNotJoined(t *testing.T) {
	before := descriptors(t)
	a, b := connect(t, packet)
	c, d := connect(t, uds)
	if _, err := New(Config{}, socketOf(t, b, packet), socketOf(t, c, uds)); err == nil {
		t.Error("a packet socket was joined with a stream")
	}
	unix.Close(a)
	unix.Close(d)
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}
