package peer

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"peerscope/peer/capture"
)

// tap adds a tap between a free address of a family and a far listener.
func (s *testSet) tap(family Family, f *far) ID {
	s.t.Helper()
	listen := "tcp-listen://:0"
	if family == FamilyUDS {
		listen = "unix-listen://" + filepath.Join(s.t.TempDir(), "l")
	}
	return s.untilListening(s.Add(mustParse(s.t, listen+"="+f.addr.String())))
}

// everyTap runs a test for both families on both sides.
func everyTap(t *testing.T, test func(*testing.T, *testSet, ID, *far)) {
	bothFamilies(t, func(t *testing.T, family Family) {
		families(t, func(t *testing.T, f *far) {
			s := newTestSet(t, Config{})
			test(t, s, s.tap(family, f), f)
		})
	})
}

// ended waits until a row has ended, and returns its last event.
func (s *testSet) ended(id ID) Event {
	s.t.Helper()
	s.until("the end", func() bool {
		r := s.row(id)
		return !r.Sampled.IsZero() && (r.Status == StatusNone || r.Status == StatusError)
	})
	return s.row(id).Last
}

func TestATapIsBetweenTwoProgramsAndTellsWhatWentOver(t *testing.T) {
	everyTap(t, func(t *testing.T, s *testSet, id ID, f *far) {
		client := s.client(id)
		server := f.accept()
		client.send("question")
		server.receive("question")
		child := s.child(id)
		server.send("answer")
		client.receive("answer")
		client.closeWrite()
		if err := server.end(); err != io.EOF {
			t.Errorf("the server sees %v", err)
		}
		server.send(", late")
		client.receive(", late")
		server.Close()
		if err := client.end(); err != io.EOF {
			t.Errorf("the client sees %v", err)
		}
		if e := s.ended(child); e.By != ByClient || e.Code != 0 || e.To != StatusNone {
			t.Errorf("the end is told as %+v", e)
		}
		r := s.row(child)
		if r.Kind != "tap" || r.Parent != id || r.Sent != 8 || r.Received != 12 || !r.Pair.Is || r.Pair.Server != f.addr.String() {
			t.Errorf("%+v", r)
		}
		s.wantStatuses(child, "none connecting OK", "connecting connected OK", "connected none OK")
		half := slices.IndexFunc(s.events(child), func(e Event) bool { return e.Kind == EventHalfClose })
		if half < 0 || s.events(child)[half].By != ByClient || s.events(child)[half].Dir != capture.Out {
			t.Errorf("%+v", s.events(child))
		}
		buf := make([]byte, 8)
		if n, _ := s.Log(child).CopyAt(buf, capture.Out, 0); string(buf[:n]) != "question" {
			t.Errorf("the log holds %q", buf[:n])
		}
	})
}

func TestATargetThatCannotBeReachedEndsTheClientAndSaysWhy(t *testing.T) {
	bothFamilies(t, func(t *testing.T, family Family) {
		families(t, func(t *testing.T, f *far) {
			s := newTestSet(t, Config{})
			id := s.tap(family, f)
			f.l.Close()
			if err := s.refused(id); family == FamilyTCP && !errors.Is(err, syscall.ECONNRESET) || family == FamilyUDS && err != io.EOF {
				t.Errorf("the client sees %v", err)
			}
			var child ID
			s.until("the row", func() bool {
				for _, r := range s.children(id) {
					child = r.ID
				}
				return child != 0
			})
			e := s.ended(child)
			refused := errors.Is(e.Cause, syscall.ECONNREFUSED) || errors.Is(e.Cause, syscall.ENOENT)
			if e.Code != ErrConnectionError || e.By != ByServer || !refused || !strings.HasPrefix(e.Cause.Error(), "target: ") {
				t.Errorf("%+v", e)
			}
			s.wantStatuses(child, "none connecting OK", "connecting error ERR_CONNECTION_ERROR")
		})
	})
}

// noSocket is a kernel that has no socket left to dial with once it listens.
type noSocket struct {
	system
	listening bool
}

func (k *noSocket) listen(fd, backlog int) error {
	k.listening = true
	return k.system.listen(fd, backlog)
}

func (k *noSocket) socket(domain, typ int) (int, error) {
	if k.listening {
		return -1, syscall.EMFILE
	}
	return k.system.socket(domain, typ)
}

