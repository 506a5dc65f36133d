package variant

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// text is the whole of v in Godot's notation.
func text(v Value) string {
	w := writer{limit: math.MaxInt / 2}
	w.value(v, 0)
	return string(w.b)
}

// writer writes values until it has more than limit bytes, and then not much more.
type writer struct {
	b     []byte
	limit int
}

func (w *writer) full() bool { return len(w.b) > w.limit }

func (w *writer) str(s string) { w.b = append(w.b, s...) }

// quote writes s with control characters escaped, or more of it than fits: what is
// cut off, half a character maybe, lies behind the limit.
func (w *writer) quote(s string) {
	room := w.limit - len(w.b) + utf8.UTFMax
	w.b = strconv.AppendQuote(w.b, s[:min(len(s), max(room, 0))])
}

func (w *writer) value(v Value, depth int) {
	if w.full() {
		return
	}
	if depth > maxDepth {
		w.str("…")
		return
	}
	switch v := v.(type) {
	case nil, Nil:
		w.str("null")
	case Bool:
		w.b = strconv.AppendBool(w.b, bool(v))
	case Int:
		w.b = strconv.AppendInt(w.b, int64(v), 10)
	case Float:
		w.float(float64(v))
	case String:
		w.quote(string(v))
	case StringName:
		w.str("&")
		w.quote(string(v))
	case NodePath:
		w.str("NodePath(")
		w.quote(string(appendPath(nil, v)))
		w.str(")")
	case RID:
		w.str("RID(")
		w.b = strconv.AppendUint(w.b, uint64(v), 10)
		w.str(")")
	case Callable:
		w.str("Callable()")
	case Signal:
		w.str("Signal(name=")
		w.quote(v.Name)
		w.str(", object_id=")
		w.b = strconv.AppendUint(w.b, v.Object, 10)
		w.str(")")
	case Object:
		w.object(v)
	case Array:
		w.array(v, depth)
	case Dictionary:
		w.dictionary(v, depth)
	default:
		w.numbers(v)
	}
}

// appendPath writes a path as Godot does, /root/A:pos.
func appendPath(b []byte, v NodePath) []byte {
	for i, s := range v.Names {
		if v.Absolute || i > 0 {
			b = append(b, '/')
		}
		b = append(b, s...)
	}
	if v.Absolute && len(v.Names) == 0 {
		b = append(b, '/')
	}
	for _, s := range v.Subnames {
		b = append(b, ':')
		b = append(b, s...)
	}
	return b
}

func (w *writer) object(v Object) {
	switch id, ok := v.encodedID(); {
	case v.null():
		w.str("<null object>")
	case ok:
		w.str(EncodedObjectAsID + "(")
		w.b = strconv.AppendUint(w.b, id, 10)
		w.str(")")
	default:
		w.str("<Object ")
		w.name(v.Class)
		w.str(">")
	}
}

// name writes the name of a class, in quotes where it could be no name.
func (w *writer) name(s string) {
	for _, c := range s {
		if c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			w.quote(s)
			return
		}
	}
	w.str(s[:min(len(s), max(w.limit-len(w.b), 0))])
}

func (w *writer) containerType(t ContainerType) {
	switch {
	case t.Type == TypeNil:
		w.str("Variant")
	case t.Script != "":
		w.quote(t.Script)
	case t.Class != "":
		w.name(t.Class)
	default:
		w.str(t.Type.String())
	}
}

func (w *writer) array(v Array, depth int) {
	if v.Elem.Type != TypeNil {
		w.str("Array[")
		w.containerType(v.Elem)
		w.str("](")
	}
	w.str("[")
	for i, element := range v.Values {
		if w.full() {
			return
		}
		if i > 0 {
			w.str(", ")
		}
		w.value(element, depth+1)
	}
	w.str("]")
	if v.Elem.Type != TypeNil {
		w.str(")")
	}
}

func (w *writer) dictionary(v Dictionary, depth int) {
	typed := v.Key.Type != TypeNil || v.Value.Type != TypeNil
	if typed {
		w.str("Dictionary[")
		w.containerType(v.Key)
		w.str(", ")
		w.containerType(v.Value)
		w.str("](")
	}
	sorted := slices.Clone(v.Entries)
	slices.SortStableFunc(sorted, func(a, b Entry) int { return compare(a.Key, b.Key) })
	for i, entry := range sorted {
		if w.full() {
			return
		}
		if i == 0 {
			w.str("{ ")
		} else {
			w.str(", ")
		}
		w.value(entry.Key, depth+1)
		w.str(": ")
		w.value(entry.Value, depth+1)
	}
	if len(sorted) == 0 {
		w.str("{}")
	} else {
		w.str(" }")
	}
	if typed {
		w.str(")")
	}
}

// compare orders keys as Godot does where it writes a dictionary: by type, text
// among itself, then by value. Types without an order stay as they are.
func compare(a, b Value) int {
	if s, ok := keyText(a); ok {
		if t, ok := keyText(b); ok {
			return cmp.Compare(s, t)
		}
	}
	if a, b := typeOf(a), typeOf(b); a != b {
		return cmp.Compare(a, b)
	}
	switch a := a.(type) {
	case Bool:
		if b := b.(Bool); a != b {
			if b {
				return -1
			}
			return 1
		}
	case Int:
		return cmp.Compare(a, b.(Int))
	case Float:
		return cmp.Compare(a, b.(Float))
	case RID:
		return cmp.Compare(a, b.(RID))
	}
	if c := slices.Compare(reals(a), reals(b)); c != 0 {
		return c
	}
	return slices.Compare(ints(a), ints(b))
}

func keyText(v Value) (string, bool) {
	switch v := v.(type) {
	case String:
		return string(v), true
	case StringName:
		return string(v), true
	}
	return "", false
}

func typeOf(v Value) Type {
	if v == nil {
		return TypeNil
	}
	return v.Type()
}
