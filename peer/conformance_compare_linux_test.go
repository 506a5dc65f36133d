package peer

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// instructions are the fields that say what to play. All others of a step say
// what came of it and are compared, but for the notCompared.
var instructions = map[string]bool{
	"do": true, "args": true, "level": true, "as": true, "class": true,
	"until": true, "on": true, "bytes": true, "ms": true, // of a wait
}

// notCompared are the fields that are left alone, and why.
var notCompared = map[string]string{
	"error_print": "the class prints its errors, ours are returned",
	"for":         "'until' in words",
	"note":        "a remark",
	"text":        "a remark",
}

// argumentsOf are the arguments that a step may have, by the method.
var argumentsOf = map[string][]string{
	"listen": {"host", "port", "backlog", "bind_address", "path"}, "bind_without_listen": {"host", "port"},
	"connect_to_host": {"host", "port", "path"}, "bind": {"host", "port", "path"},
	"connect": {"host", "port", "path"},
	"recv":    {"bytes", "whole"}, "send": {"data"}, "reset": {"how"}, "shutdown": {"how"},
	"get_data": {"bytes"}, "get_partial_data": {"bytes"}, "get_string": {"bytes"}, "get_utf8_string": {"bytes"},
	"put_data": {"data"}, "put_partial_data": {"data", "repeat"}, "set_data_array": {"data"},
	"set": {"name", "value"}, "set big_endian": {"value"}, "set_no_delay": {"enabled"}, "wait": {"type", "timeout_ms"},
	"seek": {"position"}, "resize": {"size"},
	"chmod": {"path", "mode"}, "remove": {"path"}, "create": {"path"}, "descriptors": {"left"},
}

// checkInstructions refuses what the player would overlook.
func checkInstructions(s fields) error {
	method := s.text("do")
	if _, after, found := strings.Cut(method, "."); found {
		method = after
	}
	if _, ok := s["args"]; ok && method != "later" {
		args := s.object("args")
		if args == nil {
			return fmt.Errorf("the arguments are %v", s["args"])
		}
		for name := range args {
			typed := strings.HasPrefix(method, "put_") && name == "value"
			if !typed && !slices.Contains(argumentsOf[method], name) {
				return fmt.Errorf("unknown argument %q", name)
			}
		}
	}
	_, named := s["as"]
	_, classed := s["class"]
	if named && !slices.Contains([]string{"connect", "accept", "take_connection", "take_socket_connection"}, method) || classed && method != "new" {
		return errors.New("a name or a class where nothing is made")
	}
	switch level := s["level"]; level {
	case nil, "script", "C++ only":
	default:
		return fmt.Errorf("unknown level %v", level)
	}
	if s.text("do") == "wait" {
		return nil
	}
	for _, name := range []string{"until", "on", "bytes", "ms"} {
		if _, ok := s[name]; ok {
			return fmt.Errorf("unknown field %q", name)
		}
	}
	return nil
}

// compare holds everything that the file says of a step against what the step
// gave and against the state of the objects after it.
func (p *player) compare(s, got fields) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(s)) {
		want := s[name]
		switch {
		case instructions[name] || notCompared[name] != "":
			continue
		case p.isState(name, want):
			errs = append(errs, p.compareState(s, name))
			continue
		}
		value, ok := got[name]
		if !ok {
			errs = append(errs, fmt.Errorf("unknown field %q: the step gives %v", name, got))
			continue
		}
		kind := "" // of a float, which may be written in several ways
		if _, method, _ := strings.Cut(s.text("do"), "."); name == "return" {
			kind, _ = strings.CutPrefix(method, "get_")
		}
		if err := p.same(kind, want, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// same compares one value, which may be a placeholder, as one of a kind (see
// sameValue).
func (p *player) same(kind string, want, got any) error {
	text := show(want)
	switch {
	case text == "not set": // ours are always set
		text = "0"
	case text == "<not defined>":
		return nil
	case text == "<more than 0>":
		if n, err := strconv.Atoi(show(got)); err == nil && n > 0 {
			return nil
		}
	case text == "<equal to sent_in_total>":
		text = show(p.sentInTotal)
	case p.names.ports[text] != 0:
		text = show(p.names.ports[text])
	case placeholder.MatchString(text) && !portName.MatchString(text):
		path, err := p.names.pathText(text)
		if err != nil {
			return err
		}
		text = path
	}
	if sameValue(kind, text, show(got)) {
		return nil
	}
	if text != show(want) {
		text = show(want) + ", " + text
	}
	return fmt.Errorf("%s, want %s", show(got), text)
}

// show writes a value of a file, or one that a step gave, in one notation.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return v
	case []byte:
		return hex.EncodeToString(v)
	case json.Number:
		return v.String()
	case []any, fields, map[string]any:
		text, _ := json.Marshal(v)
		return string(text)
	}
	return fmt.Sprint(v)
}

// isState reports whether a field is the state of an object, or the absence of one.
func (p *player) isState(name string, want any) bool {
	_, object := p.objects[name]
	_, state := want.(map[string]any)
	return object && (state || want == nil)
}

// compareState compares the state of an object after a step.
func (p *player) compareState(s fields, name string) error {
	o, want := p.objects[name], s[name]
	if want == nil || o == nil {
		if want == nil && o == nil {
			return nil
		}
		return fmt.Errorf("%s is %s, want %s", name, show(o), show(want))
	}
	got, err := o.state()
	if err != nil {
		return err
	}
	var errs []error
	state := s.object(name)
	for _, field := range slices.Sorted(maps.Keys(state)) {
		value, ok := got[field]
		if !ok {
			errs = append(errs, fmt.Errorf("unknown field %q of %s", field, name))
			continue
		}
		if field == "local_port" {
			errs = append(errs, p.definePort(s, name, show(state[field]), o))
		}
		if err := p.same("", state[field], value); err != nil {
			errs = append(errs, fmt.Errorf("%s.%s: %w", name, field, err))
		}
	}
	return errors.Join(errs...)
}
