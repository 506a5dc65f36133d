package variant

import (
	"encoding/binary"
	"math"
)

// vector reads a mathematical type.
func (r *reader) vector(t Type, wide bool) (Value, error) {
	switch t {
	case TypeVector2:
		var v Vector2
		err := r.reals(t, wide, v[:])
		return v, err
	case TypeRect2:
		var v Rect2
		err := r.reals(t, wide, v[:])
		return v, err
	case TypeVector3:
		var v Vector3
		err := r.reals(t, wide, v[:])
		return v, err
	case TypeTransform2D:
		var v Transform2D
		err := r.reals(t, wide, v[:])
		return v, err
	case TypeVector4:
		var v Vector4
		err := r.reals(t, wide, v[:])
		return v, err
	case TypePlane:
		var v Plane
		err := r.reals(t, wide, v[:])
		return v, err
	case TypeQuaternion:
		var v Quaternion
		err := r.reals(t, wide, v[:])
		return v, err
	case TypeAABB:
		var v AABB
		err := r.reals(t, wide, v[:])
		return v, err
	case TypeBasis:
		var v Basis
		err := r.reals(t, wide, v[:])
		return v, err
	case TypeTransform3D:
		var v Transform3D
		err := r.reals(t, wide, v[:])
		return v, err
	case TypeProjection:
		var v Projection
		err := r.reals(t, wide, v[:])
		return v, err
	}
	return r.intVector(t)
}

func (r *reader) intVector(t Type) (Value, error) {
	switch t {
	case TypeVector2i:
		var v Vector2i
		err := r.ints(t, v[:])
		return v, err
	case TypeVector3i:
		var v Vector3i
		err := r.ints(t, v[:])
		return v, err
	case TypeVector4i:
		var v Vector4i
		err := r.ints(t, v[:])
		return v, err
	default: // TypeRect2i
		var v Rect2i
		err := r.ints(t, v[:])
		return v, err
	}
}

func (r *reader) ints(t Type, dst []int32) error {
	b, err := r.fixed(t, 4*len(dst))
	if err != nil {
		return err
	}
	for i := range dst {
		dst[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return nil
}

// packedArray reads a packed array. The count is checked against what is left
// before the array is made, which has at most twice as many bytes as the wire.
func (r *reader) packedArray(t Type, wide bool) (v Value, err error) {
	switch t {
	case TypePackedByteArray:
		v, err = r.packedBytes()
	case TypePackedInt32Array:
		v, err = packedOf[PackedInt32Array](r, t, 4, func(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) })
	case TypePackedInt64Array:
		v, err = packedOf[PackedInt64Array](r, t, 8, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) })
	case TypePackedFloat32Array:
		v, err = packedOf[PackedFloat32Array](r, t, 4, func(b []byte) float32 {
			return math.Float32frombits(binary.LittleEndian.Uint32(b))
		})
	case TypePackedFloat64Array:
		v, err = packedOf[PackedFloat64Array](r, t, 8, func(b []byte) float64 {
			return math.Float64frombits(binary.LittleEndian.Uint64(b))
		})
	case TypePackedStringArray:
		v, err = r.packedStrings()
	case TypePackedVector2Array:
		v, err = packedOf[PackedVector2Array](r, t, 2*realSize(wide), func(b []byte) (v Vector2) {
			readReals(v[:], b, wide)
			return v
		})
	case TypePackedVector3Array:
		v, err = packedOf[PackedVector3Array](r, t, 3*realSize(wide), func(b []byte) (v Vector3) {
			readReals(v[:], b, wide)
			return v
		})
	case TypePackedColorArray:
		v, err = packedOf[PackedColorArray](r, t, 16, color)
	default: // TypePackedVector4Array
		v, err = packedOf[PackedVector4Array](r, t, 4*realSize(wide), func(b []byte) (v Vector4) {
			readReals(v[:], b, wide)
			return v
		})
	}
	if err != nil {
		return nil, err
	}
	r.mark()
	return v, nil
}

// packedOf reads elements of size bytes each.
func packedOf[A ~[]E, E any](r *reader, t Type, size int, element func([]byte) E) (A, error) {
	b, count, err := r.packed(t, size)
	if err != nil {
		return nil, err
	}
	a := make(A, count)
	for i := range a {
		a[i] = element(b[i*size:])
	}
	return a, nil
}

// packedBytes reads bytes. The pad is not checked, and may be missing (Q21).
func (r *reader) packedBytes() (PackedByteArray, error) {
	b, count, err := r.packed(TypePackedByteArray, 1)
	if err != nil {
		return nil, err
	}
	r.off += pad(count)
	return append(make(PackedByteArray, 0, count), b...), nil
}

// packedStrings reads texts whose length counts a NUL, or does not (Q21). A
// negative count is none.
func (r *reader) packedStrings() (PackedStringArray, error) {
	n, err := r.u32("count of PackedStringArray")
	if err != nil {
		return nil, err
	}
	r.mark()
	after := r.after
	defer func() { r.after = after }()
	var a PackedStringArray
	count := int(int32(n))
	for i := range count {
		r.after = sum(after, times(count-1-i, 4))
		s, err := r.text("text in PackedStringArray")
		if err != nil {
			return nil, err
		}
		a = append(a, s)
	}
	return a, nil
}

func realSize(wide bool) int {
	if wide {
		return 8
	}
	return 4
}
