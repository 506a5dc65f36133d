package tui

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views"
)

// listens adds an address that listens, by typing it, and waits until it does.
func (s *screen) listens(arg string) peer.ID {
	s.Helper()
	s.press("a", arg, "enter")
	id := s.selected
	s.until(arg+" to listen", func() bool { return s.rowOf(id).Listener.Listening })
	return id
}

func (s *screen) rowOf(id peer.ID) peer.Row {
	s.Helper()
	r, err := s.set.Row(id)
	if err != nil {
		s.Fatal(err)
	}
	return r
}

// client connects to a listener and waits until its row is there.
func (s *screen) client(id peer.ID) (net.Conn, peer.ID) {
	s.Helper()
	network, at := "tcp", strings.TrimPrefix(s.rowOf(id).Listener.Bound, "tcp-listen://")
	if path, is := strings.CutPrefix(at, "unix-listen://"); is {
		network, at = "unix", path
	}
	before := s.rowOf(id).Listener.Live
	c, err := net.DialTimeout(network, at, patience)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		s.Fatal(err)
	}
	s.until("the client's row", func() bool { return s.rowOf(id).Listener.Live > before })
	i, err := s.set.Index(id)
	if err != nil {
		s.Fatal(err)
	}
	child := peer.ID(0)
	for _, r := range s.set.Rows(nil, i+1, s.set.Len()) {
		if r.Parent == id {
			child = r.ID
		}
	}
	if child != 0 {
		s.until("the client to be connected", func() bool { return s.rowOf(child).Status == peer.StatusConnected })
	}
	return c, child
}

func (s *screen) send(c net.Conn, text string) {
	s.Helper()
	s.clock.Add(int64(time.Millisecond))
	if _, err := c.Write([]byte(text)); err != nil {
		s.Fatal(err)
	}
}

