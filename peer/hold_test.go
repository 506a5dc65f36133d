package peer

import (
	"testing"

	"peerscope/peer/capture"
)

func TestAHeldRowLetsTheQueuesFillUntilItIsReleased(t *testing.T) {
	bothFamilies(t, func(t *testing.T, family Family) {
		s := newTestSet(t, Config{})
		id := s.listen(family)
		c := s.client(id)
		child := s.child(id)
		if err := s.Hold(child, capture.In.Only()); err != nil {
			t.Fatal(err)
		}
		const size = 8 << 20
		sent := make(chan error, 1)
		go func() {
			_, err := c.Write(make([]byte, size))
			sent <- err
		}()
		s.until("64 KiB unread and more with the kernel", func() bool {
			r := s.row(child)
			return r.Unread == holdLimit && r.RecvQ > 0
		})
		select {
		case err := <-sent:
			t.Fatalf("the sender was not held up: %v", err)
		default:
		}
		if err := s.Hold(child, 0); err != nil {
			t.Fatal(err)
		}
		s.until("all of it", func() bool { return s.row(child).Received == size })
		if err := <-sent; err != nil {
			t.Error(err)
		}
	})
}

func TestAHeldRowEndsWhenItIsDisconnected(t *testing.T) {
	bothFamilies(t, func(t *testing.T, family Family) {
		s := newTestSet(t, Config{})
		id := s.listen(family)
		c := s.client(id)
		child := s.child(id)
		if err := s.Hold(child, capture.In.Only()); err != nil {
			t.Fatal(err)
		}
		go c.Write(make([]byte, 8<<20)) // until it is closed
		s.until("64 KiB unread", func() bool { return s.row(child).Unread == holdLimit })
		if err := s.Disconnect(child); err != nil {
			t.Fatal(err)
		}
		s.untilStatus(child, StatusNone)
	})
}
