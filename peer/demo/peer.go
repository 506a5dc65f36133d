package demo

import "time"

// Peer is one row of the demo: where to connect, and what the program does there.
type Peer struct {
	// Label is the name of the row, unique within a demo.
	Label string
	// Address is in PeerScope's canonical form: tcp://127.0.0.1:PORT or unix:///PATH,
	// in which %25, %23 and %3D stand for the characters %, # and = of a path.
	Address string
	// Say is what the program sends while it is connected; each Line keeps its own time.
	Say []Line
	// HalfCloseAfter is how long after connecting the program ends its sending side;
	// 0 is never.
	HalfCloseAfter time.Duration
}

// Line is something to send on every connection to a peer.
type Line struct {
	After time.Duration // from the connection to the first sending
	Every time.Duration // from one sending to the next; 0: send once
	Data  []byte        // shared between calls: not to be changed
}

// halfCloseAfter leaves time to see the greeting and the request before our FIN.
const halfCloseAfter = 5 * time.Second

// Requests in the dress of known protocols, so that a hex dump of them teaches something.
var (
	// RESP arrays (Redis): text with CRLF, and a bulk string of 7 bytes with UTF-8, a null and a high byte.
	sayEcho = []Line{
		{After: 500 * time.Millisecond, Every: 3 * time.Second, Data: []byte("*1\r\n$4\r\nPING\r\n")},
		{After: 2 * time.Second, Every: 9 * time.Second, Data: []byte("*2\r\n$4\r\nECHO\r\n$7\r\ncafé\x00\xff\r\n")},
	}
	// A PostgreSQL simple query: type, big-endian length that counts itself, string with its null.
	sayEchoUDS = []Line{
		{After: 800 * time.Millisecond, Every: 4 * time.Second, Data: []byte("Q\x00\x00\x00\x0eselect 1;\x00")},
	}
	sayResetter  = []Line{{After: 500 * time.Millisecond, Data: []byte("are you still there?\r\n")}}
	sayHalfClose = []Line{{After: time.Second, Data: []byte("count to 12 when I am done\r\n")}}
)
