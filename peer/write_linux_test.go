package peer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"syscall"
	"testing"
	"time"
)

// huge is more than any socket's queues hold (tcp_wmem and tcp_rmem have at
// most 4 and 32 MiB by default).
const huge = 64 << 20

type putResult struct {
	n   int
	err error
}

// put calls PutData in a goroutine and returns what waits for its result.
func (s *subject) put(ctx context.Context, p []byte) (result func() putResult) {
	done := make(chan putResult, 1)
	go func() {
		n, err := s.PutData(ctx, p)
		done <- putResult{n, err}
	}()
	return func() (r putResult) {
		s.t.Helper()
		select {
		case r = <-done:
		case <-time.After(patience):
			s.t.Fatal("PutData does not return")
		}
		return r
	}
}

// putHuge begins a PutData that the far end does not let come to an end.
func (s *subject) putHuge(ctx context.Context) (result func() putResult) {
	s.t.Helper()
	result = s.put(ctx, make([]byte, huge))
	await(s.t, "PutData to fill the queues", func() bool { _, sendQ := s.Queues(); return sendQ > 0 })
	return result
}

// fillQueue writes until the kernel takes no more.
func (s *subject) fillQueue() (sent int) {
	s.t.Helper()
	block := make([]byte, 64<<10)
	await(s.t, "the queue to be full", func() bool {
		n, err := s.PutPartialData(block)
		s.want(err, 0, StatusConnected)
		sent += n
		return n == 0
	})
	return sent
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestWriting holds the rows of spec §2.4 that need a full send queue, and
// what PutData adds.
func TestWriting(t *testing.T) {
	play(t, []rule{
		{name: "a partial write into a full queue is OK with 0 bytes", play: func(s *subject) {
			c := s.connected()
			sent := s.fillQueue()
			s.poll(0, StatusConnected)
			s.CloseWrite()
			if n, err := io.Copy(io.Discard, c.Conn); err != nil || n < int64(sent) {
				s.t.Errorf("the far end has %d of %d bytes: %v", n, sent, err)
			}
		}},
		{name: "a reset with the queue full fails the next write", play: func(s *subject) {
			c := s.connected()
			s.fillQueue()
			c.Close()
			s.waitRST()
			s.write("more", ErrFailed, StatusNone)
			s.poll(0, StatusNone)
		}},
		{name: "a half-close ends a PutData that waits, and a Wait for room", play: func(s *subject) {
			s.connected()
			done := s.putHuge(context.Background())
			if err := s.CloseWrite(); err != nil {
				s.t.Fatal(err)
			}
			if r := done(); !errors.Is(r.err, ErrWriteClosed) || codeOf(r.err) != ErrFailed {
				s.t.Errorf("%+v", r)
			}
			if err := s.Wait(context.Background(), PollOut, -1); err != nil { // a write is refused at once
				s.t.Error(err)
			}
			s.want(nil, 0, StatusConnected)
		}},
		tcpOnly("a PutData that waits is told what another call has found out", func(s *subject) {
			c := s.connected()
			done := s.putHuge(context.Background())
			c.reset()
			await(s.t, "the end", func() bool { _ = s.Poll(); return s.Status() != StatusConnected }) // PutData may have come first
			if r := done(); codeOf(r.err) != ErrFailed || !errors.Is(r.err, errReset) && !errors.Is(r.err, syscall.EPIPE) {
				s.t.Errorf("%+v", r)
			}
		}),
		{name: "PutFrom ends with its context, whatever its reader still gives", play: func(s *subject) {
			c := s.connected()
			go io.Copy(io.Discard, c.Conn)
			ctx, cancel := context.WithCancel(context.Background())
			pieces := 0
			n, err := s.PutFrom(ctx, readerFunc(func(p []byte) (int, error) {
				if pieces++; pieces == 10 {
					cancel()
				}
				return copy(p, "again"), nil
			}))
			if !errors.Is(err, context.Canceled) || n == 0 || pieces != 10 {
				s.t.Errorf("%d bytes of %d pieces: %v", n, pieces, err)
			}
		}},
		{name: "PutData sends all, however slowly the far end reads", play: func(s *subject) {
			c := s.connected()
			p := bytes.Repeat([]byte("0123456789abcde\n"), 4<<20/16)
			done := s.put(context.Background(), p)
			got := make([]byte, len(p))
			for n := 0; n < len(got); {
				k, err := c.Read(got[n:min(n+64<<10, len(got))])
				if err != nil {
					s.t.Fatal(err)
				}
				n += k
				s.poll(0, StatusConnected)
			}
			if r := done(); r.n != len(p) || r.err != nil || !bytes.Equal(got, p) {
				s.t.Errorf("%+v; the same bytes: %v", r, bytes.Equal(got, p))
			}
		}},
		{name: "PutData ends with its context and leaves the connection alone", play: func(s *subject) {
			c := s.connected()
			ctx, cancel := context.WithCancel(context.Background())
			first, second := s.putHuge(ctx), s.put(ctx, []byte("waits for its turn"))
			cancel()
			for _, r := range []putResult{first(), second()} {
				if !errors.Is(r.err, context.Canceled) || codeOf(r.err) != ErrFailed {
					s.t.Errorf("%+v", r)
				}
			}
			s.poll(0, StatusConnected)
			done := s.put(context.Background(), []byte("end")) // the deadline of the other is not its own
			go io.Copy(io.Discard, c.Conn)
			if r := done(); r.n != 3 || r.err != nil {
				s.t.Errorf("%+v", r)
			}
		}},
		{name: "PutData ends with the connection", play: func(s *subject) {
			s.connected()
			done := s.putHuge(context.Background())
			s.DisconnectFromHost()
			if r := done(); !errors.Is(r.err, ErrNotConnected) {
				s.t.Errorf("%+v", r)
			}
		}},
		{name: "PutData fails when the far end resets", play: func(s *subject) {
			c := s.connected()
			done := s.putHuge(context.Background())
			c.Close()
			if r := done(); codeOf(r.err) != ErrFailed {
				s.t.Errorf("%+v", r)
			}
			s.want(nil, 0, StatusNone)
		}},
		{name: "PutData never goes on over another connection", play: func(s *subject) {
			s.connected()
			done := s.putHuge(context.Background())
			c := s.reconnected()
			r := done()
			if codeOf(r.err) != ErrFailed {
				s.t.Errorf("%+v", r)
			}
			s.DisconnectFromHost()
			if n, err := io.Copy(io.Discard, c.Conn); n != 0 || err != nil {
				s.t.Errorf("the new connection got %d bytes, %v", n, err)
			}
		}},
		{name: "CloseWrite ends our sending and nothing else", play: func(s *subject) {
			c := s.connected()
			s.write("last", 0, StatusConnected)
			s.want(s.CloseWrite(), 0, StatusConnected)
			s.want(s.CloseWrite(), 0, StatusConnected)
			c.receive("last")
			if err := c.end(); err != io.EOF {
				s.t.Fatalf("the far end sees %v", err)
			}
			if err := s.write("more", ErrFailed, StatusConnected); !errors.Is(err, ErrWriteClosed) {
				s.t.Errorf("%v", err)
			}
			s.poll(0, StatusConnected)
			c.send("answer")
			s.waitAvailable(6)
			s.read("answer", 0, StatusConnected)
			c.Close()
			s.waitFIN()
			s.poll(0, StatusNone)
			s.connected()
			s.write("a new connection may send", 0, StatusConnected)
		}},
	})
}

func (s *subject) reconnected() *farConn {
	s.t.Helper()
	s.DisconnectFromHost()
	return s.connected()
}