func TestWhatKeepsUsFromDiallingIsNotToldAsTheServers(t *testing.T) {
	for want, tap := range map[string]func(*testing.T, *testSet) ID{
		"too many open files: the client was refused; ulimit -n raises the limit": func(t *testing.T, s *testSet) ID {
			s.sys = &noSocket{}
			return s.tap(FamilyTCP, listenFar(t, FamilyUDS, 8))
		},
		errLoop.Error(): func(t *testing.T, s *testSet) ID { // the target's path leads to the tap only once it listens
			dir := t.TempDir()
			id := s.untilListening(s.Add(mustParse(t, dir+"/tap="+dir+"/target")))
			if err := os.Link(dir+"/tap", dir+"/target"); err != nil {
				t.Fatal(err)
			}
			return id
		},
	} {
		s := newTestSet(t, Config{})
		id := tap(t, s)
		_ = s.refused(id)
		s.until("the row", func() bool { return len(s.children(id)) == 1 })
		if e := s.ended(s.children(id)[0].ID); e.By != ByLocal || e.Code != ErrConnectionError || e.Cause.Error() != want {
			t.Errorf("%+v, want %s", e, want)
		}
	}
}

func TestATargetThatDoesNotAnswerIsGivenUp(t *testing.T) {
	for _, family := range []Family{FamilyTCP, FamilyUDS} {
		s := newTestSet(t, Config{Timeout: 50 * time.Millisecond})
		id := s.tap(FamilyTCP, listenFull(t, family))
		if err := s.refused(id); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the client sees %v", err)
		}
		s.until("the row", func() bool { return len(s.children(id)) == 1 })
		if e := s.ended(s.children(id)[0].ID); e.By != ByTimeout || e.Code != ErrConnectionError || e.Cause.Error() != "no answer within 50ms" {
			t.Errorf("%+v", e)
		}
	}
}

func TestADisconnectedPairEndsWithAFINToBothSides(t *testing.T) {
	everyTap(t, func(t *testing.T, s *testSet, id ID, f *far) {
		client := s.client(id)
		server := f.accept()
		child := s.child(id)
		if n := s.LivePairs(0); n != 1 || s.LivePairs(id) != 1 || s.LivePairs(child) != 1 {
			t.Errorf("%d live pairs", n)
		}
		if err := s.Disconnect(child); err != nil {
			t.Fatal(err)
		}
		for _, c := range []*farConn{client, server} {
			if err := c.end(); err != io.EOF {
				t.Errorf("an end sees %v", err)
			}
			c.Close()
		}
		if e := s.ended(child); e.By != ByLocal || !errors.Is(e.Cause, ErrDisconnected) || e.To != StatusNone {
			t.Errorf("%+v", e)
		}
		if n := s.LivePairs(0); n != 0 {
			t.Errorf("%d live pairs", n)
		}
	})
}

func TestAPairThatNoPollHasSeenLivesAndEndsWithAll(t *testing.T) {
	everyTap(t, func(t *testing.T, s *testSet, id ID, f *far) {
		if err := s.Fold(id, true); err != nil {
			t.Fatal(err)
		}
		client := s.client(id)
		server := f.accept()
		if n := s.LivePairs(0); n != 1 || s.LivePairs(id) != 1 {
			t.Errorf("%d live pairs", n)
		}
		s.EndAll()
		for _, c := range []*farConn{client, server} {
			if err := c.end(); err != io.EOF {
				t.Errorf("an end sees %v", err)
			}
			c.Close()
		}
		await(t, "the end", func() bool { return s.LivePairs(0) == 0 && s.LivePairs(id) == 0 })
		s.until("the stop", func() bool { return !s.row(id).Listener.Listening })
	})
}

