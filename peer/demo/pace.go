package demo

import (
	"math/rand/v2"
	"time"
)

// pace is how fast and how much the peers send.
type pace struct {
	tick       time.Duration       // between the lines of ticker
	frame      time.Duration       // between the frames of ticker-uds
	value      time.Duration       // between the values of variants
	burstPause span[time.Duration] // between the bursts of chatty
	burstSize  span[int]           // bytes of a burst
	reset      span[time.Duration] // from the client's first bytes to the resetter's RST
	line       time.Duration       // between the lines of polite
	linger     time.Duration       // how long polite waits for the client's FIN
	answer     time.Duration       // between the lines of half-close after our FIN
	patience   time.Duration       // how long a client may not read
}

// shownPace is the pace of the demo. The patience is long enough to see the queues
// of a client that does not read fill on both sides.
var shownPace = pace{
	tick:       time.Second,
	frame:      700 * time.Millisecond,
	value:      2 * time.Second,
	burstPause: span[time.Duration]{2 * time.Second, 5 * time.Second},
	burstSize:  span[int]{4_000, 40_000},
	reset:      span[time.Duration]{2 * time.Second, 4 * time.Second},
	line:       time.Second,
	linger:     time.Second,
	answer:     250 * time.Millisecond,
	patience:   time.Minute,
}

// span is a range, both ends included.
type span[T int | time.Duration] struct{ from, to T }

func (s span[T]) pick(random *rand.Rand) T {
	return s.from + T(random.Int64N(int64(s.to-s.from)+1)) // not rand.N, which has no seed
}
