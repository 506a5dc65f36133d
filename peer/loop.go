package peer

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
)

// errLoop is what a tap gets that would dial itself.
var errLoop = errors.New("the tap would dial itself, again and again: give it another target")

// refuseLoop is refuseTarget before the tap listens, for what is known by then.
// Callers hold mu.
func (s *Set) refuseLoop(r *row) error {
	if !r.addr.IsTap() || r.addr.Takeover {
		return nil
	}
	return refuseLoop(r.addr.Endpoint, r.addr.Target, s.links())
}

// refuseTarget refuses to dial a target that leads back to the tap of r: by any
// name of it, and over any taps of this Set that stand between. It holds no lock
// while it asks the file system, which may take long.
func (s *Set) refuseTarget(r *row, target Endpoint) error {
	s.mu.Lock()
	at, links := r.addr.Endpoint, s.links()
	s.mu.Unlock()
	return refuseLoop(at, target, links)
}

// link is where a tap listens and what it dials.
type link struct{ at, target Endpoint }

// links are the taps of the Set. Callers hold mu.
func (s *Set) links() (links []link) {
	for _, r := range s.rows.tops {
		if r.addr.IsTap() {
			links = append(links, link{r.addr.Endpoint, r.addr.Target})
		}
	}
	return links
}

// refuseLoop follows a target over links, each once, and refuses one that comes
// to at.
func refuseLoop(at, target Endpoint, links []link) error {
	for target != (Endpoint{}) {
		if reaches(target, at) {
			return errLoop
		}
		i := slices.IndexFunc(links, func(l link) bool { return reaches(target, l.at) })
		if i < 0 {
			return nil
		}
		target = links[i].target
		links = slices.Delete(links, i, i+1)
	}
	return nil
}

// reaches reports whether a dial of target is answered by a listener at at.
func reaches(target, at Endpoint) bool {
	switch {
	case target.Family != at.Family:
		return false
	case target.Family == FamilyTCP:
		return target.Port == at.Port && at.Port != 0 && sameHost(target.Host, at.Host)
	case isAbstract(target.Path) || isAbstract(at.Path):
		return target.Path == at.Path
	}
	a, errA := os.Stat(target.Path)
	b, errB := os.Stat(at.Path)
	return realPath(target.Path) == realPath(at.Path) || errA == nil && errB == nil && os.SameFile(a, b)
}

// realPath is a path without symlinks and dots, as far as it exists.
func realPath(path string) string {
	dir, name := filepath.Split(path) // which keeps dots: one behind a symlink is not where it seems
	if plain, err := filepath.EvalSymlinks(path); err == nil {
		path = plain
	} else if dir, err := filepath.EvalSymlinks(dir + "."); err == nil {
		path = filepath.Join(dir, name)
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// sameHost reports whether a dial of a target arrives at a listener's address. A
// name that is not looked up yet does not.
func sameHost(target, at string) bool {
	from, errFrom := netip.ParseAddr(named(target))
	to, errTo := netip.ParseAddr(named(at))
	if errFrom != nil || errTo != nil {
		return false
	}
	from, to = from.Unmap().WithZone(""), to.Unmap().WithZone("")
	if from.IsUnspecified() { // a dial of it is one of the loopback address (ip(7))
		from = loopbackOf(from)
	}
	if to.IsUnspecified() {
		return (to.Is6() || from.Is4()) && (from.IsLoopback() || isOurs(from)) // one of IPv6 takes IPv4 too
	}
	return from == to
}

func named(host string) string {
	if host == localhost {
		return "127.0.0.1"
	}
	return host
}

func loopbackOf(ip netip.Addr) netip.Addr {
	if ip.Is4() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// isOurs reports whether an address is one of this machine's.
func isOurs(ip netip.Addr) bool {
	addrs, err := net.InterfaceAddrs()
	return err == nil && slices.ContainsFunc(addrs, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().WithZone("") == ip
	})
}
