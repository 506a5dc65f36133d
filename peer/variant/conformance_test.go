package variant

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// deviations are the vectors of which we make something else by choice, by their "why".
var deviations = map[string]struct {
	choice   string
	result   string
	consumed int
}{
	"full object of an unknown class with permission": {
		"Q28: an object is data and is never made, so its class need not be known", "<Object Nope>", 16,
	},
	"Array of script res://a.gd that does not exist, permission": {
		"Q28: an object is data and is never made, so its script need not be there", `Array["res://a.gd"]([])`, 24,
	},
}

type decodeVector struct {
	Bytes, Why, Result string
	Type               Type
	Error              int
	ErrorName          string `json:"error_name"`
	Consumed           int
	AllowObjects       bool   `json:"allow_objects"`
	ElementType        Type   `json:"element_type"`
	ElementClass       string `json:"element_class"`
	KeyType            Type   `json:"key_type"`
	ValueType          Type   `json:"value_type"`
	ErrorPrint         bool   `json:"error_print"` // that Godot printed one, which tells us no more than Error does
}

type encodeVector struct {
	Value       string
	Type        Type
	TypeName    string `json:"type_name"`
	FullObjects bool   `json:"full_objects"`
	Bytes       string
	Length      int    // where there are no Bytes
	Little      string `json:"put_var_prefix_little"`
	Big         string `json:"put_var_prefix_big"`
	Error       int
	ErrorName   string `json:"error_name"`
	ErrorPrint  bool   `json:"error_print"`
}

// vectorsOf reads the vectors that are ours from the file that PEERSCOPE_TRACES
// names, or from the repository's. A name that is relative is one from ./peer or
// the module's root, as in package peer.
func vectorsOf(t testing.TB) (encode []encodeVector, decode []decodeVector) {
	t.Helper()
	file := os.Getenv("PEERSCOPE_TRACES")
	if file == "" {
		file = "../../testdata/conformance/traces.json"
	}
	b, err := os.ReadFile(file)
	for _, from := range []string{"..", "../.."} {
		if errors.Is(err, fs.ErrNotExist) && !filepath.IsAbs(file) {
			b, err = os.ReadFile(filepath.Join(from, file))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	var sections map[string]json.RawMessage
	if err := json.Unmarshal(b, &sections); err != nil {
		t.Fatal(err)
	}
	strict(t, sections["variant"], &encode)
	strict(t, sections["variant_decode"], &decode)
	return encode, decode
}

// strict reads JSON in which every field must be known; a section may be absent.
func strict(t testing.TB, b []byte, to any) {
	t.Helper()
	if b == nil {
		return
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		t.Fatal(err)
	}
}

var repeated = regexp.MustCompile(`^\(([0-9a-f ]+)\) x (\d+) \+ ([0-9a-f ]+)$`)

// unhex reads hex digits, and "(hex) x N + hex".
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	if m := repeated.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[2])
		s = strings.Repeat(m[1], n) + m[3]
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("bytes %q: %v", s, err)
	}
	return b
}

// described is v as the vectors write it: very deep arrays are not written out.
func described(v Value) string {
	n := 0
	for at := v; ; n++ {
		a, ok := at.(Array)
		if !ok || len(a.Values) != 1 {
			break
		}
		at = a.Values[0]
	}
	if n > 1000 {
		return fmt.Sprintf("<array nested %d deep>", n)
	}
	return v.String()
}

func TestConformanceVariantDecode(t *testing.T) {
	_, all := vectorsOf(t)
	for i, v := range all {
		t.Run(fmt.Sprintf("%03d %s", i, v.Why), func(t *testing.T) {
			want, wantCode, wantN := v.Result, v.Error, v.Consumed
			choice, deviates := deviations[v.Why]
			if deviates {
				want, wantCode, wantN = choice.result, 0, choice.consumed
				t.Log(choice.choice)
			}
			got, n, err := Decode(unhex(t, v.Bytes), Options{Objects: v.AllowObjects})
			if code := codeOf(err); code != wantCode || n != wantN {
				t.Errorf("code %d (%v), consumed %d; want %d, %d", code, err, n, wantCode, wantN)
			}
			if wantCode != 0 {
				if got != nil {
					t.Errorf("a value with an error: %v", got)
				}
				return
			}
			if got == nil {
				t.Fatal("no value")
			}
			if described(got) != want {
				t.Errorf("got  %s\nwant %s", described(got), want)
			}
			if !deviates {
				checkTypes(t, got, v)
			}
		})
	}
}

