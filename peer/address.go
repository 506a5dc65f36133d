package peer

import (
	"fmt"
	"strings"
)

// Address is what a peer is to be: dialled at its endpoint, or listening there,
// or, with a target, a tap between whoever comes and the target. The zero value
// is not valid; ParseAddress makes valid ones.
type Address struct {
	Endpoint
	Listens  bool
	Target   Endpoint // of a tap: what is dialled for each client; else the zero Endpoint
	Takeover bool     // of a tap: its path is a live server's, which is moved aside and is the target
	Label    string   // the name to show; "" if none was given
}

// Kind says what an address makes: "dial", "listen" or "tap".
func (a Address) Kind() string {
	switch {
	case a.IsTap():
		return "tap"
	case a.Listens:
		return "listen"
	}
	return "dial"
}

// IsTap reports whether clients are relayed to a target.
func (a Address) IsTap() bool { return a.Takeover || a.Target != Endpoint{} }

// TakeOver returns the address of a tap that takes over the path of a live
// server, with an optional #LABEL behind. What has no colon is a path here, as no
// HOST:PORT can be meant. Errors are *AddressError.
func TakeOver(arg string) (Address, error) {
	rest, label, _ := cutLast(arg, '#')
	e, why := parsePath(rest)
	if strings.Contains(rest, ":") {
		e, _, why = parseEndpoint(rest, listens)
	}
	switch {
	case why != "":
	case e.Family != FamilyUDS || e.Packet:
		why = "only the path of a Unix stream socket can be taken over"
	case isAbstract(e.Path):
		why = "a name in the abstract namespace has no file that could be moved aside"
	}
	if why != "" {
		return Address{}, &AddressError{Arg: arg, Why: why}
	}
	return Address{Endpoint: e, Listens: true, Takeover: true, Label: label}, nil
}

// AddressError says which argument is wrong, why, and what was expected.
type AddressError struct{ Arg, Why string }

func (e *AddressError) Error() string { return fmt.Sprintf("address %q: %s", e.Arg, e.Why) }

const addressForms = "expected HOST:PORT, /PATH, unix:///PATH or @NAME, tcp-listen:// or unix-listen:// to listen, LISTEN=DIAL to tap"

// ParseAddress reads one address as it is written on the command line:
// tcp://HOST:PORT or HOST:PORT, unix:///PATH, unix:PATH or a path that begins
// with "/" or ".", @NAME or unix://@NAME for the abstract namespace; to listen
// tcp-listen://HOST:PORT (no host: loopback; port 0: a free one) and
// unix-listen://PATH; LISTEN=DIAL for a tap, where unixpacket-listen:// and
// unixpacket:// may stand too. Each may have a #LABEL behind. The first "="
// splits a tap, the last "#" begins the label. In the unix forms %3D, %23 and
// %25 stand for "=", "#" and "%". Errors are *AddressError.
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
	if left, right, tap := strings.Cut(s, "="); tap {
		return parseTap(left, right)
	}
	e, as, why := parseEndpoint(s, dials)
	if why == "" && e.Packet {
		why = "SOCK_SEQPACKET is for taps: unixpacket-listen://PATH=unixpacket://PATH"
	}
	return Address{Endpoint: e, Listens: as == listens}, why
}

func parseTap(left, right string) (a Address, why string) {
	const joins = `"=" joins the two ends of a tap (in a path write unix: and %3D); `
	listen, _, why := parseEndpoint(left, listens)
	if why != "" {
		return a, joins + "before it: " + why
	}
	target, as, why := parseEndpoint(right, dials)
	switch {
	case why != "":
		return a, joins + "behind it: " + why
	case as == listens:
		return a, joins + "behind it stands what is dialled, not a listener"
	case listen.Packet != target.Packet:
		return a, "unixpacket on both sides of the =, or on none: a stream has no message boundaries"
	}
	return Address{Endpoint: listen, Listens: true, Target: target}, ""
}

// String returns the canonical form, without the label: tcp://127.0.0.1:6379,
// unix-listen:///run/app.sock, tcp-listen://127.0.0.1:6380=tcp://127.0.0.1:6379.
func (a Address) String() string {
	switch {
	case !a.Listens:
		return a.Endpoint.String()
	case a.Target == Endpoint{}:
		return a.written(listens)
	}
	return a.written(listens) + "=" + a.Target.String()
}

// Name returns the label, or what a person would call the endpoint.
func (a Address) Name() string {
	if a.Label != "" {
		return a.Label
	}
	return a.name()
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
