package peer

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func TestTheSendersQueueIsSeenFromTheReader(t *testing.T) {
	for _, ip := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", ""} {
		name, family := ip, FamilyTCP
		if ip == "" {
			name, family = "uds", FamilyUDS
		}
		t.Run(name, func(t *testing.T) {
			sender, reader := pairOf(t, ip)
			var asker farAsker
			defer asker.close()
			if far := asker.farEnd(reader, family); far.SendQ != known[int64](0) || !far.SendBuf.Known || far.SendBuf.Value <= 0 {
				t.Fatalf("nothing was sent: %+v", far)
			}
			taken := flood(t, sender)
			var far FarEnd
			await(t, "what the sender's own kernel says", func() bool {
				_, want := kernelQueues(sender)
				far = asker.farEnd(reader, family)
				return want > 0 && far.SendQ == known(want)
			})
			if far.SendMem.Value < far.SendBuf.Value*3/4 {
				t.Errorf("the queue is full, and its memory is %d of %d", far.SendMem.Value, far.SendBuf.Value)
			}
			near := inspectSocket(reader, family)
			t.Logf("%d taken, far %+v; near memory %+v of %d, recv-q %d, rcv_wnd %v", taken, far, near.Memory, near.Options.RecvBuf.Value,
				readable(reader), near.TCP.RecvWindow)
			if other := asker.farEnd(sender, family); other.SendQ != known[int64](0) {
				t.Errorf("the reader has sent nothing: %+v", other)
			}
			buf := make([]byte, 1<<20)
			await(t, "an empty queue", func() bool {
				_, _ = unix.Read(reader, buf)
				return asker.farEnd(reader, family).SendQ == known[int64](0)
			})
		})
	}
}

func TestAFarEndThatIsGoneHasNoFigure(t *testing.T) {
	client, server := pairOf(t, "")
	var asker farAsker
	defer asker.close()
	if err := unix.Shutdown(server, unix.SHUT_RDWR); err != nil {
		t.Fatal(err)
	}
	if far := asker.farEnd(client, FamilyUDS); !far.SendQ.Known {
		t.Errorf("shut down and still open: %+v", far)
	}
	loose, err := openSocket(unix.AF_UNIX, unix.SOCK_STREAM)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(loose)
	for family, fd := range map[Family]int{FamilyUDS: loose, FamilyTCP: -1} {
		if far := asker.farEnd(fd, family); far != (FarEnd{}) {
			t.Errorf("no other end: %+v", far)
		}
	}
}

// Without a connection the kernel finds the listener on that port.
func TestAListenerIsNotTheFarEnd(t *testing.T) {
	client, server := pairOf(t, "127.0.0.1")
	local, remote := netip.MustParseAddrPort(socketText(t, client)), netip.MustParseAddrPort(socketText(t, server))
	var asker farAsker
	defer asker.close()
	if far := asker.connected(remote, local, 0); !far.SendQ.Known {
		t.Errorf("from %v to %v: %+v", remote, local, far)
	}
	stranger := netip.AddrPortFrom(local.Addr(), local.Port()^1)
	if far := asker.connected(remote, stranger, 0); far != (FarEnd{}) {
		t.Errorf("nobody is connected from %v to %v: %+v", remote, stranger, far)
	}
}

func socketText(t *testing.T, fd int) string {
	t.Helper()
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return socketName(sa)
}

func TestTheAskerOpensItsSocketAgain(t *testing.T) {
	client, _ := pairOf(t, "127.0.0.1")
	var asker farAsker
	asker.close()
	for range 2 {
		if far := asker.farEnd(client, FamilyTCP); !far.SendQ.Known {
			t.Fatalf("%+v", far)
		}
		asker.close()
	}
}

func TestATornAnswerIsNoFigure(t *testing.T) {
	for _, b := range [][]byte{nil, {1}, {3, 0, 4, 0}, {200, 0, 4, 0}, {4, 0, 9, 0}, {5, 0, 9, 0, 1}} {
		if got := attribute(b, 4); len(got) > 0 {
			t.Errorf("%v: %v", b, got)
		}
	}
	if got := attribute([]byte{5, 0, 9, 0, 1, 0, 0, 0, 6, 0, 4, 0, 7, 8}, 4); string(got) != "\x07\x08" {
		t.Errorf("%v", got)
	}
}

func BenchmarkFarEnd(b *testing.B) {
	for name, ip := range map[string]string{"tcp": "127.0.0.1", "uds": ""} {
		b.Run(name, func(b *testing.B) {
			family := FamilyTCP
			if ip == "" {
				family = FamilyUDS
			}
			_, fd := pairOf(b, ip)
			var asker farAsker
			defer asker.close()
			b.ReportAllocs()
			for b.Loop() {
				if !asker.farEnd(fd, family).SendQ.Known {
					b.Fatal("no figure")
				}
			}
		})
	}
}
