package variant

// The mathematical types are arrays of their numbers in the order of the wire.
// Those of floats go out as float32 unless one of the numbers needs 64 bits.
type (
	Vector2     [2]float64  // x, y
	Vector2i    [2]int32    // x, y
	Rect2       [4]float64  // position x, y, size x, y
	Rect2i      [4]int32    // position x, y, size x, y
	Vector3     [3]float64  // x, y, z
	Vector3i    [3]int32    // x, y, z
	Transform2D [6]float64  // x axis, y axis, origin: x, y of each
	Vector4     [4]float64  // x, y, z, w
	Vector4i    [4]int32    // x, y, z, w
	Plane       [4]float64  // normal x, y, z, distance
	Quaternion  [4]float64  // x, y, z, w
	AABB        [6]float64  // position x, y, z, size x, y, z
	Basis       [9]float64  // row by row
	Transform3D [12]float64 // basis row by row, origin x, y, z
	Projection  [16]float64 // column by column, x, y, z, w of each
	Color       [4]float32  // red, green, blue, alpha; 32 bits on every wire
)

func (Vector2) Type() Type     { return TypeVector2 }
func (Vector2i) Type() Type    { return TypeVector2i }
func (Rect2) Type() Type       { return TypeRect2 }
func (Rect2i) Type() Type      { return TypeRect2i }
func (Vector3) Type() Type     { return TypeVector3 }
func (Vector3i) Type() Type    { return TypeVector3i }
func (Transform2D) Type() Type { return TypeTransform2D }
func (Vector4) Type() Type     { return TypeVector4 }
func (Vector4i) Type() Type    { return TypeVector4i }
func (Plane) Type() Type       { return TypePlane }
func (Quaternion) Type() Type  { return TypeQuaternion }
func (AABB) Type() Type        { return TypeAABB }
func (Basis) Type() Type       { return TypeBasis }
func (Transform3D) Type() Type { return TypeTransform3D }
func (Projection) Type() Type  { return TypeProjection }
func (Color) Type() Type       { return TypeColor }

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
