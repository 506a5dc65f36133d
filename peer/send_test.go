package peer

import (
	"context"
	"errors"
	"io"
	"testing"
)

// pieces is a reader whose parts are made by functions; io.EOF follows the last.
type pieces []func() (string, error)

func (p *pieces) Read(dst []byte) (int, error) {
	if len(*p) == 0 {
		return 0, io.EOF
	}
	part, err := (*p)[0]()
	*p = (*p)[1:]
	return copy(dst, part), err
}

func TestNothingComesBetweenThePiecesOfASendFrom(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.untilStatus(id, StatusConnected)
		other := make(chan error, 1)
		n, err := s.SendFrom(context.Background(), id, &pieces{
			func() (string, error) { return "one ", nil },
			func() (string, error) {
				go func() { _, err := s.Send(context.Background(), id, []byte("other")); other <- err }()
				return "two ", nil
			},
			func() (string, error) { return "three ", nil },
		})
		if n != 14 || err != nil {
			t.Errorf("sent %d: %v", n, err)
		}
		c.receive("one two three other")
		if err := <-other; err != nil {
			t.Error(err)
		}
	})
}

func TestASendFromTellsItsReadersErrorAsItIs(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.Add(f.addr)
		c := f.accept()
		s.untilStatus(id, StatusConnected)
		broken := errors.New("broken")
		n, err := s.SendFrom(context.Background(), id, &pieces{func() (string, error) { return "half", broken }})
		if n != 4 || !errors.Is(err, broken) {
			t.Errorf("sent %d: %v", n, err)
		}
		c.receive("half")
		s.mustSend(id, "goes on")
		c.receive("goes on")
	})
}
