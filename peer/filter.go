package peer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Filter says which rows of a Set the table shows. The zero value shows all.
type Filter struct {
	text  string
	terms []term
}

// term is one word of a filter: all of them must hold.
type term struct {
	key   string // "" for what may stand anywhere
	value string // in lower case
	not   bool
}

// FilterError says what is wrong with a filter, and where.
type FilterError struct {
	At  int // of the wrong word, in bytes from the beginning
	Why string
}

func (e *FilterError) Error() string { return e.Why }

// filterValues are the keys of a filter, and what may stand behind those that
// are about one of several things.
var filterValues = map[string][]string{
	"status":  {"none", "connecting", "connected", "error", "listening"},
	"kind":    {"dial", "listen", "accept", "tap"},
	"port":    nil,
	"id":      nil,
	"label":   nil,
	"address": nil,
}

const filterKeys = "status: kind: port: id: label: address:"

// ParseFilter reads a filter: words with blanks between them, all of which must
// hold. status:error, kind:tap, port:6379, id:3, label:x and address:x are about
// one thing; any other word is looked for in the label, the addresses and the
// cause, in either case. A - or ! before a word turns it round; double quotes
// keep blanks together. Errors are *FilterError.
func ParseFilter(text string) (Filter, error) {
	f := Filter{text: strings.Trim(text, " ")}
	for at := 0; at < len(text); {
		if text[at] == ' ' {
			at++
			continue
		}
		word, end, closed := filterWord(text, at)
		if !closed {
			return Filter{}, &FilterError{at, "no closing quote"}
		}
		t, why := parseTerm(word)
		if why != "" {
			return Filter{}, &FilterError{at, why}
		}
		f.terms = append(f.terms, t)
		at = end
	}
	return f, nil
}

// filterWord returns the word that begins at a place, without its quotes, and
// where it ends.
func filterWord(text string, at int) (word string, end int, closed bool) {
	quoted := false
	var b strings.Builder
	for end = at; end < len(text) && (quoted || text[end] != ' '); end++ {
		if text[end] == '"' {
			quoted = !quoted
			continue
		}
		b.WriteByte(text[end])
	}
	return b.String(), end, !quoted
}

func parseTerm(word string) (t term, why string) {
	if rest := strings.TrimLeft(word, "-!"); rest != word {
		t.not, word = true, rest
	}
	key, value, keyed := strings.Cut(strings.ToLower(word), ":")
	allowed, known := filterValues[key]
	switch {
	case word == "":
		return t, "expected a word behind - or !"
	case !keyed || !known && !isFilterKey(key, value):
		t.value = strings.ToLower(word)
		return t, ""
	case !known:
		return t, fmt.Sprintf("unknown filter %s: expected %s or a word", key+":", filterKeys)
	case value == "":
		return t, fmt.Sprintf("nothing behind %s:", key)
	case allowed != nil && !slices.Contains(allowed, value):
		return t, fmt.Sprintf("unknown %s %s: expected %s", key, value, strings.Join(allowed, ", "))
	case key == "port" || key == "id":
		if _, err := strconv.ParseUint(value, 10, 31); err != nil {
			return t, fmt.Sprintf("%s:%s: expected a number", key, value)
		}
	}
	t.key, t.value = key, value
	return t, ""
}

// isFilterKey reports whether what stands before a colon is meant as a key: an
// address has one, too.
func isFilterKey(key, value string) bool {
	letters := key != "" && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz") == ""
	return letters && value != "" && !strings.ContainsAny(value[:1], "/@.0123456789")
}

// String returns the filter as it was written.
func (f Filter) String() string { return f.text }

// shows reports whether a row is shown by itself.
func (f Filter) shows(r *Row) bool {
	for i := range f.terms {
		if t := &f.terms[i]; t.holds(r) == t.not {
			return false
		}
	}
	return true
}

func (t *term) holds(r *Row) bool {
	switch t.key {
	case "status":
		if r.Listener.Is {
			return t.value == "listening" && r.Listener.Listening
		}
		return t.value == r.Status.String()
	case "kind":
		return t.value == r.Kind
	case "id":
		return t.value == strconv.Itoa(int(r.ID))
	case "label":
		return t.in(r.Label)
	case "port":
		return slices.ContainsFunc(r.addresses(), func(a string) bool { return hasPort(a, ":"+t.value) })
	}
	if slices.ContainsFunc(r.addresses(), t.in) {
		return true
	}
	return t.key == "" && (t.in(r.Label) || t.in(r.Who.Program) || r.Last.Cause != nil && t.in(r.Last.Cause.Error()))
}

func (t *term) in(text string) bool { return strings.Contains(strings.ToLower(text), t.value) }

// addresses are all that a row has.
func (r *Row) addresses() []string {
	return []string{r.Address, r.Remote, r.Listener.Bound, r.Pair.Client, r.Pair.Server}
}

// hasPort reports whether an address, or the left side of a tap, ends with a port.
func hasPort(address, port string) bool {
	return strings.HasSuffix(address, port) || strings.Contains(address, port+"=")
}
