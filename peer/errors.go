package peer

import (
	"errors"
	"fmt"
)

// Error is one of the family's error numbers (spec §3). It is an error by
// itself, so errors.Is(err, peer.ErrFailed) holds for every error that carries
// the number; Go's nil stands for OK, number 0.
type Error uint8

// The numbers that this package returns.
const (
	ErrFailed           Error = 1
	ErrUnavailable      Error = 2 // the socket is closed, or the local address cannot be had
	ErrUnauthorized     Error = 4
	ErrOutOfMemory      Error = 6 // a length above what is allowed
	ErrFileEOF          Error = 18
	ErrCantCreate       Error = 20 // a server's socket
	ErrAlreadyInUse     Error = 22
	ErrCantResolve      Error = 26
	ErrConnectionError  Error = 27
	ErrInvalidData      Error = 30
	ErrInvalidParameter Error = 31
	ErrAlreadyExists    Error = 32
	ErrBusy             Error = 44 // nothing to do without waiting
)

var errorNames = map[Error]string{
	0:                   "OK",
	ErrFailed:           "FAILED",
	ErrUnavailable:      "ERR_UNAVAILABLE",
	ErrUnauthorized:     "ERR_UNAUTHORIZED",
	ErrOutOfMemory:      "ERR_OUT_OF_MEMORY",
	ErrFileEOF:          "ERR_FILE_EOF",
	ErrCantCreate:       "ERR_CANT_CREATE",
	ErrAlreadyInUse:     "ERR_ALREADY_IN_USE",
	ErrCantResolve:      "ERR_CANT_RESOLVE",
	ErrConnectionError:  "ERR_CONNECTION_ERROR",
	ErrInvalidData:      "ERR_INVALID_DATA",
	ErrInvalidParameter: "ERR_INVALID_PARAMETER",
	ErrAlreadyExists:    "ERR_ALREADY_EXISTS",
	ErrBusy:             "ERR_BUSY",
}

// Name returns the family's own name of the number, as printed in JSON.
func (e Error) Name() string {
	if name, known := errorNames[e]; known {
		return name
	}
	return fmt.Sprintf("ERR_%d", uint8(e))
}

// Error returns the name with its number.
func (e Error) Error() string { return fmt.Sprintf("%s (%d)", e.Name(), uint8(e)) }

// OpError says which call failed, on what, with which number of the family,
// and why. It unwraps to both Code and Cause, so errors.Is finds the family's
// number and the system's error alike.
type OpError struct {
	Op    string // "connect", "poll", "send", "receive", "half-close", "bind", "listen", "accept", "wait" …
	Addr  string // the remote address as written; "" where there is none
	Code  Error
	Cause error // the system's error, or our own reason; never nil
}

// Error reads "connect unix:///run/app.sock: no such file or directory".
func (e *OpError) Error() string {
	if e.Addr == "" {
		return fmt.Sprintf("%s: %v", e.Op, e.Cause)
	}
	return fmt.Sprintf("%s %s: %v", e.Op, e.Addr, e.Cause)
}

// Unwrap returns the family's number and the cause.
func (e *OpError) Unwrap() []error { return []error{e.Code, e.Cause} }

// Causes that are not the system's words. They end a connection or refuse a
// call and are shown as they read.
var (
	ErrFIN          = errors.New("FIN")              // a TCP peer ended its sending
	ErrEOF          = errors.New("EOF")              // a Unix-socket peer ended its sending
	ErrDisconnected = errors.New("disconnected")     // DisconnectFromHost was called
	ErrNotConnected = errors.New("not connected")    // a read or write needs StatusConnected
	ErrWriteClosed  = errors.New("half-closed here") // a write after CloseWrite
	ErrNotListening = errors.New("not listening")    // a server takes connections after Listen
	errBusy         = errors.New("busy: disconnect first")
	errListening    = errors.New("listening already: stop first")
	errPending      = errors.New("an error is pending: poll tells it")
	errClosed       = errors.New("the socket is closed")
)
