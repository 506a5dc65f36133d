package capture

import (
	"context"
	"time"
	"unsafe"
)

// history is the part of a direction that is on disk: blocks in a row, the last
// of which may be in memory still. It is guarded by the log's lock.
type history struct {
	spill  *Spill
	list   []spilled // oldest first
	gone   int       // how many of them are no longer in memory
	wanted spilled   // the one that a reader met last and that was not recalled; n is 0 if none
}

// spilled is what stays in memory of a block on disk: its times save a jump to
// a time from reading.
type spilled struct {
	off, pos    int64 // of the first byte, in the direction and in the file
	began, last int64 // times of the first and the last chunk
	n, count    int32 // bytes and chunks
}

// spilledCost is charged for a block on disk; its slice grows by doubling.
const spilledCost = 2 * int64(unsafe.Sizeof(spilled{}))

func (s spilled) end() int64 { return s.off + int64(s.n) }

// size is what the block takes on disk: its bytes, and its index as in memory.
func (s spilled) size() int { return int(s.n) + int(s.count)*entrySize }

// has reports whether the oldest block in memory is on disk too.
func (h *history) has(b *block) bool {
	return h != nil && h.gone < len(h.list) && h.list[h.gone].off == b.off
}

// first returns the offset of the oldest byte that is still there.
func (dir *direction) first() int64 {
	if dir.old() > 0 {
		return dir.disk.list[0].off
	}
	return dir.kept()
}

// old returns how many blocks are only on disk.
func (dir *direction) old() int {
	if dir.disk == nil {
		return 0
	}
	return dir.disk.gone
}

// len returns how many blocks there are, those on disk first.
func (dir *direction) len() int { return dir.old() + len(dir.blocks) }

// block returns a block, or nil if it is on disk and was not recalled.
func (dir *direction) block(i int) *block {
	if old := dir.old(); i >= old {
		return dir.blocks[i-old]
	}
	return dir.disk.spill.recalled(dir.disk.list[i].pos)
}

func (dir *direction) count(i int) int {
	if old := dir.old(); i >= old {
		return dir.blocks[i-old].count
	}
	return int(dir.disk.list[i].count)
}

func (dir *direction) endOf(i int) int64 {
	if old := dir.old(); i >= old {
		return dir.blocks[i-old].end()
	}
	return dir.disk.list[i].end()
}

func (dir *direction) offOf(i int) int64 {
	if old := dir.old(); i >= old {
		return dir.blocks[i-old].off
	}
	return dir.disk.list[i].off
}

// OnDisk returns how many of the bytes of d that are still there are not in memory.
func (l *Log) OnDisk(d Dir) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dirs[d].kept() - l.dirs[d].first()
}

func (dir *direction) want(i int) { dir.disk.wanted = dir.disk.list[i] }

// leave forgets what is on disk of a direction. The caller holds the log's lock.
func (p *Pool) leave(dir *direction) {
	if dir.disk != nil {
		p.refund(int64(len(dir.disk.list)) * spilledCost)
		dir.disk = nil
	}
}

// Wanted reports whether a reader met bytes that are on disk and were not
// there for it, since the last Recall.
func (l *Log) Wanted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for d := range l.dirs {
		if h := l.dirs[d].disk; h != nil && h.wanted.n > 0 {
			return true
		}
	}
	return false
}

// Recall reads what was wanted back from disk, for the next readers. It blocks.
// A few MiB are kept for all logs of the pool: those that were read last.
func (l *Log) Recall(ctx context.Context) error {
	for d := range l.dirs {
		l.mu.Lock()
		h := l.dirs[d].disk
		var s spilled
		if h != nil {
			s, h.wanted = h.wanted, spilled{}
		}
		l.mu.Unlock()
		if err := ctx.Err(); err != nil {
			return err
		}
		if s.n > 0 {
			if err := h.spill.recall(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// ReadAt is [Log.CopyAt] that reads from disk what is there, for readers in the
// background: it blocks, and returns the bytes of one block on disk at most.
func (l *Log) ReadAt(dst []byte, d Dir, off int64) (n int, dropped int64, err error) {
	off = max(off, 0)
	s, spill := l.onDisk(d, off)
	if spill == nil {
		n, dropped = l.CopyAt(dst, d, off)
		return n, dropped, nil
	}
	n = min(len(dst), MaxCopy, int(s.end()-off))
	return n, 0, spill.read(dst[:n], s.pos+off-s.off)
}

// onDisk returns the block on disk that has the byte of d at off, and where; nil if it is in memory or gone.
func (l *Log) onDisk(d Dir, off int64) (spilled, *Spill) {
	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	if off < dir.first() {
		return spilled{}, nil
	}
	i := dir.blockAt(off)
	if i >= dir.old() {
		return spilled{}, nil
	}
	return dir.disk.list[i], dir.disk.spill
}

// at is [Log.At] that reads from disk what is there.
func (l *Log) at(d Dir, off int64) (Chunk, bool) {
	if s, spill := l.onDisk(d, off); spill != nil {
		b, err := spill.load(s)
		if err != nil {
			return Chunk{}, false
		}
		return alone(b).at(d, off)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dirs[d].at(d, off)
}

// offAfter returns the offset of the first chunk of d that is newer than t, or
// the end; it reads from disk what is there.
func (l *Log) offAfter(d Dir, t time.Time) int64 {
	l.mu.Lock()
	dir := &l.dirs[d]
	off, at := dir.offAfter(nanos(t))
	if at.chunk != unknown {
		l.mu.Unlock()
		return off
	}
	s, spill := dir.disk.list[at.block], dir.disk.spill
	l.mu.Unlock()
	b, err := spill.load(s)
	if err != nil {
		return s.off
	}
	off, _ = alone(b).offAfter(nanos(t))
	return off
}

// alone is a direction that has one block.
func alone(b *block) *direction { return &direction{blocks: []*block{b}, end: b.end()} }
