package capture

import (
	"fmt"
	"sync"
	"time"
)

// Log holds what went over one connection, in two directions. It is safe for
// concurrent use by one writer a direction and any number of readers. A log
// without bytes takes no block.
type Log struct {
	pool  *Pool
	now   func() time.Time
	share share

	mu   sync.Mutex
	last int64 // time of the last chunk, in nanoseconds
	dirs [2]direction
}

// direction is one way of a log, guarded by the log's lock.
type direction struct {
	blocks []*block // oldest first; only the last may be pinned or without a chunk
	held   *block   // what is reserved: the last block, or none
	end    int64    // bytes ever committed
	mark   int64    // the read mark, from kept to end
	next   int32    // the size to try for the next block, in bytes
	closed bool     // the log is: nothing is kept any more
	disk   *history // what is on disk, nil if nothing is
}

// NewLog returns an empty log. now is its clock, [time.Now] outside of tests;
// it is called under the log's lock.
func NewLog(p *Pool, now func() time.Time) *Log { return &Log{pool: p, now: now} }

// Reserve returns space for the next bytes of d, for the kernel to fill: at
// least n bytes in a row (1 if n is less), at most what the largest block
// holds (a quarter of the budget, divided by the directions that have space
// reserved), and less, but 2 KiB with the index, only where reserved blocks and
// lists have used up the budget. What a block has beyond n is returned too, and
// what it has below n is left unused: ask for the least that is worth a read.
// The space stays where it is until [Log.Commit]. Only the direction's writer
// calls Reserve; a second call without a Commit gives the first space back.
//
// Blocks grow with the load: the first has 2 KiB, the next 4 KiB, each further one twice the
// size of the one that was filled before it, until [Log.Idle].
func (l *Log) Reserve(d Dir, n int) []byte {
	limit := l.pool.limit()
	want := min(max(n, 1), limit-entrySize)
	buf, size := l.reserveLast(d, want, limit)
	if buf != nil {
		return buf
	}
	// No lock is held here: room for the block may come from any log.
	b := l.pool.take(l, min(max(size, sizeFor(want)), limit))

	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	dir.held = b
	dir.next = int32(min(2*len(b.mem), maxBlock))
	if !dir.closed {
		b.off = dir.end
		dir.blocks = append(dir.blocks, b)
	}
	return b.space()
}

// reserveLast reserves the rest of the last block if want bytes fit and the
// block, all of which is then pinned, is not above the limit. If not, it returns
// nil and the size to try for a new block.
func (l *Log) reserveLast(d Dir, want, limit int) (buf []byte, size int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	l.letGo(dir)
	b := dir.tail()
	if b == nil {
		return nil, dir.size()
	}
	if b.room() < want || len(b.mem) > limit {
		l.retire(dir, b)
		return nil, dir.size()
	}
	l.pool.pinned.Add(1)
	dir.held = b
	return b.space(), 0
}

// size returns the size to try for the next block, in bytes.
func (dir *direction) size() int {
	if dir.end == 0 {
		return int(dir.next)
	}
	return max(int(dir.next), smallBlock)
}

// sizeFor returns the smallest block that has room for n bytes and their entry.
func sizeFor(n int) int {
	size := minBlock
	for size < n+entrySize {
		size *= 2
	}
	return size
}

// retire prepares the last block for having a successor: one without chunks
// goes, and one that is filled to less than three quarters gives the rest back.
func (l *Log) retire(dir *direction, b *block) {
	if b.count == 0 {
		last := len(dir.blocks) - 1
		dir.blocks[last] = nil
		dir.blocks = dir.blocks[:last]
		l.pool.free(b, 0)
		return
	}
	if b.room() >= len(b.mem)/4 {
		l.pool.cut(b, b.fit(0))
	}
}

// Commit publishes the first n reserved bytes as one chunk that is stamped now,
// and ends the reservation. With n = 0 it only ends it. It panics if n is
// negative or more than was reserved.
func (l *Log) Commit(d Dir, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.publish(d, n)
	l.letGo(&l.dirs[d])
}

// Publish is Commit without the end of the reservation: the block stays, and
// the published bytes with it, until [Log.Commit] (with n = 0, if no more came)
// or the next Reserve. A relay uses it to write onward what it has read, from
// the very bytes that were reserved and after they were stamped. A further
// Publish or Commit takes the bytes that follow.
func (l *Log) Publish(d Dir, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.publish(d, n)
}

