package relay

// softened are the scenarios whose ending a relay cannot pass on to a Unix socket
// as it was, with the reason (DESIGN, "Relaying over a UDS"). All of them are
// resets. A scenario that is listed and does not differ fails the matrix.
var softened = map[string]string{
	"close with bytes unread":                   unreadReason,
	"close with bytes unread, found by writing": unreadReason,
	"half-close, then close with bytes unread":  unreadReason,
	"killed with bytes unread":                  unreadReason,
}

// With so many bytes that some lie unread at the relay too, the kernel says it:
// "close with all queues full" is not in the list.
const unreadReason = "a Unix socket sees ECONNRESET only if bytes that it sent lie unread when the socket that it is " +
	"connected to is closed: that is the relay's, which has read them"

// differs reports whether the end that has not ended it sees something else than
// it would directly, and why.
func differs(c cell) (bool, string) {
	other := c.server
	if c.ender == Server {
		other = c.client
	}
	reason, listed := softened[c.scenario]
	return listed && other != tcp, reason
}
