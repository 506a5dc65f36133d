package capture

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock gives the seconds 1, 2, 3 … after the epoch, one more at each call.
func clock() func() time.Time {
	var s int64
	return func() time.Time { s++; return time.Unix(s, 0) }
}

// byteAt is the content of every test stream: what stands at an offset follows
// from the offset, so that any piece can be checked by itself.
func byteAt(stream int, off int64) byte {
	x := uint64(off)*0x9e3779b97f4a7c15 + uint64(stream)*0xbf58476d1ce4e5b9
	return byte(x >> 56)
}

func fill(p []byte, stream int, off int64) {
	for i := range p {
		p[i] = byteAt(stream, off+int64(i))
	}
}

func checkBytes(t *testing.T, p []byte, stream int, off int64) {
	t.Helper()
	for i := range p {
		if want := byteAt(stream, off+int64(i)); p[i] != want {
			t.Errorf("stream %d: byte %d is %#x, want %#x", stream, off+int64(i), p[i], want)
			return
		}
	}
}

// write commits n bytes of a stream as one chunk.
func write(l *Log, d Dir, stream, n int) {
	_, end := l.Span(d)
	buf := l.Reserve(d, n)
	fill(buf[:n], stream, end)
	l.Commit(d, n)
}

// newLog returns a log on a pool of its own, both closed with the test.
func newLog(t testing.TB, budget int64) (*Pool, *Log) {
	p := NewPool(budget)
	l := NewLog(p, clock())
	t.Cleanup(func() {
		l.Close()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, l
}
