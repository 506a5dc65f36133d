package capture

import (
	"errors"
	"math/bits"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

const (
	// arenaSize is mapped at once: one mapping a block would meet
	// vm.max_map_count (65,530 on Linux) at 256 MiB of small blocks.
	arenaSize  = 4 << 20
	arenaUnits = arenaSize / minBlock

	// maxReserve bounds the freed blocks that are kept for the next ones.
	maxReserve = 1 << 20

	sizes = 10 // of blocks: 2 KiB to 1 MiB, each twice the one before
)

// arena is one mapping, handed out in runs of units of minBlock bytes.
type arena struct {
	mem   []byte
	taken [arenaUnits / 64]uint64 // a bit for each unit
	free  int                     // units that are not taken
}

// run is a row of units of one arena.
type run struct {
	arena *arena
	first int
	n     int
}

func (r run) bytes() []byte {
	from, to := r.first*minBlock, (r.first+r.n)*minBlock
	return r.arena.mem[from:to:to]
}

// find returns the first of n units in a row that are free, or -1. It looks at
// multiples of n only; n is a power of two.
func (a *arena) find(n int) int {
	if a.free < n {
		return -1
	}
	if words := n / 64; words > 0 {
		for w := 0; w < len(a.taken); w += words {
			if !slices.ContainsFunc(a.taken[w:w+words], func(t uint64) bool { return t != 0 }) {
				return w * 64
			}
		}
		return -1
	}
	mask := uint64(1)<<n - 1
	for w, t := range a.taken {
		for at := 0; at < 64 && t != ^uint64(0); at += n {
			if t>>at&mask == 0 {
				return w*64 + at
			}
		}
	}
	return -1
}

// allFree reports whether no unit of [from, to) is taken.
func (a *arena) allFree(from, to int) bool {
	for u := from; u < to; u++ {
		if a.taken[u/64]>>(u%64)&1 != 0 {
			return false
		}
	}
	return true
}

func (a *arena) take(r run) {
	for u := r.first; u < r.first+r.n; u++ {
		a.taken[u/64] |= 1 << (u % 64)
	}
	a.free -= r.n
}

func (a *arena) release(r run) {
	for u := r.first; u < r.first+r.n; u++ {
		a.taken[u/64] &^= 1 << (u % 64)
	}
	a.free += r.n
}

// arenas is the mapped memory of a pool, guarded by the pool's lock.
type arenas struct {
	mapArena func() ([]byte, error) // the system's; tests make it fail
	page     int                    // units in a page of the system, at least 1
	all      []*arena
	last     *arena // where something was taken or freed last: the first to look in
	closed   bool

	spare      [sizes][]run // freed blocks that are kept as they are, by size
	spareBytes int64
	reserve    int64 // the most that spareBytes may be
}

func newArenas(reserve int64) arenas {
	return arenas{mapArena: mapArena, page: max(os.Getpagesize()/minBlock, 1), reserve: reserve}
}

// take returns a run of size bytes, a power of two from minBlock to maxBlock;
// false if the system gives no more memory.
func (m *arenas) take(size int) (run, bool) {
	n := size / minBlock
	if s := &m.spare[bits.TrailingZeros(uint(n))]; len(*s) > 0 {
		r := (*s)[len(*s)-1]
		*s = (*s)[:len(*s)-1]
		m.spareBytes -= int64(size)
		return r, true
	}
	a, first := m.find(n)
	if a == nil {
		if a = m.grow(); a == nil {
			return run{}, false
		}
	}
	r := run{a, first, n}
	a.take(r)
	m.last = a
	return r, true
}

// find returns the arena and the first unit of a free run, or a nil arena.
func (m *arenas) find(n int) (*arena, int) {
	if m.last != nil {
		if first := m.last.find(n); first >= 0 {
			return m.last, first
		}
	}
	for _, a := range m.all {
		if first := a.find(n); first >= 0 {
			return a, first
		}
	}
	return nil, 0
}

func (m *arenas) grow() *arena {
	if m.closed {
		return nil
	}
	mem, err := m.mapArena()
	if err != nil {
		return nil
	}
	a := &arena{mem: mem, free: arenaUnits}
	m.all = append(m.all, a)
	return a
}

// give takes back a run. A whole block is kept for the next of its size as far
// as the reserve goes; everything else returns to the system at once.
func (m *arenas) give(r run) {
	size := int64(r.n) * minBlock
	if bits.OnesCount(uint(r.n)) != 1 || size > m.reserve {
		m.release(r)
		return
	}
	class := bits.TrailingZeros(uint(r.n))
	m.spare[class] = append(m.spare[class], r)
	m.spareBytes += size
	for m.spareBytes > m.reserve {
		m.release(m.popSpare(class))
	}
}

// popSpare takes a run out of the reserve, of class only if there is no other:
// whoever frees a block of a size is likely to take one of that size next.
func (m *arenas) popSpare(class int) run {
	from := class
	for c := range m.spare {
		if c != class && len(m.spare[c]) > 0 {
			from = c
		}
	}
	s := m.spare[from]
	r := s[len(s)-1]
	m.spare[from] = s[:len(s)-1]
	m.spareBytes -= int64(r.n) * minBlock
	return r
}

// release gives the memory of r back to the system.
func (m *arenas) release(r run) {
	a := r.arena
	a.release(r)
	m.last = a
	if a.free == arenaUnits && unix.Munmap(a.mem) == nil {
		m.all = slices.DeleteFunc(m.all, func(x *arena) bool { return x == a })
		m.last = nil
		return
	}
	// The system discards whole pages of its own size (16 KiB on Apple
	// silicon), so a page goes with the last of its units.
	from := r.first / m.page * m.page
	if !a.allFree(from, r.first) {
		from += m.page
	}
	to := (r.first + r.n + m.page - 1) / m.page * m.page
	if !a.allFree(r.first+r.n, to) {
		to -= m.page
	}
	if from < to {
		// An error leaves the pages resident, which costs memory and breaks nothing.
		_ = discard(run{a, from, to - from}.bytes())
	}
}

// close unmaps everything; later calls of take find nothing.
func (m *arenas) close() error {
	var errs []error
	for _, a := range m.all {
		errs = append(errs, unix.Munmap(a.mem))
	}
	*m = arenas{closed: true}
	return errors.Join(errs...)
}

// mapArena maps the memory of one arena.
func mapArena() ([]byte, error) {
	mem, err := unix.Mmap(-1, 0, arenaSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err == nil {
		smallPages(mem)
	}
	return mem, err
}
