package cli

import (
	"errors"
	"os"
	"time"

	"peerscope/peer"
)

// endPairs begins to end all relayed pairs, and listens no more: a side that does
// not answer our FIN is reset a second later, which closing the set waits for.
func endPairs(set *peer.Set) {
	for _, r := range set.Rows(nil, 0, set.Len()) {
		if r.Listener.Is {
			_ = set.Disconnect(r.ID) // fails only if it is gone, as all here
			_ = set.Fold(r.ID, false)
		}
	}
	for _, r := range set.Rows(nil, 0, set.Len()) {
		if r.Pair.Is {
			_ = set.Disconnect(r.ID)
		}
	}
}

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
