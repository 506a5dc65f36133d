package peer

import (
	"errors"

	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// listen adds a listener of a family at a free address, or at a path of its own.
func (s *testSet) listen(family Family) ID {
	s.t.Helper()
	arg := "tcp-listen://:0"
	if family == FamilyUDS {
		arg = "unix-listen://" + filepath.Join(s.t.TempDir(), "l")
	}
	return s.untilListening(s.Add(mustParse(s.t, arg)))
}

func (s *testSet) untilListening(id ID) ID {
	s.t.Helper()
	s.until("the listener", func() bool { return s.row(id).Listener.Listening })
	return id
}

// client dials what a listener is bound to.
func (s *testSet) client(id ID) *farConn {
	s.t.Helper()
	c, err := s.dial(id)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *testSet) dial(id ID) (*farConn, error) {
	s.t.Helper()
	r := s.row(id)
	network, at := "tcp", strings.TrimPrefix(r.Listener.Bound, "tcp-listen://")
	if path, uds := strings.CutPrefix(r.Listener.Bound, "unix-listen://"); uds {
		network, at = "unix", path
	}
	c, err := net.Dial(network, at)
	if err != nil {
		return nil, err
	}
	c.SetDeadline(time.Now().Add(patience))
	s.t.Cleanup(func() { c.Close() })
	return &farConn{c, s.t}, nil
}

// refused dials what a listener is bound to, and returns how that ends, which
// may be before the dial is done.
func (s *testSet) refused(id ID) error {
	s.t.Helper()
	c, err := s.dial(id)
	if err != nil {
		return err
	}
	return c.end()
}

// children are the rows that came from a listener.
func (s *testSet) children(id ID) (rows []Row) {
	for _, r := range s.Rows(nil, 0, s.Len()) {
		if r.Parent == id {
			rows = append(rows, r)
		}
	}
	return rows
}

// child waits for the only row under a listener that has not ended.
func (s *testSet) child(id ID) ID {
	s.t.Helper()
	var found ID
	s.until("a connection", func() bool {
		for _, r := range s.children(id) {
			if r.Status == StatusConnected {
				found = r.ID
			}
		}
		return found != 0
	})
	return found
}

func bothFamilies(t *testing.T, test func(*testing.T, Family)) {
	for _, family := range []Family{FamilyTCP, FamilyUDS} {
		t.Run([]string{"tcp", "uds"}[family], func(t *testing.T) { test(t, family) })
	}
}

func TestAnAcceptedConnectionIsARowUnderItsListener(t *testing.T) {
	bothFamilies(t, func(t *testing.T, family Family) {
		s := newTestSet(t, Config{})
		id := s.listen(family)
		other := s.Add(mustParse(t, "tcp-listen://:0"))
		c := s.client(id)
		child := s.child(id)
		r := s.row(child)
		if r.Kind != "accept" || r.Parent != id || r.Remote != s.events(child)[0].Remote || r.Label != s.row(id).Label {
			t.Errorf("%+v", r)
		}
		if i, err := s.Index(child); i != 1 || err != nil {
			t.Errorf("it stands at %d, %v; its listener is the first", i, err)
		}
		if i, err := s.Index(other); i != 2 || err != nil {
			t.Errorf("the other listener stands at %d, %v", i, err)
		}
		c.send("hello")
		s.until("the bytes", func() bool { return s.row(child).Received == 5 })
		s.mustSend(child, "welcome")
		c.receive("welcome")
		c.Close()
		s.untilStatus(child, StatusNone)
		s.until("the end to be counted", func() bool { l := s.row(id).Listener; return l.Live == 0 && l.Ended == 1 })
		s.wantStatuses(child, "none connected OK", "connected none OK")
		if err := s.Reconnect(child); !errors.Is(err, ErrAccepted) {
			t.Error(err)
		}
	})
}

func TestAFoldedListenerHidesItsConnectionsWhichLiveOn(t *testing.T) {
	s := newTestSet(t, Config{})
	id := s.listen(FamilyTCP)
	c := s.client(id)
	child := s.child(id)
	if err := s.Fold(id, true); err != nil {
		t.Fatal(err)
	}
	if n := s.Len(); n != 1 {
		t.Errorf("%d rows", n)
	}
	if i, err := s.Index(child); i != 0 || err != nil {
		t.Errorf("a folded connection stands at %d, %v; want its listener's place", i, err)
	}
	c.send("hello")
	s.until("the bytes", func() bool { r, err := s.Row(child); return err == nil && r.Received == 5 })
	if err := s.Fold(id, false); err != nil || s.Len() != 2 {
		t.Error(err, s.Len())
	}
	if err := s.Fold(child, true); !errors.Is(err, ErrNotListener) {
		t.Error(err)
	}
}

func TestAStoppedListenerListensAgainAtTheSamePort(t *testing.T) {
	bothFamilies(t, func(t *testing.T, family Family) {
		s := newTestSet(t, Config{})
		id := s.listen(family)
		bound := s.row(id).Listener.Bound
		c := s.client(id)
		child := s.child(id)
		if err := s.Disconnect(id); err != nil {
			t.Fatal(err)
		}
		s.until("the stop", func() bool { return !s.row(id).Listener.Listening })
		if _, err := os.Lstat(strings.TrimPrefix(bound, "unix-listen://")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the path is still there: %v", err)
		}
		c.send("hello")
		s.until("the bytes of what was accepted", func() bool { return s.row(child).Received == 5 })
		if err := s.Reconnect(id); err != nil {
			t.Fatal(err)
		}
		s.untilListening(id)
		if again := s.row(id).Listener.Bound; again != bound {
			t.Errorf("it listens at %s, before at %s", again, bound)
		}
		s.client(id)
	})
}

func TestAListenerThatCannotListenSaysWhatToDo(t *testing.T) {
	s := newTestSet(t, Config{})
	taken := s.row(s.listen(FamilyTCP)).Listener.Bound
	dir := t.TempDir()
	for _, test := range []struct {
		arg, cause string
		code       Error
	}{
		{taken, "address already in use: another program listens there; choose another port", ErrAlreadyInUse},
		{"unix-listen://" + dir + "/none/s", "no such file or directory", 0},
	} {
		id := s.Add(mustParse(t, test.arg))
		s.Poll()
		e := s.row(id).Last
		if e.Op != "listen" || e.Cause == nil || !strings.Contains(e.Cause.Error(), test.cause) || test.code != 0 && e.Code != test.code {
			t.Errorf("%s: %+v", test.arg, e)
		}
	}
}

func TestATapThatWouldDialItselfIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(dir, dir+"/link"); err != nil {
		t.Fatal(err)
	}
	s := newTestSet(t, Config{})
	free := s.listen(FamilyTCP)
	port := strings.TrimPrefix(s.row(free).Listener.Bound, "tcp-listen://127.0.0.1:")
	if err := s.Remove(free); err != nil {
		t.Fatal(err)
	}
	args := []string{
		":" + port + "=127.0.0.1:" + port, "0.0.0.0:" + port + "=127.0.0.1:" + port, "0.0.0.0:" + port + "=127.0.0.2:" + port,
		":" + port + "=localhost:" + port, "[::]:" + port + "=localhost:" + port, ":" + port + "=0.0.0.0:" + port,
		dir + "/s=" + dir + "/link/../" + filepath.Base(dir) + "/s", dir + "/s=" + dir + "/link/s",
	}
	if hasAbstract {
		args = append(args, "@peerscope-self="+"@peerscope-self")
	}
	for _, arg := range args {
		id := s.Add(mustParse(t, arg))
		s.Poll()
		if e := s.row(id).Last; !errors.Is(e.Cause, errLoop) {
			t.Errorf("%s: %+v", arg, e)
		}
	}
	// Two taps that dial each other: the second is refused.
	first := s.untilListening(s.Add(mustParse(t, dir+"/a="+dir+"/b")))
	second := s.Add(mustParse(t, dir+"/b="+dir+"/a"))
	s.Poll()
	if e := s.row(second).Last; !errors.Is(e.Cause, errLoop) {
		t.Errorf("%+v", e)
	}
	_ = first
}

