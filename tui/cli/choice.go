package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"peerscope/peer"
	"peerscope/peer/capture"
	"peerscope/views/report"
)

// choice is which peers are looked at, as --peer names them: by id, which means
// what came from that listener too, or by label. An empty one is all.
type choice []string

func (c choice) has(r *peer.Row) bool {
	return len(c) == 0 || slices.ContainsFunc(c, func(name string) bool {
		id, err := strconv.Atoi(name)
		return name == r.Label || err == nil && (id == int(r.ID) || id == int(r.Parent))
	})
}

// check finds out which name can be no peer of these addresses.
func (c choice) check(addrs []peer.Address) error {
	listens := slices.ContainsFunc(addrs, func(a peer.Address) bool { return a.Listens })
	for _, name := range c {
		id, err := strconv.Atoi(name)
		switch {
		case slices.ContainsFunc(addrs, func(a peer.Address) bool { return a.Name() == name }):
		case err != nil:
			return usagef("--peer %q: no address has this label; expected the number of an address, or one of %s", name, labels(addrs))
		case id < 1 || id > len(addrs) && !listens:
			return usagef("--peer %d: expected 1 to %d, the number of an address, or a label", id, len(addrs))
		}
	}
	return nil
}

func labels(addrs []peer.Address) string {
	names := make([]string, 0, len(addrs))
	for _, a := range addrs {
		names = append(names, fmt.Sprintf("%q", a.Name()))
	}
	return strings.Join(names, ", ")
}

// eventName is what an event is called: its kind, and what it is about
// ([report.EventValue]), a status or a direction; "" in a name that was given stands
// for any.
type eventName struct {
	kind  report.Kind
	value string
}

// values are what a name may have behind the kind.
var values = map[report.Kind][]string{
	report.Status: {"none", "connecting", "connected", "error"},
	report.Data:   directions, report.HalfClose: directions, report.Ancillary: directions, report.Dropped: directions,
}

var directions = []string{capture.In.String(), capture.Out.String()}

// parseEventName reads what --until names: "status connected", "data in", "accepted".
func parseEventName(s string) (eventName, error) {
	kind, value, _ := strings.Cut(s, " ")
	n := eventName{report.Kind(kind), strings.TrimSpace(value)}
	may := values[n.kind]
	switch {
	case !slices.Contains(report.Kinds, n.kind):
		return n, fmt.Errorf("%q is no event: expected one of %s, or such as %q", kind, eventNames(), "status connected")
	case n.value != "" && len(may) == 0:
		return n, fmt.Errorf("%q: expected no value behind %s", n.value, kind)
	case n.value != "" && !slices.Contains(may, n.value):
		return n, fmt.Errorf("%q: expected %s behind %s", n.value, strings.Join(may, ", "), kind)
	}
	return n, nil
}

func (n eventName) String() string { return strings.TrimSpace(string(n.kind) + " " + n.value) }

// means reports whether an event is one that n names.
func (n eventName) means(e eventName) bool {
	return n.kind == e.kind && (n.value == "" || n.value == e.value)
}

// selection is what is printed.
type selection struct {
	kinds map[report.Kind]bool
	dirs  capture.Dirs // of events that have a direction
	peers choice
}

func (s *selection) has(n eventName) bool {
	switch n.value {
	case directions[capture.In]:
		return s.kinds[n.kind] && s.dirs.Has(capture.In)
	case directions[capture.Out]:
		return s.kinds[n.kind] && s.dirs.Has(capture.Out)
	}
	return s.kinds[n.kind]
}

func eventNames() string {
	names := make([]string, 0, len(report.Kinds))
	for _, k := range report.Kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, ",")
}
