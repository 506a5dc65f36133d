package views

import "strconv"

// Tree is where a row stands among listeners and their connections.
type Tree uint8

// The places.
const (
	TreeNone   Tree = iota // neither a listener nor from one
	TreeOpen               // a listener, its connections are the rows below
	TreeFolded             // a listener whose connections are not shown
	TreeChild              // a connection, with another one of the same listener below it
	TreeLast               // the last connection of a listener
)

var treeMarks = [...]string{TreeOpen: "▾ ", TreeFolded: "▸ ", TreeChild: "├ ", TreeLast: "└ "}

// treeMark writes what shows a row's place in the tree.
func (p *pen) treeMark(t Tree) {
	if int(t) < len(treeMarks) {
		p.text(dim, treeMarks[t])
	}
}

// Listener is what a row shows of a listener.
type Listener struct {
	State ListenerState
	Live  int   // connections that have not ended
	Ended int   // that have, and have a row
	Gone  int64 // that have, and gave up their row
}

// ListenerState says whether a listener listens.
type ListenerState uint8

// The states.
const (
	ListenerOpening ListenerState = iota
	ListenerListening
	ListenerStopped
	ListenerFailed
)

var listenerStates = [...]struct {
	statusMark
	word string
}{
	ListenerOpening:   {statusMark{"◌", dim}, "opening"},
	ListenerListening: {statusMark{"◌", accent}, "listening"},
	ListenerStopped:   {statusMark{"○", dim}, "stopped"},
	ListenerFailed:    {statusMark{"✖", bad}, "failed"},
}

// mark is what a state looks like, and its word.
func (s ListenerState) mark() (statusMark, string) {
	if int(s) >= len(listenerStates) {
		s = ListenerFailed
	}
	return listenerStates[s].statusMark, listenerStates[s].word
}

// counts says how many connections there are, as fully as fits: "3 live, 12
// ended, 480 gone", "3 live, 492 ended", "3 live +492", "3 live".
func (l *Listener) counts(width int) string {
	live := strconv.Itoa(l.Live) + " live"
	over := compact(int64(l.Ended) + l.Gone)
	forms := []string{live + ", " + over + " ended", live + " +" + over, live}
	switch {
	case l.Gone > 0:
		full := live + ", " + strconv.Itoa(l.Ended) + " ended, " + compact(l.Gone) + " gone"
		forms = append([]string{full}, forms...)
	case l.Ended == 0 && l.Live == 0:
		forms = []string{"no client yet", "no client"}
	case l.Ended == 0:
		forms = []string{live}
	}
	return fitting(forms, width)
}

// compact is a number in at most 5 digits: "9999", "99k", "12M".
func compact(n int64) string {
	unit := ""
	for _, larger := range [...]string{"k", "M", "G"} {
		if n < 10_000 {
			break
		}
		n, unit = n/1000, larger
	}
	return strconv.FormatInt(n, 10) + unit
}

// fitting is the first of some texts that takes no more than width cells, or
// the last one, cut.
func fitting(forms []string, width int) string {
	for _, form := range forms {
		if cells(form) <= width {
			return form
		}
	}
	return cut(forms[len(forms)-1], width)
}
