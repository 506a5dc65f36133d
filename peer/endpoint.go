package peer

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Family is the kind of socket an address needs.
type Family uint8

// The two families.
const (
	FamilyTCP Family = iota
	FamilyUDS
)

// Endpoint is one place to dial or to listen at. The zero value is none.
type Endpoint struct {
	Family Family
	Host   string // TCP: an IP literal without brackets, or a name
	Port   uint16 // TCP; 0 only to listen at one that the system chooses
	Path   string // UDS: a path of at most MaxPath bytes, or "@name" in the abstract namespace (Linux)
	Packet bool   // UDS: SOCK_SEQPACKET, which keeps message boundaries
}

// role is what an endpoint is for.
type role uint8

const (
	dials role = iota
	listens
)

// schemes are the written beginnings of endpoints. A bare one, HOST:PORT or a
// path, may be either.
var schemes = []struct {
	text   string
	role   role
	family Family
	packet bool
}{
	{"tcp://", dials, FamilyTCP, false},
	{"tcp-listen://", listens, FamilyTCP, false},
	{"unix:", dials, FamilyUDS, false},
	{"unix-listen:", listens, FamilyUDS, false},
	{"unixpacket:", dials, FamilyUDS, true},
	{"unixpacket-listen:", listens, FamilyUDS, true},
}

// parseEndpoint reads one end. To listen any scheme will do; found is the role
// that is written, as where none is.
func parseEndpoint(s string, as role) (e Endpoint, found role, why string) {
	for _, scheme := range schemes {
		rest, is := strings.CutPrefix(s, scheme.text)
		if !is {
			continue
		}
		if scheme.family == FamilyTCP {
			e, why = parseTCP(rest, max(as, scheme.role))
			return e, scheme.role, why
		}
		e, why = parseUnix(scheme.text, rest)
		e.Packet = scheme.packet && why == ""
		return e, scheme.role, why
	}
	switch {
	case strings.HasPrefix(s, "@"), strings.HasPrefix(s, "/"), strings.HasPrefix(s, "."):
		e, why = parsePath(s)
	case strings.Contains(s, "://"):
		scheme, _, _ := strings.Cut(s, "://")
		why = fmt.Sprintf("unknown scheme %q; %s", scheme, addressForms)
	default:
		e, why = parseTCP(s, as)
	}
	return e, as, why
}

// parseTCP reads HOST:PORT. A listener without a host is reachable from this
// machine only.
func parseTCP(s string, as role) (e Endpoint, why string) {
	host, port, err := net.SplitHostPort(s)
	switch {
	case err != nil:
		return e, addressForms
	case host == "" && as == listens:
		host = "127.0.0.1"
	case host == "":
		return e, "no host; " + addressForms
	}
	if why := checkHost(host); why != "" {
		return e, why
	}
	if _, err := netip.ParseAddr(host); as == listens && err != nil && host != localhost {
		return e, fmt.Sprintf("listen at %q: expected an IP address or localhost", host)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 && as == dials || port[0] == '+' {
		return e, fmt.Sprintf("port %q is not a number from %d to 65535", port, 1-int(as))
	}
	return Endpoint{Family: FamilyTCP, Host: host, Port: uint16(n)}, ""
}

const localhost = "localhost"

// checkHost takes IP literals and names by RFC 1123 §2.1, underscores allowed
// because real networks have them.
func checkHost(host string) (why string) {
	bad := fmt.Sprintf("host %q is neither an IP address nor a name", host)
	if ip, err := netip.ParseAddr(host); err == nil {
		if strings.ContainsFunc(ip.Zone(), func(r rune) bool { return r <= ' ' || r > '~' }) {
			return bad // ParseAddr takes anything for a zone
		}
		return ""
	}
	if len(host) > 253 || strings.Trim(host, "0123456789.") == "" {
		return bad
	}
	for _, part := range strings.Split(strings.TrimSuffix(host, "."), ".") {
		if part == "" || len(part) > 63 || part[0] == '-' || part[len(part)-1] == '-' {
			return bad
		}
		for _, c := range []byte(part) {
			if word := c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'; !word {
				return bad
			}
		}
	}
	return ""
}

func parseUnix(scheme, s string) (e Endpoint, why string) {
	path, url := strings.CutPrefix(s, "//")
	if url && path != "" && !strings.ContainsAny(path[:1], "/.@") {
		return e, fmt.Sprintf("a path after %s// begins with / or @: write %s///%s or %s%s", scheme, scheme, path, scheme, path)
	}
	return parseEscapedPath(path)
}

var unescaper = strings.NewReplacer("%3D", "=", "%3d", "=", "%23", "#", "%25", "%")

func parseEscapedPath(s string) (e Endpoint, why string) {
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		if code := strings.ToUpper(s[i:min(i+3, len(s))]); code != "%3D" && code != "%23" && code != "%25" {
			return e, fmt.Sprintf("%q: in a unix: address expected %%3D, %%23 or %%25", code)
		}
		i += 2
	}
	return parsePath(unescaper.Replace(s))
}

func parsePath(path string) (e Endpoint, why string) {
	name, abstract := strings.CutPrefix(path, "@")
	switch {
	case path == "":
		return e, "no path; " + addressForms
	case abstract && !hasAbstract:
		return e, "the abstract namespace (@NAME) exists on Linux only"
	case abstract && name == "":
		return e, "no name after @"
	case len(path) > MaxPath:
		return e, fmt.Sprintf("a socket's path is at most %d bytes long, this one is %d", MaxPath, len(path))
	}
	return Endpoint{Family: FamilyUDS, Path: path}, ""
}

var escaper = strings.NewReplacer("=", "%3D", "#", "%23", "%", "%25")

// String returns the canonical form of an endpoint to dial:
// tcp://127.0.0.1:6379, tcp://[::1]:6379, unix:///run/app.sock,
// unix:./app.sock, unix://@name, unixpacket:///run/app.sock.
func (e Endpoint) String() string { return e.written(dials) }

func (e Endpoint) written(as role) string {
	rest := escaper.Replace(e.Path)
	switch {
	case e.Family == FamilyTCP:
		rest = e.hostPort()
	case e.Path != "" && (e.Path[0] == '/' || e.Path[0] == '@'):
		rest = "//" + rest
	}
	for _, s := range schemes {
		if s.role == as && s.family == e.Family && s.packet == e.Packet {
			return s.text + rest
		}
	}
	return rest
}

func (e Endpoint) hostPort() string { return net.JoinHostPort(e.Host, strconv.Itoa(int(e.Port))) }

// name is what a person would call it: host and port (of 127.0.0.1 the port
// alone, ":6379"), the file's name, or @name.
func (e Endpoint) name() string {
	switch {
	case e.Host == "127.0.0.1":
		return ":" + strconv.Itoa(int(e.Port))
	case e.Family == FamilyTCP:
		return e.hostPort()
	case e.Path[0] == '@':
		return e.Path
	default:
		return filepath.Base(e.Path)
	}
}

// socketType is the type of its sockets (socket(2)).
func (e Endpoint) socketType() int {
	if e.Packet {
		return unix.SOCK_SEQPACKET
	}
	return unix.SOCK_STREAM
}
