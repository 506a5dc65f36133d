package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// recalledBlocks is how many of the largest blocks are kept after they were read
// from disk, over all logs: a page of both directions needs up to six, and a jump
// looks at two pages.
const recalledBlocks = 16

// Spill is a file that keeps what the budget of a pool takes. The file has no
// name any more once it is open: it goes with the process, however that ends. It only
// grows; the space comes back when it is closed.
//
// One goroutine writes the older half of what a log has in memory before the
// budget takes it, so that nobody waits for the disk: a block that is not on
// disk when its turn comes is dropped, and all that is older in its direction too.
type Spill struct {
	dir  string
	file spillFile

	pool *Pool
	note func(string)
	work chan struct{} // something may be worth writing
	end  chan struct{}
	done chan struct{}
	once sync.Once

	buf []byte // of the writer
	pos int64  // of the writer: where the file ends

	mu    sync.Mutex // no other lock is taken under it
	ended error      // why nothing is written any more
	size  int64      // bytes written
	cache map[int64]*recalled
	bytes int64 // in cache
	limit int64 // of bytes: counted from the start, so that reading drops nothing
	clock uint64
}

// spillFile is an [os.File]; tests make it fail.
type spillFile interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// recalled is a block that was read from disk, and when it was used last.
type recalled struct {
	block *block
	used  uint64
}

// OpenSpill makes a file in a private directory in dir, in that of the system
// for temporary files if dir is "auto", and removes both names at once.
func OpenSpill(dir string) (*Spill, error) {
	if dir == "auto" {
		dir = os.TempDir()
	}
	s := &Spill{dir: dir}
	private, err := os.MkdirTemp(dir, "peerscope-spill-") // 0700
	if err != nil {
		return nil, s.failed(err)
	}
	f, err := os.OpenFile(filepath.Join(private, "bytes"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = errors.Join(os.Remove(f.Name()), os.Remove(private))
	}
	if err != nil {
		return nil, errors.Join(s.failed(err), os.RemoveAll(private))
	}
	s.file = f
	return s, nil
}

// SpillTo has the pool write to s what the budget is about to take, until
// [Pool.Close], which closes s. It is called once, before the first log. note
// is called in another goroutine with one line when writing has failed for good.
func (p *Pool) SpillTo(s *Spill, note func(string)) {
	s.pool, s.note = p, note
	s.work, s.end, s.done = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	s.buf = make([]byte, 0, maxBlock)
	s.cache = map[int64]*recalled{}
	s.limit = min(recalledBlocks*maxBlock, p.budget/4)
	p.count(s.limit)
	p.spill = s
	go s.run()
}

// Spilled returns the bytes written to disk so far, and why there will be no more; nil while there may be.
func (p *Pool) Spilled() (written int64, ended error) {
	if p.spill == nil {
		return 0, nil
	}
	p.spill.mu.Lock()
	defer p.spill.mu.Unlock()
	return p.spill.size, p.spill.ended
}

func (s *Spill) wake() {
	select {
	case s.work <- struct{}{}:
	default:
	}
}

func (s *Spill) close() {
	s.once.Do(func() {
		close(s.end)
		<-s.done
		_ = s.file.Close() // it has no name: nothing is lost
	})
}

// run writes until the end, or until writing fails.
func (s *Spill) run() {
	defer close(s.done)
	var logs []*Log
	for {
		select {
		case <-s.end:
			return
		case <-s.work:
		}
		logs = s.pool.large(logs[:0])
		for _, l := range logs {
			wrote, err := l.save(s)
			if err != nil {
				err = s.failed(err)
				s.mu.Lock()
				s.ended = err
				s.mu.Unlock()
				s.note(err.Error() + Without)
				return
			}
			if wrote {
				s.wake()
			}
		}
		clear(logs)
	}
}

// Without is what a line goes on with that says why a spill has ended.
const Without = "; what the memory budget takes is dropped from here on"

// failed says which spill it was, with the system's error: the file's name is gone.
func (s *Spill) failed(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("spill: %s: %w", s.dir, err)
}

// large appends the logs that use at least half of what the largest does, at
// most 64: those that the budget will take from next.
func (p *Pool) large(dst []*Log) []*Log {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.shares) == 0 {
		return dst
	}
	least := p.shares[0].share.used / 2
	var walk func(i int)
	walk = func(i int) {
		if i >= len(p.shares) || len(dst) == 64 || p.shares[i].share.used < least {
			return
		}
		dst = append(dst, p.shares[i])
		walk(2*i + 1)
		walk(2*i + 2)
	}
	walk(0)
	return dst
}

