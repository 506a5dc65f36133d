package peer

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// A parting is a choice behind which the class and ours are in different states:
// its step is judged, and what lies behind it cannot be told from the file. The
// table tells it for the traces that it knows.

// pathFile is what there is at a path.
type pathFile struct {
	by      string // the object whose socket it is, or one of those below
	listens bool
}

const (
	byRaw     = "a raw listener"
	byNobody  = "a socket that is closed"
	byOS      = "a plain file"
	bySymlink = "a symbolic link over which a bind has failed"
)

func (f pathFile) alive() bool {
	return f.by != "" && f.by != byNobody && f.by != byOS && f.by != bySymlink
}

// pathHistory is what the steps so far have done to paths.
type pathHistory struct {
	files map[string]pathFile // by path
	own   map[string]string   // the path that an object is bound to, by object
	raw   string              // the path of the last raw listener
}

func (r rulesStep) paths() *pathHistory {
	h := &pathHistory{files: make(map[string]pathFile), own: make(map[string]string)}
	for _, s := range r.t.Steps[:r.at] {
		h.add(s)
	}
	return h
}

func (h *pathHistory) add(s fields) {
	name, method, _ := strings.Cut(s.text("do"), ".")
	args := s.object("args")
	path, _ := args["path"].(string)
	ok := s["code"] == nil || show(s["code"]) == "0"
	if as := s.text("as"); as != "" {
		h.release(as)
	}
	switch method {
	case "":
		if later, ok := args["step"].(map[string]any); ok {
			h.add(later)
		}
	case "listener.close":
		if h.raw != "" {
			h.files[h.raw] = pathFile{by: byNobody}
		}
	case "remove":
		delete(h.files, path)
	case "create":
		h.files[path] = pathFile{by: byOS}
	case "listen", "bind", "bind_without_listen":
		switch raw := strings.HasPrefix(name, "raw") || strings.HasPrefix(name, "holder"); {
		case path == "":
		case raw:
			h.raw, h.files[path] = path, pathFile{byRaw, method == "listen"}
		case ok:
			h.own[name], h.files[path] = path, pathFile{name, method == "listen"}
		case path == "<symlink>":
			h.files[path] = pathFile{by: bySymlink}
		}
	case "new", "stop", "disconnect_from_host", "unreference":
		h.release(name)
	}
}

func (h *pathHistory) release(name string) {
	if path := h.own[name]; h.files[path].by == name {
		delete(h.files, path)
	}
	delete(h.own, name)
}

// parting returns the choice at which a step parts, "" for none, and what ours
// gives there.
func (r rulesStep) parting() (number string, ours fields) {
	name, h := r.object(), r.paths()
	switch class, _ := r.classOf(name); r.method() {
	case "lstat":
		if r.step["exists"] == false && h.files[r.step.text("path")].by == bySymlink {
			number, ours = "Q10", fields{"exists": true}
		}
	case "stop", "disconnect_from_host", "unreference":
		if f := h.files[h.own[name]]; f.by != "" && f.by != name {
			number, ours = "Q10", fields{name + ".path_exists": true}
		}
	case "connect_to_host":
		if class == "StreamPeerUDS" {
			number, ours = r.partingConnect(h)
		}
	case "listen", "bind":
		if class == "StreamPeerUDS" || class == "UDSServer" {
			number, ours = r.partingBind(h)
		}
	}
	return number, r.told(ours)
}

func (r rulesStep) partingConnect(h *pathHistory) (number string, ours fields) {
	name, path := r.object(), show(r.arg("path"))
	listens := h.files[path].listens
	state := r.step.object(name)
	if state["status"] == nil {
		state = r.before(name)
	}
	switch {
	case r.code() == "22" && h.own[name] != "" && state["status"] != "ERROR" && path != "" && pathLength(path) <= MaxPath:
		number = "Q1"
	case r.code() == "1" && pathLength(path) == MaxPath && listens:
		number = "Q12"
	default:
		return "", nil
	}
	if !listens {
		return number, fields{"return": "FAILED", "code": 1, name + ".available": -1}
	}
	return number, fields{"return": "OK", "code": 0,
		name + ".status": "CONNECTED", name + ".value": 2, name + ".available": 0, name + ".path": path}
}

func (r rulesStep) partingBind(h *pathHistory) (number string, ours fields) {
	name, path := r.object(), show(r.arg("path"))
	there := h.files[path]
	switch {
	case r.code() == "0" && there.alive():
		number = "Q9"
	case r.code() == "0" && there.by == bySymlink:
		number = "Q10"
	case r.code() != "0" && pathLength(path) == MaxPath && (there.by == "" || there.by == byNobody) && !r.open(h):
		return "Q12", fields{"return": "OK", "code": 0, "socket_open": true, "path_exists": true, name + ".available": 0,
			name + ".listening": true, name + ".path_exists": true}
	default:
		return "", nil
	}
	return number, fields{"return": "ERR_ALREADY_IN_USE", "code": 22, "socket_open": false, name + ".available": -1,
		name + ".listening": false}
}

// open reports whether the object was open before its step.
func (r rulesStep) open(h *pathHistory) bool {
	state := r.before(r.object())
	return h.own[r.object()] != "" || state["status"] == "CONNECTED" || state["status"] == "CONNECTING"
}

