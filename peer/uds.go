package peer

import "golang.org/x/sys/unix"

// UDS is a Unix-domain stream peer (StreamPeerUDS). The zero value is ready to
// use and has StatusNone.
type UDS struct {
	Socket
	listener string // the path of the server that it was taken from
}

// ConnectToHost begins to connect to a path, or to "@name" in the abstract
// namespace (Linux, our addition): spec §2.1. It is usually CONNECTED at once;
// CONNECTING means that the listener's queue is full, and each Poll tries
// again. It never blocks.
//
// Errors: ErrAlreadyInUse (the socket is open, but for one that was bound in
// StatusNone: Q1), ErrInvalidParameter (an empty path or one longer than
// MaxPath), ErrFailed with the system's cause, after which the status is NONE.
func (u *UDS) ConnectToHost(path string) error {
	addr := Endpoint{Family: FamilyUDS, Path: path}.String()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn != nil && u.status != StatusNone {
		return u.refuse("connect", addr, ErrAlreadyInUse, errBusy)
	}
	if err := checkPath(path); err != nil {
		return u.refuse("connect", addr, ErrInvalidParameter, err)
	}
	u.listener = ""
	return u.start(FamilyUDS, unix.AF_UNIX, &unix.SockaddrUnix{Name: path}, addr)
}

// ConnectedPath returns the path that was dialled, "" on a closed socket and on
// one taken from a server (Q6).
func (u *UDS) ConnectedPath() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn == nil {
		return ""
	}
	remote, dialled := u.conn.remote.(*unix.SockaddrUnix)
	if !dialled {
		return ""
	}
	return remote.Name
}

// ListenerPath returns the path of the server that the socket was taken from;
// "" if it was dialled, and on a closed socket. It is our addition (Q6).
func (u *UDS) ListenerPath() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn == nil {
		return ""
	}
	return u.listener
}
