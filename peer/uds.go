package peer

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// UDS is a Unix-domain stream peer (StreamPeerUDS). The zero value is ready to
// use and has StatusNone.
type UDS struct{ Socket }

// ConnectToHost begins to connect to a path, or to "@name" in the abstract
// namespace (Linux, our addition): spec §2.1. It is usually CONNECTED at once;
// CONNECTING means that the listener's queue is full, and each Poll tries
// again. It never blocks.
//
// Errors: ErrAlreadyInUse (the socket is open), ErrInvalidParameter (an empty
// path or one longer than MaxPath), ErrFailed with the system's cause, after
// which the status is NONE.
func (u *UDS) ConnectToHost(path string) error {
	addr := Address{Family: FamilyUDS, Path: path}.String()
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.conn != nil:
		return u.refuse("connect", addr, ErrAlreadyInUse, errBusy)
	case path == "":
		return u.refuse("connect", addr, ErrInvalidParameter, fmt.Errorf("the path is empty"))
	case len(path) > MaxPath:
		return u.refuse("connect", addr, ErrInvalidParameter, fmt.Errorf("the path is %d bytes long, at most %d fit", len(path), MaxPath))
	}
	return u.start(FamilyUDS, unix.AF_UNIX, &unix.SockaddrUnix{Name: path}, addr)
}

// ConnectedPath returns the path that was dialled, "" on a closed socket.
func (u *UDS) ConnectedPath() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn == nil {
		return ""
	}
	return u.conn.remote.(*unix.SockaddrUnix).Name
}
