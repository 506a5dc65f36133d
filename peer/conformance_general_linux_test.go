package peer

import (
	"encoding/hex"
	"maps"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// A file with other traces meets the same choices. The table names traces, so
// what can be told from a step and those before it is told again here as rules;
// TestConformanceRulesAgreeWithTheTable holds that they say the same.

// rulesStep is a step with those before it.
type rulesStep struct {
	t    *trace
	m    mode
	at   int // from 0
	step fields
}

// generalRules say what of ours differs in a step of any trace, nil for nothing.
var generalRules = []struct {
	number string
	ours   func(r rulesStep) fields
}{
	{"Q7", rulesStep.acceptedPort},
	{"Q11", rulesStep.leftOpen},
	{"Q12", rulesStep.longPath},
	{"Q13", rulesStep.interrupted},
	{"Q14", rulesStep.wrappedPort},
	{"Q18", rulesStep.shortArray},
	{"Q26", rulesStep.realCount},
	{"Q27", rulesStep.quirks},
	{"R1", rulesStep.readerTook},
	{"DESIGN", rulesStep.notInGo},
}

// general returns a step as ours is to play it, and the choices for that.
func general(t *trace, m mode, step int, s fields) (numbers []string, ours fields) {
	ours = s
	for _, rule := range generalRules {
		if differs := rule.ours(rulesStep{t, m, step - 1, s}); differs != nil {
			c := choice{ours: differs}
			numbers, ours = append(numbers, rule.number), c.apply(ours)
		}
	}
	return numbers, ours
}

func (r rulesStep) object() string { name, _, _ := strings.Cut(r.step.text("do"), "."); return name }
func (r rulesStep) method() string {
	_, method, _ := strings.Cut(r.step.text("do"), ".")
	return method
}
func (r rulesStep) arg(name string) any { return r.step.object("args")[name] }
func (r rulesStep) code() string        { return show(r.step["code"]) }

// classOf returns the class that an object was made with, or taken as.
func (r rulesStep) classOf(name string) (class string, taken bool) {
	for _, s := range r.t.Steps[:r.at+1] {
		switch {
		case s.text("do") == name+".new":
			class, taken = s.text("class"), false
		case s.text("as") == name && s["return"] != nil:
			class, taken = s.text("return"), true
		}
	}
	return class, taken
}

func (r rulesStep) acceptedPort() fields {
	ours := fields{}
	for name := range r.step {
		state := r.step.object(name)
		class, taken := r.classOf(name)
		if class != "StreamPeerTCP" || !taken || state["status"] != "CONNECTED" || show(state["local_port"]) != "0" {
			continue
		}
		ours[name+".local_port"] = r.serverPort(name)
		if r.object() == name && r.method() == "get_local_port" {
			ours["return"] = r.serverPort(name)
		}
	}
	return orNil(ours)
}

// serverPort is what the trace calls the port of the server that an object was
// taken from.
func (r rulesStep) serverPort(taken string) (port string) {
	ports := make(map[string]string)
	for _, s := range r.t.Steps[:r.at+1] {
		name, method, _ := strings.Cut(s.text("do"), ".")
		if p, named := s.object(name)["local_port"].(string); named && method == "listen" {
			ports[name] = p
		}
		if s.text("as") == taken {
			port = ports[name]
		}
	}
	return port
}

// leftOpen is a socket that the class has left open after a bind that failed,
// until it is disconnected: what is busy there is done here.
func (r rulesStep) leftOpen() fields {
	name, open := r.object(), false
	for _, s := range r.t.Steps[:r.at] {
		switch {
		case s.text("do") == name+".bind" && s["socket_open"] == true && show(s["code"]) == "22" && open && bindCode(s) == 0:
			open = false // bound here, and no longer ahead of the class
		case s.text("do") == name+".bind" && s["socket_open"] == true && show(s["code"]) == show(int(bindCode(s))) && bindCode(s) != 0:
			open = true
		case s.text("do") == name+".disconnect_from_host":
			open = false
		}
	}
	code := bindCode(r.step)
	bind := r.method() == "bind" && r.step["socket_open"] == true
	switch ours := (fields{name + ".available": -1}); {
	case bind && code != 0 && (open || r.code() == show(int(code))):
		if r.code() != show(int(code)) {
			ours["return"], ours["code"] = code.Name(), int(code)
		}
		ours["socket_open"] = false
		return ours
	case bind && open:
		return fields{"return": "OK", "code": 0, "path_exists": true}
	case !open || r.method() == "disconnect_from_host":
		return nil
	case r.method() == "get_available_bytes":
		ours["return"] = -1
		return ours
	default:
		return ours
	}
}

// bindCode is what a bind gives on a socket that is closed, as its path's name
// tells it.
func bindCode(s fields) Error {
	path := show(s.object("args")["path"])
	switch {
	case path == "", pathLength(path) > MaxPath:
		return ErrInvalidParameter
	case path == "<regular file>":
		return ErrAlreadyExists
	}
	return 0
}

func (r rulesStep) longPath() fields {
	if pathLength(show(r.arg("path"))) <= MaxPath || r.code() != "1" && r.code() != "22" || r.object() == "raw" {
		return nil
	}
	return fields{"return": "ERR_INVALID_PARAMETER", "code": 31}
}

// interrupted looks back for the signal: from there on the connection of the
// class is closed, and ours is not.
func (r rulesStep) interrupted() fields {
	signal, victim, before := -1, "", fields(nil)
	for i, s := range r.t.Steps[:r.at+1] {
		if s.text("do") == "later" && s.object("args") != nil {
			if step := s.object("args")["step"]; step != nil && fields(step.(map[string]any)).text("do") == "os.signal" {
				signal = i
			}
		}
		if signal >= 0 && i == signal+1 {
			victim, _, _ = strings.Cut(s.text("do"), ".")
		}
	}
	if victim == "" || strings.Contains(r.method(), "connect") {
		return nil
	}
	for _, s := range r.t.Steps[:signal] {
		if state := s.object(victim); state != nil {
			before = state
		}
	}
	if r.object() == "raw" && r.method() == "recv" && r.step["meaning"] == "EOF" {
		return fields{"errno": "EAGAIN", "count": gone, "data": gone, "meaning": gone}
	}
	if r.step.object(victim) == nil {
		return nil
	}
	ours := fields{}
	for name, value := range before {
		ours[victim+"."+name] = value
	}
	ours[victim+".available"] = 0
	if r.method() == "get_status" {
		ours["return"], ours["code"] = before["status"], before["value"]
	}
	return ours
}

func (r rulesStep) wrappedPort() fields {
	class, _ := r.classOf(r.object())
	wraps := wrappedName.MatchString(show(r.arg("port")))
	for _, s := range r.t.Steps[:r.at] {
		if args := s.object("args"); args != nil && strings.HasPrefix(s.text("do"), r.object()+".listen") {
			wraps = wrappedName.MatchString(show(args["port"])) // of the last listen
		}
	}
	if class != "TCPServer" || !wraps {
		return nil
	}
	ours := fields{r.object() + ".listening": false, r.object() + ".local_port": 0}
	switch r.method() {
	case "listen":
		ours["return"], ours["code"] = "ERR_INVALID_PARAMETER", 31
	case "get_local_port":
		ours["return"] = 0
	default:
		return nil
	}
	return ours
}

func (r rulesStep) shortArray() fields {
	switch r.method() {
	case "put_data", "put_partial_data":
		if r.arg("data") == "" && r.code() == "1" {
			return fields{"return": "OK", "code": 0}
		}
	case "get_data":
		data, err := hex.DecodeString(r.step.text("data"))
		if r.step["array_length"] != nil && show(r.step["array_length"]) != show(len(data)) && err == nil {
			return fields{"array_length": len(data)}
		}
	}
	return nil
}

// realCount knows how many bytes were read; which, only what was sent tells.
func (r rulesStep) realCount() fields {
	n, err := r.step.number("buffer_written")
	if err != nil || show(r.step["count"]) == show(n) {
		return nil
	}
	var sent []byte
	read := 0
	for _, s := range r.t.Steps[:r.at] {
		name, method, _ := strings.Cut(s.text("do"), ".")
		switch raw := strings.HasPrefix(name, "raw") || strings.HasPrefix(name, "holder"); {
		case raw && method == "send":
			data, _ := bytesOf(s.object("args")["data"]) // what is none fails when it is played
			sent = append(sent, data...)
		case name == r.object() && (method == "get_data" || method == "get_partial_data") && show(s["code"]) == "0":
			if count, err := s.number("count"); err == nil {
				read += int(count)
			} else {
				read += len(s.text("data")) / 2
			}
		}
	}
	sent = sent[min(read, len(sent)):]
	return fields{"count": int(n), "data": hex.EncodeToString(sent[:min(int(n), len(sent))])}
}

// quirks are a path that is told in Latin-1, and a position behind the end.
func (r rulesStep) quirks() fields {
	ours := fields{}
	for name := range r.step {
		state := r.step.object(name)
		if path, ok := utf8Path(state["path"]); ok {
			ours[name+".path"] = path
		}
		if size, err := state.number("size"); err == nil {
			if position, err := state.number("position"); err == nil && position > size {
				ours[name+".position"], ours[name+".available"] = int(size), 0
			}
		}
	}
	if path, ok := utf8Path(r.step["return"]); ok && r.method() == "get_connected_path" {
		ours["return"] = path
	}
	return orNil(ours)
}

// utf8Path returns what a path is that was read as Latin-1.
func utf8Path(v any) (string, bool) {
	s, _ := v.(string)
	var raw []byte
	for _, c := range s {
		if c > 0xff {
			return "", false
		}
		raw = append(raw, byte(c))
	}
	return string(raw), string(raw) != s && utf8.Valid(raw)
}

// readerTook is what the far end of a Unix socket sees that was closed with bytes
// unread: the class's resets.
func (r rulesStep) readerTook() fields {
	closed := r.closedUnread()
	if r.m == byItself || r.t.Family != "uds" || closed == "" || closed == r.object() {
		return nil
	}
	name := r.object()
	switch method := r.method(); {
	case method == "recv" && r.step["errno"] == "ECONNRESET":
		return fields{"errno": gone, "count": 0, "data": "", "meaning": "EOF"}
	case method == "poll" && r.code() == "1":
		return r.told(fields{"return": "OK", "code": 0, name + ".status": "NONE", name + ".value": 0})
	case (method == "get_data" || method == "get_partial_data") && r.code() == "1":
		return fields{"return": "ERR_FILE_EOF", "code": 18}
	}
	return nil
}

// closedUnread returns the class's socket that was last used, if that closed it
// and bytes were still unread.
func (r rulesStep) closedUnread() (name string) {
	unread := make(map[string]bool)
	for _, s := range r.t.Steps[:r.at] {
		who, method, _ := strings.Cut(s.text("do"), ".")
		if class, _ := r.classOf(who); class == "StreamPeerUDS" {
			name = ""
			if (method == "disconnect_from_host" || method == "unreference") && unread[who] {
				name = who
			}
			if strings.HasPrefix(method, "get_") {
				unread[who] = false
			}
		}
		if s.text("until") == "readable" {
			unread[s.text("on")] = true
		}
		for object := range s {
			if n, err := s.object(object).number("available"); err == nil {
				unread[object] = n > 0
			}
		}
	}
	return name
}

func (r rulesStep) notInGo() fields {
	switch n, err := r.step.object("args").number("bytes"); {
	case err == nil && n < 0 && strings.HasPrefix(r.method(), "get_") && strings.HasSuffix(r.method(), "data"):
		return fields{"return": gone, "code": gone, "array_length": gone, "data": gone, "count": gone}
	case r.method() == "connect_to_host" && r.step["level"] == "C++ only" && r.code() == "31" && r.arg("host") != nil:
		if _, err := netip.ParseAddr(show(r.arg("host"))); err == nil {
			return nil // the port is what is wrong
		}
		return fields{"return": "ERR_CANT_RESOLVE", "code": 26}
	}
	return nil
}

func orNil(f fields) fields {
	if len(f) == 0 {
		return nil
	}
	return f
}

func TestConformanceRulesAgreeWithTheTable(t *testing.T) {
	standard, err := readTraces(standardTraces)
	if err != nil {
		t.Fatal(err)
	}
	e := newExpectations(standard)
	hits := make(map[string]int)
	for _, tr := range standard.Traces {
		for _, m := range modes {
			table, parted := e.of(tr, m), false
			for i, s := range tr.Steps {
				x, err := table(i+1, s)
				if err != nil {
					t.Fatal(err)
				}
				numbers, ours := general(tr, m, i+1, s)
				if number, parting := (rulesStep{tr, m, i, s}).parting(); number != "" && !parted {
					parted, numbers, ours = true, []string{number}, (&choice{ours: parting}).apply(s)
				}
				for _, number := range numbers {
					hits[number]++
				}
				if (len(numbers) > 0 || !parted) && !reflect.DeepEqual(texts(ours), texts(x.want)) {
					t.Errorf("%s, step %d, %s: the rules %v give\n%v, the table\n%v", tr.Name, i+1, m, numbers, show(ours), show(x.want))
				}
			}
		}
	}
	for _, number := range []string{"Q1", "Q9", "Q10"} {
		if hits[number] == 0 {
			t.Errorf("no step parts at %s", number)
		}
	}
	for _, rule := range generalRules {
		if hits[rule.number] == 0 && rule.number != "Q11" { // TestConformanceRunner plays it
			t.Errorf("the rule %s meets no step", rule.number)
		}
	}
}

// texts shows all values of a step, which come from JSON or from Go.
func texts(f fields) map[string]any {
	all := make(map[string]any)
	for name, v := range maps.All(f) {
		if state, ok := v.(map[string]any); ok {
			all[name] = texts(state)
			continue
		}
		all[name] = show(v)
	}
	return all
}
