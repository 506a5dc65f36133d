package variant

import "math"

// Array is an array. Its elements may be of any type, also where it is typed.
type Array struct {
	Elem   ContainerType
	Values []Value
}

// Dictionary is a dictionary in order of insertion. The keys of one that was
// decoded differ, as far as [Decode] compares them.
type Dictionary struct {
	Key, Value ContainerType
	Entries    []Entry
}

// Entry is a key of a dictionary and its value.
type Entry struct{ Key, Value Value }

// ContainerType is what the elements of a typed array, or the keys or values of a
// typed dictionary, are. The zero value is an untyped one's.
type ContainerType struct {
	Type   Type
	Class  string // of objects; "" is any
	Script string // path res://… of the script that they have
}

// Type implements [Value].
func (Array) Type() Type { return TypeArray }

// Type implements [Value].
func (Dictionary) Type() Type { return TypeDictionary }

func (v Array) String() string      { return text(v) }
func (v Dictionary) String() string { return text(v) }

// kind is how a ContainerType is written: two bits of the header.
type kind uint8

const (
	kindNone    kind = iota // nothing
	kindBuiltin             // a type id
	kindClass               // a class name
	kindScript              // a path
)

const (
	elemShift  = 16 // of the kind in the header of an array, and of keys in a dictionary's
	valueShift = 18
)

// take makes v an element of a container of this type, as the class does: it
// converts numbers into one another, integer vectors and float ones, and kinds of
// text; ok is false for what the class would drop.
func (t ContainerType) take(v Value) (_ Value, ok bool) {
	switch {
	case t.Type == TypeNil, t.Type == v.Type(), t.Type == TypeObject && v.Type() == TypeNil:
		return v, true
	}
	converted := t.number(v)
	if converted == nil {
		converted = t.text(v)
	}
	if converted == nil {
		converted = t.vector(v)
	}
	return converted, converted != nil
}

func (t ContainerType) number(v Value) Value {
	var f float64
	var n int64
	switch v := v.(type) {
	case Bool:
		if v {
			f, n = 1, 1
		}
	case Int:
		f, n = float64(v), int64(v)
	case Float:
		f, n = float64(v), truncated(float64(v))
	default:
		return nil
	}
	switch t.Type {
	case TypeBool:
		return Bool(f != 0)
	case TypeInt:
		return Int(n)
	case TypeFloat:
		return Float(f)
	}
	return nil
}

// truncated is a C++ conversion as x86-64 does it: what does not fit is the least int.
func truncated(f float64) int64 {
	if f >= math.MinInt64 && f < math.MaxInt64 {
		return int64(f)
	}
	return math.MinInt64
}

func (t ContainerType) text(v Value) Value {
	switch v := v.(type) {
	case String:
		if t.Type == TypeStringName {
			return StringName(v)
		}
	case StringName:
		if t.Type == TypeString {
			return String(v)
		}
	case NodePath:
		if t.Type == TypeString {
			return String(appendPath(nil, v))
		}
	}
	return nil
}

func (t ContainerType) vector(v Value) Value {
	f := func(n int32) float64 { return float64(n) }
	i := func(f float64) int32 { return int32(truncated(f)) }
	switch v := v.(type) {
	case Vector2:
		if t.Type == TypeVector2i {
			return Vector2i{i(v[0]), i(v[1])}
		}
	case Vector2i:
		if t.Type == TypeVector2 {
			return Vector2{f(v[0]), f(v[1])}
		}
	case Rect2:
		if t.Type == TypeRect2i {
			return Rect2i{i(v[0]), i(v[1]), i(v[2]), i(v[3])}
		}
	case Rect2i:
		if t.Type == TypeRect2 {
			return Rect2{f(v[0]), f(v[1]), f(v[2]), f(v[3])}
		}
	case Vector3:
		if t.Type == TypeVector3i {
			return Vector3i{i(v[0]), i(v[1]), i(v[2])}
		}
	case Vector3i:
		if t.Type == TypeVector3 {
			return Vector3{f(v[0]), f(v[1]), f(v[2])}
		}
	case Vector4:
		if t.Type == TypeVector4i {
			return Vector4i{i(v[0]), i(v[1]), i(v[2]), i(v[3])}
		}
	case Vector4i:
		if t.Type == TypeVector4 {
			return Vector4{f(v[0]), f(v[1]), f(v[2]), f(v[3])}
		}
	}
	return nil
}