func TestConnectionsThatHaveEndedGiveUpTheirRowsInTime(t *testing.T) {
	s := newTestSet(t, Config{})
	id := s.listen(FamilyUDS)
	const n = KeepEnded + 100
	histories := map[ID]*History{}
	poll := func() {
		for _, c := range s.Poll() {
			if c.Row.Parent == id {
				histories[c.Row.ID] = c.History
			}
		}
	}
	for range n {
		c := s.client(id)
		c.send("x")
		c.Close()
		poll()
	}
	await(t, "all to be counted", func() bool { poll(); l := s.row(id).Listener; return l.Live == 0 && int64(l.Ended)+l.Gone == n })
	if len(histories) != n {
		t.Errorf("the polls told of %d connections, not of %d", len(histories), n)
	}
	if l := s.row(id).Listener; l.Ended != KeepEnded || len(s.children(id)) != KeepEnded {
		t.Errorf("%+v, %d rows", l, len(s.children(id)))
	}
	for child, h := range histories {
		var kinds []EventKind
		events, _ := h.Events(0)
		for _, e := range events {
			kinds = append(kinds, e.Kind)
		}
		if want := []EventKind{EventAccepted, EventStatus, EventStatus}; !slices.Equal(kinds, want) {
			t.Fatalf("peer %d: its events are %v", child, kinds)
		}
	}
	if total := s.Totals(); total.Received != n || total.Peers != KeepEnded+1 || total.ByStatus[StatusNone] != KeepEnded {
		t.Errorf("%+v", total)
	}
}
