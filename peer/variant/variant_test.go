package variant

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

// samples has a value of every type, with every form that a type has.
var samples = []Value{
	Nil{}, Bool(true), Bool(false), Int(7), Int(-1 << 40), Float(0.5), Float(1.0 / 3), Float(math.Inf(-1)),
	String(""), String("héllo 🎮"), StringName("name"),
	Vector2{1, -2.5}, Vector2i{1, -2}, Rect2{1, 2, 3, 4}, Rect2i{1, 2, 3, 4}, Vector3{1, 2, 3}, Vector3i{1, 2, math.MinInt32},
	Transform2D{1, 2, 3, 4, 5, 6}, Vector4{1, 2, 3, 4}, Vector4i{1, 2, 3, 4}, Plane{1, 2, 3, 4}, Quaternion{0, 0, 0, 1},
	AABB{1, 2, 3, 4, 5, 6}, Basis{1, 2, 3, 4, 5, 6, 7, 8, 9}, Transform3D{1, 0, 0, 0, 1, 0, 0, 0, 1, 10, 11, 12},
	Projection{0: 1, 5: 1, 10: 1, 15: 1}, Color{0.1, 0.2, 0.3, 1},
	NodePath{Names: []string{"root", "A"}, Subnames: []string{"x"}, Absolute: true}, NodePath{}, RID(1 << 63),
	Object{Class: "RefCounted", Properties: []Property{{"script", String("res://a.gd")}, {"n", Array{Values: []Value{Int(1)}}}}},
	Callable{}, Signal{"pressed", 77},
	Dictionary{Entries: []Entry{{String("a"), Int(1)}, {Int(2), Dictionary{Entries: []Entry{{Nil{}, Nil{}}}}}}},
	Dictionary{Key: ContainerType{Type: TypeString}, Value: ContainerType{Type: TypeObject, Class: "Node"}},
	Array{Values: []Value{Nil{}, Array{Values: []Value{Int(3)}}}}, Array{Elem: ContainerType{Type: TypeVector3}},
	Array{Elem: ContainerType{Type: TypeObject, Script: "res://a.gd"}}, Array{Elem: ContainerType{Type: TypeObject}},
	PackedByteArray{1, 2, 3, 4, 5}, PackedInt32Array{1, -1}, PackedInt64Array{1, math.MinInt64}, PackedFloat32Array{0.5, 1e-9},
	PackedFloat64Array{0.1, 1e300}, PackedStringArray{"ab", "", "hé"}, PackedVector2Array{{1, 2}, {3, 4}},
	PackedVector3Array{{1, 2, 3}}, PackedColorArray{{1, 0, 0, 1}}, PackedVector4Array{{1, 2, 3, 4}},
}

func TestEveryTypeComesBackAsItWas(t *testing.T) {
	seen := map[Type]bool{}
	for _, v := range append(samples, wide...) {
		seen[v.Type()] = true
		b, err := Append(nil, v, Options{Objects: true})
		if err != nil || len(b)%4 != 0 {
			t.Errorf("%v: %d bytes, %v", v, len(b), err)
			continue
		}
		back, n, err := Decode(append(b, 0xff), Options{Objects: true})
		if err != nil || n != len(b) {
			t.Errorf("%v: %d of %d bytes, %v", v, n, len(b), err)
		}
		if !same(back, v) {
			t.Errorf("%#v came back as %#v", v, back)
		}
	}
	if len(seen) != types {
		t.Errorf("%d types of %d", len(seen), types)
	}
}

// same compares values; an empty slice and none are the same.
func same(a, b Value) bool {
	return reflect.DeepEqual(a, b) || a.Type() == b.Type() && a.String() == b.String()
}

// wide are values of a double-precision build.
var wide = []Value{
	Vector2{0.1, 1e300}, Rect2{0.1, 0, 0, 0}, Vector3{0, 0, 0.1}, Transform2D{0.1}, Vector4{0.1}, Plane{0.1}, Quaternion{0.1},
	AABB{0.1}, Basis{0.1}, Transform3D{0.1}, Projection{0.1},
	PackedVector2Array{{1, 2}, {0.1, 0}}, PackedVector3Array{{0.1, 0, 0}}, PackedVector4Array{{0, 0, 0, 0.1}},
}

