package variant

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// maxDepth is the class's MAX_RECURSION_DEPTH: the value itself has depth 0.
const maxDepth = 1024

const (
	typeMask = 0xff
	flag64   = 1 << 16 // of int, float and what is made of reals: 64 bits each
	flagID   = 1 << 16 // of an object: sent as an id
)

// reader reads the parts that Variants are made of.
type reader struct {
	p     []byte
	off   int // of the next part; past len(p) behind a PackedByteArray without its pad
	done  int // what the class would report as consumed
	depth int // 1 in the value itself
	after int // bytes that the containers around the value need at least behind it
}

func (r *reader) left() int { return max(len(r.p)-r.off, 0) }

// mark counts what has been read as consumed. The class adds to its count when a
// part of the value itself is complete, and for a part inside when all of it is.
func (r *reader) mark() {
	if r.depth == 1 {
		r.done = r.off
	}
}

// fail is an error at the next part.
func (r *reader) fail(code int, format string, a ...any) *Error {
	return &Error{Off: r.off, Code: code, Reason: fmt.Sprintf(format, a...)}
}

// short is the error of a part of need bytes for which too few are left; open
// says that the part is a length or a type, behind which more may be needed.
func (r *reader) short(code, need int, open bool, format string, a ...any) *Error {
	err := r.fail(code, format+": %s left", append(a, plural(r.left(), "byte"))...)
	err.Missing = Incomplete{
		Have:    len(r.p),
		Need:    sum(sum(r.off, need), r.after),
		AtLeast: open || r.after > 0,
	}
	return err
}

// next returns the n bytes of the next part, which are there.
func (r *reader) next(n int) []byte {
	b := r.p[r.off : r.off+n]
	r.off += n
	return b
}

// fixed reads a part that has always n bytes.
func (r *reader) fixed(t Type, n int) ([]byte, error) {
	if r.left() < n {
		return nil, r.short(InvalidData, n, false, "%v", t)
	}
	b := r.next(n)
	r.mark()
	return b, nil
}

// u32 reads a length, a count or another number that more depends on.
func (r *reader) u32(what string) (uint32, error) {
	if r.left() < 4 {
		return 0, r.short(InvalidData, 4, true, "%s", what)
	}
	return binary.LittleEndian.Uint32(r.next(4)), nil
}

// header reads the type of a value and its flags.
func (r *reader) header() (t Type, header uint32, err error) {
	if r.depth-1 > maxDepth {
		return 0, 0, r.fail(OutOfMemory, "nested deeper than %d", maxDepth)
	}
	header, err = r.u32("header")
	if err != nil {
		return 0, 0, err
	}
	if header&typeMask >= types {
		r.off -= 4
		return 0, 0, r.fail(InvalidData, "type id %d is above %d", header&typeMask, types-1)
	}
	r.mark()
	return Type(header & typeMask), header, nil
}

// inside words the error of a value that is not there at all, at off, for the
// container of count elements of which it would be one.
func (r *reader) inside(err error, off int, t Type, count, read int) error {
	var e *Error
	if errors.As(err, &e) && e.Off == off && e.Missing != (Incomplete{}) {
		e.Reason = fmt.Sprintf("%v of %s, %d read: %s left", t, plural(count, "element"), read, plural(r.left(), "byte"))
	}
	return err
}

// text reads a length and so many bytes of UTF-8, padded to 4. It ends at the
// first NUL, as in the class; what is behind is not looked at.
func (r *reader) text(what string) (string, error) {
	b, err := r.textBytes(what)
	return string(b), err
}

// textBytes does the same and returns a part of p.
func (r *reader) textBytes(what string) ([]byte, error) {
	if r.left() < 4 {
		return nil, r.short(InvalidData, 4, true, "length of %s", what)
	}
	n := int(int32(binary.LittleEndian.Uint32(r.p[r.off:])))
	if n < 0 || n > math.MaxInt32-pad(n) {
		return nil, r.fail(FileEOF, "%s of %d bytes", what, n)
	}
	if r.left()-4 < n+pad(n) {
		err := r.short(FileEOF, 4+n+pad(n), false, "%s of %s", what, plural(n, "byte"))
		err.Reason = fmt.Sprintf("%s of %s: %s left", what, plural(n, "byte"), plural(r.left()-4, "byte"))
		return nil, err
	}
	b := r.p[r.off+4 : r.off+4+n]
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	if !utf8.Valid(b) {
		return nil, r.fail(InvalidData, "%s is not UTF-8", what)
	}
	r.off += 4 + n + pad(n)
	r.mark()
	return b, nil
}

// pad is how many bytes fill n up to a multiple of 4.
func pad(n int) int { return -n & 3 }

// packed reads a count, checks that so many elements of size bytes are there, and
// returns their bytes. The class counts none of it as consumed before.
func (r *reader) packed(t Type, size int) (b []byte, count int, err error) {
	if r.left() < 4 {
		return nil, 0, r.short(InvalidData, 4, true, "count of %v", t)
	}
	count = int(int32(binary.LittleEndian.Uint32(r.p[r.off:])))
	if count < 0 || count > math.MaxInt32/size {
		return nil, 0, r.fail(InvalidData, "%v of %d elements", t, count)
	}
	n := count * size
	if r.left()-4 < n {
		err := r.short(InvalidData, 4+n, false, "%v of %s", t, plural(count, "element"))
		err.Reason = fmt.Sprintf("%v of %s: %s left", t, plural(count, "element"), plural(r.left()-4, "byte"))
		return nil, 0, err
	}
	r.off += 4
	return r.next(n), count, nil
}

// containerType reads what the elements of a typed container are.
func (r *reader) containerType(k kind, objects bool) (t ContainerType, err error) {
	switch k {
	case kindBuiltin:
		id, err := r.u32("type of elements")
		if err != nil {
			return t, err
		}
		r.mark()
		if id >= types {
			r.off -= 4
			return t, r.fail(InvalidData, "type id %d of elements is above %d", id, types-1)
		}
		t.Type = Type(id)
	case kindClass, kindScript:
		at := r.off
		name, err := r.text([]string{kindClass: "class of elements", kindScript: "script of elements"}[k])
		if err != nil {
			return t, err
		}
		t.Type = TypeObject
		switch {
		case k == kindClass:
			t.Class = name
		case objects && !isScript(name):
			return t, &Error{Off: at, Code: InvalidData, Reason: "script of elements is not below " + scripts}
		default:
			t.Script = name
		}
	}
	if t.Type == TypeObject && !objects {
		t.Class, t.Script = EncodedObjectAsID, ""
	}
	return t, nil
}

// scripts is what the path of every script begins with.
const scripts = "res://"

func isScript(path string) bool { return strings.HasPrefix(path, scripts) }