// before is what was last told of the state of an object before this step.
func (r rulesStep) before(name string) fields {
	for _, s := range slices.Backward(r.t.Steps[:r.at]) {
		if state := s.object(name); state != nil {
			return state
		}
	}
	return nil
}

// told leaves what the step tells at all.
func (r rulesStep) told(ours fields) fields {
	ours = maps.Clone(ours)
	maps.DeleteFunc(ours, func(name string, _ any) bool {
		_, told := r.step[name]
		if object, field, ok := cutState(r.step, name); ok {
			_, told = r.step.object(object)[field]
		}
		return !told
	})
	return ours
}

// TestConformancePartings plays what parts without the table.
func TestConformancePartings(t *testing.T) {
	standard, err := readTraces(standardTraces)
	if err != nil {
		t.Fatal(err)
	}
	parting := map[string]bool{"Q1": true, "Q9": true, "Q10": true, "Q12": true}
	traces := make(map[*trace]int) // the step at which each parts
	for _, c := range choices {
		at := slices.IndexFunc(standard.Traces, func(tr *trace) bool { return tr.Name == c.trace })
		if tr := standard.Traces[at]; parting[c.number] && tr.Name != "uds-server-listen-errors" { // a path that is too long does not part
			traces[tr] = 0
		}
	}
	const (
		server  = `{"do": "server.new", "class": "UDSServer"}, {"do": "server.listen", "args": {"path": "<path>"}, "return": "OK", "code": 0},`
		server2 = `{"do": "server2.new", "class": "UDSServer"}, {"do": "server2.listen", "args": {"path": "<path2>"}, "return": "OK", "code": 0},`
		client  = `{"do": "client.new", "class": "StreamPeerUDS"},`
		bind    = `{"do": "client.bind", "args": {"path": "<bind path>"}, "return": "OK", "code": 0},`
		bound   = `"client": {"status": "NONE", "value": 0, "available": 0, "path": ""}`
		stolen  = `{"do": "client.bind", "args": {"path": "<path>"}, "return": "OK", "code": 0, "socket_open": true, "path_exists": true, ` + bound + `},`
		dial    = `{"do": "client.connect_to_host", "args": {"path": "<path>"}, "return": "ERR_ALREADY_IN_USE", "code": 22, ` + bound + `},`
		beyond  = `{"do": "client.never"}`
	)
	for _, c := range []struct {
		steps string
		parts int // 0: never
	}{
		{client + bind + dial + beyond, 3},          // nobody listens
		{server + client + bind + dial + beyond, 5}, // somebody does
		{server + `{"do": "server.stop"},` + client + bind + dial + beyond, 6},
		{server + server2 + `{"do": "server2.stop"},` + client + stolen + beyond, 7}, // the other has stopped
		{server + server2 + `{"do": "server.stop"},` + client + stolen + `{"do": "client.poll", "return": "OK", "code": 0}`, 0},
		{server + `{"do": "os.remove", "args": {"path": "<path>"}},` + client + stolen + `{"do": "client.poll", "return": "OK", "code": 0}`, 0},
		{server + `{"do": "server.unreference", "server": null},` + client + stolen + `{"do": "client.poll", "return": "OK", "code": 0}`, 0},
		{`{"do": "raw.listen", "args": {"path": "<path>", "backlog": 8}}, {"do": "raw.listen", "args": {"path": "<path2>", "backlog": 8}},
			{"do": "raw.listener.close"},` + client + stolen + beyond, 5}, // that was the other
		{server + `{"do": "os.create", "args": {"path": "<path2>"}},` + `{"do": "server.stop", "server": {"path_exists": false}}`, 0},
		{server + `{"do": "os.remove", "args": {"path": "<path>"}}, {"do": "raw.listen", "args": {"path": "<path>", "backlog": 8}},
			{"do": "server.stop", "server": {"listening": false, "path_exists": false}},` + beyond, 5},
		{client + `{"do": "client.bind", "args": {"path": "<symlink>"}, "return": "ERR_UNAVAILABLE", "code": 2},
			{"do": "kernel.lstat", "path": "<symlink>", "exists": false},` + beyond, 3},
		{client + `{"do": "client.bind", "args": {"path": "<path of 107 bytes>"}, "return": "ERR_UNAVAILABLE", "code": 2, "socket_open": true,
			"path_exists": false, ` + bound + `},` + beyond, 2},
		{client + bind + `{"do": "client.bind", "args": {"path": "<path of 107 bytes>"}, "return": "ERR_ALREADY_IN_USE", "code": 22, ` + bound + `}`, 0},
	} {
		traces[oneTrace(t, c.steps)] = c.parts
	}
	for tr, parts := range traces {
		for _, m := range modes {
			e, last := newExpectations(&traceFile{}), 0
			expect := e.of(tr, m)
			err := replay(tr, m, func(step int, s fields) (expected, error) {
				x, err := expect(step, s)
				if x.parts {
					last = step
				}
				return x, err
			})
			if err != nil || last != parts && (tr.Name == "one" || last == 0) {
				t.Errorf("%s, %s: %v parts at step %d, want %d: %v", tr.Name, m, show(tr.Steps[len(tr.Steps)-1]["do"]), last, parts, err)
			}
		}
	}
}
