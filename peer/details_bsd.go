//go:build darwin || freebsd

package peer

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
)

func socketMemory(int, Family) Memory { return Memory{} } // no option tells it

func userTimeout(int) Figure[time.Duration] { return Figure[time.Duration]{} }

func passCred(int) Figure[bool] { return Figure[bool]{} }

// peerCredentials asks LOCAL_PEERCRED (unix(4)). The first group is the effective one.
func peerCredentials(fd int) (c Credentials) {
	cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil || cred.Uid == math.MaxUint32 {
		return c
	}
	c.UID = known(int64(cred.Uid))
	if cred.Ngroups > 0 {
		c.GID = known(int64(cred.Groups[0]))
	}
	c.PID, c.Program = peerProcess(fd)
	return c
}
