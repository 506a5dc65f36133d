package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/tui"
	"peerscope/views/report"
)

// standing is an output that nobody reads until it is opened.
type standing struct {
	open chan struct{}
	bytes.Buffer
}

func (s *standing) Write(p []byte) (int, error) {
	<-s.open
	return s.Buffer.Write(p)
}

// crowd lets so many clients come to a listener, say hello and go, and shows to a
// printer what polls see of it. It returns once all of them have ended.
func crowd(t *testing.T, set *peer.Set, p *printer, clients int) {
	t.Helper()
	path := filepath.Join(shortDir(t), "s")
	addr, err := peer.ParseAddress("unix-listen://" + path)
	if err != nil {
		t.Fatal(err)
	}
	id := set.Add(addr)
	for n := range clients {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, "hello")
		_ = c.Close()
		if n%50 == 0 {
			p.show(set.Poll())
		}
	}
	eventually(t, "end of all clients", func() bool {
		p.show(set.Poll())
		r, err := set.Row(id)
		return err == nil && r.Listener.Live == 0 && int64(r.Listener.Ended)+r.Listener.Gone == int64(clients)
	})
	p.show(set.Step())
}

// asJSON prints every event as JSON.
func asJSON() printing {
	all := selection{kinds: map[report.Kind]bool{}, dirs: capture.Both}
	for _, k := range report.Kinds {
		all.kinds[k] = true
	}
	return printing{format: report.JSON{}, selected: all}
}

func (w *waiting) size() (due, follows int, skipped int64) {
	w.Lock()
	defer w.Unlock()
	return len(w.due), len(w.follows), w.skipped
}

const hello = int64(len("hello"))

// wholeStories counts the connections that were printed, each of which begins and
// ends, and the bytes that were printed and dropped.
func (r result) wholeStories(t *testing.T) (connections, printed, dropped int64) {
	t.Helper()
	ended := map[int]bool{}
	for _, e := range r.events {
		switch e.Event {
		case "accepted":
			connections++
			ended[e.Peer] = false
		case "status":
			ended[e.Peer] = e.To == "none"
		case "data":
			printed += e.Len
		case "dropped":
			dropped += e.Len
		}
	}
	for id, over := range ended {
		if !over {
			t.Errorf("peer %d does not end", id)
		}
	}
	return connections, printed, dropped
}

func TestConnectionsThatComeAndGoArePrintedWholeAndForgotten(t *testing.T) {
	const clients = 6 * peer.KeepEnded
	set := peer.NewSet(peer.Config{})
	defer set.Close()
	out := &standing{open: make(chan struct{})}
	close(out.open)
	p := newPrinter(set, out, asJSON())
	go p.run()
	crowd(t, set, p, clients)
	close(p.last)
	<-p.done
	connections, printed, dropped := result{events: parse(t, out.String())}.wholeStories(t)
	if connections != clients || printed+dropped != clients*hello {
		t.Errorf("%d connections, %d bytes and %d dropped of %d clients", connections, printed, dropped, clients)
	}
	p.waiting.show(nil) // what a slow printer has just printed is forgotten at the next poll
	if _, follows, _ := p.size(); follows > 3*peer.KeepEnded {
		t.Errorf("%d peers are still known", follows)
	}
}

func TestWhatWaitsForAnOutputThatStandsIsBoundedAndCounted(t *testing.T) {
	const clients = maxWaiting + 3*peer.KeepEnded
	set := peer.NewSet(peer.Config{})
	defer set.Close()
	out := &standing{open: make(chan struct{})}
	p := newPrinter(set, out, asJSON())
	go p.run()
	crowd(t, set, p, clients)
	due, follows, skipped := p.size()
	if due > maxWaiting+1 || follows > maxWaiting+2*peer.KeepEnded || skipped == 0 { // the listener is due as well
		t.Errorf("%d wait, %d are known, %d were given up", due, follows, skipped)
	}
	close(out.open)
	close(p.last)
	<-p.done
	r := result{events: parse(t, out.String())}
	connections, printed, dropped := r.wholeStories(t)
	if connections+skipped != clients || printed+dropped != clients*hello {
		t.Errorf("%d connections and %d given up, %d bytes and %d dropped of %d clients", connections, skipped, printed, dropped, clients)
	}
	var ofListener int64
	for _, e := range r.ofPeer(1).of("dropped", "in") {
		if e.Cause != slowOutput {
			t.Errorf("%+v", e)
		}
		ofListener += e.Len
	}
	if ofListener != skipped*hello {
		t.Errorf("%d bytes are counted for the listener, expected %d", ofListener, skipped*hello)
	}
}

func TestAnInterruptedWatchSaysHowManyWereNotPrinted(t *testing.T) {
	r, stderr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	set := peer.NewSet(peer.Config{})
	defer set.Close()
	w := &watch{set: set, printer: newPrinter(set, io.Discard, printing{})} // a printer that does not end
	w.printer.skipped = 3
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	old := os.Stderr
	os.Stderr = stderr
	w.finish(ctx, time.Millisecond)
	err = w.outcome(ctx, "")
	os.Stderr = old
	_ = stderr.Close()
	if !errors.Is(err, tui.ErrInterrupted) {
		t.Error(err)
	}
	const want = "peerscope: 3 connections were not printed: whoever reads stdout is too slow\n"
	if got, err := io.ReadAll(r); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
}
