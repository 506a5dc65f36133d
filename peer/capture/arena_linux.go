package capture

import "golang.org/x/sys/unix"

// discard frees the pages of mem; they read as zeros afterwards (madvise(2)).
func discard(mem []byte) error { return unix.Madvise(mem, unix.MADV_DONTNEED) }

// smallPages keeps the kernel from backing mem with huge pages, where the
// first byte of a 2 KiB block would cost 2 MiB. A kernel that has none refuses.
func smallPages(mem []byte) { _ = unix.Madvise(mem, unix.MADV_NOHUGEPAGE) }
