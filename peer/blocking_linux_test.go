package peer

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

type getResult struct {
	data string
	err  error
}

// get calls GetData for n bytes in a goroutine and returns what waits for its result.
func (s *subject) get(ctx context.Context, n int) (result func() getResult) {
	var r getResult
	wait := called(s.t, func() {
		p := make([]byte, n)
		got, err := s.GetData(ctx, p)
		r = getResult{string(p[:got]), err}
	})
	return func() getResult { s.t.Helper(); wait(); return r }
}

// taken waits until a GetData under way has read all that has come.
func (s *subject) taken() {
	s.t.Helper()
	await(s.t, "GetData to read what there is", func() bool { return s.AvailableBytes() <= 0 })
}

func (r getResult) want(t *testing.T, data string, code Error) {
	t.Helper()
	if r.data != data || codeOf(r.err) != code {
		t.Fatalf("%q, %v; want %q, %s", r.data, r.err, data, code.Name())
	}
}

// TestReadingAll holds the rows of spec §2.3 for the read that blocks, and what
// contexts add.
func TestReadingAll(t *testing.T) {
	background := context.Background()
	play(t, []rule{
		{name: "waits until all has come, however it comes", play: func(s *subject) {
			c := s.connected()
			done := s.get(background, 12)
			for _, part := range []string{"hel", "lo, w", "o", "rld"} {
				c.send(part)
				s.taken()
				s.poll(0, StatusConnected)
			}
			done().want(s.t, "hello, world", 0)
			s.want(nil, 0, StatusConnected)
		}},
		{name: "takes no more than it was asked for", play: func(s *subject) {
			c := s.connected()
			c.send("hello, world")
			s.waitAvailable(12)
			s.get(background, 5)().want(s.t, "hello", 0)
			s.get(background, 0)().want(s.t, "", 0)
			s.get(background, 7)().want(s.t, ", world", 0)
		}},
		{name: "is ERR_FILE_EOF with what came before the end", play: func(s *subject) {
			c := s.connected()
			done := s.get(background, 10)
			c.send("abc")
			c.Close()
			done().want(s.t, "abc", ErrFileEOF)
			s.want(nil, 0, StatusNone)
			s.wantCause(nil, s.endCause(), ByRemote)
			s.get(background, 1)().want(s.t, "", ErrFailed)
		}},
		{name: "is ERR_FILE_EOF too where a poll sees the end first", play: func(s *subject) {
			c := s.connected()
			done := s.get(background, 10)
			c.send("abc")
			s.taken()
			c.Close()
			await(s.t, "NONE", func() bool { s.Poll(); return s.Status() == StatusNone })
			done().want(s.t, "abc", ErrFileEOF)
		}},
		{name: "is FAILED with what came before a reset", play: func(s *subject) {
			c := s.connected()
			done := s.get(background, 10)
			c.send("abc")
			s.taken()
			if s.family == FamilyUDS {
				s.write("unread", 0, StatusConnected)
			}
			c.reset()
			r := done()
			r.want(s.t, "abc", ErrFailed)
			s.want(nil, 0, StatusNone)
			s.wantCause(r.err, errReset, ByRemote)
		}},
		{name: "ends with its context, says what it has, and leaves the connection alone", play: func(s *subject) {
			c := s.connected()
			ctx, cancel := context.WithCancel(background)
			first := s.get(ctx, 28)
			c.send("abc")
			s.taken()
			second := s.get(ctx, 5) // waits for its turn
			cancel()
			r := first()
			r.want(s.t, "abc", ErrFailed)
			if !errors.Is(r.err, context.Canceled) || !strings.Contains(r.err.Error(), "have 3 of 28 bytes") {
				s.t.Errorf("%v", r.err)
			}
			second().want(s.t, "", ErrFailed)
			s.poll(0, StatusConnected)
			done := s.get(background, 3)
			c.send("end")
			done().want(s.t, "end", 0) // the deadline of the others is not its own
		}},
		{name: "ends with the connection", play: func(s *subject) {
			s.connected()
			done := s.get(background, 5)
			s.DisconnectFromHost()
			r := done()
			r.want(s.t, "", ErrFailed)
			if !errors.Is(r.err, ErrNotConnected) {
				s.t.Errorf("%v", r.err)
			}
		}},
		{name: "never goes on over another connection", play: func(s *subject) {
			c := s.connected()
			done := s.get(background, 6)
			c.send("abc")
			s.taken()
			c = s.reconnected()
			c.send("def")
			done().want(s.t, "abc", ErrFailed)
			s.waitAvailable(3)
			s.read("def", 0, StatusConnected)
		}},
		{name: "lets bytes be sent meanwhile", play: func(s *subject) {
			c := s.connected()
			done := s.get(background, 4)
			p := strings.Repeat("x", 4<<20)
			sent := s.put(background, []byte(p))
			if n, err := io.CopyN(io.Discard, c.Conn, int64(len(p))); err != nil {
				s.t.Fatal(n, err)
			}
			if r := sent(); r.n != len(p) || r.err != nil {
				s.t.Errorf("%+v", r)
			}
			c.send("done")
			done().want(s.t, "done", 0)
		}},
	})
}

