package peer

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestConformanceRunnerFails holds that the runner can fail: it plays traces
// that are wrong in one place.
func TestConformanceRunnerFails(t *testing.T) {
	const (
		listen  = `{"do": "raw.listen", "args": {"path": "<path>", "backlog": 8}}`
		made    = `{"do": "client.new", "class": "StreamPeerUDS", "client": {"status": "NONE", "value": 0, "available": -1, "path": ""}}`
		dial    = `{"do": "client.connect_to_host", "args": {"path": "<path>"}, "return": "OK", "code": 0, "client": {"status": "CONNECTED", "value": 2, "available": 0, "path": "<path>"}}`
		accept  = `{"do": "raw.accept", "as": "raw"}`
		send    = `{"do": "raw.send", "args": {"data": "616263"}, "sent": 3}`
		await   = `{"do": "wait", "for": "", "until": "readable", "bytes": 3, "on": "client"}`
		get     = `{"do": "client.get_data", "args": {"bytes": 3}, "return": "OK", "code": 0, "count": 3, "data": "616263", "client": {"available": 0}}`
		put     = `{"do": "client.put_u8", "args": {"value": "7"}, "client": {"status": "CONNECTED"}}`
		receive = `{"do": "raw.recv", "args": {"bytes": 4}, "count": 1, "data": "07"}`
		closed  = `{"do": "raw.close"}`
		fin     = `{"do": "wait", "until": "fin", "on": "client"}`
		poll    = `{"do": "client.poll", "return": "OK", "code": 0, "client": {"status": "NONE", "value": 0, "available": -1, "path": ""}}`
	)
	good := []string{listen, made, dial, accept, send, await, get, put, receive, closed, fin, poll}
	whole := strings.Join(good, ",\n")
	for _, c := range []struct{ name, old, broken, says string }{
		{"nothing wrong", "", "", ""},
		{"wrong code", `"code": 0, "count"`, `"code": 1, "count"`, "code: 0, want 1"},
		{"wrong return", `"return": "OK", "code": 0, "count"`, `"return": "FAILED", "code": 0, "count"`, "return: OK, want FAILED"},
		{"wrong status", `"status": "CONNECTED", "value": 2`, `"status": "CONNECTING", "value": 2`, "client.status: CONNECTED, want CONNECTING"},
		{"wrong value", `"value": 2`, `"value": 1`, "client.value: 2, want 1"},
		{"wrong available", `"client": {"available": 0}`, `"client": {"available": 3}`, "client.available: 0, want 3"},
		{"wrong count", `"count": 3`, `"count": 2`, "count: 3, want 2"},
		{"wrong data", `"data": "616263", "client"`, `"data": "616264", "client"`, "data: 616263, want 616264"},
		{"wrong path", `"path": "<path>"}}`, `"path": "<path2>"}}`, "client.path"},
		{"wrong data at the far end", `"data": "07"`, `"data": "08"`, "data: 07, want 08"},
		{"end where bytes come", `"count": 1, "data": "07"`, `"count": 0, "data": "", "meaning": "EOF"`, "count: 1, want 0"},
		{"wrong sent", `"sent": 3`, `"sent": 4`, "sent: 3, want 4"},
		{"unknown step", "client.poll", "client.pool", "unknown step"},
		{"unknown typed step", "put_u8", "put_u7", "unknown step"},
		{"value that is none", `{"value": "7"}`, `{"value": "seven"}`, "invalid syntax"},
		{"unknown object", "client.poll", "clint.poll", "there is no clint"},
		{"unknown far end", "raw.recv", "raw7.recv", "no open raw socket"},
		{"unknown raw step", "raw.close", "raw.open", "unknown step"},
		{"unknown os step", `"do": "raw.close"`, `"do": "os.reboot"`, "unknown step"},
		{"unknown kernel step", `"do": "raw.close"`, `"do": "kernel.panic"`, "unknown step"},
		{"unknown setting", `"do": "raw.close"`, `"do": "settings.set", "args": {"name": "a/b", "value": 1}`, "unknown setting"},
		{"unknown class", "StreamPeerUDS", "StreamPeerTLS", "unknown class"},
		{"unknown field", `"count": 3`, `"count": 3, "colour": 3`, `unknown field "colour"`},
		{"unknown field of a state", `"client": {"available": 0}`, `"client": {"available": 0, "colour": 1}`, `unknown field "colour"`},
		{"state of an unknown object", `"client": {"available": 0}`, `"clint": {"available": 0}`, `unknown field "clint"`},
		{"unknown argument", `{"bytes": 3}`, `{"bytes": 3, "colour": 1}`, `unknown argument "colour"`},
		{"unknown level", `{"bytes": 3}`, `{"bytes": 3}, "level": "assembler"`, "unknown level"},
		{"unknown wait", `"until": "fin"`, `"until": "christmas"`, "unknown wait"},
		{"unknown field of a wait", `"until": "fin"`, `"until": "fin", "colour": 1`, `unknown field "colour"`},
		{"wait on nothing", `"until": "fin", "on": "client"`, `"until": "fin", "on": "clint"`, `there is no "clint"`},
		{"wait that is none of its own", `"until": "fin"`, `"until": "pending"`, "cannot wait"},
		{"unknown placeholder", `{"path": "<path>", "backlog"`, `{"path": "<pith>", "backlog"`, "unknown placeholder"},
		{"later with a result", `{"do": "raw.close"}`, `{"do": "later", "args": {"after_ms": 0, "step": {"do": "raw.close", "sent": 1}}}`, "unknown field"},
		{"later with nothing behind", poll, poll + `, {"do": "later", "args": {"after_ms": 0, "step": {"do": "raw.close"}}}`, "no step to begin with"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.old != "" && !strings.Contains(whole, c.old) {
				t.Fatalf("the trace has no %s", c.old)
			}
			tr := oneTrace(t, strings.Replace(whole, c.old, c.broken, 1))
			for _, m := range modes {
				err := replay(tr, m, newExpectations(&traceFile{}).of(tr, m))
				switch {
				case c.old == "" && err != nil:
					t.Errorf("%s: %v", m, err)
				case c.old != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
					t.Errorf("%s: the runner says %v, want %q", m, err, c.says)
				}
			}
		})
	}
}

