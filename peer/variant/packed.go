package variant

// The packed arrays.
type (
	PackedByteArray    []byte
	PackedInt32Array   []int32
	PackedInt64Array   []int64
	PackedFloat32Array []float32
	PackedFloat64Array []float64
	PackedStringArray  []string
	PackedVector2Array []Vector2
	PackedVector3Array []Vector3
	PackedColorArray   []Color
	PackedVector4Array []Vector4 // since Godot 4.3
)

func (PackedByteArray) Type() Type    { return TypePackedByteArray }
func (PackedInt32Array) Type() Type   { return TypePackedInt32Array }
func (PackedInt64Array) Type() Type   { return TypePackedInt64Array }
func (PackedFloat32Array) Type() Type { return TypePackedFloat32Array }
func (PackedFloat64Array) Type() Type { return TypePackedFloat64Array }
func (PackedStringArray) Type() Type  { return TypePackedStringArray }
func (PackedVector2Array) Type() Type { return TypePackedVector2Array }
func (PackedVector3Array) Type() Type { return TypePackedVector3Array }
func (PackedColorArray) Type() Type   { return TypePackedColorArray }
func (PackedVector4Array) Type() Type { return TypePackedVector4Array }

func (v PackedByteArray) String() string    { return text(v) }
func (v PackedInt32Array) String() string   { return text(v) }
func (v PackedInt64Array) String() string   { return text(v) }
func (v PackedFloat32Array) String() string { return text(v) }
func (v PackedFloat64Array) String() string { return text(v) }
func (v PackedStringArray) String() string  { return text(v) }
func (v PackedVector2Array) String() string { return text(v) }
func (v PackedVector3Array) String() string { return text(v) }
func (v PackedColorArray) String() string   { return text(v) }
func (v PackedVector4Array) String() string { return text(v) }
