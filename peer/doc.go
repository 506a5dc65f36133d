// Package peer is the StreamPeerSocket family: stream peers over TCP and Unix
// sockets that are polled, and a [Set] that holds many of them and tells on
// each poll what changed. It knows no screen.
//
// # Statuses
//
// A peer has one of four: [StatusNone], [StatusConnecting], [StatusConnected],
// [StatusError]. A status changes only inside a call of the class, never by
// itself: Poll is the only call that turns CONNECTING into CONNECTED and the
// only one that sets ERROR. A FIN closes a connected peer (NONE) at the poll
// after its last byte was read; a reset is ERROR. machine.go is the whole table.
//
// # Methods
//
//	class method             here
//	poll                     [Socket.Poll]
//	get_status               [Socket.Status]
//	disconnect_from_host     [Socket.DisconnectFromHost]
//	connect_to_host          [TCP.ConnectToHost], [UDS.ConnectToHost]
//	get_connected_host       [TCP.ConnectedHost]
//	get_connected_port       [TCP.ConnectedPort]
//	get_connected_path       [UDS.ConnectedPath]
//	get_available_bytes      [Socket.AvailableBytes]
//	get_partial_data         [Socket.GetPartialData]
//	put_data                 [Socket.PutData]
//	put_partial_data         [Socket.PutPartialData]
//	(the class has none)     [Socket.CloseWrite], [Socket.Queues]
//
// Errors carry the family's number ([Error]) and the system's cause, so that
// errors.Is finds either.
//
// # One engine, two sources of facts
//
// By itself a socket makes the class's own system calls. In a [Set] it has a
// reader, one goroutine a connection, which takes bytes into the peer's log as
// they come and records what the kernel said; Poll judges what was recorded.
// The traffic never waits for a poll.
package peer
