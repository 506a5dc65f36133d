//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package capture

import "golang.org/x/sys/unix"

// discard lets the system have the pages of mem when it needs them. MADV_DONTNEED
// is only a hint here and frees nothing (madvise(2)).
func discard(mem []byte) error { return unix.Madvise(mem, unix.MADV_FREE) }

// smallPages has nothing to do: these systems use large pages only where whole
// ones have been written.
func smallPages([]byte) {}
