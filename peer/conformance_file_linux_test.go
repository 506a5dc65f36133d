package peer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// standardTraces is what the class itself did when it was run; its "about"
// says how to read it. PEERSCOPE_TRACES names another file of the same form:
//
//	PEERSCOPE_TRACES=FILE go test ./peer -run TestConformance
//
// A test runs in the directory of its package and cannot know the one that it
// was called from, so FILE is absolute, or relative to ./peer or to the
// module's root.
const (
	standardTraces = "../testdata/conformance/traces.json"
	tracesVariable = "PEERSCOPE_TRACES"
)

// traceFile is one file of traces and vectors. Each part may be absent.
type traceFile struct {
	path     string
	standard bool

	About         string          `json:"about"`
	Traces        []*trace        `json:"traces"`
	Layers        json.RawMessage `json:"layers"` // of Godot's own layers: for reading, never played
	Typed         []fields        `json:"typed"`
	TypedGet      []fields        `json:"typed_get"`
	Variant       []fields        `json:"variant"`
	VariantDecode []fields        `json:"variant_decode"`
	GetVar        []fields        `json:"get_var"`
}

// trace is one situation, played step by step.
type trace struct {
	Name   string   `json:"name"`
	Family string   `json:"family"`
	Given  string   `json:"given"`
	Needs  []string `json:"needs"`
	Steps  []fields `json:"steps"`
}

// fields are a step, its arguments, a state or a vector: whatever the file
// has, so that nothing in it can be overlooked. Numbers are json.Number.
type fields map[string]any

func (f fields) text(name string) string {
	s, _ := f[name].(string)
	return s
}

// object returns a field that is an object itself; nil if it is none.
func (f fields) object(name string) fields {
	m, _ := f[name].(map[string]any)
	return m
}

func (f fields) number(name string) (int64, error) {
	switch n := f[name].(type) {
	case json.Number:
		return n.Int64()
	case int: // from the table of choices
		return int64(n), nil
	}
	return 0, fmt.Errorf("%s is %v, not a number", name, f[name])
}

func loadTraces() (*traceFile, error) {
	if name := os.Getenv(tracesVariable); name != "" {
		return readTraces(name, filepath.Join("..", name))
	}
	f, err := readTraces(standardTraces)
	if err == nil {
		f.standard = true
	}
	return f, err
}

// readTraces reads the first of the files that exists.
func readTraces(names ...string) (*traceFile, error) {
	var missing error
	for _, name := range names {
		text, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			missing = errors.Join(missing, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		f, err := parseTraces(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if f.path, err = filepath.Abs(name); err != nil {
			return nil, err
		}
		return f, nil
	}
	return nil, fmt.Errorf("no file of traces (%s must be absolute, or relative to ./peer or the module's root): %w", tracesVariable, missing)
}

func parseTraces(text []byte) (*traceFile, error) {
	f := new(traceFile)
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(f); err != nil {
		return nil, err
	}
	names := make(map[string]bool)
	for _, t := range f.Traces {
		if t.Name == "" || names[t.Name] {
			return nil, fmt.Errorf("the trace name %q is empty or used twice", t.Name)
		}
		names[t.Name] = true
	}
	return f, nil
}
