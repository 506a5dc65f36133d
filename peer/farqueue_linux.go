package peer

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// farAsker asks the kernel about the sockets at the other ends of ours, which
// needs no privilege (sock_diag(7)). The zero value is ready. It has one owner,
// who closes it; it opens its own socket when it is first asked.
//
// The kernel answers within the call that asks (netlink_rcv_skb in
// net/netlink/af_netlink.c), so that nothing waits: what is not there after it
// is no figure. The first question on a machine may load a module.
type farAsker struct {
	fd   int // of a netlink socket, if open
	open bool
	seq  uint32
	out  [diagHeader + inetRequest]byte // the longest question
	in   [1024]byte                     // an answer has less than 300 bytes
}

// Sizes of linux/netlink.h, linux/inet_diag.h and linux/unix_diag.h, in bytes.
const (
	diagHeader  = unix.SizeofNlMsghdr
	inetRequest = 56 // struct inet_diag_req_v2
	inetAnswer  = 72 // struct inet_diag_msg
	unixRequest = 24 // struct unix_diag_req
	unixAnswer  = 16 // struct unix_diag_msg
)

// Numbers of linux/inet_diag.h and linux/unix_diag.h, which x/sys has not.
const (
	inetDiagSKMemInfo = 7
	unixDiagPeer      = 2
	unixDiagRQLen     = 4
	unixDiagMemInfo   = 5
	unixShowPeer      = 0x04
	unixShowRQLen     = 0x10
	unixShowMemInfo   = 0x20
	noCookie          = 0xffffffff
)

// close gives the netlink socket back; the next question opens it again.
func (a *farAsker) close() {
	if a.open {
		_ = unix.Close(a.fd)
		a.open = false
	}
}

// farEnd asks about the other end of our connected socket fd.
func (a *farAsker) farEnd(fd int, family Family) FarEnd {
	if family == FamilyUDS {
		return a.farUnix(fd)
	}
	return a.farTCP(fd)
}

// farTCP asks for the socket that is connected as ours is, the other way round.
func (a *farAsker) farTCP(fd int) (far FarEnd) {
	local, err := unix.Getsockname(fd)
	if err != nil {
		return far
	}
	remote, err := unix.Getpeername(fd)
	if err != nil {
		return far
	}
	link := uint32(0)
	if on, ok := remote.(*unix.SockaddrInet6); ok {
		link = on.ZoneId
	}
	return a.connected(remoteAddr(remote), remoteAddr(local), link)
}

// connected asks for the TCP socket that is connected from source to dest; link
// is the interface of an address that is of one link only, else 0.
func (a *farAsker) connected(source, dest netip.AddrPort, link uint32) (far FarEnd) {
	p := a.request(inetRequest)
	p[0] = unix.AF_INET
	if source.Addr().Is6() {
		p[0] = unix.AF_INET6
	}
	p[1] = unix.IPPROTO_TCP
	p[2] = 1 << (inetDiagSKMemInfo - 1)
	binary.NativeEndian.PutUint32(p[4:], 0xffffffff) // any state
	id := p[8:]
	binary.BigEndian.PutUint16(id[0:], source.Port())
	binary.BigEndian.PutUint16(id[2:], dest.Port())
	copy(id[4:20], source.Addr().AsSlice())
	copy(id[20:36], dest.Addr().AsSlice())
	binary.NativeEndian.PutUint32(id[36:], link)
	binary.NativeEndian.PutUint32(id[40:], noCookie)
	binary.NativeEndian.PutUint32(id[44:], noCookie)
	answer := a.ask(inetRequest)
	// Where there is no such connection the kernel looks for a listener
	// (inet_lookup in include/net/inet_hashtables.h): that is not the other end.
	if len(answer) < inetAnswer || diagAddr(answer[0], answer[4:6], answer[8:24]) != source ||
		diagAddr(answer[0], answer[6:8], answer[24:40]) != dest {
		return far
	}
	far.SendQ = known(int64(binary.NativeEndian.Uint32(answer[60:])))
	far.memory(attribute(answer[inetAnswer:], inetDiagSKMemInfo), FamilyTCP)
	return far
}

// diagAddr is an address in an answer; an IPv4 one that is mapped into IPv6 is
// the IPv4 one, as in remoteAddr.
func diagAddr(family byte, port, ip []byte) netip.AddrPort {
	addr := netip.AddrFrom16([16]byte(ip)).Unmap()
	if family == unix.AF_INET {
		addr = netip.AddrFrom4([4]byte(ip))
	}
	return netip.AddrPortFrom(addr, binary.BigEndian.Uint16(port))
}

