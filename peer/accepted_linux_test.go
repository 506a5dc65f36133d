package peer

import (
	"testing"

	"peerscope/peer/capture"
)

func TestAnAcceptedSocketMayGetAReader(t *testing.T) {
	both(t, func(t *testing.T, l *listening) {
		client, accepted := l.pair(t)
		put(t, client, "before")
		s := &subject{Socket: sockOf(accepted), t: t, mode: withReader, time: &fakeClock{}, events: &eventLog{}}
		s.attach()
		await(t, "the reader", func() bool { return s.log.Unread(capture.In) == 6 })
		get(t, accepted, "before")
		put(t, accepted, "answer")
		get(t, client, "answer")
		client.DisconnectFromHost()
		mustCode(t, pollUntil(t, accepted, StatusNone), 0)
		if e := s.events.last(); e.By != ByRemote || e.From != StatusConnected {
			t.Errorf("%+v", e)
		}
	})
}
