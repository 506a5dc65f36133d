package tui

import (
	"fmt"
	"testing"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

func TestTheKernelPaneTellsToTheByteWhatWasKeptAndDropped(t *testing.T) {
	s := newScreenOf(t, 200, 60, peer.Config{Memory: capture.MinBudget}, views.NewTheme(views.None, false))
	f := s.connect("tcp", "echo")
	const sent = 3 * capture.MinBudget
	for range 3 {
		f.tell(counting(capture.MinBudget))
	}
	s.press("K")
	s.until("all of it is counted", func() bool { return f.row().Received == sent })
	kept, end := f.span(capture.In)
	if kept == 0 || end != sent {
		t.Fatalf("kept from %d of %d", kept, end)
	}
	s.wantText("captured", fmt.Sprintf("received   %d B", end), fmt.Sprintf("kept       %d B", end-kept), fmt.Sprintf("dropped    %d B", kept))
	s.press("d")
	s.until("it is closed", func() bool { return f.row().Status == peer.StatusNone })
	s.pass(detailsEvery)
	s.until("the socket is gone", func() bool { s.poll(); return len(s.details.found) == 0 })
	s.wantText("no open socket; captured")
}
