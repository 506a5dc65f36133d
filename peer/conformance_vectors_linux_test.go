package peer

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerscope/peer/variant"
)

// compareVectors compares the vectors of a file through the calls of a
// StreamPeer over a Buffer.
func compareVectors(t *testing.T, file *traceFile) {
	used := make(map[string]bool)
	compared := 0
	for _, kind := range []struct {
		name    string
		vectors []fields
		known   []string // the fields that are compared, or play a part in it
		compare func(fields) error
	}{
		{"typed", file.Typed, []string{"put", "value", "big_endian", "bytes"}, comparePut},
		{"typed_get", file.TypedGet, []string{"get", "args", "bytes", "big_endian", "value", "position_after"}, compareGet},
		{"get_var", file.GetVar, []string{"get", "bytes", "big_endian", "value", "position_after"}, compareGet},
		{"variant", file.Variant, []string{"value", "type", "type_name", "full_objects", "bytes", "length",
			"put_var_prefix_little", "put_var_prefix_big", "error", "error_name"}, comparePutVar},
		{"variant_decode", file.VariantDecode, []string{"why", "bytes", "allow_objects", "result", "type", "error", "error_name",
			"consumed", "element_type", "element_class", "key_type", "value_type"}, compareDecode},
	} {
		for i, v := range kind.vectors {
			t.Run(fmt.Sprintf("%s/%03d", kind.name, i), func(t *testing.T) {
				for name := range v {
					if !slices.Contains(kind.known, name) && notCompared[name] == "" {
						t.Errorf("unknown field %q", name)
					}
				}
				expected := v
				if c := vectorChoice(file, v); c.ours != nil {
					used[vectorKey(v)] = true
					if same := c.overlooked(v); same != nil {
						t.Errorf("the choice %s is none here: the class gives the same %v", c.number, same)
					}
					expected = c.apply(v)
				}
				compared++
				if err := kind.compare(expected); err != nil {
					t.Errorf("%v\n%v", show(v), err)
				}
			})
		}
	}
	t.Logf("%d vectors were compared: %d are as the class, %d differ by choice", compared, compared-len(used), len(used))
	if file.standard && !filtered() {
		for why := range vectorChoices {
			if !used[why] {
				t.Errorf("the choice for the vector %q was not needed", why)
			}
		}
	}
}

// vectorKey names a vector in the table.
func vectorKey(v fields) string {
	if why := v.text("why"); why != "" {
		return why
	}
	return fmt.Sprintf("get_%s of %v, big endian %v", v["get"], v["bytes"], v["big_endian"])
}

// vectorChoice is the row of the table for a vector; in another file, what is
// told by a length that is not believed (Q17) is told for any bytes.
func vectorChoice(file *traceFile, v fields) choice {
	c, listed := vectorChoices[vectorKey(v)]
	if listed || file.standard {
		return c
	}
	data, err := vectorBytes(v["bytes"])
	prefixed := v["get"] == "string" || v["get"] == "utf8_string" || v["get"] == "var"
	if err != nil || !prefixed || v["args"] != nil || len(data) <= lengthPrefix {
		return choice{}
	}
	s := StreamPeer{BigEndian: v["big_endian"] == true}
	if length := int32(s.decode(data[:lengthPrefix])); length <= DefaultMaxLength {
		return choice{}
	}
	return choice{number: "Q17", why: q17, ours: fields{"position_after": lengthPrefix}}
}

var repeatedBytes = regexp.MustCompile(`^\(([0-9a-f ]+)\) x (\d+) \+ ([0-9a-f ]+)$`)

// vectorBytes reads hexadecimal, and "(hex) x N + hex".
func vectorBytes(v any) ([]byte, error) {
	s, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("%v are no bytes", v)
	}
	if m := repeatedBytes.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[2])
		s = strings.Repeat(m[1], n) + m[3]
	}
	return hexBytes(strings.ReplaceAll(s, " ", ""))
}

// comparePut compares the bytes that a put_KIND writes.
func comparePut(v fields) error {
	var b Buffer
	s := StreamPeer{Stream: &b, BigEndian: v["big_endian"] == true}
	if err := putTyped(context.Background(), &s, v.text("put"), v.text("value")); err != nil {
		return err
	}
	if got := hex.EncodeToString(b.DataArray()); got != v.text("bytes") {
		return fmt.Errorf("put %s, want %s", got, v.text("bytes"))
	}
	return nil
}

// compareGet compares the value that a get_KIND reads, and how far it reads.
func compareGet(v fields) error {
	data, err := vectorBytes(v["bytes"])
	if err != nil {
		return err
	}
	n := int64(-1)
	if args := v.object("args"); args != nil {
		if n, err = args.number("bytes"); err != nil || len(args) != 1 {
			return fmt.Errorf("unknown arguments %v", args)
		}
	}
	var b Buffer
	b.SetDataArray(data)
	s := StreamPeer{Stream: &b, BigEndian: v["big_endian"] == true}
	got, err := getTyped(context.Background(), &s, v.text("get"), int(n))
	if errors.Is(err, errUnknownStep) {
		return err
	}
	if !sameValue(v.text("get"), v.text("value"), got) {
		return fmt.Errorf("got %q (%v), want %q", got, err, v.text("value"))
	}
	if want := show(v["position_after"]); show(b.Position()) != want {
		return fmt.Errorf("the position is %d, want %s", b.Position(), want)
	}
	return nil
}

