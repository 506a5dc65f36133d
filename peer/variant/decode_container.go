package variant

import "math"

// few entries are compared one by one; more have an index.
const few = 8

func (d *decoder) array(header uint32) (Value, error) {
	elem, err := d.containerType(kind(header>>elemShift&3), d.objects)
	if err != nil {
		return nil, err
	}
	count, err := d.count(TypeArray)
	if err != nil {
		return nil, err
	}
	base, after := len(d.values), d.after
	defer func() { d.values, d.after = d.values[:base], after }()
	for i := range count {
		d.after = sum(after, times(count-1-i, 4))
		off := d.off
		v, err := d.value()
		if err != nil {
			return nil, d.inside(err, off, TypeArray, count, i)
		}
		if v, ok := elem.take(v); ok {
			d.values = append(d.values, v)
		}
		d.mark()
	}
	return Array{Elem: elem, Values: append([]Value(nil), d.values[base:]...)}, nil
}

// count reads how many elements an array or a dictionary has. The top bit once
// said that it is shared.
func (r *reader) count(t Type) (int, error) {
	what := "count of Array"
	if t == TypeDictionary {
		what = "count of Dictionary"
	}
	n, err := r.u32(what)
	if err != nil {
		return 0, err
	}
	r.mark()
	return int(n &^ (1 << 31)), nil
}

// dictionaryTypes reads the types of keys and of values.
func (r *reader) dictionaryTypes(header uint32, objects bool) (key, value ContainerType, err error) {
	key, err = r.containerType(kind(header>>elemShift&3), objects)
	if err == nil {
		value, err = r.containerType(kind(header>>valueShift&3), objects)
	}
	return key, value, err
}

func (d *decoder) dictionary(header uint32) (Value, error) {
	keys, values, err := d.dictionaryTypes(header, d.objects)
	if err != nil {
		return nil, err
	}
	count, err := d.count(TypeDictionary)
	if err != nil {
		return nil, err
	}
	base, after := len(d.entries), d.after
	defer func() { d.entries, d.after = d.entries[:base], after }()
	var index map[any]int
	for i := range count {
		behind := sum(after, times(count-1-i, 8))
		d.after = sum(behind, 4)
		off := d.off
		key, err := d.value()
		if err != nil {
			return nil, d.inside(err, off, TypeDictionary, count, i)
		}
		d.mark()
		d.after, off = behind, d.off
		value, err := d.value()
		if err != nil {
			return nil, d.inside(err, off, TypeDictionary, count, i)
		}
		d.mark()
		// The class checks keys alone: it hands out a place for a value and lets any be put there.
		if key, ok := keys.take(key); ok {
			index = d.put(base, index, Entry{key, value})
		}
	}
	return Dictionary{Key: keys, Value: values, Entries: append([]Entry(nil), d.entries[base:]...)}, nil
}

// put adds an entry to those from base on, or changes the one with that key. The
// index is made when they are no longer few.
func (d *decoder) put(base int, index map[any]int, e Entry) map[any]int {
	id, known := identity(e.Key)
	if !known {
		d.entries = append(d.entries, e)
		return index
	}
	if index == nil && len(d.entries)-base == few {
		index = make(map[any]int, 4*few)
		for i, have := range d.entries[base:] {
			if id, known := identity(have.Key); known {
				index[id] = base + i
			}
		}
	}
	at, found := index[id]
	if index == nil {
		at, found = d.find(base, id)
	}
	if found {
		d.entries[at].Value = e.Value
		return index
	}
	if index != nil {
		index[id] = len(d.entries)
	}
	d.entries = append(d.entries, e)
	return index
}

func (d *decoder) find(base int, id any) (at int, found bool) {
	for i, have := range d.entries[base:] {
		if other, known := identity(have.Key); known && other == id {
			return base + i, true
		}
	}
	return 0, false
}

// identity returns what is equal for keys that the class takes for one: text is
// text, and a float that is not a number is itself.
func identity(key Value) (id any, known bool) {
	switch k := key.(type) {
	case StringName:
		return String(k), true
	case Float:
		if math.IsNaN(float64(k)) {
			return TypeFloat, true
		}
	case Object:
		return TypeObject, k.null() // there is one null, and objects are each their own
	case Array, Dictionary, NodePath, PackedByteArray, PackedInt32Array, PackedInt64Array, PackedFloat32Array,
		PackedFloat64Array, PackedStringArray, PackedVector2Array, PackedVector3Array, PackedColorArray, PackedVector4Array:
		return nil, false
	}
	return key, true
}

// object reads an object that was sent whole.
func (d *decoder) object() (Value, error) {
	if !d.objects {
		return nil, d.fail(Unauthorized, "a full object, which is not allowed")
	}
	class, count, err := d.objectClass()
	if err != nil {
		return nil, err
	}
	o := Object{Class: class}
	after := d.after
	defer func() { d.after = after }()
	for i := range count {
		behind := sum(after, times(count-1-i, 8))
		d.after = sum(behind, 4)
		name, err := d.text("property name")
		if err != nil {
			return nil, err
		}
		d.after = behind
		at := d.off
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		d.mark()
		if err := checkScript(name, v, at); err != nil {
			return nil, err
		}
		o.Properties = append(o.Properties, Property{name, v})
	}
	return o, nil
}

// objectClass reads the class of an object and how many properties it has; ""
// is the null object, which ends there.
func (r *reader) objectClass() (class string, count int, err error) {
	class, err = r.text("class of Object")
	if err != nil || class == "" {
		return "", 0, err
	}
	n, err := r.u32("count of properties")
	if err != nil {
		return "", 0, err
	}
	r.mark()
	return class, int(int32(n)), nil
}

// checkScript reports a property that is to be a script and cannot be one.
func checkScript(name string, v Value, at int) error {
	if name != "script" || v.Type() == TypeNil {
		return nil
	}
	if path, isString := v.(String); isString && isScript(string(path)) {
		return nil
	}
	return &Error{Off: at, Code: InvalidData, Reason: "script is no path below " + scripts}
}
