package peer

import (
	"maps"
	"slices"
)

// choice is where we are not as the class by choice: spec §7's number, R1, or
// DESIGN. This table is the only place with expectations that are not in the
// file of traces; each row is for one trace, and names the steps, the fields
// and what ours gives. A row that is not needed fails the test.
type choice struct {
	number string
	why    string
	trace  string
	modes  []mode // all if nil
	steps  []int  // from 1, as they are counted in the file
	ours   fields // by field: "return", "client.status"; gone where there is none
}

// gone says that a step of ours has no such field.
const gone = "<gone>"

// noObject is what a step gives whose object ours did not return.
const noObject = "no object"

var readers = []mode{withReader, readerFirst}

const (
	q1  = "bind, then connect: the bound socket is used, as the documentation of the class has it"
	q7  = "an accepted peer tells its real local port"
	q9  = "the socket file of a listener that is alive is not taken away"
	q10 = "only a file that we made is unlinked"
	q12 = "a path may have 107 bytes; a longer one is a bad argument"
	q13 = "a signal interrupts no call; the test gives the call up"
	q14 = "a port above 65535 is a bad argument"
	q17 = "a length above MaxLength is refused before anything of it is read"
	q18 = "only bytes that were read are returned; nothing to write is OK at any level"
	q26 = "a failed read tells the bytes that it took"
	q27 = "the position is not left behind the end"
	q28 = "an object is data and is never made: its class and its script need not be there"
	r1  = "the reader has taken the bytes out of the kernel, so its close is a plain EOF"
	neg = "a slice has no negative length: the call cannot be written in Go"
	cpp = "Go has only the script-level call, which takes a text: one that is no address is a name"
)

