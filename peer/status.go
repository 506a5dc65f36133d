package peer

// Status is one of the four states of a stream peer (spec §1.2).
type Status uint8

// The values are the class's own numbers.
const (
	StatusNone       Status = 0 // initial, and after disconnecting
	StatusConnecting Status = 1 // a connect is under way
	StatusConnected  Status = 2 // connected
	StatusError      Status = 3 // the last operation failed
)

// String returns the word shown on the screen and in JSON.
func (s Status) String() string {
	switch s {
	case StatusNone:
		return "none"
	case StatusConnecting:
		return "connecting"
	case StatusConnected:
		return "connected"
	case StatusError:
		return "error"
	}
	return "invalid"
}
