package capture

import (
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
)

// MinBudget is the smallest budget of a pool: thirty-two blocks of 2 KiB, so that
// the largest block, a quarter of it, can still grow.
const MinBudget = 64 << 10

// Overshoot is by how many bytes [Pool.Used] may exceed the budget for each
// direction that has space reserved when nothing else is left to drop.
const Overshoot = minBlock + blockCost

// Pool is the one budget of all logs and lists, and the memory of the logs. It
// is safe for concurrent use.
type Pool struct {
	budget int64
	pinned atomic.Int64 // reserved blocks: the directions with bytes in flight

	mu      sync.Mutex // no other lock is taken under it
	used    int64
	charged int64 // the part of used that is lists
	dropped int64
	blocks  int
	shares  shares
	mem     arenas

	spill *Spill // nil: what the budget takes is gone
}

// NewPool returns a pool with a budget in bytes, at least [MinBudget]. It maps
// nothing until the first log needs a block.
func NewPool(budget int64) *Pool {
	budget = max(budget, MinBudget)
	return &Pool{budget: budget, mem: newArenas(min(maxReserve, budget/4))}
}

// Budget returns the bytes that Used is held to.
func (p *Pool) Budget() int64 { return p.budget }

// Used returns the bytes counted now: the blocks of all logs with their
// indexes, reserved ones in full, and the segments of all lists.
func (p *Pool) Used() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used
}

// Dropped returns the bytes that the budget has taken, over all logs, those
// that were closed since included.
func (p *Pool) Dropped() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dropped
}

// Close ends the spill and unmaps all memory. While a log has blocks it refuses
// and unmaps nothing: close the logs and let their writers commit first.
func (p *Pool) Close() error {
	if p.spill != nil {
		p.spill.close()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blocks > 0 {
		return fmt.Errorf("capture: close pool: %d blocks are still in use", p.blocks)
	}
	return p.mem.close()
}

// limit returns the size of the largest block for one more direction: its
// share of a quarter of the budget, so that what is reserved stays a small part.
func (p *Pool) limit() int {
	share := p.budget / 4
	if p.spill != nil {
		share /= recalledBlocks // what is read back from disk is a quarter of the budget too
	}
	share /= p.pinned.Load() + 1
	share = min(max(share, minBlock), maxBlock)
	return 1 << (bits.Len64(uint64(share)) - 1)
}

// lockWithRoom has the logs that use most drop blocks until need more bytes fit
// into the budget or no block is left that may go. It returns with p.mu locked,
// and the bytes that fit, which are negative when the budget is exceeded. The
// caller holds no lock.
func (p *Pool) lockWithRoom(need int64) (free int64) {
	p.mu.Lock()
	for p.used+need > p.budget {
		most := p.shares.largest()
		if most == nil {
			break
		}
		p.mu.Unlock()
		most.dropOldest()
		p.mu.Lock()
	}
	return p.budget - p.used
}

// take returns a pinned block for a direction of l, of size bytes or of less,
// but at least minBlock, where the pinned blocks leave no more room. It never
// fails: if the system maps no memory, the block is from the heap. The caller
// holds no lock.
func (p *Pool) take(l *Log, size int) *block {
	free := p.lockWithRoom(int64(size) + blockCost)
	defer p.mu.Unlock()
	for size > minBlock && int64(size)+blockCost > free {
		size /= 2
	}
	b := &block{log: l}
	if r, ok := p.mem.take(size); ok {
		b.run, b.mem = r, r.bytes()
	} else {
		b.mem = make([]byte, minBlock)
	}
	p.pinned.Add(1)
	p.blocks++
	p.use(l, int64(len(b.mem))+blockCost)
	if p.spill != nil && p.used > p.budget/2 {
		p.spill.wake()
	}
	return b
}

// use counts n bytes more, or fewer if n is below zero, for a log.
func (p *Pool) use(l *Log, n int64) {
	p.used += n
	p.shares.add(l, n)
}

// free takes back a block that is not pinned, and counts the bytes that the
// budget has taken with it. The caller holds the lock of the block's log.
func (p *Pool) free(b *block, dropped int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blocks--
	p.use(b.log, -int64(len(b.mem))-blockCost)
	p.dropped += int64(dropped)
	if b.run.arena != nil {
		p.mem.give(b.run)
	}
	b.run, b.mem = run{}, nil
}

// cut gives back the end of a block, down to size bytes, a multiple of
// minBlock. The caller holds the lock of the block's log.
func (p *Pool) cut(b *block, size int) {
	if size >= len(b.mem) || b.run.arena == nil {
		return
	}
	b.moveIndex(size)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.use(b.log, int64(size-len(b.mem)))
	n := size / minBlock
	p.mem.give(run{b.run.arena, b.run.first + n, b.run.n - n})
	b.run.n = n
	b.mem = b.run.bytes()
}

// charge counts n bytes of a list, dropping blocks for them, and reports
// whether lists alone exceed the budget now. The caller holds no lock.
func (p *Pool) charge(n int64) (over bool) {
	p.lockWithRoom(n)
	defer p.mu.Unlock()
	p.used += n
	p.charged += n
	return p.charged > p.budget
}

// count counts n bytes beside the blocks of logs; the next block that is taken makes room for them.
func (p *Pool) count(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used += n
	p.charged += n
}

// refund takes back a charge, in part or in whole.
func (p *Pool) refund(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used -= n
	p.charged -= n
}