var choices = slices.Concat(
	acceptedPort("tcp-write-before-accept", "accepted", 9, 11, 12, 13),
	acceptedPort("tcp-accepted-peer-identity", "accepted", 8, 9, 10, 11, 12),
	acceptedPort("tcp-server-five-clients", "accepted0", 18, 36, 37),
	acceptedPort("tcp-server-five-clients", "accepted1", 19, 39, 40),
	acceptedPort("tcp-server-five-clients", "accepted2", 20, 42, 43),
	acceptedPort("tcp-server-five-clients", "accepted3", 21, 45, 46),
	acceptedPort("tcp-server-five-clients", "accepted4", 22, 48, 49),
	acceptedPort("tcp-server-queue-limit", "accepted0", 43),
	acceptedPort("tcp-server-stop-with-pending-and-accepted", "accepted", 9, 19),
	acceptedPort("tcp-server-stop-then-connect", "accepted", 8),
	acceptedPort("tcp-server-side-disconnect", "accepted", 8, 11),
	acceptedPort("tcp-listen-any-v4-and-v6-clients", "accepted", 9),
	acceptedPort("tcp-listen-any-v4-and-v6-clients", "accepted6", 14),
	acceptedPort("tcp-listen-zero-v4", "accepted", 8),
	acceptedPort("tcp-server-relisten-same-port", "accepted", 8),
	acceptedPort("tcp-socket-call-fails", "accepted", 15),
	[]choice{
		{"Q7", q7, "tcp-accepted-peer-identity", nil, []int{10}, fields{"return": "<port>"}},

		{"Q1", q1, "uds-bind-then-connect", nil, []int{6}, fields{
			"return": "OK", "code": 0, "client.status": "CONNECTED", "client.value": 2, "client.path": "<path>"}},
		{"Q1", q1, "uds-bind-then-connect", nil, []int{7}, fields{
			"client.status": "CONNECTED", "client.value": 2, "client.path": "<path>"}},

		{"Q9", q9, "uds-bind-over-socket-files", nil, []int{8}, fields{
			"return": "ERR_ALREADY_IN_USE", "code": 22, "socket_open": false, "client2.available": -1}},
		{"Q9", q9, "uds-bind-over-socket-files", nil, []int{10}, fields{
			"return": "OK", "code": 0, "dialler.status": "CONNECTED", "dialler.value": 2, "dialler.available": 0, "dialler.path": "<live>"}},
		{"Q9", q9, "uds-server-listen-address-in-use", nil, []int{4}, fields{
			"return": "ERR_ALREADY_IN_USE", "code": 22, "server2.listening": false}},
		{"Q9", q9, "uds-server-listen-address-in-use", nil, []int{8}, fields{
			"return": true, "server.connection_available": true}},
		{"Q9", q9, "uds-server-listen-address-in-use", nil, []int{9, 12}, fields{
			"return": false, "server2.listening": false, "server2.connection_available": false}},
		{"Q9", q9, "uds-server-live-socket", nil, []int{5}, fields{
			"return": "ERR_ALREADY_IN_USE", "code": 22, "server.listening": false}},
		{"Q9", q9, "uds-server-live-socket", nil, []int{8}, fields{
			"return": false, "server.listening": false, "server.connection_available": false}},
		{"Q9", q9, "uds-server-live-socket", nil, []int{13}, fields{
			"return": nil, "accepted": nil, "server.listening": false}},
		{"Q9", q9, "uds-server-live-socket", nil, []int{14}, fields{
			"return": noObject, "code": gone, "accepted": nil}},

		{"Q10", q10, "uds-server-dangling-symlink", nil, []int{3}, fields{"exists": true}},
		{"Q10", q10, "uds-server-file-recreated", nil, []int{7}, fields{"server.path_exists": true}},
		{"Q10", q10, "uds-server-file-recreated", nil, []int{8}, fields{"exists": true}},

		{"Q12", q12, "uds-connect-bad-arguments", nil, []int{5, 6}, fields{"return": "ERR_INVALID_PARAMETER", "code": 31}},
		{"Q12", q12, "uds-connect-bad-arguments", nil, []int{12}, fields{
			"return": "OK", "code": 0, "client.status": "CONNECTED", "client.value": 2, "client.available": 0, "client.path": "<path of 107 bytes>"}},
		{"Q12", q12, "uds-connect-bad-arguments", nil, []int{20}, fields{
			"return": "OK", "code": 0, "server.listening": true, "server.path_exists": true}},
		{"Q12", q12, "uds-connect-bad-arguments", nil, []int{21}, fields{
			"return": true, "server.listening": true, "server.path_exists": true}},
		{"Q12", q12, "uds-server-listen-errors", nil, []int{3}, fields{"return": "ERR_INVALID_PARAMETER", "code": 31}},

		{"Q13", q13, "tcp-signal-during-blocking-get", nil, []int{10}, fields{
			"count": 2, "data": "6162", "client.status": "CONNECTED", "client.value": 2, "client.available": 0,
			"client.host": "127.0.0.1", "client.port": "<port>", "client.local_port": "<client port>"}},
		{"Q13", q13, "tcp-signal-during-blocking-get", nil, []int{11}, fields{
			"return": "CONNECTED", "code": 2, "client.status": "CONNECTED", "client.value": 2, "client.available": 0,
			"client.host": "127.0.0.1", "client.port": "<port>", "client.local_port": "<client port>"}},
		{"Q13", q13, "tcp-signal-during-blocking-get", nil, []int{12}, fields{
			"errno": "EAGAIN", "count": gone, "data": gone, "meaning": gone}},
		{"Q13", q13, "uds-signal-during-blocking-get", nil, []int{8}, fields{
			"count": 2, "data": "6162", "client.status": "CONNECTED", "client.value": 2, "client.available": 0, "client.path": "<path>"}},
		{"Q13", q13, "uds-signal-during-blocking-get", nil, []int{9}, fields{
			"return": "CONNECTED", "code": 2, "client.status": "CONNECTED", "client.value": 2, "client.available": 0, "client.path": "<path>"}},
		{"Q13", q13, "uds-signal-during-blocking-get", nil, []int{10}, fields{
			"errno": "EAGAIN", "count": gone, "data": gone, "meaning": gone}},

		{"Q14", q14, "tcp-server-port-wraps", nil, []int{2}, fields{
			"return": "ERR_INVALID_PARAMETER", "code": 31, "server.listening": false, "server.local_port": 0}},
		{"Q14", q14, "tcp-server-port-wraps", nil, []int{3}, fields{
			"return": 0, "server.listening": false, "server.local_port": 0}},

		{"Q18", q18, "tcp-poll-in-none", nil, []int{10}, fields{"return": "OK", "code": 0}},
		{"Q18", q18, "tcp-poll-in-none", nil, []int{14}, fields{"array_length": 0}},
		{"Q18", q18, "uds-read-write-while-connecting", nil, []int{12}, fields{"return": "OK", "code": 0}},
		{"Q18", q18, "tcp-eof-mid-get-data-script", nil, []int{10}, fields{"array_length": 3}},
		{"Q18", q18, "tcp-eof-mid-get-data-script", nil, []int{11}, fields{"array_length": 0}},
		{"Q18", q18, "uds-eof-mid-get-data-script", nil, []int{8}, fields{"array_length": 3}},
		{"Q18", q18, "uds-eof-mid-get-data-script", nil, []int{9}, fields{"array_length": 0}},

		{"Q26", q26, "uds-reset-mid-get-data", nil, []int{10}, fields{"count": 3, "data": "616263"}},

		{"Q27", q27, "buffer-basics", nil, []int{24, 25}, fields{"buffer.position": 2, "buffer.available": 0}},

		{"R1", r1, "uds-disconnect-with-unread", readers, []int{8}, fields{
			"errno": gone, "count": 0, "data": "", "meaning": "EOF"}},

		{"DESIGN", neg, "uds-script-wrappers-negative-count", nil, []int{2, 3, 8, 9}, fields{
			"return": gone, "code": gone, "array_length": gone, "data": gone}},
		{"DESIGN", cpp, "tcp-connect-bad-arguments", nil, []int{6, 7}, fields{"return": "ERR_CANT_RESOLVE", "code": 26}},
	},
)

