package relay

import "golang.org/x/sys/unix"

const fionwrite = 0x40046677 // FIONWRITE of <sys/filio.h>, which x/sys does not name here

// sendQueue returns how many bytes the other end has not acknowledged, -1 where
// there is no figure.
func sendQueue(fd int) int64 {
	n, err := unix.IoctlGetInt(fd, fionwrite)
	if err != nil {
		return -1
	}
	return int64(n)
}