// farUnix asks our socket who is at its other end, and then for that one. Both
// go by inode, which the kernel looks for among all Unix sockets of the namespace,
// one by one: 14 µs where there are few, 1.3 ms with 16,000 of them.
func (a *farAsker) farUnix(fd int) (far FarEnd) {
	var stat unix.Stat_t
	if unix.Fstat(fd, &stat) != nil {
		return far
	}
	peer := attribute(a.askUnix(uint32(stat.Ino), unixShowPeer), unixDiagPeer)
	if len(peer) < 4 {
		return far // it is gone
	}
	inode := binary.NativeEndian.Uint32(peer)
	if inode == 0 {
		return far // nobody has accepted it yet, or it is closed
	}
	attributes := a.askUnix(inode, unixShowRQLen|unixShowMemInfo)
	if queues := attribute(attributes, unixDiagRQLen); len(queues) >= 8 {
		far.SendQ = known(int64(binary.NativeEndian.Uint32(queues[4:])))
	}
	far.memory(attribute(attributes, unixDiagMemInfo), FamilyUDS)
	return far
}

// askUnix returns the attributes of the Unix socket with that inode.
func (a *farAsker) askUnix(inode, show uint32) (attributes []byte) {
	p := a.request(unixRequest)
	p[0] = unix.AF_UNIX
	binary.NativeEndian.PutUint32(p[4:], 0xffffffff) // any state
	binary.NativeEndian.PutUint32(p[8:], inode)
	binary.NativeEndian.PutUint32(p[12:], show)
	binary.NativeEndian.PutUint32(p[16:], noCookie)
	binary.NativeEndian.PutUint32(p[20:], noCookie)
	answer := a.ask(unixRequest)
	if len(answer) < unixAnswer || binary.NativeEndian.Uint32(answer[4:]) != inode {
		return nil
	}
	return answer[unixAnswer:]
}

// memory reads what SK_MEMINFO_… gives. An older kernel gives fewer of them.
func (far *FarEnd) memory(b []byte, family Family) {
	var info memInfo
	if len(b) < 4*(unix.SK_MEMINFO_WMEM_QUEUED+1) {
		return
	}
	for i := range min(len(info), len(b)/4) {
		info[i] = binary.NativeEndian.Uint32(b[4*i:])
	}
	far.SendMem, far.SendBuf = known(info.send(family)), known(int64(info[unix.SK_MEMINFO_SNDBUF]))
}

// request is room for a question of size bytes, all zero.
func (a *farAsker) request(size int) []byte {
	clear(a.out[:])
	return a.out[diagHeader : diagHeader+size]
}

// ask sends what request gave room for and returns the answer without its
// header, nil if there is none. It is good until the next question.
func (a *farAsker) ask(size int) []byte {
	if !a.open {
		fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_SOCK_DIAG)
		if err != nil {
			return nil
		}
		a.fd, a.open = fd, true
	}
	a.seq++
	h := a.out[:diagHeader+size]
	binary.NativeEndian.PutUint32(h[0:], uint32(len(h)))
	binary.NativeEndian.PutUint16(h[4:], unix.SOCK_DIAG_BY_FAMILY)
	binary.NativeEndian.PutUint16(h[6:], unix.NLM_F_REQUEST)
	binary.NativeEndian.PutUint32(h[8:], a.seq)
	// Without an address it goes to the kernel (netlink(7)).
	if retry(func() error { _, err := unix.Write(a.fd, h); return err }) != nil {
		return nil
	}
	return a.answer()
}

// answer takes what the kernel has answered to the last question.
func (a *farAsker) answer() []byte {
	const stale = 8 // more than that was never asked in vain
	for range stale {
		n := 0
		if retry(func() (err error) { n, err = unix.Read(a.fd, a.in[:]); return err }) != nil || n < diagHeader {
			return nil
		}
		length := binary.NativeEndian.Uint32(a.in[0:])
		if binary.NativeEndian.Uint32(a.in[8:]) != a.seq {
			continue
		}
		if binary.NativeEndian.Uint16(a.in[4:]) != unix.SOCK_DIAG_BY_FAMILY || int64(length) > int64(n) || length < diagHeader {
			return nil // an error: no such socket
		}
		return a.in[diagHeader:length]
	}
	return nil
}

// attribute finds an attribute among b (struct nlattr, netlink(7)), nil if it is not there.
func attribute(b []byte, kind uint16) []byte {
	const header, align = 4, 4
	for len(b) >= header {
		length := int(binary.NativeEndian.Uint16(b))
		if length < header || length > len(b) {
			return nil
		}
		if binary.NativeEndian.Uint16(b[2:]) == kind {
			return b[header:length]
		}
		b = b[min(len(b), (length+align-1)&^(align-1)):]
	}
	return nil
}
