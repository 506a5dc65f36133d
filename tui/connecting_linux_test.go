package tui

import (
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"peerscope/peer"
	"peerscope/views"
)

// fullQueue is a listener whose queue is full, which keeps a Unix socket
// CONNECTING on Linux.
func fullQueue(t *testing.T, s *screen) (path string) {
	t.Helper()
	path = s.dir + "/full"
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	first, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Close() })
	return path
}

func TestAPendingConnectShowsItsTime(t *testing.T) {
	s := newScreenOf(t, 120, 36, peer.Config{Timeout: 30 * time.Second}, views.NewTheme(views.None, false))
	s.add(fullQueue(t, s) + "#slow")
	s.wantText("◐ connecting", "0.0 of 30 s")
	s.pass(12400 * time.Millisecond)
	s.wantText("12.4 of 30 s")
	frame := s.View()
	s.pass(10 * time.Millisecond)
	if !same(s.View(), frame) {
		t.Error("drawn more often than the tenths change")
	}
	s.pass(90 * time.Millisecond)
	s.wantText("12.5 of 30 s")
	s.pass(18 * time.Second)
	s.wantText("✖ error", "no answer within 30s")
	if strings.Contains(s.text(), "of 30 s") {
		t.Error("the time goes on")
	}
}

func TestPausedADeadlinePassesAndOnlyAStepSaysSo(t *testing.T) {
	s := newScreenOf(t, 120, 36, peer.Config{Timeout: 30 * time.Second}, views.NewTheme(views.None, false))
	s.add(fullQueue(t, s) + "#slow")
	s.press("P")
	s.pass(12400 * time.Millisecond)
	s.wantText("◐ connecting", "12.4 of 30 s")
	s.press(".")
	s.wantFoot("poll → OK, still CONNECTING; 17.6 s to its deadline")
	s.pass(20 * time.Second)
	s.wantText("◐ connecting", "timeout waits", "… timeout, not polled yet")
	s.press(".")
	s.wantFoot("poll → ERR_CONNECTION_ERROR (27), CONNECTING → ERROR: no answer within 30s; fact +30.0 s, polled +32.4 s after connect")
	s.wantText("✖ error")
}