func TestAHeldDirectionOfAPairWaitsAndTheOtherGoesOn(t *testing.T) {
	everyTap(t, func(t *testing.T, s *testSet, id ID, f *far) {
		client := s.client(id)
		server := f.accept()
		child := s.child(id)
		if err := s.Hold(child, capture.Out.Only()); err != nil {
			t.Fatal(err)
		}
		const size = 8 << 20
		sent := make(chan error, 1)
		go func() {
			_, err := client.Write(make([]byte, size))
			sent <- err
		}()
		s.until("bytes with us and with the kernel", func() bool {
			w := s.row(child).Pair.Ways[capture.Out]
			return w.Unread > 0 && w.RecvQ > 0
		})
		server.send("still here")
		client.receive("still here")
		if r := s.row(child); r.Held != capture.Out.Only() {
			t.Errorf("%+v", r)
		}
		if err := s.Hold(child, 0); err != nil {
			t.Fatal(err)
		}
		if n, err := io.ReadFull(server, make([]byte, size)); n != size || err != nil {
			t.Error(n, err)
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
	})
}

func TestAListenerOrPairRefusesWhatItHasNot(t *testing.T) {
	families(t, func(t *testing.T, f *far) {
		s := newTestSet(t, Config{})
		id := s.tap(FamilyTCP, f)
		s.client(id)
		f.accept()
		child := s.child(id)
		for id, want := range map[ID]error{id: ErrListener, child: ErrRelayed} {
			if _, err := s.Send(t.Context(), id, []byte("x")); !errors.Is(err, want) {
				t.Error(err)
			}
			if err := s.CloseWrite(id); !errors.Is(err, want) {
				t.Error(err)
			}
		}
	})
}

func TestARemovedTapEndsItsPairs(t *testing.T) {
	everyTap(t, func(t *testing.T, s *testSet, id ID, f *far) {
		client := s.client(id)
		server := f.accept()
		s.child(id)
		if err := s.Remove(id); err != nil {
			t.Fatal(err)
		}
		for _, c := range []*farConn{client, server} {
			if err := c.end(); err != io.EOF {
				t.Errorf("an end sees %v", err)
			}
			c.Close()
		}
		if n := s.Len(); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if total := s.Totals(); total.Peers != 0 || total.Pairs != 0 || total.Listening != 0 || total.ByStatus != [4]int{} {
			t.Errorf("%+v", total)
		}
	})
}

func TestTheBackPressureOfAHeldDirectionIsMeasured(t *testing.T) {
	everyTap(t, func(t *testing.T, s *testSet, id ID, f *far) {
		client := s.client(id)
		f.accept()
		child := s.child(id)
		s.Show([]Row{s.row(child)})
		if err := s.Hold(child, capture.Out.Only()); err != nil {
			t.Fatal(err)
		}
		go client.Write(make([]byte, 16<<20)) // until the test closes it
		s.until("all three to fill", func() bool {
			b := s.row(child).Back[capture.Out]
			far := b.Sender.Bytes > 0 && b.Sender.Used > 0 && b.Sender.Limit > 0
			return b.Taken.Bytes > 0 && b.Waiting.Bytes > 0 && (far || runtime.GOOS != "linux")
		})
		if b := s.row(child).Back[capture.In]; b != (Back{}) {
			t.Errorf("the other direction is not held: %+v", b)
		}
		sides, ok := s.Inspect(child)
		if !ok || len(sides) != 2 || sides[0].Side != "client" || sides[1].Remote == "" {
			t.Errorf("%+v", sides)
		}
	})
}

func TestATakeoverStandsBetweenAServerAndItsClientsAndPutsItBack(t *testing.T) {
	f := listenFar(t, FamilyUDS, 8)
	path := f.addr.Path
	before, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	addr, err := TakeOver(path + "#app")
	if err != nil {
		t.Fatal(err)
	}
	s := NewSet(Config{})
	ts := &testSet{s, t}
	id := ts.untilListening(ts.Add(addr))
	client := ts.client(id)
	server := f.accept()
	client.send("question")
	server.receive("question")
	server.send("answer")
	client.receive("answer")
	if r := ts.row(ts.child(id)); r.Received != 6 || r.Sent != 8 || r.Label != "app" {
		t.Errorf("%+v", r)
	}
	client.Close()
	server.Close()
	ts.mustClose()
	if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the server's socket is not back: %v", err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("%v, %v are left", files, err)
	}
	direct, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	direct.Close()
	f.accept()
}

func TestPairsThatEndedWhileNobodyPolledGiveUpTheirRowsAtTheNextPoll(t *testing.T) {
	f := listenFar(t, FamilyUDS, 8)
	f.serve(echo)
	s := newTestSet(t, Config{})
	id := s.tap(FamilyUDS, f)
	const n = KeepEnded + 100
	for range n {
		s.client(id).Close()
	}
	await(t, "the pairs to end", func() (all bool) {
		_ = s.peek(id, func(r *row) { all = r.live == 0 && len(r.ended) == n })
		return all
	})
	told := 0
	for _, c := range s.Poll() {
		if c.Row.Parent == id && c.Row.Status == StatusNone {
			told++
		}
	}
	s.Poll() // of the listener, which counts them
	if l := s.row(id).Listener; told != n || l.Ended != KeepEnded || l.Gone != n-KeepEnded || len(s.children(id)) != KeepEnded {
		t.Errorf("%d were told, %+v, %d rows", told, l, len(s.children(id)))
	}
}