// TestConformanceRunnerFailsOnValues holds that what is alike is not the same.
func TestConformanceRunnerFailsOnValues(t *testing.T) {
	for _, c := range []struct {
		kind, want, got string
		same            bool
	}{
		{"", "0000", "00e1", false}, // bytes
		{"", "0000000e12", "0000000e13", false},
		{"", "1234e5678", "+Inf", false},
		{"", "12e4", "120000", false},
		{"string", "a b", "a   b", false},
		{"string", "1000.0", "1e3", false},
		{"utf8_string", "h", "h ", false},
		{"u32", "1e3", "1000", false},
		{"var", "a b", "a   b", false},
		{"var", "[1, 2]", "[1 2]", false},
		{"var", "0.1", "0.100000001", false},
		{"double", "0.1", "0.100000001", false},
		{"float", "0.1", "0.2", false},
		{"float", "0.1", "0.100000001", true},
		{"half", "0.1", "0.100000001", true},
		{"double", "inf", "+Inf", true},
		{"var", "[0.3333333333333333]", "[0.33333333333333331]", true},
	} {
		if err := (&player{names: &placeholders{}}).same(c.kind, c.want, c.got); (err == nil) != c.same {
			t.Errorf("%s %q for %q: %v", c.kind, c.got, c.want, err)
		}
	}
	for _, v := range []fields{
		{"get": "string", "bytes": "050000006120206220", "value": "a b", "position_after": 9},
		{"get": "string", "bytes": "03000000316533", "value": "1000.0", "position_after": 7},
		{"get": "utf8_string", "bytes": "020000006820", "value": "h", "position_after": 6},
		{"get": "double", "bytes": "9a9999999999b93f", "value": "0.100000001", "position_after": 8},
	} {
		if err := compareGet(v); err == nil || !strings.Contains(err.Error(), "want \"") {
			t.Errorf("%v: %v", show(v), err)
		}
	}
}