func (l *Log) publish(d Dir, n int) {
	if n == 0 {
		return
	}
	dir := &l.dirs[d]
	if n < 0 || dir.held == nil || n > dir.held.room() {
		panic(fmt.Sprintf("capture: commit of %d bytes that were not reserved", n))
	}
	if dir.closed {
		return
	}
	l.last = max(nanos(l.now()), l.last+1)
	dir.held.add(l.last, n)
	dir.end += int64(n)
}

// letGo ends the reservation of dir, if there is one.
func (l *Log) letGo(dir *direction) {
	b := dir.held
	if b == nil {
		return
	}
	dir.held = nil
	l.pool.pinned.Add(-1)
	if l.share.stuck.Load() {
		l.pool.unstick(l)
	}
	if dir.closed {
		l.pool.free(b, 0)
	}
}

// Idle says that the writer of d is about to wait. At most 4 KiB stays to be
// filled in the direction, the rest of its last block goes back to the system,
// and the next block is small again. It does nothing while space is reserved.
func (l *Log) Idle(d Dir) {
	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	if dir.held != nil {
		return
	}
	dir.next = 0
	switch b := dir.tail(); {
	case b == nil:
	case b.count == 0:
		l.retire(dir, b)
	case b.room() >= smallBlock:
		l.pool.cut(b, b.fit(0))
	}
}

// Send calls send once with p, or as much of its beginning as [MaxCopy] and one
// block allow, and records the bytes that it accepted as a chunk of Out. It
// holds the log's lock over the call, so that no reply can be stamped before
// its request: send must be one system call that does not block. It returns
// how many bytes were accepted, 0 where send returns the -1 of a system call,
// and send's error. Send is a writer of Out: one at a time, and [Log.Idle] when
// there is nothing more to send.
func (l *Log) Send(p []byte, send func([]byte) (int, error)) (int, error) {
	p = p[:min(len(p), MaxCopy)]
	buf := l.Reserve(Out, len(p))
	p = p[:min(len(p), len(buf))]

	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.letGo(&l.dirs[Out])
	n, err := send(p)
	n = min(max(n, 0), len(p))
	copy(buf, p[:n])
	l.publish(Out, n)
	return n, err
}

// dropOldest takes the block with the oldest chunk for the budget: out of memory
// if it is on disk, else with all that is older in its direction. Where all blocks
// are reserved it tells the pool that there is nothing to take here.
func (l *Log) dropOldest() {
	l.mu.Lock()
	defer l.mu.Unlock()
	var oldest *direction
	for d := range l.dirs {
		dir := &l.dirs[d]
		if len(dir.blocks) == 0 || dir.blocks[0] == dir.held {
			continue
		}
		if oldest == nil || dir.blocks[0].began() < oldest.blocks[0].began() {
			oldest = dir
		}
	}
	if oldest == nil {
		l.pool.stick(l)
		return
	}
	b, first := oldest.blocks[0], oldest.first()
	oldest.blocks[0] = nil
	oldest.blocks = oldest.blocks[1:]
	oldest.mark = max(oldest.mark, oldest.kept())
	if !oldest.disk.has(b) {
		l.pool.leave(oldest) // a gap: what is older than it goes too
	} else {
		oldest.disk.gone++
	}
	l.pool.free(b, int(oldest.first()-first))
}

// Close gives every block back; one that is reserved goes with its Commit.
// Later reads see nothing: a cursor reports what it has not read as dropped.
// Reserve goes on working, so that a relay can end in its own time, but what is
// committed from now on is not kept and not counted.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for d := range l.dirs {
		dir := &l.dirs[d]
		dir.closed = true
		for _, b := range dir.blocks {
			if b != dir.held {
				l.pool.free(b, 0)
			}
		}
		dir.blocks = nil
		dir.mark = dir.end
		l.pool.leave(dir)
	}
}

func (dir *direction) tail() *block {
	if len(dir.blocks) == 0 {
		return nil
	}
	return dir.blocks[len(dir.blocks)-1]
}

// kept returns the offset of the oldest byte that is in memory.
func (dir *direction) kept() int64 {
	if len(dir.blocks) == 0 {
		return dir.end
	}
	return dir.blocks[0].off
}
