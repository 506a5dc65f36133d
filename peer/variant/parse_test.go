package variant

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// described values of the vectors that are no notation.
var special = map[string]Value{
	"full object RefCounted": Object{Class: "RefCounted", Properties: []Property{{"script", Nil{}}}},
	"<null object>":          Object{},
	"full object EncodedObjectAsID with object_id 99": Object{ID: 99},
	"Array[int]([0xf123456789abcdef as int64])":       Array{Elem: ContainerType{Type: TypeInt}, Values: []Value{Int(-1070935975390360081)}},
}

// insertion is the order of insertion where the text is sorted.
var insertion = map[string]Value{
	`{ 2: "v", "k": 1 }`: Dictionary{Entries: []Entry{{String("k"), Int(1)}, {Int(2), String("v")}}},
}

var (
	nested = regexp.MustCompile(`^(\d+) arrays inside one another, the innermost empty$`)
	number = regexp.MustCompile(`-?(inf|nan|[0-9][0-9.]*(e[+-]?[0-9]+)?)`)
)

// parse makes the value of which a vector's text speaks, without the decoder's help.
func parse(t *testing.T, s string, typ Type) Value {
	t.Helper()
	if v, ok := special[s]; ok {
		return v
	}
	if v, ok := insertion[s]; ok {
		return v
	}
	if m := nested.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		var v Value = Array{}
		for range n - 1 {
			v = Array{Values: []Value{v}}
		}
		return v
	}
	p := parser{t: t, whole: s, rest: s}
	var v Value
	if typ == TypeFloat {
		v = Float(p.float())
	} else {
		v = p.value()
	}
	if p.skip(); p.rest != "" {
		t.Fatalf("unknown form %q: %q is left", s, p.rest)
	}
	return v
}

type parser struct {
	t           *testing.T
	whole, rest string
}

func (p *parser) fail() {
	p.t.Helper()
	p.t.Fatalf("unknown form %q at %q", p.whole, p.rest)
}

func (p *parser) skip() { p.rest = strings.TrimLeft(p.rest, " ") }

func (p *parser) have(s string) bool {
	p.skip()
	rest, ok := strings.CutPrefix(p.rest, s)
	p.rest = rest
	return ok
}

func (p *parser) need(s string) {
	p.t.Helper()
	if !p.have(s) {
		p.fail()
	}
}

func (p *parser) float() float64 {
	p.skip()
	m := number.FindString(p.rest)
	if !strings.HasPrefix(p.rest, m) || m == "" {
		p.fail()
	}
	p.rest = p.rest[len(m):]
	f, err := strconv.ParseFloat(m, 64)
	if err != nil {
		p.fail()
	}
	if math.IsNaN(f) {
		return math.Float64frombits(0x7ff8 << 48) // C's; Go's has one bit more
	}
	return f
}

func (p *parser) text() string {
	p.skip()
	q, err := strconv.QuotedPrefix(p.rest)
	if err != nil {
		p.fail()
	}
	p.rest = p.rest[len(q):]
	s, _ := strconv.Unquote(q)
	return s
}

func (p *parser) value() Value {
	switch {
	case p.have("null"):
		return Nil{}
	case p.have("true"):
		return Bool(true)
	case p.have("false"):
		return Bool(false)
	case p.have("Callable()"):
		return Callable{}
	case p.have("RID("):
		v := RID(p.float())
		p.need(")")
		return v
	case p.have("&"):
		return StringName(p.text())
	case p.have("NodePath("):
		v := path(p.text())
		p.need(")")
		return v
	case p.have("Signal(name="):
		v := Signal{Name: p.text()}
		p.need(", object_id=")
		v.Object = uint64(p.float())
		p.need(")")
		return v
	}
	p.skip()
	switch c := p.rest[0]; {
	case c == '"':
		return String(p.text())
	case c == '[' || strings.HasPrefix(p.rest, "Array["):
		return p.array()
	case c == '{' || strings.HasPrefix(p.rest, "Dictionary["):
		return p.dictionary()
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	}
	return p.numbers()
}

func (p *parser) number() Value {
	m := number.FindString(p.rest)
	if strings.ContainsAny(m, ".e") {
		return Float(p.float())
	}
	n, err := strconv.ParseInt(m, 10, 64)
	if err != nil {
		p.fail()
	}
	p.rest = p.rest[len(m):]
	return Int(n)
}