func checkTypes(t *testing.T, got Value, v decodeVector) {
	t.Helper()
	if got.Type() != v.Type {
		t.Errorf("type %v, want %v", got.Type(), v.Type)
	}
	if a, ok := got.(Array); ok && (a.Elem.Type != v.ElementType || a.Elem.Class != v.ElementClass) {
		t.Errorf("elements are %+v, want %v %q", a.Elem, v.ElementType, v.ElementClass)
	}
	if d, ok := got.(Dictionary); ok && (d.Key.Type != v.KeyType || d.Value.Type != v.ValueType) {
		t.Errorf("pairs are %v, %v, want %v, %v", d.Key.Type, d.Value.Type, v.KeyType, v.ValueType)
	}
}

// codeOf is the family's number of an error of this package.
func codeOf(err error) int {
	var e *Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.Code
	}
	return -1
}

func TestConformanceVariantEncode(t *testing.T) {
	all, _ := vectorsOf(t)
	for i, v := range all {
		t.Run(fmt.Sprintf("%03d %s", i, v.Value), func(t *testing.T) {
			value := parse(t, v.Value, v.Type)
			if value.Type() != v.Type || v.TypeName != "" && value.Type().String() != v.TypeName {
				t.Errorf("type %v, want %d %s", value.Type(), v.Type, v.TypeName)
			}
			o := Options{Objects: v.FullObjects}
			got, err := Append(nil, value, o)
			if codeOf(err) != v.Error {
				t.Fatalf("error %v, want %d", err, v.Error)
			}
			if v.Error != 0 {
				return
			}
			if v.Bytes == "" {
				if len(got) != v.Length {
					t.Errorf("%d bytes, want %d", len(got), v.Length)
				}
				return
			}
			if want := unhex(t, v.Bytes); !bytes.Equal(got, want) {
				t.Errorf("got  %x\nwant %x", got, want)
			}
			for _, prefix := range []struct {
				big  bool
				want string
			}{{false, v.Little}, {true, v.Big}} {
				frame, err := AppendFrame([]byte("before"), value, prefix.big, o)
				if want := "before" + string(unhex(t, prefix.want+v.Bytes)); err != nil || string(frame) != want {
					t.Errorf("put_var, big-endian %v: %x, %v; want %x", prefix.big, frame, err, want)
				}
			}
		})
	}
}

// The vectors that section 4.2 gives as text.
func TestGodotGoldenVectors(t *testing.T) {
	for _, c := range []struct {
		value Value
		hex   string
	}{
		{Nil{}, "00000000"},
		{Bool(true), "01000000 01000000"},
		{Int(42), "02000000 2a000000"},
		{Int(-1), "02000000 ffffffff"},
		{Int(2147483648), "02000100 0000008000000000"},
		{Float(0.15625), "03000000 0000203e"},
		{String("abc"), "04000000 03000000 61626300"},
		{Vector2{1, -2.5}, "05000000 0000803f 000020c0"},
		{RID(13), "17000000 0d00000000000000"},
		{PackedByteArray{1, 2, 3, 4, 5}, "1d000000 05000000 0102030405000000"},
		{PackedStringArray{"ab"}, "22000000 01000000 03000000 61620000"},
		{Array{Values: []Value{String("Hello, World!"), Int(42)}},
			"1c000000 02000000 04000000 0d000000 48656c6c6f2c20576f726c6421000000 02000000 2a000000"},
		{NodePath{Names: []string{"root", "A"}, Subnames: []string{"pos"}, Absolute: true},
			"16000000 02000080 01000000 01000000 04000000 726f6f74 01000000 41000000 03000000 706f7300"},
		// Marshalls, section 5
		{Int(0x12345678), "02000000 78563412"},
		{Float(1.0 / 3), "03000100 555555555555d53f"},
		{Dictionary{Key: ContainerType{Type: TypeInt}, Value: ContainerType{Type: TypeInt}, Entries: []Entry{{Int(1), Int(2)}}},
			"1b000500 02000000 02000000 01000000 02000000 01000000 02000000 02000000"},
	} {
		want := unhex(t, c.hex)
		got, err := Append(nil, c.value, Options{})
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v: got %x, %v; want %x", c.value, got, err, want)
		}
		back, n, err := Decode(want, Options{})
		if err != nil || n != len(want) || back.String() != c.value.String() {
			t.Errorf("%v: came back as %v, %d of %d bytes, %v", c.value, back, n, len(want), err)
		}
	}
}

func TestQ20TheByteOrderTurnsTheLengthAlone(t *testing.T) {
	for _, big := range []bool{false, true} {
		frame, err := AppendFrame(nil, Int(42), big, Options{})
		if err != nil || binary.LittleEndian.Uint32(frame[8:]) != 42 {
			t.Errorf("big-endian %v: %x, %v", big, frame, err)
		}
		length, found, ok := Framed(frame)
		if length != 8 || found != big || !ok {
			t.Errorf("big-endian %v: found %d, %v, %v", big, length, found, ok)
		}
	}
}
