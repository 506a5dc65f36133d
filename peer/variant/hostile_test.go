package variant

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"
)

// words are little-endian.
func words(n ...uint32) (b []byte) {
	for _, n := range n {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

// some has many of b, size bytes in all.
func some(size int, b ...byte) []byte { return bytes.Repeat(b, size/len(b)) }

// pairs are n different ints, each followed by null, as a dictionary has them.
func pairs(n int) (b []byte) {
	for i := range n {
		b = append(b, words(uint32(TypeInt), uint32(i+1000), 0)...)
	}
	return b
}

// hostile are inputs of about size bytes each that ask for as much as they can.
func hostile(size int) map[string][]byte {
	huge := uint32(math.MaxInt32)
	join := func(b ...[]byte) []byte { return bytes.Join(b, nil) }
	small := join(words(uint32(TypeDictionary), few+1), pairs(few+1))
	keys := words() // a dictionary whose key is a dictionary whose key …
	for range maxDepth {
		keys = append(keys, words(uint32(TypeDictionary), 2)...)
	}
	deep := bytes.Repeat(words(uint32(TypeArray), huge), maxDepth)
	class := join(words(uint32(TypeArray)|uint32(kindClass)<<elemShift, 1), []byte("A\x00\x00\x00"), words(0))
	return map[string][]byte{
		"array, no body":               words(uint32(TypeArray), huge),
		"array of null":                join(words(uint32(TypeArray), huge), some(size, 0)),
		"array of null, whole":         join(words(uint32(TypeArray), uint32(size/4)), some(size, 0)),
		"array of ints":                join(words(uint32(TypeArray), uint32(size/8)), some(size, words(uint32(TypeInt), 12345)...)),
		"array of texts":               join(words(uint32(TypeArray), uint32(size/12)), some(size, words(uint32(TypeString), 1, 'a')...)),
		"array of empty arrays":        join(words(uint32(TypeArray), uint32(size/8)), some(size, words(uint32(TypeArray), 0)...)),
		"array of arrays of null":      join(words(uint32(TypeArray), uint32(size/12)), some(size, words(uint32(TypeArray), 1, 0)...)),
		"array of typed arrays":        join(words(uint32(TypeArray), uint32(size/len(class))), some(size, class...)),
		"array of dictionaries":        join(words(uint32(TypeArray), uint32(size/len(small))), some(size, small...)),
		"arrays of huge counts":        join(deep, some(size, 0)),
		"arrays too deep":              bytes.Repeat(words(uint32(TypeArray), huge), size/8),
		"keys inside keys":             join(keys, some(size, 0)),
		"dictionary of ints":           join(words(uint32(TypeDictionary), uint32(size/12)), pairs(size/12)),
		"dictionary of nan":            join(words(uint32(TypeDictionary), uint32(size/12)), some(size, words(uint32(TypeFloat), 0x7fc00000, 0)...)),
		"dictionary of one key":        join(words(uint32(TypeDictionary), uint32(size/8)), some(size, 0)),
		"dictionary of arrays as keys": join(words(uint32(TypeDictionary), uint32(size/12)), some(size, words(uint32(TypeArray), 0, 0)...)),
		"text, no body":                words(uint32(TypeString), huge&^3),
		"text with NUL":                join(words(uint32(TypeString), uint32(size)), some(size, 0)),
		"path of empty names":          join(words(uint32(TypeNodePath), uint32(size/4)|1<<31, 0, 0), some(size, 0)),
		"packed bytes, no body":        words(uint32(TypePackedByteArray), huge),
		"packed vectors, no body":      words(uint32(TypePackedVector4Array), huge/16),
		"packed vectors":               join(words(uint32(TypePackedVector4Array), uint32(size/16)), some(size, 0)),
		"packed empty texts":           join(words(uint32(TypePackedStringArray), uint32(size/4)), some(size, 0)),
		"packed texts, no body":        words(uint32(TypePackedStringArray), huge),
		"object of properties":         join(words(uint32(TypeObject), 1, 'A', uint32(size/8)), some(size, 0)),
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Decoding allocates less than this for each byte, and fixed bytes at first:
// most for a small dictionary's index, about 30.
const (
	perByte = 48
	fixed   = 64 << 10
)

func TestQ17ALengthIsCheckedBeforeAnythingIsAllocated(t *testing.T) {
	for name, p := range hostile(0) {
		if len(p) > 100 {
			continue
		}
		if n := allocated(func() { _, _, _ = Decode(p, Options{}) }); n > 4<<10 {
			t.Errorf("%s: %d bytes for %d", name, n, len(p))
		}
	}
}

func TestDecodeAllocatesAConstantTimesItsInput(t *testing.T) {
	for name, p := range hostile(256 << 10) {
		bound := uint64(perByte*len(p) + fixed)
		if n := allocated(func() { _, _, _ = Decode(p, Options{Objects: true}) }); n > bound {
			t.Errorf("%s: %d bytes for %d: %.1f each", name, n, len(p), float64(n)/float64(len(p)))
		}
		if n := allocated(func() { _, _ = Tree(p, 100) }); n > bound {
			t.Errorf("%s: tree: %d bytes for %d: %.1f each", name, n, len(p), float64(n)/float64(len(p)))
		}
	}
}

// A bound for an input that would be read again and again: 1 MiB squared takes much longer.
func TestDecodeIsLinear(t *testing.T) {
	deadline := time.Now().Add(time.Minute)
	for name, p := range hostile(1 << 20) {
		_, _, _ = Decode(p, Options{Objects: true})
		_, _ = Tree(p, 100)
		if time.Now().After(deadline) {
			t.Fatalf("more than a minute with %s", name)
		}
	}
}

// sizeOf is how many bytes the parts of a value take.
func sizeOf(v Value) int {
	n := 16
	switch v := v.(type) {
	case Array:
		for _, e := range v.Values {
			n += sizeOf(e)
		}
	case Dictionary:
		for _, e := range v.Entries {
			n += sizeOf(e.Key) + sizeOf(e.Value)
		}
	case Object:
		for _, p := range v.Properties {
			n += len(p.Name) + sizeOf(p.Value)
		}
	case PackedStringArray:
		for _, s := range v {
			n += 16 + len(s)
		}
	case String:
		n += len(v)
	case PackedByteArray:
		n += len(v)
	}
	return n
}

func FuzzDecode(f *testing.F) {
	_, vectors := vectorsOf(f)
	for _, v := range vectors {
		f.Add(unhex(f, v.Bytes), v.AllowObjects)
	}
	for _, p := range hostile(1 << 10) {
		f.Add(p, true)
	}
	f.Add(unhex(f, "1b00000002000000"+"0000000000000000"+"180000000000000000000000"), true) // the keys nil and a null object
	f.Fuzz(func(t *testing.T, p []byte, objects bool) {
		o := Options{Objects: objects}
		v, n, err := Decode(p, o)
		if n < 0 || n > len(p)+3 || (err == nil) != (v != nil) {
			t.Fatalf("%v, %d, %v of %d bytes", v, n, err, len(p))
		}
		checkTree(t, p)
		if err != nil {
			if code := codeOf(err); code != Unauthorized && code != OutOfMemory && code != FileEOF && code != InvalidData {
				t.Fatalf("code %d: %v", code, err)
			}
			return
		}
		if size := sizeOf(v); size > 16+perByte*len(p) {
			t.Fatalf("%d bytes became %d", len(p), size)
		}
		checkStable(t, v, o)
	})
}

// checkStable holds that what was decoded is the same when it has gone over the
// wire again. The first time makes null of a null object, and without full objects
// of any, and may so make keys equal.
func checkStable(t *testing.T, v Value, o Options) {
	t.Helper()
	first, err := Append(nil, v, o)
	if codeOf(err) == OutOfMemory && o.Objects { // an id at the last depth has properties one deeper
		return
	}
	v, _ = again(t, first, err, o)
	first, err = Append(nil, v, o)
	v, first = again(t, first, err, o)
	if second, err := Append(nil, v, o); err != nil || !bytes.Equal(first, second) {
		t.Fatalf("%x became %x, %v", first, second, err)
	}
}

func again(t *testing.T, b []byte, err error, o Options) (Value, []byte) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	v, n, err := Decode(b, o)
	if err != nil || n != len(b) {
		t.Fatalf("%x came back with %d, %v", b, n, err)
	}
	return v, b
}

// checkTree holds that a tree keeps its limit, that children lie within their
// parent, and that it has the errors of Decode.
func checkTree(t *testing.T, p []byte) {
	t.Helper()
	const limit = 20
	root, err := Tree(p, limit)
	if _, _, want := Decode(p, Options{Objects: true}); fmt.Sprint(err) != fmt.Sprint(want) {
		t.Fatalf("the error of the tree is %v, of the value %v", err, want)
	}
	if root == nil {
		return
	}
	nodes := 0
	var walk func(n *Node)
	walk = func(n *Node) {
		nodes++
		if len(n.Text) > 80 || len(n.Key) > 80 {
			t.Fatalf("long text %q, %q", n.Key, n.Text)
		}
		for _, s := range n.Text + n.Key {
			if s < ' ' || s == 0x7f || s >= 0x80 && s < 0xa0 {
				t.Fatalf("control character in %q, %q", n.Key, n.Text)
			}
		}
		at := n.Off + 4
		for _, c := range n.Children {
			if c.KeyOff < at || c.Off < c.KeyOff || c.Off+c.Len > n.Off+n.Len {
				t.Fatalf("%+v is not within %+v", c, n)
			}
			at = c.Off + c.Len
			walk(c)
		}
	}
	walk(root)
	if nodes > limit || root.Off+root.Len > len(p) {
		t.Fatalf("%d nodes, %d bytes", nodes, root.Off+root.Len)
	}
}

func TestDepthOf1025(t *testing.T) {
	for n, want := range map[int]int{1024: 0, 1025: 0, 1026: OutOfMemory} {
		p := append(bytes.Repeat(words(uint32(TypeArray), 1), n-1), words(uint32(TypeArray), 0)...)
		v, _, err := Decode(p, Options{})
		if codeOf(err) != want {
			t.Errorf("%d arrays: %v", n, err)
		}
		if _, err := Tree(p, math.MaxInt); codeOf(err) != want {
			t.Errorf("tree of %d arrays: %v", n, err)
		}
		if want == 0 && len(v.String()) != 2*n {
			t.Errorf("%d arrays: %d characters", n, len(v.String()))
		}
	}
	_, err := Tree(bytes.Repeat(words(uint32(TypeArray), 1), 1026), 1)
	if want := fmt.Sprintf("variant at byte %d: nested deeper than 1024", 8*1025); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
