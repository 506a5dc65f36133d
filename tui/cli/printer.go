package cli

import (
	"bufio"
	"io"
	"time"

	"peerscope/peer"
	"peerscope/views/report"
)

// The causes of a dropped event.
const (
	memoryBudget = "memory budget"
	slowOutput   = "slow output"
)

// printer prints what polls have seen. It runs in a goroutine of its own and
// reads logs and events by cursor, so a slow reader of the output delays the
// printing, never the polls or the traffic.
type printer struct {
	*waiting
	printing
	out    *bufio.Writer // to output
	output output
	left   int  // events still to print; below zero: no bound
	met    bool // until was printed
	err    error
	late   bool // what is being printed waited while a write did
	buf    []byte

	last chan struct{} // closed by the watch: nothing more will be shown
	done chan struct{} // closed when the printer has ended
	wake chan struct{}
}

// printing is what is printed and how, and what ends it.
type printing struct {
	format   report.Format
	selected selection
	until    eventName // the end once it is printed; the zero name: nothing
	count    int       // the end after so many events; 0: no bound
}

func newPrinter(set *peer.Set, out io.Writer, w printing) *printer {
	p := &printer{
		waiting: newWaiting(set, w.selected.peers), printing: w, output: output{to: out}, left: w.count, buf: make([]byte, 32<<10),
		last: make(chan struct{}), done: make(chan struct{}), wake: make(chan struct{}, 1),
	}
	p.out = bufio.NewWriterSize(&p.output, 64<<10)
	if w.count == 0 {
		p.left = -1
	}
	return p
}

// show hands over what a poll saw, and does not wait for the printing.
func (p *printer) show(changes []peer.Change) {
	if len(changes) == 0 {
		return
	}
	p.waiting.show(changes)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// slowTime is how long one write may take before what is lost meanwhile counts
// as lost to the output: a pipe that is read takes it in microseconds.
const slowTime = 5 * time.Millisecond

// output notes whether a write had to wait for whoever reads it.
type output struct {
	to     io.Writer
	waited bool
}

func (o *output) Write(p []byte) (int, error) {
	begun := time.Now()
	n, err := o.to.Write(p)
	o.waited = o.waited || time.Since(begun) > slowTime
	return n, err
}

func (p *printer) run() {
	defer close(p.done)
	for over := false; !over; {
		select {
		case <-p.wake:
		case <-p.last:
			over = true
		}
		jobs := p.take()
		for i := range jobs {
			if !p.row(&jobs[i]) {
				p.flush()
				return
			}
		}
		if !p.flush() {
			return
		}
		p.late, p.output.waited = p.output.waited, false // what it cost those who waited comes next
	}
}

// ended reports whether the printer has ended: what it has noted may be read.
func (p *printer) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *printer) flush() bool {
	if err := p.out.Flush(); err != nil && p.err == nil {
		p.err = err
	}
	return p.err == nil
}
