package variant

// The mathematical types are arrays of their numbers in the order of the wire.
// Those of floats go out as float32 unless one of the numbers needs 64 bits.

// Vector2 is x, y.
type Vector2 [2]float64

// Vector2i is x, y.
type Vector2i [2]int32

// Rect2 is position x, y and size x, y.
type Rect2 [4]float64

// Rect2i is position x, y and size x, y.
type Rect2i [4]int32

// Vector3 is x, y, z.
type Vector3 [3]float64

// Vector3i is x, y, z.
type Vector3i [3]int32

// Transform2D is the x axis, the y axis and the origin, x, y of each.
type Transform2D [6]float64

// Vector4 is x, y, z, w.
type Vector4 [4]float64

// Vector4i is x, y, z, w.
type Vector4i [4]int32

// Plane is the normal x, y, z and the distance from the origin.
type Plane [4]float64

// Quaternion is x, y, z, w.
type Quaternion [4]float64

// AABB is position x, y, z and size x, y, z.
type AABB [6]float64

// Basis is a matrix of 3x3, row by row.
type Basis [9]float64

// Transform3D is a basis, row by row, and the origin x, y, z.
type Transform3D [12]float64

// Projection is a matrix of 4x4, column by column.
type Projection [16]float64

// Color is red, green, blue and alpha, in 32 bits on every wire.
type Color [4]float32

// Type implements [Value].
func (Vector2) Type() Type { return TypeVector2 }

// Type implements [Value].
func (Vector2i) Type() Type { return TypeVector2i }

// Type implements [Value].
func (Rect2) Type() Type { return TypeRect2 }

// Type implements [Value].
func (Rect2i) Type() Type { return TypeRect2i }

// Type implements [Value].
func (Vector3) Type() Type { return TypeVector3 }

// Type implements [Value].
func (Vector3i) Type() Type { return TypeVector3i }

// Type implements [Value].
func (Transform2D) Type() Type { return TypeTransform2D }

// Type implements [Value].
func (Vector4) Type() Type { return TypeVector4 }

// Type implements [Value].
func (Vector4i) Type() Type { return TypeVector4i }

// Type implements [Value].
func (Plane) Type() Type { return TypePlane }

// Type implements [Value].
func (Quaternion) Type() Type { return TypeQuaternion }

// Type implements [Value].
func (AABB) Type() Type { return TypeAABB }

// Type implements [Value].
func (Basis) Type() Type { return TypeBasis }

// Type implements [Value].
func (Transform3D) Type() Type { return TypeTransform3D }

// Type implements [Value].
func (Projection) Type() Type { return TypeProjection }

// Type implements [Value].
func (Color) Type() Type { return TypeColor }

func (v Vector2) String() string     { return text(v) }
func (v Vector2i) String() string    { return text(v) }
func (v Rect2) String() string       { return text(v) }
func (v Rect2i) String() string      { return text(v) }
func (v Vector3) String() string     { return text(v) }
func (v Vector3i) String() string    { return text(v) }
func (v Transform2D) String() string { return text(v) }
func (v Vector4) String() string     { return text(v) }
func (v Vector4i) String() string    { return text(v) }
func (v Plane) String() string       { return text(v) }
func (v Quaternion) String() string  { return text(v) }
func (v AABB) String() string        { return text(v) }
func (v Basis) String() string       { return text(v) }
func (v Transform3D) String() string { return text(v) }
func (v Projection) String() string  { return text(v) }
func (v Color) String() string       { return text(v) }

// reals returns the numbers of a mathematical type of floats but Color, or nil.
func reals(v Value) []float64 {
	switch v := v.(type) {
	case Vector2:
		return v[:]
	case Rect2:
		return v[:]
	case Vector3:
		return v[:]
	case Transform2D:
		return v[:]
	case Vector4:
		return v[:]
	case Plane:
		return v[:]
	case Quaternion:
		return v[:]
	case AABB:
		return v[:]
	case Basis:
		return v[:]
	case Transform3D:
		return v[:]
	case Projection:
		return v[:]
	}
	return nil
}

// ints returns the numbers of a mathematical type of integers, or nil.
func ints(v Value) []int32 {
	switch v := v.(type) {
	case Vector2i:
		return v[:]
	case Rect2i:
		return v[:]
	case Vector3i:
		return v[:]
	case Vector4i:
		return v[:]
	}
	return nil
}