func path(s string) (v NodePath) {
	s, subnames, has := strings.Cut(s, ":")
	if has {
		v.Subnames = strings.Split(subnames, ":")
	}
	if s, v.Absolute = strings.CutPrefix(s, "/"); s != "" {
		v.Names = strings.Split(s, "/")
	}
	return v
}

func (p *parser) containerType() (t ContainerType) {
	name := p.rest[:strings.IndexAny(p.rest, ",]")]
	p.rest = p.rest[len(name):]
	if name == "Variant" {
		return t
	}
	for id, known := range typeNames {
		if known == name {
			return ContainerType{Type: Type(id)}
		}
	}
	return ContainerType{Type: TypeObject, Class: name}
}

func (p *parser) array() Value {
	var v Array
	typed := p.have("Array[")
	if typed {
		v.Elem = p.containerType()
		p.need("](")
	}
	p.need("[")
	for !p.have("]") {
		v.Values = append(v.Values, p.value())
		p.have(",")
	}
	if typed {
		p.need(")")
	}
	return v
}

func (p *parser) dictionary() Value {
	var v Dictionary
	typed := p.have("Dictionary[")
	if typed {
		v.Key = p.containerType()
		p.need(", ")
		v.Value = p.containerType()
		p.need("](")
	}
	p.need("{")
	for !p.have("}") {
		e := Entry{Key: p.value()}
		p.need(":")
		e.Value = p.value()
		v.Entries = append(v.Entries, e)
		p.have(",")
	}
	if typed {
		p.need(")")
	}
	return v
}

// zeros has a value of each type that is a name and numbers.
var zeros = []Value{
	Vector2{}, Vector2i{}, Rect2{}, Rect2i{}, Vector3{}, Vector3i{}, Transform2D{}, Vector4{}, Vector4i{}, Plane{},
	Quaternion{}, AABB{}, Basis{}, Transform3D{}, Projection{}, Color{},
	PackedByteArray{}, PackedInt32Array{}, PackedInt64Array{}, PackedFloat32Array{}, PackedFloat64Array{},
	PackedStringArray{}, PackedVector2Array{}, PackedVector3Array{}, PackedColorArray{}, PackedVector4Array{},
}

// numbers reads a name and all the numbers behind it, "Basis rows (1,2,3) …" too.
func (p *parser) numbers() Value {
	name := regexp.MustCompile(`^\w+`).FindString(p.rest)
	body := p.rest[len(name):]
	p.rest = ""
	if name == "PackedStringArray" {
		p.rest = "[" + body[1:len(body)-1] + "]"
		var v PackedStringArray
		for _, s := range p.array().(Array).Values {
			v = append(v, string(s.(String)))
		}
		return v
	}
	for _, zero := range zeros {
		if zero.Type().String() == name {
			return fill(zero, number.FindAllString(body, -1))
		}
	}
	p.rest = name
	p.fail()
	return nil
}

// fill puts numbers into a value of zero's type, which is made of nothing else.
func fill(zero Value, numbers []string) Value {
	v := reflect.New(reflect.TypeOf(zero)).Elem()
	if v.Kind() == reflect.Slice {
		width := 1
		if e := v.Type().Elem(); e.Kind() == reflect.Array {
			width = e.Len()
		}
		v.Set(reflect.MakeSlice(v.Type(), len(numbers)/width, len(numbers)/width))
		for i := range v.Len() {
			fillOne(v.Index(i), numbers[i*width:(i+1)*width])
		}
	} else {
		fillOne(v, numbers)
	}
	return v.Interface().(Value)
}

func fillOne(v reflect.Value, numbers []string) {
	if v.Kind() == reflect.Array {
		if v.Len() != len(numbers) {
			panic(fmt.Sprintf("%v has %d numbers, not %d", v.Type(), v.Len(), len(numbers)))
		}
		for i, n := range numbers {
			fillOne(v.Index(i), []string{n})
		}
		return
	}
	f, err := strconv.ParseFloat(numbers[0], 64)
	if err != nil {
		panic(err)
	}
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		v.SetFloat(f)
	case reflect.Uint8:
		v.SetUint(uint64(f))
	default:
		v.SetInt(int64(f))
	}
}
