package peer

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
)

// Family is the kind of socket an address needs.
type Family uint8

// The two families.
const (
	FamilyTCP Family = iota
	FamilyUDS
)

// Address is where a peer is dialled. The zero value is not valid; Parse makes
// valid ones.
type Address struct {
	Family Family
	Host   string // TCP: an IP literal without brackets, or a name
	Port   uint16 // TCP: 1 to 65535
	Path   string // UDS: a path of at most MaxPath bytes, or "@name" in the abstract namespace (Linux)
	Label  string // the name to show; "" if none was given
}

// AddressError says which argument is wrong, why, and what was expected.
type AddressError struct{ Arg, Why string }

func (e *AddressError) Error() string { return fmt.Sprintf("address %q: %s", e.Arg, e.Why) }

const addressForms = "expected HOST:PORT, tcp://HOST:PORT, /PATH, ./PATH, unix:///PATH or @NAME"

// ParseAddress reads one address as it is written on the command line:
// tcp://HOST:PORT or HOST:PORT, unix:///PATH, unix:PATH or a path that begins
// with "/" or ".", @NAME or unix://@NAME for the abstract namespace, each with
// an optional #LABEL behind. The last "#" begins the label. In the unix: forms
// %3D, %23 and %25 stand for "=", "#" and "%". Errors are *AddressError.
func ParseAddress(arg string) (Address, error) {
	rest, label, labelled := cutLast(arg, '#')
	a, why := parse(rest)
	switch {
	case arg == "":
		why = "empty; " + addressForms
	case strings.ContainsRune(arg, 0):
		why = "holds a NUL byte"
	case why == "" && labelled && label == "":
		why = "no label after #"
	}
	if why != "" {
		return Address{}, &AddressError{Arg: arg, Why: why}
	}
	a.Label = label
	return a, nil
}

func parse(s string) (a Address, why string) {
	switch {
	case strings.Contains(s, "="):
		return a, `"=" joins the two ends of a relay, which this version does not do; in a path write unix: and %3D`
	case strings.HasPrefix(s, "tcp://"):
		return parseTCP(s[len("tcp://"):])
	case strings.HasPrefix(s, "unix://"):
		return parseUnixURL(s[len("unix://"):])
	case strings.HasPrefix(s, "unix:"):
		return parseEscapedPath(s[len("unix:"):])
	case strings.HasPrefix(s, "@"), strings.HasPrefix(s, "/"), strings.HasPrefix(s, "."):
		return parsePath(s)
	}
	if scheme, _, found := strings.Cut(s, "://"); found {
		return a, fmt.Sprintf("unknown scheme %q; %s", scheme, addressForms)
	}
	return parseTCP(s)
}

func parseTCP(s string) (a Address, why string) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return a, addressForms
	}
	if host == "" {
		return a, "no host; " + addressForms
	}
	if why := checkHost(host); why != "" {
		return a, why
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || port[0] == '+' {
		return a, fmt.Sprintf("port %q is not a number from 1 to 65535", port)
	}
	return Address{Family: FamilyTCP, Host: host, Port: uint16(n)}, ""
}

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

func parseUnixURL(s string) (a Address, why string) {
	if s != "" && !strings.ContainsAny(s[:1], "/.@") {
		return a, fmt.Sprintf("a path after unix:// begins with / or @: write unix:///%s or unix:%s", s, s)
	}
	return parseEscapedPath(s)
}

var unescaper = strings.NewReplacer("%3D", "=", "%3d", "=", "%23", "#", "%25", "%")

func parseEscapedPath(s string) (a Address, why string) {
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		if code := strings.ToUpper(s[i:min(i+3, len(s))]); code != "%3D" && code != "%23" && code != "%25" {
			return a, fmt.Sprintf("%q: in a unix: address expected %%3D, %%23 or %%25", code)
		}
		i += 2
	}
	return parsePath(unescaper.Replace(s))
}

func parsePath(path string) (a Address, why string) {
	name, abstract := strings.CutPrefix(path, "@")
	switch {
	case path == "":
		return a, "no path; " + addressForms
	case abstract && !hasAbstract:
		return a, "the abstract namespace (@NAME) exists on Linux only"
	case abstract && name == "":
		return a, "no name after @"
	case len(path) > MaxPath:
		return a, fmt.Sprintf("a socket's path is at most %d bytes long, this one is %d", MaxPath, len(path))
	}
	return Address{Family: FamilyUDS, Path: path}, ""
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

var escaper = strings.NewReplacer("=", "%3D", "#", "%23", "%", "%25")

// String returns the canonical form, without the label: tcp://127.0.0.1:6379,
// tcp://[::1]:6379, unix:///run/app.sock, unix:./app.sock, unix://@name.
func (a Address) String() string {
	switch {
	case a.Family == FamilyTCP:
		return "tcp://" + a.endpoint()
	case a.Path != "" && (a.Path[0] == '/' || a.Path[0] == '@'):
		return "unix://" + escaper.Replace(a.Path)
	default:
		return "unix:" + escaper.Replace(a.Path)
	}
}

func (a Address) endpoint() string { return net.JoinHostPort(a.Host, strconv.Itoa(int(a.Port))) }

// Name returns the label, or what a person would call the address: host and
// port (of 127.0.0.1 the port alone, ":6379"), the file's name, or @name.
func (a Address) Name() string {
	switch {
	case a.Label != "":
		return a.Label
	case a.Host == "127.0.0.1":
		return ":" + strconv.Itoa(int(a.Port))
	case a.Family == FamilyTCP:
		return a.endpoint()
	case a.Path[0] == '@':
		return a.Path
	default:
		return filepath.Base(a.Path)
	}
}
