package peer

import (
	"testing"

	"peerscope/peer/capture"
)

// heldRow is an accepted connection that is held, and its client.
func (s *testSet) heldRow(family Family) (*farConn, ID) {
	s.t.Helper()
	id := s.listen(family)
	c := s.client(id)
	child := s.child(id)
	if err := s.Hold(child, capture.In.Only()); err != nil {
		s.t.Fatal(err)
	}
	return c, child
}

func TestAHeldRowLetsTheQueuesFillUntilItIsReleased(t *testing.T) {
	bothFamilies(t, func(t *testing.T, family Family) {
		s := newTestSet(t, Config{})
		c, child := s.heldRow(family)
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
		c, child := s.heldRow(family)
		go c.Write(make([]byte, 8<<20)) // until it is closed
		s.until("64 KiB unread", func() bool { return s.row(child).Unread == holdLimit })
		if err := s.Disconnect(child); err != nil {
			t.Fatal(err)
		}
		s.untilStatus(child, StatusNone)
	})
}
