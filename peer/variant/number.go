package variant

import (
	"math"
	"strconv"
	"strings"
)

// longFloat writes a float with up to 17 digits, as printf's %.17g.
func longFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return strconv.FormatFloat(f, 'g', 17, 64)
}

// float writes a float within another value, where it does not look like an int.
func (w *writer) float(f float64) {
	s := string(appendReal(nil, f, 64))
	w.str(s)
	if !strings.ContainsAny(s, ".ein") { // not 1e+20, inf, nan
		w.str(".0")
	}
}

// appendReal writes the shortest number that is f in that many bits. The exponent
// comes where Godot lets it begin: at as many digits as the width can hold for sure.
func appendReal(b []byte, f float64, bits int) []byte {
	digits := 15
	if bits == 32 {
		digits = 6
	}
	switch size := math.Abs(f); {
	case f == 0:
		return append(b, '0') // also -0
	case math.IsNaN(f), math.IsInf(f, 0):
		return append(b, longFloat(f)...)
	case size >= math.Pow10(digits), size < 1e-4:
		return strconv.AppendFloat(b, f, 'e', -1, bits)
	}
	return strconv.AppendFloat(b, f, 'f', -1, bits)
}

// real writes a number of a mathematical type, in the width that it needs.
func (w *writer) real(f float64) {
	bits := 32
	if isWide([]float64{f}) {
		bits = 64
	}
	w.b = appendReal(w.b, f, bits)
}

// numbers writes a mathematical type or a packed array: the name and all the numbers.
func (w *writer) numbers(v Value) {
	w.str(v.Type().String())
	w.str("(")
	switch v := v.(type) {
	case PackedByteArray:
		list(w, v, func(n byte) { w.b = strconv.AppendUint(w.b, uint64(n), 10) })
	case PackedInt32Array:
		list(w, v, w.int32)
	case PackedInt64Array:
		list(w, v, func(n int64) { w.b = strconv.AppendInt(w.b, n, 10) })
	case PackedFloat32Array:
		list(w, v, w.float32)
	case PackedFloat64Array:
		list(w, v, func(f float64) { w.b = appendReal(w.b, f, 64) })
	case PackedStringArray:
		list(w, v, w.quote)
	case PackedVector2Array:
		list(w, v, func(v Vector2) { list(w, v[:], w.real) })
	case PackedVector3Array:
		list(w, v, func(v Vector3) { list(w, v[:], w.real) })
	case PackedVector4Array:
		list(w, v, func(v Vector4) { list(w, v[:], w.real) })
	case PackedColorArray:
		list(w, v, func(c Color) { list(w, c[:], w.float32) })
	case Color:
		list(w, v[:], w.float32)
	default:
		list(w, reals(v), w.real)
		list(w, ints(v), w.int32)
	}
	w.str(")")
}

func (w *writer) int32(n int32) { w.b = strconv.AppendInt(w.b, int64(n), 10) }

func (w *writer) float32(f float32) { w.b = appendReal(w.b, float64(f), 32) }

// list writes elements and what stands between them.
func list[E any](w *writer, elements []E, one func(E)) {
	for i, e := range elements {
		if w.full() {
			return
		}
		if i > 0 {
			w.str(", ")
		}
		one(e)
	}
}
