package demo

import (
	"context"
	"math/rand/v2"

	"peerscope/peer/variant"
)

// variants sends values of a game as put_var does: the length, then the Variant.
func variants(_ context.Context, c *client) error {
	for n := 1; ; n++ {
		b, err := variant.AppendFrame(nil, gameValue(n, c.random), false, variant.Options{})
		if err != nil {
			return err
		}
		if err := c.say(b, c.pace.value); err != nil {
			return err
		}
	}
}

// gameValue is the n-th value of variants: a player, a path, words and a clock take turns.
func gameValue(n int, random *rand.Rand) variant.Value {
	text := func() variant.String { return variant.String(word(random)) }
	eighth := func(limit int) float64 { return float64(random.IntN(8*limit)) / 8 } // short as float32
	switch n % 4 {
	case 1:
		return dictionary(
			"name", text(),
			"position", variant.Vector3{eighth(100), eighth(10), -eighth(100)},
			"hp", variant.Int(random.IntN(101)),
			"tags", variant.Array{
				Elem:   variant.ContainerType{Type: variant.TypeString},
				Values: []variant.Value{text(), text()},
			},
			"blob", variant.PackedByteArray(appendRandom(nil, 5+random.IntN(12), random)),
		)
	case 2:
		path := make(variant.PackedVector2Array, 3+random.IntN(4))
		for i := range path {
			path[i] = variant.Vector2{eighth(640), eighth(360)}
		}
		return path
	case 3:
		return variant.Array{Values: []variant.Value{variant.StringName("say"), text(), text(), nil, variant.Bool(n%8 == 3)}}
	default:
		return dictionary(
			"tick", variant.Int(n),
			"seconds", variant.Float(random.Float64()),
			"sun", variant.Color{1, float32(eighth(1)), float32(eighth(1)), 1},
			"node", variant.NodePath{Names: []string{"root", "World", "Sun"}, Subnames: []string{"energy"}, Absolute: true},
		)
	}
}

// dictionary makes one of keys, which are text, and their values in turn.
func dictionary(keysAndValues ...any) (d variant.Dictionary) {
	for i := 0; i < len(keysAndValues); i += 2 {
		d.Entries = append(d.Entries, variant.Entry{
			Key:   variant.String(keysAndValues[i].(string)),
			Value: keysAndValues[i+1].(variant.Value),
		})
	}
	return d
}
