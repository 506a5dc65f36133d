package variant

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// BenchmarkVariantDecode decodes a list of 1,000 players: a name, numbers, a
// position, tags, 16 bytes. Its metrics say how many times as long encoding/json
// and encoding/gob take for the same value: the median of pairs of runs, one after the other.
//
// The same value: Variants say what they are, so the others decode into any as
// well, and everything becomes an interface value. A position is an array of three
// floats, and its numbers are ones that float32 holds, so short in JSON. The bytes
// are text in base64 to JSON, which leaves them so. To gob the lists have types that
// it knows beforehand, and it has one stream for all, so that it describes them once.
func BenchmarkVariantDecode(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	value, plain := players(1000, random)
	wire, err := Append(nil, value, Options{})
	if err != nil {
		b.Fatal(err)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		b.Fatal(err)
	}
	var stream bytes.Buffer
	if err := gob.NewEncoder(&stream).Encode(&plain); err != nil {
		b.Fatal(err)
	}
	ours := func() {
		if _, _, err := Decode(wire, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	const pairs = 31
	versusJSON := medianRatio(pairs, func() { decodeJSON(b, text) }, ours)
	versusGob := medianRatio(pairs, func() { decodeGob(b, stream.Bytes()) }, ours)

	b.ReportAllocs()
	b.SetBytes(int64(len(wire)))
	for b.Loop() {
		ours()
	}
	b.ReportMetric(versusJSON, "x-encoding/json")
	b.ReportMetric(versusGob, "x-encoding/gob")
}

func decodeJSON(b *testing.B, text []byte) {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		b.Fatal(err)
	}
}

func decodeGob(b *testing.B, stream []byte) {
	var v []any
	if err := gob.NewDecoder(bytes.NewReader(stream)).Decode(&v); err != nil {
		b.Fatal(err)
	}
}

func init() {
	gob.Register(map[string]any{})
	gob.Register([]any{})
	gob.Register([]float64{})
}

// players returns the same value for us and for the others.
func players(n int, random *rand.Rand) (Value, []any) {
	var value Array
	var plain []any
	for i := range n {
		name, hp := fmt.Sprintf("player %d", i), random.IntN(1000)
		at := Vector3{float64(random.IntN(4000)) / 8, float64(random.IntN(4000)) / 8, float64(random.IntN(4000)) / 8}
		blob := make([]byte, 16)
		for i := range blob {
			blob[i] = byte(random.Uint32())
		}
		alive := i%3 != 0
		value.Values = append(value.Values, Dictionary{Entries: []Entry{
			{String("name"), String(name)},
			{String("position"), at},
			{String("hp"), Int(hp)},
			{String("speed"), Float(float64(hp) / 4)},
			{String("alive"), Bool(alive)},
			{String("tags"), Array{Values: []Value{String("red"), String("archer"), Nil{}}}},
			{String("blob"), PackedByteArray(blob)},
		}})
		plain = append(plain, map[string]any{
			"name": name, "position": at[:], "hp": hp, "speed": float64(hp) / 4, "alive": alive,
			"tags": []any{"red", "archer", ""}, "blob": blob, // gob has no nil in a list
		})
	}
	return value, plain
}

// medianRatio runs a and b in turn, after one pair to warm up, and returns the
// median of how many times as long a takes as b.
func medianRatio(pairs int, a, b func()) float64 {
	a()
	b()
	ratios := make([]float64, pairs)
	for i := range ratios {
		start := time.Now()
		a()
		between := time.Now()
		b()
		ratios[i] = float64(between.Sub(start)) / float64(time.Since(between))
	}
	slices.Sort(ratios)
	return ratios[pairs/2]
}
