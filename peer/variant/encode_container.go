package variant

import "math"

// kind is how t is written.
func (e *encoder) kind(t ContainerType) kind {
	switch {
	case t.Type == TypeNil:
		return kindNone
	case t.Type != TypeObject:
		return kindBuiltin
	case !e.objects:
		return kindClass
	case t.Script != "":
		return kindScript
	case t.Class != "":
		return kindClass
	}
	return kindBuiltin
}

func (e *encoder) containerType(t ContainerType) error {
	switch e.kind(t) {
	case kindBuiltin:
		e.u32(uint32(t.Type))
	case kindScript:
		return e.text(t.Script, false)
	case kindClass:
		if !e.objects {
			return e.text(EncodedObjectAsID, false)
		}
		return e.text(t.Class, false)
	}
	return nil
}

func (e *encoder) array(v Array, depth int) error {
	e.header(TypeArray, uint32(e.kind(v.Elem))<<elemShift)
	if err := e.containerType(v.Elem); err != nil {
		return err
	}
	if err := e.count(len(v.Values), 0); err != nil {
		return err
	}
	for _, element := range v.Values {
		if err := e.value(element, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) dictionary(v Dictionary, depth int) error {
	e.header(TypeDictionary, uint32(e.kind(v.Key))<<elemShift|uint32(e.kind(v.Value))<<valueShift)
	for _, t := range []ContainerType{v.Key, v.Value} {
		if err := e.containerType(t); err != nil {
			return err
		}
	}
	if err := e.count(len(v.Entries), 0); err != nil {
		return err
	}
	for _, entry := range v.Entries {
		for _, part := range []Value{entry.Key, entry.Value} {
			if err := e.value(part, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// object writes an object whole, or null. One that came as an id becomes an
// EncodedObjectAsID with its two properties, as the class writes it.
func (e *encoder) object(v Object, depth int) error {
	if !e.objects || v.null() {
		e.header(TypeNil, 0)
		return nil
	}
	if v.Class == "" {
		v.Class = EncodedObjectAsID
		v.Properties = []Property{{"object_id", Int(v.ID)}, {"script", Nil{}}}
	}
	e.header(TypeObject, 0)
	if err := e.text(v.Class, false); err != nil {
		return err
	}
	if err := e.count(len(v.Properties), 0); err != nil {
		return err
	}
	for _, p := range v.Properties {
		if err := e.text(p.Name, false); err != nil {
			return err
		}
		if err := e.value(p.Value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// packed writes a packed array.
func (e *encoder) packed(v Value) error {
	switch v := v.(type) {
	case PackedByteArray:
		return packed(e, v, func(e *encoder) {
			e.b = append(e.b, v...)
			e.b = append(e.b, make([]byte, pad(len(v)))...)
		})
	case PackedInt32Array:
		return packed(e, v, func(e *encoder) {
			for _, n := range v {
				e.u32(uint32(n))
			}
		})
	case PackedInt64Array:
		return packed(e, v, func(e *encoder) {
			for _, n := range v {
				e.u64(uint64(n))
			}
		})
	case PackedFloat32Array:
		return packed(e, v, func(e *encoder) {
			for _, x := range v {
				e.u32(math.Float32bits(x))
			}
		})
	case PackedFloat64Array:
		return packed(e, v, func(e *encoder) { e.appendReals(v, true) })
	case PackedStringArray:
		return e.packedStrings(v)
	case PackedColorArray:
		return packed(e, v, func(e *encoder) {
			for _, c := range v {
				e.color(c)
			}
		})
	default:
		return e.packedVectors(v)
	}
}

// packed writes header and count, and what elements writes behind them.
func packed[A interface {
	Value
	~[]E
}, E any](e *encoder, v A, elements func(*encoder)) error {
	e.header(v.Type(), 0)
	if err := e.count(len(v), 0); err != nil {
		return err
	}
	elements(e)
	return nil
}

func (e *encoder) packedStrings(v PackedStringArray) error {
	e.header(TypePackedStringArray, 0)
	if err := e.count(len(v), 0); err != nil {
		return err
	}
	for _, s := range v {
		if err := e.text(s, true); err != nil {
			return err
		}
	}
	return nil
}

// packedVectors writes vectors, all of them in 64 bits if one of them needs it.
func (e *encoder) packedVectors(v Value) error {
	wide, count := false, 0
	each := func(do func([]float64)) {
		switch v := v.(type) {
		case PackedVector2Array:
			for i := range v {
				do(v[i][:])
			}
			count = len(v)
		case PackedVector3Array:
			for i := range v {
				do(v[i][:])
			}
			count = len(v)
		case PackedVector4Array:
			for i := range v {
				do(v[i][:])
			}
			count = len(v)
		}
	}
	each(func(f []float64) { wide = wide || isWide(f) })
	if wide {
		e.header(v.Type(), flag64)
	} else {
		e.header(v.Type(), 0)
	}
	if err := e.count(count, 0); err != nil {
		return err
	}
	each(func(f []float64) { e.appendReals(f, wide) })
	return nil
}