// TestWaiting holds what Wait says, and that it changes no status.
func TestWaiting(t *testing.T) {
	ask := func(s *subject, p PollType, code Error) {
		s.t.Helper()
		status := s.Status()
		s.want(s.Wait(context.Background(), p, 0), code, status)
	}
	// wait begins a Wait that has no end of its own.
	wait := func(s *subject, ctx context.Context, p PollType) func() error {
		var err error
		done := called(s.t, func() { err = s.Wait(ctx, p, -1) })
		return func() error { s.t.Helper(); done(); return err }
	}
	play(t, []rule{
		{name: "a closed socket is unavailable", play: func(s *subject) {
			for _, p := range []PollType{PollIn, PollOut, PollInOut} {
				ask(s, p, ErrUnavailable)
			}
		}},
		{name: "bytes make it readable", play: func(s *subject) {
			c := s.connected()
			ask(s, PollIn, ErrBusy)
			ask(s, PollOut, 0)
			ask(s, PollInOut, 0)
			done := wait(s, context.Background(), PollIn)
			c.send("x")
			s.want(done(), 0, StatusConnected)
			ask(s, PollIn, 0)
			s.want(s.Wait(context.Background(), PollIn, patience), 0, StatusConnected)
			s.read("x", 0, StatusConnected)
			s.want(s.Wait(context.Background(), PollIn, 1), ErrBusy, StatusConnected)
		}},
		{name: "an end makes it readable and a reset fails it", play: func(s *subject) {
			c := s.connected()
			c.closeWrite()
			s.want(wait(s, context.Background(), PollIn)(), 0, StatusConnected)
			s.poll(0, StatusNone)
			s.resetIdle()
			ask(s, PollIn, ErrFailed)
			ask(s, PollOut, ErrFailed)
			s.poll(ErrFailed, StatusError)
		}},
		{name: "room makes it writable", play: func(s *subject) {
			c := s.connected()
			s.fillQueue()
			ask(s, PollOut, ErrBusy)
			ask(s, PollInOut, ErrBusy)
			out, either := wait(s, context.Background(), PollOut), wait(s, context.Background(), PollInOut)
			go io.Copy(io.Discard, c.Conn)
			s.want(out(), 0, StatusConnected)
			s.want(either(), 0, StatusConnected)
		}},
		{name: "either ends for bytes while the queue is full", play: func(s *subject) {
			c := s.connected()
			s.fillQueue()
			done := wait(s, context.Background(), PollInOut)
			c.send("x")
			s.want(done(), 0, StatusConnected)
		}},
		{name: "its context ends it", play: func(s *subject) {
			s.connected()
			ctx, cancel := context.WithCancel(context.Background())
			done := wait(s, ctx, PollIn)
			cancel()
			err := done()
			s.want(err, ErrBusy, StatusConnected)
			if !errors.Is(err, context.Canceled) {
				s.t.Errorf("%v", err)
			}
		}},
		{name: "a disconnect ends it", play: func(s *subject) {
			s.connected()
			in, either := wait(s, context.Background(), PollIn), wait(s, context.Background(), PollInOut)
			s.want(either(), 0, StatusConnected) // there is room to write
			s.DisconnectFromHost()
			s.want(in(), ErrUnavailable, StatusNone)
		}},
		tcpOnly("a handshake's end makes it writable, and only a poll connected", func(s *subject) {
			s.want(s.dial(), 0, StatusConnecting)
			s.want(wait(s, context.Background(), PollOut)(), 0, StatusConnecting)
			s.poll(0, StatusConnected)
		}),
		{name: "a pending handshake keeps it busy", full: true, play: func(s *subject) {
			s.want(s.dial(), 0, StatusConnecting)
			if s.family == FamilyTCP { // an unconnected Unix socket is ready for poll(2): POLLHUP
				s.want(s.Wait(context.Background(), PollOut, 1), ErrBusy, StatusConnecting)
				ctx, cancel := context.WithCancel(context.Background())
				done := wait(s, ctx, PollInOut)
				cancel()
				s.want(done(), ErrBusy, StatusConnecting)
			}
			done := wait(s, context.Background(), PollIn)
			s.DisconnectFromHost()
			if err := done(); err != nil && codeOf(err) != ErrUnavailable {
				s.t.Errorf("%v", err)
			}
		}},
	})
}