var nestedArrays = regexp.MustCompile(`^(\d+) arrays inside one another, the innermost empty$`)

// comparePutVar compares what put_var writes. The value comes out of the bytes:
// that the bytes mean it is compared in peer/variant.
func comparePutVar(v fields) error {
	var value variant.Value
	if m := nestedArrays.FindStringSubmatch(v.text("value")); m != nil {
		value = variant.Array{}
		for n, _ := strconv.Atoi(m[1]); n > 1; n-- {
			value = variant.Array{Values: []variant.Value{value}}
		}
	}
	objects := v["full_objects"] == true
	var payload []byte
	if _, has := v["bytes"]; has {
		var err error
		if payload, err = vectorBytes(v["bytes"]); err != nil {
			return err
		}
		if value, _, err = variant.Decode(payload, variant.Options{Objects: objects}); err != nil {
			return err
		}
	}
	if value == nil {
		return fmt.Errorf("no way to make %q", v.text("value"))
	}
	for _, big := range []bool{false, true} {
		var b Buffer
		s := StreamPeer{Stream: &b, BigEndian: big, FullObjects: objects}
		err := s.PutVar(context.Background(), value)
		if code := codeOf(err); show(int(code)) != show(v["error"]) || v["error_name"] != nil && code.Name() != v["error_name"] {
			return fmt.Errorf("error %v, want %v", err, show(v["error"]))
		}
		if err != nil {
			continue
		}
		if got := value.Type(); v["type_name"] != nil && v["type_name"] != "Object" && (got.String() != v["type_name"] || show(int(got)) != show(v["type"])) {
			return fmt.Errorf("the type is %v, want %v", got, v["type_name"])
		}
		got := b.DataArray()
		if payload == nil {
			if show(len(got)-lengthPrefix) != show(v["length"]) {
				return fmt.Errorf("%d bytes behind the length, want %v", len(got)-lengthPrefix, v["length"])
			}
			continue
		}
		prefix, err := vectorBytes(v[map[bool]string{false: "put_var_prefix_little", true: "put_var_prefix_big"}[big]])
		if err != nil {
			return err
		}
		if !bytes.Equal(got, append(prefix, payload...)) {
			return fmt.Errorf("put %x, want %x", got, append(prefix, payload...))
		}
	}
	return nil
}

// compareDecode compares what the decoder makes of bytes, and get_var of the
// same bytes with their length in front.
func compareDecode(v fields) error {
	data, err := vectorBytes(v["bytes"])
	if err != nil {
		return err
	}
	objects := v["allow_objects"] == true
	value, n, err := variant.Decode(data, variant.Options{Objects: objects})
	var b Buffer
	s := StreamPeer{Stream: &b, FullObjects: objects}
	if err := errors.Join(s.Put32(context.Background(), int32(len(data))), func() error { _, err := b.PutPartialData(data); return err }(), b.Seek(0)); err != nil {
		return err
	}
	again, gerr := s.GetVar(context.Background())
	code := Error(0)
	if wrong := (*variant.Error)(nil); errors.As(err, &wrong) {
		code = Error(wrong.Code)
	}
	if show(int(code)) != show(v["error"]) || code.Name() != v["error_name"] || codeOf(gerr) != code || (err == nil) != (code == 0) {
		return fmt.Errorf("the error is %v, of GetVar %v, want %v", err, gerr, v["error_name"])
	}
	if show(n) != show(v["consumed"]) {
		return fmt.Errorf("consumed %d, want %v", n, v["consumed"])
	}
	if err != nil {
		if v["result"] != nil || value != nil || again != nil {
			return fmt.Errorf("a value with an error: %v, of GetVar %v", value, again)
		}
		return nil
	}
	if got := describe(value); v.text("result") != got || describe(again) != got {
		return fmt.Errorf("got %s, of GetVar %s, want %s", got, describe(again), v.text("result"))
	}
	return compareTypes(v, value)
}

// compareTypes compares the types of a value and of what it holds.
func compareTypes(v fields, value variant.Value) error {
	got := fields{"type": int(value.Type())}
	switch value := value.(type) {
	case variant.Array:
		got["element_type"], got["element_class"] = int(value.Elem.Type), value.Elem.Class
	case variant.Dictionary:
		got["key_type"], got["value_type"] = int(value.Key.Type), int(value.Value.Type)
	}
	for _, name := range []string{"type", "element_type", "element_class", "key_type", "value_type"} {
		if want, has := v[name]; has && show(want) != show(got[name]) {
			return fmt.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	return nil
}

// describe is the text of a value as the vectors have it: deep arrays are not
// written out.
func describe(v variant.Value) string {
	deep := 0
	for at, ok := v.(variant.Array); ok && len(at.Values) == 1; at, ok = at.Values[0].(variant.Array) {
		deep++
	}
	if deep > 1000 {
		return fmt.Sprintf("<array nested %d deep>", deep)
	}
	return v.String()
}
