// Package demo runs the far ends of `peerscope demo`: in-process servers on
// loopback ports and on Unix sockets in a private directory, some of which
// misbehave on purpose. It never dials for the program: [Demo.Peers] says what
// to connect to, and what to send there so that there is something to see.
//
//	label       does                                                    shows
//	echo        sends back what comes                                   both directions
//	echo-uds    the same over a Unix socket
//	ticker      a line of text every second                             a steady stream, UTF-8, CRLF
//	ticker-uds  a length-prefixed frame every 700 ms                    nulls, high bytes, numbers
//	chatty      bursts of 4 to 40 kB every 2 to 5 s                     gaps between bursts
//	variants    a value as Godot's put_var sends it, every 2 s           the inspector's Variant tree
//	slow        never takes a client: its queue is full                 CONNECTING until the deadline
//	slow-uds    the same over a Unix socket (Linux only)                CONNECTING, connect tried again
//	refused     a port that nobody listens on                           connection refused
//	missing     a path that does not exist                              no such file or directory
//	resetter    a line; once it was told something, RST after 2 to 4 s  connection reset by peer
//	polite      a greeting, three lines, then FIN                       an orderly end
//	half-close  answers for 3 s after our FIN, then ends                a half-close that works
//
// The servers are seeded: what a peer says on its n-th connection depends on
// the seed, its label and n, and on nothing else. Timing is real and is not
// part of that promise. Ports and the directory's name are the system's choice.
//
// Every connection but those of half-close ends when the client ends its side.
// A client that does not read is dropped after a minute, and [Demo.Close] waits
// for no client.
package demo