func TestRealsThatNeed64BitsKeepThem(t *testing.T) {
	for _, v := range wide {
		b, err := Append(nil, v, Options{})
		if err != nil || b[2] != 1 {
			t.Errorf("%v: %x, %v", v, b, err)
		}
		if !strings.Contains(v.String(), "0.1") || strings.Contains(v.String(), "0.10000") {
			t.Errorf("written as %s", v)
		}
	}
	nan := Vector2{math.NaN(), 1}
	if b, err := Append(nil, nan, Options{}); err != nil || b[2] != 0 || len(b) != 12 {
		t.Errorf("%v needs no 64 bits: %x, %v", nan, b, err)
	}
}

func TestANilValueIsNull(t *testing.T) {
	for _, v := range []Value{nil, Array{Values: []Value{nil}}, Dictionary{Entries: []Entry{{}}}} {
		if _, err := Append(nil, v, Options{}); err != nil {
			t.Error(err)
		}
	}
	if s := (Array{Values: []Value{nil}}).String(); s != "[null]" {
		t.Error(s)
	}
}

func TestTextThatCannotBeSentIsRefused(t *testing.T) {
	for _, v := range []Value{
		String("a\x00b"), StringName("\xff"), PackedStringArray{"ok", "\xff"}, NodePath{Subnames: []string{"\xff"}},
		Signal{Name: "\xff"}, Array{Values: []Value{String("\xff")}},
	} {
		b, err := Append([]byte("before"), v, Options{})
		if codeOf(err) != InvalidParameter || string(b) != "before" {
			t.Errorf("%q: %q, %v", v, b, err)
		}
	}
}

