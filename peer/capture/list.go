package capture

import (
	"sort"
	"sync"
	"unsafe"
)

const (
	minSegment = 4 // records
	maxSegment = 128
)

// List keeps records in the order they were appended and counts them against a
// pool. Records go last: blocks of logs are dropped for them, and only when the
// lists alone exceed the budget does the one that grows drop its own oldest. It is appended to by one owner and read
// by any number of cursors, which are sequence numbers: the first record has 0.
type List[T any] struct {
	pool *Pool
	cost int64 // of a record, in bytes

	mu     sync.Mutex
	closed bool
	segs   [][]T // oldest first; none is empty, and all but the last are full
	first  int64 // sequence number of the oldest record that is still there
	end    int64 // of the next to be appended
}

// NewList returns an empty list. A record is charged with its own size plus
// extra bytes for what it points to, and a segment of 4 to 128 records at once.
func NewList[T any](p *Pool, extra int64) *List[T] {
	var v T
	return &List[T]{pool: p, cost: int64(unsafe.Sizeof(v)) + max(extra, 0)}
}

// Append adds v and returns its sequence number. Only the owner calls it. A
// closed list keeps nothing and gives no new number.
func (l *List[T]) Append(v T) int64 {
	l.mu.Lock()
	size := l.nextSegment()
	l.mu.Unlock()
	// No lock is held here: room for a segment may come from any log.
	over := size > 0 && l.pool.charge(int64(size)*l.cost)

	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		l.pool.refund(int64(size) * l.cost)
		return l.end
	}
	if over {
		// The oldest segment makes room for a new one, which starts small
		// again: it is never larger than the one that went.
		l.pool.refund(int64(size-minSegment) * l.cost)
		size = minSegment
		if len(l.segs) > 0 {
			l.dropSegment()
		}
	}
	if size > 0 {
		l.segs = append(l.segs, make([]T, 0, size))
	}
	last := &l.segs[len(l.segs)-1]
	*last = append(*last, v)
	l.end++
	return l.end - 1
}

// nextSegment returns the records that a new segment is to hold, or 0 if the
// last has room.
func (l *List[T]) nextSegment() int {
	if len(l.segs) == 0 {
		return minSegment
	}
	last := l.segs[len(l.segs)-1]
	if len(last) < cap(last) {
		return 0
	}
	return min(2*cap(last), maxSegment)
}

// dropSegment drops the oldest segment.
func (l *List[T]) dropSegment() {
	s := l.segs[0]
	l.segs[0] = nil
	l.segs = l.segs[1:]
	l.first += int64(len(s))
	l.pool.refund(int64(cap(s)) * l.cost)
}

// Since appends to dst the records from sequence number seq on, as many as its
// capacity has room for, and returns how many records from seq on are gone. The
// cursor's next number is seq + dropped + the number of records it got.
func (l *List[T]) Since(seq int64, dst []T) (items []T, dropped int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	dropped = max(l.first-max(seq, 0), 0)
	at := max(seq, l.first) - l.first
	for _, s := range l.segs {
		if at >= int64(len(s)) {
			at -= int64(len(s))
			continue
		}
		n := min(len(s)-int(at), cap(dst)-len(dst))
		dst = append(dst, s[at:int(at)+n]...)
		at = 0
	}
	return dst, dropped
}

// Len returns how many records are there.
func (l *List[T]) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.end - l.first)
}

// First returns the sequence number of the oldest record that is still there,
// which is how many are gone.
func (l *List[T]) First() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first
}

// End returns the sequence number that the next record will have.
func (l *List[T]) End() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end
}

// Release takes back the charge of all records, which stay for those who have
// still to read them. The list is closed then.
func (l *List[T]) Release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	for _, s := range l.segs {
		l.pool.refund(int64(cap(s)) * l.cost)
	}
}

// Search returns the sequence number of the first record that is there and for
// which after holds, or the next to be appended. Once it holds for a record it
// has to hold for all later ones. It costs a logarithm of their number.
func (l *List[T]) Search(after func(*T) bool) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := sort.Search(len(l.segs), func(i int) bool { s := l.segs[i]; return after(&s[len(s)-1]) })
	seq := l.first
	for _, s := range l.segs[:i] {
		seq += int64(len(s))
	}
	if i == len(l.segs) {
		return seq
	}
	s := l.segs[i]
	return seq + int64(sort.Search(len(s), func(i int) bool { return after(&s[i]) }))
}

// At returns the record with a sequence number; false if it is not there any
// more or not yet.
func (l *List[T]) At(seq int64) (v T, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := seq - l.first
	if at < 0 {
		return v, false
	}
	for _, s := range l.segs {
		if at < int64(len(s)) {
			return s[at], true
		}
		at -= int64(len(s))
	}
	return v, false
}

// DropOldest drops the oldest segment, as far as there is one beside the last,
// and returns how many records have gone. Only the owner calls it.
func (l *List[T]) DropOldest() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.segs) < 2 || l.closed {
		return 0
	}
	n := len(l.segs[0])
	l.dropSegment()
	return n
}
