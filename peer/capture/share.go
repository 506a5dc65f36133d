package capture

import (
	"container/heap"
	"sync/atomic"
)

// share is what a log has of its pool. All but stuck is guarded by the pool's lock.
type share struct {
	used  int64
	place int32       // in shares; only while used is above zero
	stuck atomic.Bool // all its blocks are reserved: nothing can be taken. Set under both locks.
}

// weight is what a log is ordered by: the one with the largest gives first.
func (s *share) weight() int64 {
	if s.stuck.Load() {
		return 0
	}
	return s.used
}

// shares is a heap of the logs that have blocks, the largest on top.
type shares []*Log

func (s shares) Len() int           { return len(s) }
func (s shares) Less(i, j int) bool { return s[i].share.weight() > s[j].share.weight() }

func (s shares) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].share.place, s[j].share.place = int32(i), int32(j)
}

// Push and Pop are heap.Interface.
func (s *shares) Push(x any) {
	l := x.(*Log)
	l.share.place = int32(len(*s))
	*s = append(*s, l)
}

func (s *shares) Pop() any {
	last := len(*s) - 1
	l := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	return l
}

// largest returns the log that uses most of those that have something to give, nil if none has.
func (s shares) largest() *Log {
	if len(s) == 0 || s[0].share.weight() == 0 {
		return nil
	}
	return s[0]
}

// add counts n more bytes for a log, or fewer. Either way it has changed, and
// may have something to give again.
func (s *shares) add(l *Log, n int64) {
	before := l.share.used
	l.share.used += n
	l.share.stuck.Store(false)
	switch {
	case before == 0:
		heap.Push(s, l)
	case l.share.used == 0:
		heap.Remove(s, int(l.share.place))
	default:
		heap.Fix(s, int(l.share.place))
	}
}

// stick notes that all blocks of a log are reserved. The caller holds its lock.
func (p *Pool) stick(l *Log) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.share.used > 0 {
		l.share.stuck.Store(true)
		heap.Fix(&p.shares, int(l.share.place))
	}
}

// unstick notes that a block of a log is reserved no more. The caller holds its lock.
func (p *Pool) unstick(l *Log) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.share.stuck.Store(false)
	if l.share.used > 0 {
		heap.Fix(&p.shares, int(l.share.place))
	}
}
