package demo

import (
	"encoding/binary"
	"testing"

	"peerscope/peer/variant"
)

func TestVariantsAreFramedAsPutVarDoes(t *testing.T) {
	d := startTest(t, 1, testPace)
	c := dial(t, d, "variants")
	types := map[variant.Type]bool{}
	for range 8 {
		length := binary.LittleEndian.Uint32([]byte(read(t, c, 4)))
		if length > 1<<10 {
			t.Fatalf("a value of %d bytes", length)
		}
		p := []byte(read(t, c, int(length)))
		v, n, err := variant.Decode(p, variant.Options{})
		if err != nil || n != len(p) {
			t.Fatalf("%x: %v, %d, %v", p, v, n, err)
		}
		types[v.Type()] = true
	}
	if len(types) != 3 || !types[variant.TypeDictionary] {
		t.Errorf("types %v", types)
	}
}