// line is the row of the table that holds all of some words, "" if none does.
func (s *screen) line(words ...string) string {
	_, rows := s.pane("Peers")
	for _, row := range rows {
		if holdsAll(row, words) {
			return row
		}
	}
	return ""
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func (s *screen) wantLine(words ...string) {
	s.Helper()
	if s.line(words...) == "" {
		s.Errorf("no row has all of %q:\n%s", words, s.text())
	}
}

func TestAListenerIsAddedAndItsClientsStandBelowIt(t *testing.T) {
	for _, arg := range []string{"tcp-listen://:0#serve", "unix-listen://%s/l.sock#serve"} {
		s := newScreen(t, 200, 40)
		if strings.Contains(arg, "%s") {
			arg = fmt.Sprintf(arg, s.dir)
		}
		id := s.listens(arg)
		bound := s.rowOf(id).Listener.Bound
		s.wantLine("▌ 1 ▾ serve", bound, "◌ listening", "no client yet")
		s.wantText("1 listening", "◦ listening", "at "+bound)

		first, child := s.client(id)
		name := "└ "
		if tcp, is := first.LocalAddr().(*net.TCPAddr); is {
			name = fmt.Sprintf("└ :%d", tcp.Port)
		}
		s.wantLine("2 "+name, "accept", "● connected")
		s.wantLine("▾ serve", "1 live")
		s.send(first, "hello")
		s.until("the bytes", func() bool { return s.rowOf(child).Received == 5 })
		s.client(id)
		s.wantLine("2 " + strings.Replace(name, "└", "├", 1))
		s.wantLine("3 └ ")
		s.press("j")
		s.wantText("Timeline serve "+strings.TrimPrefix(name, "└ "), "◦ accepted from ", "│hello")
		_ = first.Close()
		s.until("the end", func() bool { return s.rowOf(id).Listener.Ended == 1 })
		s.wantLine("2 ├ ", "○ none", " from client")
		s.wantLine("▾ serve", "1 live, 1 ended")
	}
}

func TestFoldingHidesTheConnectionsAndSelectsTheirListener(t *testing.T) {
	s := newScreen(t, 120, 36)
	id := s.listens("tcp-listen://:0#serve")
	s.addNames("other")
	_, child := s.client(id)
	s.client(id)
	s.press("enter")
	s.wantLine("▌ 1 ▸ serve", "2 live")
	if s.line("└ ") != "" || s.set.Len() != 2 {
		t.Errorf("a connection is still shown:\n%s", s.text())
	}
	s.press("enter", "j")
	s.wantLine("▌ 3 ├ ")
	s.press(" ") // also from one of them
	s.wantLine("▌ 1 ▸ serve")
	if s.selected != id {
		t.Errorf("%d is selected", s.selected)
	}
	s.press(" ")
	s.selected = child
	if err := s.set.Fold(id, true); err != nil {
		t.Fatal(err)
	}
	s.resize(121, 36)
	s.press("h") // acts on nothing that is not shown
	if s.selected != id || s.rowOf(child).Held != 0 {
		t.Errorf("%d is selected, held is %v", s.selected, s.rowOf(child).Held)
	}
	s.press("j", "enter")
	s.wantFoot("other is no listener: there is nothing to fold")
}

func TestAHeldAcceptRowFillsUpAndIsLetGo(t *testing.T) {
	s := newScreen(t, 200, 36)
	id := s.listens("tcp-listen://:0#serve")
	c, child := s.client(id)
	s.press("j", "h")
	s.wantFoot("is held: after 64 KiB unread it waits with the kernel and the sender; h lets go")
	const size = 300_000
	written := make(chan error, 1)
	go func() { _, err := c.Write(make([]byte, size)); written <- err }()
	s.until("64 KiB unread", func() bool { r := s.rowOf(child); return r.Unread >= 64<<10 && r.RecvQ > 0 })
	s.wantLine("└ ", "● connected", "held U█", " R", " S")
	s.press("h")
	s.wantFoot("is let go")
	s.until("all of it", func() bool { return s.rowOf(child).Received == size })
	if err := <-written; err != nil {
		t.Error(err)
	}
	if s.line("└ ", "held") != "" {
		t.Errorf("it is still called held:\n%s", s.text())
	}
	_ = c.Close()
	s.until("the end", func() bool { return s.rowOf(child).Status == peer.StatusNone })
	s.press("h")
	s.wantFoot("has ended: there is nothing to hold")
}

func TestAListenerStopsAndListensAgain(t *testing.T) {
	s := newScreen(t, 160, 36)
	id := s.listens("tcp-listen://:0#serve")
	bound := s.rowOf(id).Listener.Bound
	c, child := s.client(id)
	s.press("r")
	s.wantFoot("serve listens already")
	s.press("d")
	s.wantFoot("serve stops listening; what it has accepted lives on (1); r listens again")
	s.until("the stop", func() bool { return !s.rowOf(id).Listener.Listening })
	s.wantLine("▾ serve", bound, "○ stopped", "1 live")
	s.wantText("0 listening", "◦ stopped listening")
	s.send(c, "still here")
	s.until("the bytes", func() bool { return s.rowOf(child).Received == 10 })
	s.press("d")
	s.wantFoot("serve does not listen; r listens again")
	s.press("r")
	s.until("it to listen", func() bool { return s.rowOf(id).Listener.Listening })
	s.wantLine("▾ serve", bound, "◌ listening")
	s.client(id)
}

func TestAListenThatFailsSaysWhyInItsRow(t *testing.T) {
	s := newScreen(t, 200, 36)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s.press("a", "tcp-listen://"+l.Addr().String()+"#taken", "enter")
	s.until("the failure", func() bool { return s.line("✖ failed") != "" })
	s.wantLine("▾ taken", "✖ failed", "in use")
	s.wantText("✖ listen failed", "another program listens there")
	_ = l.Close()
	s.press("r")
	s.until("it to listen", func() bool { return s.line("◌ listening") != "" })
	s.press("d")
	s.until("the stop", func() bool { return s.line("○ stopped") != "" }) // and not failed, as before
}

func TestKeysSayWhatAListenerCannotDo(t *testing.T) {
	s := newScreen(t, 160, 36)
	id := s.listens("tcp-listen://:0#serve")
	const why = "serve: a listener sends and receives nothing: choose one of its connections"
	for _, key := range []string{"s", "D", "h"} {
		s.press("j", key)
		s.wantFoot(why)
		s.pass(2 * noticeTime)
	}
	c, child := s.client(id)
	_ = c.Close()
	s.until("the end", func() bool { return s.rowOf(child).Status == peer.StatusNone })
	s.press("j", "s")
	s.wantFoot("only its client can connect again")
	s.press("r")
	s.wantFoot("it was accepted: only the client can connect again")
}

// What the screen keeps of a connection goes with its row, and the selection
// goes to its listener.
func TestEndedConnectionsLeaveNothingBehind(t *testing.T) {
	s := newScreen(t, 120, 36)
	id := s.listens("unix-listen://" + filepath.Join(s.dir, "l") + "#serve")
	c, child := s.client(id)
	s.press("j")
	if s.selected != child {
		t.Fatalf("%d is selected", s.selected)
	}
	_ = c.Close()
	const clients = peer.KeepEnded*2 + 200
	for n := 1; n < clients; n++ {
		c, err := net.Dial("unix", filepath.Join(s.dir, "l"))
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
		if n%50 == 0 {
			s.until("most ends", func() bool { return s.rowOf(id).Listener.Live < 50 })
		}
	}
	s.until("all ends", func() bool {
		l := s.rowOf(id).Listener
		return l.Live == 0 && l.Ended == peer.KeepEnded && l.Gone == clients-peer.KeepEnded
	})
	if s.selected != id {
		t.Errorf("%d is selected", s.selected)
	}
	s.wantLine("▌  1 ▾ serve", "0 live +1200")
	if most := 2*s.set.Totals().Peers + keptGone; len(s.histories) > most || len(s.spark.peers) > most {
		t.Errorf("%d histories and %d sparklines of %d peers", len(s.histories), len(s.spark.peers), s.set.Totals().Peers)
	}
}

// That nobody can be accepted is said until somebody is.
func TestAnAcceptErrorStandsInTheRowUntilAClientIsAccepted(t *testing.T) {
	s := newScreen(t, 120, 36)
	r := peer.Row{
		ID: 7, Listener: peer.Listener{Is: true, Listening: true, Live: 2},
		Last: peer.Event{
			Kind: peer.EventError, Op: "accept", Code: peer.ErrFailed, Time: epoch,
			Cause: fmt.Errorf("%w: clients wait until some are closed", syscall.EMFILE),
		},
	}
	if v := s.tableRow(&r, views.TreeOpen); !v.Bad || !strings.Contains(v.Cause, "too many open files: clients wait") {
		t.Errorf("%+v", v)
	}
	s.history(7).accepted = epoch.Add(time.Second)
	if v := s.tableRow(&r, views.TreeOpen); v.Bad || v.Cause != "" || v.Listener.Live != 2 {
		t.Errorf("%+v", v)
	}
}

// Descriptors come with a byte, and stand before it whenever they are told.
func TestDescriptorsStandBeforeTheirByte(t *testing.T) {
	s := newScreen(t, 120, 36)
	f := s.connect("unix", "sender")
	for _, text := range []string{"ab", "c", "d"} {
		s.clock.Add(int64(time.Millisecond))
		f.tell([]byte(text))
	}
	log := s.set.Log(f.id)
	var h history
	h.add([]peer.Event{{Kind: peer.EventAncillary, Dir: capture.In, Time: s.now().Add(time.Second), With: &peer.Ancillary{Off: 2}}}, log)
	w := items{log: log, events: h.events, dirs: capture.Both, perRow: 16}
	list := w.before(time.Time{}, 5)
	if len(list) != 4 || list[1].event == nil || list[2].chunk.Off != 2 || list[3].chunk.Off != 3 {
		t.Errorf("%+v", list)
	}
}
