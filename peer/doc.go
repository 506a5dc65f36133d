// Package peer is Godot's StreamPeerSocket family in Go: stream peers over TCP
// and Unix sockets that are polled, their servers, typed reads and writes, and a
// [Set] that holds many peers and tells on each poll what changed. It knows no
// screen.
//
//	var p peer.TCP
//	if err := p.ConnectToHost(ctx, "127.0.0.1", 6007); err != nil { … }
//	for p.Status() == peer.StatusConnecting { // nothing changes without Poll
//		<-tick.C
//		if err := p.Poll(); err != nil { … }
//	}
//	s := peer.StreamPeer{Stream: &p}
//	err := s.PutUTF8String(ctx, "hello")
//	n, err := s.GetU32(ctx)
//
// # Statuses
//
// A socket has one of four:
//
//	StatusNone        0  new, disconnected, or closed by a FIN or by a read or write that failed
//	StatusConnecting  1  a connect is under way
//	StatusConnected   2  connected
//	StatusError       3  a poll has seen the connect fail or the connection reset
//
// A status changes only inside a call, never by itself. Poll is the only call
// that turns CONNECTING into CONNECTED and the only one that sets ERROR, so a
// socket that nobody polls stays CONNECTING for ever. A nil error of
// ConnectToHost means that it has started. A FIN closes a connected socket at the
// first poll after its last byte was read (NONE, and no error); a reset is ERROR
// if a poll sees it first, and NONE if a read or a write does: LastError tells
// them apart. On a closed socket the addresses are empty and AvailableBytes is
// -1. DisconnectFromHost leads from anywhere to NONE. After ERROR, TCP must
// disconnect before it dials again. machine.go is the whole table.
//
// # Methods
//
//	StreamPeer                        here
//	  put_data, get_data              PutData, GetData of Stream: TCP, UDS, Buffer
//	  put_partial_data                PutPartialData
//	  get_partial_data                GetPartialData
//	  get_available_bytes             AvailableBytes
//	  big_endian                      StreamPeer.BigEndian
//	  put_8, get_8                    StreamPeer.Put8, StreamPeer.Get8
//	  put_u8, get_u8                  StreamPeer.PutU8, StreamPeer.GetU8
//	  put_16, get_16                  StreamPeer.Put16, StreamPeer.Get16
//	  put_u16, get_u16                StreamPeer.PutU16, StreamPeer.GetU16
//	  put_32, get_32                  StreamPeer.Put32, StreamPeer.Get32
//	  put_u32, get_u32                StreamPeer.PutU32, StreamPeer.GetU32
//	  put_64, get_64                  StreamPeer.Put64, StreamPeer.Get64
//	  put_u64, get_u64                StreamPeer.PutU64, StreamPeer.GetU64
//	  put_half, get_half              StreamPeer.PutHalf, StreamPeer.GetHalf
//	  put_float, get_float            StreamPeer.PutFloat, StreamPeer.GetFloat
//	  put_double, get_double          StreamPeer.PutDouble, StreamPeer.GetDouble
//	  put_string, get_string          StreamPeer.PutString, StreamPeer.GetString
//	  put_utf8_string                 StreamPeer.PutUTF8String
//	  get_utf8_string                 StreamPeer.GetUTF8String
//	  put_var, get_var                StreamPeer.PutVar, StreamPeer.GetVar
//	  full_objects, allow_objects     StreamPeer.FullObjects
//	StreamPeerSocket
//	  poll                            Socket.Poll
//	  get_status                      Socket.Status
//	  disconnect_from_host            Socket.DisconnectFromHost
//	  wait (C++ only)                 Socket.Wait
//	  connect_timeout_seconds         Socket.SetConnectTimeout
//	  (the class has none)            Socket.CloseWrite, Socket.PutFrom, Socket.Queues, Socket.Deadline,
//	                                  Socket.LastError, Socket.KeepWriteOnEOF
//	StreamPeerTCP
//	  bind                            TCP.Bind
//	  connect_to_host                 TCP.ConnectToHost
//	  get_connected_host              TCP.ConnectedHost
//	  get_connected_port              TCP.ConnectedPort
//	  get_local_port                  TCP.LocalPort
//	  set_no_delay                    TCP.SetNoDelay
//	StreamPeerUDS
//	  bind                            UDS.Bind
//	  connect_to_host                 UDS.ConnectToHost
//	  get_connected_path              UDS.ConnectedPath
//	  (the class has none)            UDS.ListenerPath
//	TCPServer
//	  listen                          TCPServer.Listen
//	  is_listening                    TCPServer.IsListening
//	  is_connection_available         TCPServer.IsConnectionAvailable
//	  take_connection                 TCPServer.TakeConnection
//	  take_socket_connection          TCPServer.TakeSocketConnection
//	  get_local_port                  TCPServer.LocalPort
//	  stop                            TCPServer.Stop
//	UDSServer
//	  listen                          UDSServer.Listen
//	  is_listening                    UDSServer.IsListening
//	  is_connection_available         UDSServer.IsConnectionAvailable
//	  take_connection                 UDSServer.TakeConnection
//	  take_socket_connection          UDSServer.TakeSocketConnection
//	  stop                            UDSServer.Stop
//	StreamPeerBuffer
//	  seek, get_position              Buffer.Seek, Buffer.Position
//	  get_size, resize, clear         Buffer.Size, Buffer.Resize, Buffer.Clear
//	  get_data_array, set_data_array  Buffer.DataArray, Buffer.SetDataArray
//	  duplicate                       Buffer.Duplicate
//
// A method without an error in the class has none here where nothing can go
// wrong; the typed ones return the error that the class discards. A destructor of
// the class disconnects: call DisconnectFromHost, or Stop.
//
// # What blocks
//
// PutData, PutFrom, GetData, Wait and what stands on them, the typed reads and writes,
// wait until they are done or their context ends; ConnectToHost of a TCP socket
// looks a name up first. Everything else returns at once. No lock is held while a
// call waits: the socket can be polled, read, written and disconnected meanwhile,
// and a disconnect ends the wait. Of several calls that read, or that write, one
// waits at a time and the others for their turn.
//
// # Errors
//
// An error is an [*OpError] with the family's number ([Error]) and the system's
// cause beneath, so that errors.Is finds either: ErrConnectionError and
// syscall.ECONNREFUSED. A nil error is the class's OK. Byte counts are real,
// also beside an error. A Variant that cannot be read is a *variant.Error
// beneath, with the offset of the part that is wrong.
//
// # What differs from the class
//
// What follows is by choice (Q and R numbers are those of the specification):
// a bound Unix socket can be connected (Q1); an accepted TCP socket knows its
// local port (Q7); a socket file is replaced only if nobody answers at it (Q9),
// and unlinked only if it is ours (Q10); a bind or listen that fails leaves
// nothing open (Q11); paths may be as long as the system takes (Q12); a signal
// interrupts no call (Q13); a port out of range is refused (Q14); lengths that are
// read have a limit (Q17); paths are UTF-8 and the position of a Buffer stays in
// it (Q27); a socket with a reader that is disconnected with bytes unread ends in
// a reset on TCP and in a plain EOF on a Unix socket (R1).
//
// # One engine, two sources of facts
//
// By itself a socket makes the class's own system calls. In a [Set] it has a
// reader, one goroutine a connection, which takes bytes into the peer's log as
// they come and records what the kernel said; Poll judges what was recorded.
// The traffic never waits for a poll.
package peer
