package peer

import (
	"time"

	"peerscope/peer/capture"
)

// The bounds of what is kept of queues: for one peer, and which part of the
// memory budget for all of them.
const (
	maxSamples   = 2048
	samplesShare = 16
	sampleSize   = 32 // bytes
)

// sample is what was buffered at a peer from a poll on until the next sample.
// Its figures are those of a [Row].
type sample struct {
	at                   int64 // nanoseconds since 1970
	unread, recvQ, sendQ int64
}

// samples are the figures of one peer that differ each from the one before. A
// peer whose queues were always empty keeps none. It has one owner, Set.mu.
type samples struct {
	list *capture.List[sample] // nil: none yet
	last sample
}

// sampleQueues notes the figures of a connected row, if they have changed; at
// is when its poll began and asked says whether that asked the kernel.
func (s *Set) sampleQueues(r *row, at time.Time, asked bool) {
	h := &r.history.samples
	now := sample{at.UnixNano(), r.Unread, r.RecvQ, r.SendQ}
	switch {
	case r.Status != StatusConnected || r.listener != nil:
		return
	case h.list == nil && now.unread == 0 && now.recvQ <= 0 && now.sendQ <= 0 && (!asked || now.recvQ == 0 && now.sendQ == 0):
		return
	case h.list == nil:
		h.list = capture.NewList[sample](s.pool, 0)
	case now.unread == h.last.unread && now.recvQ == h.last.recvQ && now.sendQ == h.last.sendQ:
		return
	}
	if h.list.Len() >= maxSamples || s.sampled >= s.maxSampled {
		s.sampled -= int64(h.list.DropOldest())
	}
	before := h.list.Len()
	h.list.Append(now)
	s.sampled += int64(h.list.Len() - before) // a full budget may have cost it older ones
	h.last = now
}

// at returns the figures of t for a peer that was connected then; false if they
// are not kept any more.
func (h *samples) at(t time.Time) (sample, bool) {
	if h.list == nil {
		return sample{}, true
	}
	ns := t.UnixNano()
	seq := h.list.Search(func(v *sample) bool { return v.at > ns })
	if seq == 0 {
		return sample{}, true // empty until the first of all
	}
	return h.list.At(seq - 1)
}

// since returns from when on the figures are kept; the zero time if that is
// since the beginning.
func (h *samples) since() time.Time {
	if h.list == nil || h.list.First() == 0 {
		return time.Time{}
	}
	oldest, _ := h.list.At(h.list.First())
	return time.Unix(0, oldest.at)
}

// release gives the memory back. It returns how many samples there were.
func (h *samples) release() int64 {
	if h.list == nil {
		return 0
	}
	n := h.list.Len()
	h.list.Release()
	h.list = nil
	return int64(n)
}
