package variant

// PackedByteArray is bytes.
type PackedByteArray []byte

// PackedInt32Array is ints of 32 bits.
type PackedInt32Array []int32

// PackedInt64Array is ints of 64 bits.
type PackedInt64Array []int64

// PackedFloat32Array is floats of 32 bits.
type PackedFloat32Array []float32

// PackedFloat64Array is floats of 64 bits.
type PackedFloat64Array []float64

// PackedStringArray is texts; each has a NUL on the wire, which a String has not.
type PackedStringArray []string

// PackedVector2Array is vectors, of 64 bits on the wire if one number needs them.
type PackedVector2Array []Vector2

// PackedVector3Array is vectors, of 64 bits on the wire if one number needs them.
type PackedVector3Array []Vector3

// PackedColorArray is colours.
type PackedColorArray []Color

// PackedVector4Array is vectors, of 64 bits on the wire if one number needs them.
// Godot has it since 4.3.
type PackedVector4Array []Vector4

// Type implements [Value].
func (PackedByteArray) Type() Type { return TypePackedByteArray }

// Type implements [Value].
func (PackedInt32Array) Type() Type { return TypePackedInt32Array }

// Type implements [Value].
func (PackedInt64Array) Type() Type { return TypePackedInt64Array }

// Type implements [Value].
func (PackedFloat32Array) Type() Type { return TypePackedFloat32Array }

// Type implements [Value].
func (PackedFloat64Array) Type() Type { return TypePackedFloat64Array }

// Type implements [Value].
func (PackedStringArray) Type() Type { return TypePackedStringArray }

// Type implements [Value].
func (PackedVector2Array) Type() Type { return TypePackedVector2Array }

// Type implements [Value].
func (PackedVector3Array) Type() Type { return TypePackedVector3Array }

// Type implements [Value].
func (PackedColorArray) Type() Type { return TypePackedColorArray }

// Type implements [Value].
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
