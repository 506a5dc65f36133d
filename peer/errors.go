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
	ErrFileEOF          Error = 18
	ErrAlreadyInUse     Error = 22
	ErrCantResolve      Error = 26
	ErrConnectionError  Error = 27
	ErrInvalidParameter Error = 31
)

// Name returns the family's own name of the number, as printed in JSON.
func (e Error) Name() string {
	switch e {
	case 0:
		return "OK"
	case ErrFailed:
		return "FAILED"
	case ErrFileEOF:
		return "ERR_FILE_EOF"
	case ErrAlreadyInUse:
		return "ERR_ALREADY_IN_USE"
	case ErrCantResolve:
		return "ERR_CANT_RESOLVE"
	case ErrConnectionError:
		return "ERR_CONNECTION_ERROR"
	case ErrInvalidParameter:
		return "ERR_INVALID_PARAMETER"
	}
	return fmt.Sprintf("ERR_%d", uint8(e))
}

// Error returns the name with its number.
func (e Error) Error() string { return fmt.Sprintf("%s (%d)", e.Name(), uint8(e)) }

// OpError says which call failed, on what, with which number of the family,
// and why. It unwraps to both Code and Cause, so errors.Is finds the family's
// number and the system's error alike.
type OpError struct {
	Op    string // "connect", "poll", "send", "receive", "half-close"
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
	errBusy         = errors.New("busy: disconnect first")
)
