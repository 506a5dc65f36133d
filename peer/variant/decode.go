package variant

import (
	"encoding/binary"
	"math"
)

// Options are the properties of a call of the class. The zero value is its default.
type Options struct {
	// Objects allows objects to be sent whole, with their class and properties:
	// allow_objects of get_var, full_objects of put_var.
	Objects bool
}

// Decode reads the Variant at the start of p, whatever may follow it, and returns
// it with the bytes consumed as the class counts them: one that ends with a
// PackedByteArray without its pad counts up to 3 bytes that are not there. The
// value shares no memory with p.
//
// With an error the value is nil, and n is what had been read of the value's own
// parts before the one that failed. Errors are *[Error]; one of them unwraps to
// [Incomplete] where nothing but bytes are missing.
//
// As in the class, an element of the wrong type is dropped from a typed array,
// as is a pair from a typed dictionary if its key is, but where Godot converts it; of
// equal keys the first one stays, with the last value. (Keys that are arrays,
// dictionaries, packed arrays or paths are not compared.)
func Decode(p []byte, o Options) (v Value, n int, err error) {
	d := decoder{reader: reader{p: p}, objects: o.Objects}
	v, err = d.value()
	if err != nil {
		return nil, d.done, err
	}
	return v, d.off, nil
}

// decoder makes values of what reader reads.
type decoder struct {
	reader
	objects bool
	// Elements wait here until their container is complete and has its exact size,
	// so that a count is never believed.
	values  []Value
	entries []Entry
	// Short texts come again, above all as keys, and need not be made again.
	recent [32]Value
}

// longest is the longest text in bytes that is looked for among the recent ones.
const longest = 16

// string reads a String.
func (d *decoder) string() (Value, error) {
	b, err := d.textBytes("String")
	if err != nil {
		return nil, err
	}
	if len(b) == 0 || len(b) > longest {
		return String(b), nil
	}
	recent := &d.recent[(int(b[0])+7*int(b[len(b)-1])+3*len(b))%len(d.recent)]
	if s, ok := (*recent).(String); !ok || string(s) != string(b) {
		*recent = String(b)
	}
	return *recent, nil
}

func (d *decoder) value() (Value, error) {
	d.depth++
	t, header, err := d.header()
	if err != nil {
		return nil, err
	}
	v, err := d.body(t, header)
	d.depth--
	return v, err
}

func (d *decoder) body(t Type, header uint32) (Value, error) {
	switch {
	case t == TypeString:
		return d.string()
	case t == TypeArray:
		return d.array(header)
	case t == TypeDictionary:
		return d.dictionary(header)
	case t == TypeObject && header&flagID == 0:
		return d.object()
	}
	return d.leaf(t, header)
}

// leaf reads the body of a value that has no values inside.
func (r *reader) leaf(t Type, header uint32) (Value, error) {
	wide := header&flag64 != 0
	switch t {
	case TypeNil:
		return Nil{}, nil
	case TypeBool:
		b, err := r.fixed(t, 4)
		return Bool(err == nil && binary.LittleEndian.Uint32(b) != 0), err
	case TypeInt:
		return r.integer(wide)
	case TypeFloat:
		var f [1]float64
		err := r.reals(t, wide, f[:])
		return Float(f[0]), err
	case TypeString:
		s, err := r.text("String")
		return String(s), err
	case TypeStringName:
		s, err := r.text("StringName")
		return StringName(s), err
	case TypeNodePath:
		return r.nodePath()
	case TypeCallable:
		return Callable{}, nil
	case TypeSignal:
		name, err := r.text("name of Signal")
		if err != nil {
			return nil, err
		}
		id, err := r.u64(t)
		return Signal{Name: name, Object: id}, err
	case TypeRID:
		id, err := r.u64(t)
		return RID(id), err
	case TypeObject:
		id, err := r.u64(t)
		return Object{ID: id}, err
	case TypeColor:
		b, err := r.fixed(t, 16)
		if err != nil {
			return nil, err
		}
		return color(b), nil
	}
	if t >= TypePackedByteArray {
		return r.packedArray(t, wide)
	}
	return r.vector(t, wide)
}

func (r *reader) u64(t Type) (uint64, error) {
	b, err := r.fixed(t, 8)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b), nil
}

func (r *reader) integer(wide bool) (Value, error) {
	if wide {
		n, err := r.u64(TypeInt)
		return Int(n), err
	}
	b, err := r.fixed(TypeInt, 4)
	if err != nil {
		return nil, err
	}
	return Int(int32(binary.LittleEndian.Uint32(b))), nil
}

// nodePath reads counts and texts. A top bit that is clear is the format of old,
// a single text, which the class refuses.
func (r *reader) nodePath() (Value, error) {
	if r.left() < 4 {
		return nil, r.short(InvalidData, 12, true, "counts of NodePath")
	}
	names := binary.LittleEndian.Uint32(r.p[r.off:])
	if names>>31 == 0 {
		return nil, r.fail(InvalidData, "NodePath in the old format")
	}
	b, err := r.fixed(TypeNodePath, 12)
	if err != nil {
		return nil, err
	}
	names &^= 1 << 31
	subnames, flags := binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	const absolute, obsolete = 1, 2
	if flags&obsolete != 0 {
		subnames++ // the property, which had a place of its own
	}
	path := NodePath{Absolute: flags&absolute != 0}
	after := r.after
	defer func() { r.after = after }()
	total := names + subnames // wraps around, as in the class
	for i := range total {
		r.after = sum(after, times(int(total-1-i), 4))
		s, err := r.text("name in NodePath")
		switch {
		case err != nil:
			return nil, err
		case i < names:
			path.Names = append(path.Names, s)
		default:
			path.Subnames = append(path.Subnames, s)
		}
	}
	return path, nil
}

// times is n elements of size bytes; it stays at the largest int.
func times(n, size int) int {
	if n > math.MaxInt/size {
		return math.MaxInt
	}
	return n * size
}

// reals fills dst with reals of 32 or 64 bits.
func (r *reader) reals(t Type, wide bool, dst []float64) error {
	size := 4
	if wide {
		size = 8
	}
	b, err := r.fixed(t, size*len(dst))
	if err != nil {
		return err
	}
	readReals(dst, b, wide)
	return nil
}

func readReals(dst []float64, b []byte, wide bool) {
	for i := range dst {
		if wide {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		} else {
			dst[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		}
	}
}

func color(b []byte) (c Color) {
	for i := range c {
		c[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return c
}
