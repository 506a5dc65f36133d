package peer

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// until polls the set until ok, for at most five seconds.
func until(t *testing.T, s *Set, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(5 * time.Second)
	defer deadline.Stop()
	for {
		s.Poll()
		if ok() {
			return
		}
		tick := time.NewTimer(10 * time.Millisecond)
		select {
		case <-s.Changed():
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not within 5 s; rows %+v", s.Rows(nil, 0, 10))
		}
		tick.Stop()
	}
}

func rowOf(t *testing.T, s *Set, id ID) Row {
	t.Helper()
	i, err := s.Index(id)
	if err != nil {
		t.Fatal(err)
	}
	return s.Rows(nil, i, 1)[0]
}

func newTestSet(t *testing.T) *Set {
	t.Helper()
	s := NewSet(Config{Timeout: time.Second})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func mustParse(t *testing.T, arg string) Address {
	t.Helper()
	a, err := ParseAddress(arg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestEchoOverBothFamilies(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			at := "127.0.0.1:0"
			if network == "unix" {
				at = t.TempDir() + "/s"
			}
			l, err := net.Listen(network, at)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			s := newTestSet(t)
			id := s.Add(mustParse(t, l.Addr().String()))
			c, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			until(t, s, func() bool { return rowOf(t, s, id).Status == StatusConnected })
			if n, err := s.Send(context.Background(), id, []byte("PING\r\n")); n != 6 || err != nil {
				t.Fatal(n, err)
			}
			buf := make([]byte, 10)
			n, _ := c.Read(buf)
			c.Write(append([]byte("+"), buf[:n]...))
			until(t, s, func() bool { return rowOf(t, s, id).Received == 7 })
			c.Close()
			until(t, s, func() bool { return rowOf(t, s, id).Status == StatusNone })
			ev, _ := s.Events(id, 0)
			last := ev[len(ev)-1]
			if last.By != ByRemote || last.Code != 0 {
				t.Errorf("%+v", last)
			}
		})
	}
}

func TestMissingPathFailsAtOnceAndStaysNone(t *testing.T) {
	s := newTestSet(t)
	id := s.Add(mustParse(t, t.TempDir()+"/none"))
	s.Poll()
	ev, _ := s.Events(id, 0)
	if len(ev) != 1 || ev[0].Kind != EventError || !errors.Is(ev[0].Cause, syscall.ENOENT) || rowOf(t, s, id).Status != StatusNone {
		t.Errorf("%+v", ev)
	}
}

func TestRefusedPortIsErrorAtThePoll(t *testing.T) {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	at := l.Addr().String()
	l.Close()
	s := newTestSet(t)
	id := s.Add(mustParse(t, at))
	until(t, s, func() bool { return rowOf(t, s, id).Status == StatusError })
	ev, _ := s.Events(id, 0)
	if last := ev[len(ev)-1]; last.Code != ErrConnectionError || !errors.Is(last.Cause, syscall.ECONNREFUSED) {
		t.Errorf("%+v", ev)
	}
}

func TestResetIsErrorWithItsCause(t *testing.T) {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	defer l.Close()
	s := newTestSet(t)
	id := s.Add(mustParse(t, l.Addr().String()))
	c, _ := l.Accept()
	c.Write([]byte("bye"))
	until(t, s, func() bool { return rowOf(t, s, id).Received == 3 })
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
	until(t, s, func() bool { return rowOf(t, s, id).Status == StatusError })
	ev, _ := s.Events(id, 0)
	if last := ev[len(ev)-1]; last.Code != ErrFailed || !errors.Is(last.Cause, syscall.ECONNRESET) {
		t.Errorf("%+v", ev)
	}
}
