package cli

import (
	"errors"
	"os"
	"time"

	"peerscope/peer"
)

// closeSet closes a set and says what became of the files of others, as of a
// server's socket that was put back: no screen is there any more to show it. err
// is how the command went so far.
func closeSet(set *peer.Set, err error) error {
	if closing := set.Close(); closing != nil {
		err = errors.Join(err, closing)
	}
	sayAll(set.Notes())
	return err
}

// sayAll says lines on stderr, or gives up where nobody reads them.
func sayAll(lines []string) {
	if len(lines) == 0 {
		return
	}
	done := make(chan struct{})
	go func() { // a write that waits cannot be ended; it goes with the program
		defer close(done)
		for _, line := range lines {
			say(os.Stderr, "%s", line)
		}
	}()
	select {
	case <-done:
	case <-time.After(flushTime):
	}
}
