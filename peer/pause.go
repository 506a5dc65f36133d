package peer

import "time"

// Pause stops the polls of all peers, or starts them again: from then on Poll
// judges nothing. Statuses stand still and unread grows, while readers go on
// receiving, facts are recorded and the kernel's queues are sampled. Calls
// other than Poll do what they always do: a disconnect is NONE at once.
func (s *Set) Pause(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case on == !s.paused.IsZero():
	case on:
		s.paused = s.now()
	default:
		s.paused = time.Time{}
		s.markUnjudged()
		s.wake()
	}
}

// Paused returns since when polling is paused, the zero time while it runs.
func (s *Set) Paused() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paused
}

// Step is one single poll of every peer, also while polling is paused, and
// returns what it changed, as Poll does, but it leaves out no peer that is in
// use. The result is valid until the next Poll or Step.
func (s *Set) Step() []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.markUnjudged()
	return s.pollMarked(way{judge: true, patient: true, far: &s.far})
}

// leaveUnjudged keeps a row that was looked at while polling is paused for the
// next call that judges. Any other row has nothing to be judged.
func (s *Set) leaveUnjudged(r *row) {
	if !r.unjudged {
		r.unjudged = true
		s.unjudged = append(s.unjudged, r)
	}
}

// markUnjudged puts the rows that wait for a poll among those that the next
// one looks at. Callers hold mu.
func (s *Set) markUnjudged() {
	for _, r := range s.unjudged {
		r.unjudged = false
		if !r.marked.Swap(true) {
			s.push(r)
		}
	}
	clear(s.unjudged)
	s.unjudged = s.unjudged[:0]
}