// save writes the oldest block that is not on disk yet and reports whether it
// did: nothing, if half of the blocks in memory are on disk.
func (l *Log) save(s *Spill) (wrote bool, err error) {
	for d := range l.dirs {
		e, ok := l.copyUnsaved(s, d)
		if !ok {
			continue
		}
		e.pos = s.pos
		if _, err := s.file.WriteAt(s.buf, e.pos); err != nil {
			return false, err
		}
		s.pos += int64(len(s.buf))
		s.mu.Lock()
		s.size += int64(len(s.buf))
		s.mu.Unlock()
		l.saved(s, d, e)
		wrote = true
	}
	return wrote, nil
}

// unsaved returns the oldest block that is not on disk; nil if the older half
// of the blocks is, or if it may still change.
func (dir *direction) unsaved() *block {
	at := 0
	if h := dir.disk; h != nil {
		at = len(h.list) - h.gone
	}
	if at > len(dir.blocks)/2 || at+1 >= len(dir.blocks) || dir.blocks[at+1].count == 0 { // which may go again
		return nil
	}
	return dir.blocks[at]
}

// copyUnsaved copies the next block to be written into s.buf, 64 KiB at a time under the log's lock.
func (l *Log) copyUnsaved(s *Spill, d int) (e spilled, ok bool) {
	s.buf = s.buf[:0]
	for {
		l.mu.Lock()
		b := l.dirs[d].unsaved()
		if b == nil || len(s.buf) > 0 && b.off != e.off {
			l.mu.Unlock()
			return spilled{}, false // taken meanwhile
		}
		e = spilled{off: b.off, began: b.began(), last: b.timeOf(b.count - 1), n: int32(b.n), count: int32(b.count)}
		at := len(s.buf)
		if at < b.n {
			s.buf = append(s.buf, b.mem[at:min(at+MaxCopy, b.n)]...)
			l.mu.Unlock()
			continue
		}
		s.buf = append(s.buf, b.mem[len(b.mem)-b.count*entrySize:]...)
		l.mu.Unlock()
		return e, true
	}
}

// saved notes that a block is on disk, if it is still there. Where such notes
// take too much, the oldest of the direction is forgotten for it.
func (l *Log) saved(s *Spill, d int, e spilled) {
	l.mu.Lock()
	defer l.mu.Unlock()
	dir := &l.dirs[d]
	b := dir.unsaved()
	if b == nil || b.off != e.off {
		return
	}
	l.pool.count(spilledCost)
	if dir.disk == nil {
		dir.disk = &history{spill: s}
	}
	dir.disk.list = append(dir.disk.list, e)
	if l.pool.crowded() && dir.disk.gone > 0 {
		first := dir.first()
		dir.disk.list = dir.disk.list[1:]
		dir.disk.gone--
		l.pool.forget(spilledCost, dir.first()-first)
	}
}

// crowded reports whether half of the budget is no bytes in memory.
func (p *Pool) crowded() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.charged > p.budget/2
}

// forget takes back the charge of a block on disk whose bytes are dropped.
func (p *Pool) forget(charge, dropped int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used -= charge
	p.charged -= charge
	p.dropped += dropped
}

// read fills dst from the file.
func (s *Spill) read(dst []byte, pos int64) error {
	if _, err := s.file.ReadAt(dst, pos); err != nil {
		return s.failed(err)
	}
	return nil
}

// load reads a block from disk.
func (s *Spill) load(e spilled) (*block, error) {
	b := &block{mem: make([]byte, e.size()), off: e.off, n: int(e.n), count: int(e.count)}
	return b, s.read(b.mem, e.pos)
}

// recalled returns the block that was read from pos, or nil.
func (s *Spill) recalled(pos int64) *block {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.cache[pos]
	if r == nil {
		return nil
	}
	s.clock++
	r.used = s.clock
	return r.block
}

// recall reads a block from disk and keeps it, in the place of those that were
// used longest ago.
func (s *Spill) recall(e spilled) error {
	if s.recalled(e.pos) != nil {
		return nil
	}
	b, err := s.load(e)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cache[e.pos] != nil { // by another, meanwhile
		return nil
	}
	s.clock++
	s.cache[e.pos] = &recalled{block: b, used: s.clock}
	s.bytes += int64(len(b.mem))
	s.makeRoom(e.pos)
	return nil
}

// makeRoom removes what was used longest ago, but not the block at pos.
func (s *Spill) makeRoom(pos int64) {
	for s.bytes > s.limit && len(s.cache) > 1 {
		oldest := pos
		for at, r := range s.cache {
			if at != pos && (oldest == pos || r.used < s.cache[oldest].used) {
				oldest = at
			}
		}
		s.bytes -= int64(len(s.cache[oldest].block.mem))
		delete(s.cache, oldest)
	}
}