func TestATypedContainerConvertsOrDrops(t *testing.T) {
	typed := func(t Type) ContainerType { return ContainerType{Type: t} }
	for _, c := range []struct {
		elem Type
		in   []Value
		want string
	}{
		{TypeInt, []Value{Float(2.9), Bool(true), Float(1e300), String("3"), Int(4)}, "Array[int]([2, 1, -9223372036854775808, 4])"},
		{TypeFloat, []Value{Int(5), Bool(false), Vector2{}}, "Array[float]([5.0, 0.0])"},
		{TypeBool, []Value{Int(5), Nil{}}, "Array[bool]([true])"},
		{TypeString, []Value{StringName("a"), NodePath{Names: []string{"b"}}, Int(1)}, `Array[String](["a", "b"])`},
		{TypeStringName, []Value{String("a")}, `Array[StringName]([&"a"])`},
		{TypeVector2, []Value{Vector2i{1, 2}, Vector3{}}, "Array[Vector2]([Vector2(1, 2)])"},
		{TypeVector3i, []Value{Vector3{1.9, -1.9, 0}}, "Array[Vector3i]([Vector3i(1, -1, 0)])"},
		{TypeRect2, []Value{Rect2i{1, 2, 3, 4}}, "Array[Rect2]([Rect2(1, 2, 3, 4)])"},
		{TypeVector4, []Value{Vector4i{1, 2, 3, 4}}, "Array[Vector4]([Vector4(1, 2, 3, 4)])"},
		{TypeArray, []Value{Array{}, Dictionary{}}, "Array[Array]([[]])"},
	} {
		b, err := Append(nil, Array{Elem: typed(c.elem), Values: c.in}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, n, err := Decode(b, Options{})
		if err != nil || n != len(b) || got.String() != c.want {
			t.Errorf("got %v, %v; want %s", got, err, c.want)
		}
	}
	b, _ := Append(nil, Dictionary{Key: typed(TypeInt), Value: typed(TypeInt), Entries: []Entry{
		{Float(1), Int(2)}, {String("a"), Int(3)}, {Int(4), String("any")},
	}}, Options{})
	got, _, err := Decode(b, Options{})
	if want := `Dictionary[int, int]({ 1: 2, 4: "any" })`; err != nil || got.String() != want {
		t.Errorf("got %v, %v; want %s", got, err, want)
	}
}

func TestOfEqualKeysTheLastValueStays(t *testing.T) {
	d := Dictionary{Entries: []Entry{
		{String("a"), Int(1)}, {Float(math.NaN()), Int(1)}, {Int(1), Int(1)}, {Float(1), Int(1)}, {RID(0), Int(1)},
		{StringName("a"), Int(2)}, {Float(math.NaN()), Int(2)}, {Int(1), Int(2)}, {Float(1), Int(2)}, {Object{}, Int(2)},
	}}
	for i := range 20 { // so that there is an index
		d.Entries = append(d.Entries, Entry{Int(100 + i), Nil{}}, Entry{Vector2{float64(i % 2), 0}, Int(i)})
	}
	b, _ := Append(nil, d, Options{})
	v, _, err := Decode(b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := v.(Dictionary).Entries
	if len(got) != 6+20+2 {
		t.Errorf("%d entries: %v", len(got), v)
	}
	if got[0] != (Entry{String("a"), Int(2)}) || got[2] != (Entry{Int(1), Int(2)}) || got[3] != (Entry{Float(1), Int(2)}) {
		t.Errorf("begins with %v", got[:4])
	}
}

func TestQ21BothKindsOfPackedTextAndAMissingPad(t *testing.T) {
	nul, bare := words(uint32(TypePackedStringArray), 1, 3, 'a'|'b'<<8), words(uint32(TypePackedStringArray), 1, 2, 'a'|'b'<<8)
	for _, p := range [][]byte{nul, bare} {
		if v, n, err := Decode(p, Options{}); err != nil || n != len(p) || v.String() != `PackedStringArray("ab")` {
			t.Errorf("%x: %v, %d, %v", p, v, n, err)
		}
	}
	p := append(words(uint32(TypePackedByteArray), 1), 9)
	if v, n, err := Decode(p, Options{}); err != nil || n != 12 || v.String() != "PackedByteArray(9)" {
		t.Errorf("%v, %d, %v", v, n, err)
	}
	p = append(words(uint32(TypeArray), 2, uint32(TypePackedByteArray), 1), 9)
	if _, n, err := Decode(p, Options{}); codeOf(err) != InvalidData || n != 20 {
		t.Errorf("behind a missing pad: %d, %v", n, err)
	}
}

func TestQ28AnObjectIsReadAsAnIDAndWrittenAsNull(t *testing.T) {
	p := append(words(uint32(TypeObject)|flagID), words(77, 0)...)
	v, _, err := Decode(p, Options{})
	if o, ok := v.(Object); err != nil || !ok || o.ID != 77 {
		t.Errorf("%v, %v", v, err)
	}
	for _, v := range []Value{v, Object{}, Object{Class: "Node"}} {
		if b, err := Append(nil, v, Options{}); err != nil || string(b) != "\x00\x00\x00\x00" {
			t.Errorf("%v: %x, %v", v, b, err)
		}
	}
}

func TestErrorsSayWhereAndHowMuchIsMissing(t *testing.T) {
	array := append(words(uint32(TypeArray), 400), words(uint32(TypeInt), 1)...)
	for _, c := range []struct {
		p       []byte
		want    string
		missing string
	}{
		{nil, "variant at byte 0: header: 0 bytes left", "have 0 of at least 4 bytes"},
		{words(39), "variant at byte 0: type id 39 is above 38", ""},
		{words(uint32(TypeInt)), "variant at byte 4: int: 0 bytes left", "have 4 of 8 bytes"},
		{words(uint32(TypeVector3), 1), "variant at byte 4: Vector3: 4 bytes left", "have 8 of 16 bytes"},
		{words(uint32(TypeString), 20, 'a'), "variant at byte 4: String of 20 bytes: 4 bytes left", "have 12 of 28 bytes"},
		{words(uint32(TypeString)), "variant at byte 4: length of String: 0 bytes left", "have 4 of at least 8 bytes"},
		{words(uint32(TypeString), 1<<31), "variant at byte 4: String of -2147483648 bytes", ""},
		{words(uint32(TypeString), 4, 0xff), "variant at byte 4: String is not UTF-8", ""},
		{words(uint32(TypePackedVector2Array), 400, 0, 0), "variant at byte 4: PackedVector2Array of 400 elements: 8 bytes left",
			"have 16 of 3208 bytes"},
		{words(uint32(TypePackedInt64Array), 1<<31), "variant at byte 4: PackedInt64Array of -2147483648 elements", ""},
		{array, "variant at byte 16: Array of 400 elements, 1 read: 0 bytes left", "have 16 of at least 1612 bytes"},
		{words(uint32(TypeArray), 2, 0, uint32(TypeRID), 1), "variant at byte 16: RID: 4 bytes left", "have 20 of 24 bytes"},
		{words(uint32(TypeDictionary), 2, 0), "variant at byte 12: Dictionary of 2 elements, 0 read: 0 bytes left",
			"have 12 of at least 24 bytes"},
		{words(uint32(TypeArray)|uint32(kindBuiltin)<<elemShift, 99, 0), "variant at byte 4: type id 99 of elements is above 38", ""},
		{words(uint32(TypeNodePath), 5), "variant at byte 4: NodePath in the old format", ""},
		{words(uint32(TypeObject), 0), "variant at byte 4: a full object, which is not allowed", ""},
	} {
		_, _, err := Decode(c.p, Options{})
		if err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
		var missing Incomplete
		if found := errors.As(err, &missing); found != (c.missing != "") || found && missing.Error() != c.missing {
			t.Errorf("%v: got %v, want %q", err, missing, c.missing)
		}
	}
}

// Whatever is cut off a good Variant, the error says that bytes are missing, and
// never that more are needed than there were.
func TestEveryBeginningIsIncomplete(t *testing.T) {
	b, err := Append(nil, Array{Values: samples}, Options{Objects: true})
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(b) {
		_, _, err := Decode(b[:n], Options{Objects: true})
		var missing Incomplete
		if !errors.As(err, &missing) || missing.Have != n || missing.Need <= n || missing.Need > len(b) {
			t.Fatalf("%d of %d bytes: %v, %+v", n, len(b), err, missing)
		}
	}
}

func TestTextEscapesWhatCouldReachTheTerminal(t *testing.T) {
	evil := "\x1b[2J\u009b\"\n\u202e"
	for _, v := range []Value{
		String(evil), StringName(evil), NodePath{Names: []string{evil}}, Signal{Name: evil}, Object{Class: evil},
		PackedStringArray{evil}, Array{Elem: ContainerType{Type: TypeObject, Class: evil}},
		Array{Elem: ContainerType{Type: TypeObject, Script: evil}}, Dictionary{Entries: []Entry{{String(evil), Nil{}}}},
	} {
		if s := v.String(); strings.ContainsAny(s, "\x1b\u009b\n\u202e") {
			t.Errorf("%q", s)
		}
	}
}

func TestNumbersAreWrittenAsGodotDoes(t *testing.T) {
	for _, c := range []struct {
		v    Value
		want string
	}{
		{Float(1.0 / 3), "0.33333333333333331"},
		{Float(5), "5"},
		{Array{Values: []Value{Float(5), Float(1.0 / 3), Float(1e20), Float(1e14), Float(1e-5), Float(math.NaN())}},
			"[5.0, 0.3333333333333333, 1e+20, 100000000000000.0, 1e-05, nan]"},
		{Vector3{100000, 1e6, math.Copysign(0, -1)}, "Vector3(100000, 1e+06, 0)"},
		{Vector2{float64(float32(0.1)), 0.1}, "Vector2(0.1, 0.1)"},
	} {
		if got := c.v.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
