package variant

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Append writes v behind dst as a single-precision build of the class does, and
// returns the whole. A nil Value is written as [Nil].
//
// Two things differ. Reals that float32 cannot hold are sent in 64 bits, as a
// double-precision build sends them all, so that what such a build sent is not
// cut. And an object is written as null where full objects are not allowed, for
// the class would send an instance id of its own (Q28).
//
// With an error dst is returned as it was. Errors are *[Error] with the offset of
// the part from the header of v: OutOfMemory for a nesting that the class cannot
// read, InvalidParameter for text that is not UTF-8 or has a NUL.
func Append(dst []byte, v Value, o Options) ([]byte, error) {
	e := encoder{b: dst, start: len(dst), objects: o.Objects}
	if err := e.value(v, 0); err != nil {
		return dst, err
	}
	return e.b, nil
}

type encoder struct {
	b       []byte
	start   int // of the value in b
	objects bool
}

func (e *encoder) fail(code int, format string, a ...any) *Error {
	return &Error{Off: len(e.b) - e.start, Code: code, Reason: fmt.Sprintf(format, a...)}
}

func (e *encoder) u32(n uint32) { e.b = binary.LittleEndian.AppendUint32(e.b, n) }
func (e *encoder) u64(n uint64) { e.b = binary.LittleEndian.AppendUint64(e.b, n) }

// header writes a type and its flags.
func (e *encoder) header(t Type, flags uint32) { e.u32(uint32(t) | flags) }

// count writes how many elements there are, or returns an error for more than the wire can say.
func (e *encoder) count(n int, flags uint32) error {
	if n > math.MaxInt32 {
		return e.fail(InvalidParameter, "%d elements", n)
	}
	e.u32(uint32(n) | flags)
	return nil
}

// text writes a length, s and its pad; nul adds a NUL that is counted.
func (e *encoder) text(s string, nul bool) error {
	n := len(s)
	if nul {
		n++
	}
	switch {
	case n > math.MaxInt32-3:
		return e.fail(InvalidParameter, "text of %d bytes", n)
	case strings.IndexByte(s, 0) >= 0:
		return e.fail(InvalidParameter, "text has a NUL, which ends it")
	case !utf8.ValidString(s):
		return e.fail(InvalidParameter, "text is not UTF-8")
	}
	e.u32(uint32(n))
	e.b = append(e.b, s...)
	e.b = append(e.b, make([]byte, n-len(s)+pad(n))...)
	return nil
}

func (e *encoder) value(v Value, depth int) error {
	if depth > maxDepth {
		return e.fail(OutOfMemory, "nested deeper than %d", maxDepth)
	}
	switch v := v.(type) {
	case Array:
		return e.array(v, depth)
	case Dictionary:
		return e.dictionary(v, depth)
	case Object:
		return e.object(v, depth)
	}
	return e.leaf(v)
}

func (e *encoder) leaf(v Value) error {
	switch v := v.(type) {
	case nil, Nil:
		e.header(TypeNil, 0)
	case Bool:
		e.header(TypeBool, 0)
		if v {
			e.u32(1)
		} else {
			e.u32(0)
		}
	case Int:
		e.integer(v)
	case Float:
		e.reals(TypeFloat, []float64{float64(v)}, float64(float32(v)) != float64(v)) // NaN is 64 bits wide
	case String:
		e.header(TypeString, 0)
		return e.text(string(v), false)
	case StringName:
		e.header(TypeStringName, 0)
		return e.text(string(v), false)
	case NodePath:
		return e.nodePath(v)
	case RID:
		e.header(TypeRID, 0)
		e.u64(uint64(v))
	case Callable:
		e.header(TypeCallable, 0)
	case Signal:
		e.header(TypeSignal, 0)
		if err := e.text(v.Name, false); err != nil {
			return err
		}
		e.u64(v.Object)
	default:
		if v.Type() >= TypePackedByteArray {
			return e.packed(v)
		}
		e.vector(v)
	}
	return nil
}

func (e *encoder) integer(v Int) {
	if v == Int(int32(v)) {
		e.header(TypeInt, 0)
		e.u32(uint32(v))
		return
	}
	e.header(TypeInt, flag64)
	e.u64(uint64(v))
}

// reals writes a header and reals.
func (e *encoder) reals(t Type, f []float64, wide bool) {
	if wide {
		e.header(t, flag64)
	} else {
		e.header(t, 0)
	}
	e.appendReals(f, wide)
}

func (e *encoder) appendReals(f []float64, wide bool) {
	for _, x := range f {
		if wide {
			e.u64(math.Float64bits(x))
		} else {
			e.u32(math.Float32bits(float32(x)))
		}
	}
}

// isWide reports whether float32 would change one of the numbers.
func isWide(f []float64) bool {
	for _, x := range f {
		if float64(float32(x)) != x && x == x {
			return true
		}
	}
	return false
}

func (e *encoder) vector(v Value) {
	if c, isColor := v.(Color); isColor {
		e.header(TypeColor, 0)
		e.color(c)
		return
	}
	if f := reals(v); f != nil {
		e.reals(v.Type(), f, isWide(f))
		return
	}
	e.header(v.Type(), 0)
	for _, n := range ints(v) {
		e.u32(uint32(n))
	}
}

func (e *encoder) color(c Color) {
	for _, x := range c {
		e.u32(math.Float32bits(x))
	}
}

func (e *encoder) nodePath(v NodePath) error {
	e.header(TypeNodePath, 0)
	if err := e.count(len(v.Names), 1<<31); err != nil {
		return err
	}
	if err := e.count(len(v.Subnames), 0); err != nil {
		return err
	}
	if v.Absolute {
		e.u32(1)
	} else {
		e.u32(0)
	}
	for _, names := range [][]string{v.Names, v.Subnames} {
		for _, s := range names {
			if err := e.text(s, false); err != nil {
				return err
			}
		}
	}
	return nil
}