// vectorChoices are the choices for the vectors, by vectorKey.
var vectorChoices = map[string]choice{
	"get_string of 0000000568656c6c6f, big endian false":      {number: "Q17", why: q17, ours: fields{"position_after": 4}},
	"get_utf8_string of 0000000568656c6c6f, big endian false": {number: "Q17", why: q17, ours: fields{"position_after": 4}},
	"get_var of 00000008020000002a000000, big endian false":   {number: "Q17", why: q17, ours: fields{"position_after": 4}},
	"full object of an unknown class with permission": {number: "Q28", why: q28, ours: fields{
		"result": "<Object Nope>", "error": 0, "error_name": "OK", "consumed": 16, "type": 24}},
	"Array of script res://a.gd that does not exist, permission": {number: "Q28", why: q28, ours: fields{
		"result": `Array["res://a.gd"]([])`, "error": 0, "error_name": "OK", "consumed": 24, "type": 28}},
}

// acceptedPort is Q7 for the states of one accepted peer.
func acceptedPort(trace, object string, steps ...int) []choice {
	return []choice{{"Q7", q7, trace, nil, steps, fields{object + ".local_port": "<port>"}}}
}

// apply returns a step as ours is expected to play it.
func (c *choice) apply(s fields) fields {
	s = maps.Clone(s)
	for name, ours := range c.ours {
		object, field, inState := cutState(s, name)
		switch {
		case inState:
			state := maps.Clone(s.object(object))
			state[field] = ours
			s[object] = map[string]any(state)
		case ours == gone:
			delete(s, name)
		default:
			s[name] = ours
		}
	}
	return s
}

// cutState parts "client.status" where the step has the state of a client.
func cutState(s fields, name string) (object, field string, ok bool) {
	for object := range s {
		if s.object(object) != nil && len(name) > len(object) && name[:len(object)+1] == object+"." {
			return object, name[len(object)+1:], true
		}
	}
	return "", "", false
}

// overlooked are the fields of a row in which the class and ours are the same.
func (c *choice) overlooked(s fields) (names []string) {
	for name, ours := range c.ours {
		var has bool
		var class any
		if object, field, inState := cutState(s, name); inState {
			class, has = s.object(object)[field]
		} else {
			class, has = s[name]
		}
		if !has && ours == gone || has && show(class) == show(ours) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