func oneTrace(t *testing.T, steps string) *trace {
	t.Helper()
	file, err := parseTraces(fmt.Appendf(nil, `{"traces": [{"name": "one", "family": "uds", "steps": [%s]}]}`, steps))
	if err != nil {
		t.Fatal(err)
	}
	return file.Traces[0]
}

// TestConformanceRuleForAFailedBind plays the rule that no trace of the standard
// file needs.
func TestConformanceRuleForAFailedBind(t *testing.T) {
	tr := oneTrace(t, `
		{"do": "client.new", "class": "StreamPeerUDS"},
		{"do": "client.bind", "args": {"path": "<regular file>"}, "return": "ERR_ALREADY_EXISTS", "code": 32, "socket_open": true, "path_exists": true, "client": {"status": "NONE", "available": 0}},
		{"do": "client.get_available_bytes", "return": 0, "client": {"available": 0}},
		{"do": "client.bind", "args": {"path": "<regular file>"}, "return": "ERR_ALREADY_IN_USE", "code": 22, "socket_open": true, "path_exists": true, "client": {"available": 0}},
		{"do": "client.bind", "args": {"path": "<path>"}, "return": "ERR_ALREADY_IN_USE", "code": 22, "socket_open": true, "path_exists": false, "client": {"available": 0}},
		{"do": "client.poll", "return": "OK", "code": 0, "client": {"available": 0}},
		{"do": "client.disconnect_from_host", "client": {"available": -1}},
		{"do": "client.bind", "args": {"path": ""}, "return": "ERR_INVALID_PARAMETER", "code": 31, "socket_open": true, "client": {"available": 0}}`)
	for _, m := range modes {
		e := newExpectations(&traceFile{})
		if err := replay(tr, m, e.of(tr, m)); err != nil {
			t.Errorf("%s: %v", m, err)
		}
		if len(e.uses) != 5 {
			t.Errorf("%s: the rule was used %d times, want 5", m, len(e.uses))
		}
	}
}

// TestConformanceTableIsHeld holds that a row without need is found, and that
// one in which the class and ours do not differ is.
func TestConformanceTableIsHeld(t *testing.T) {
	standard, err := readTraces(standardTraces)
	if err != nil {
		t.Fatal(err)
	}
	if e := newExpectations(standard); len(e.unused()) < len(choices) {
		t.Errorf("%d unused rows are found, want all of %d", len(e.unused()), len(choices))
	}
	step := fields{"code": 0, "client": map[string]any{"value": 2}}
	c := choice{ours: fields{"code": 0, "client.value": 2, "errno": gone, "data": "07"}}
	if got := show(c.overlooked(step)); got != "[client.value code errno]" {
		t.Errorf("the same in both are %s", got)
	}
}

// TestConformanceFileFails holds that a file that cannot be read is no pass.
func TestConformanceFileFails(t *testing.T) {
	for text, says := range map[string]string{
		`{"traces": [], "colours": []}`:                        "unknown field",
		`{"traces": [{"name": "a", "colour": 1}]}`:             "unknown field",
		`{"traces": [{"name": "a"}, {"name": "a"}]}`:           "used twice",
		`{"traces": [{"steps": []}]}`:                          "empty",
		`{"traces": `:                                          "unexpected EOF",
		`{"traces": [{"name": "a", "steps": ["client.new"]}]}`: "cannot unmarshal",
	} {
		if _, err := parseTraces([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	missing := filepath.Join(t.TempDir(), "none.json")
	t.Setenv(tracesVariable, missing)
	if _, err := loadTraces(); err == nil || !strings.Contains(err.Error(), missing) || !strings.Contains(err.Error(), "relative to ./peer") {
		t.Errorf("a missing file: %v", err)
	}
	if err := meet("a miracle"); err == nil || errors.Is(err, errCannot) {
		t.Errorf("an unknown need: %v", err)
	}
}
