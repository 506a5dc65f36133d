package peer

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"peerscope/peer/variant"
)

// token is a piece of Godot's notation: a string, a word or number, or a mark.
var token = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[^\s"(),:\[\]{}]+|[(),:\[\]{}]`)

// sameValue reports whether two texts tell the same value of a kind, as get_KIND
// does. Only floats, alone or in a variant, may be written in several ways.
func sameValue(kind, a, b string) bool {
	switch kind {
	case "half", "float", "double":
		return a == b || sameNumber(kind, a, b)
	case "var":
		return sameNotation(a, b)
	}
	return a == b
}

var lineBreak = regexp.MustCompile(`\s*\n\s*`)

// sameNotation reports whether two texts in Godot's notation are the same but for
// how the floats in them are written, and for lines that are broken where others
// have a blank.
func sameNotation(a, b string) bool {
	if a == b {
		return true
	}
	a, b = lineBreak.ReplaceAllString(a, " "), lineBreak.ReplaceAllString(b, " ")
	as, bs := token.FindAllString(a, -1), token.FindAllString(b, -1)
	if len(as) != len(bs) || token.ReplaceAllLiteralString(a, "") != token.ReplaceAllLiteralString(b, "") {
		return false
	}
	for i := range as {
		if as[i] != bs[i] && !sameNumber("var", as[i], bs[i]) {
			return false
		}
	}
	return true
}

// sameNumber compares floats. Of a half or a float one side has the nine digits
// that tell it from all others, the other perhaps fewer that do as well.
func sameNumber(kind, a, b string) bool {
	isFloat := func(s string) bool { return strings.ContainsAny(s, ".eEnN") }
	x, xerr := parseFloat(a)
	y, yerr := parseFloat(b)
	if xerr != nil || yerr != nil || !isFloat(a) && !isFloat(b) {
		return false
	}
	if x == y || math.IsNaN(x) && math.IsNaN(y) {
		return true
	}
	return (kind == "half" || kind == "float") && float32(x) == float32(y) && digits(a) <= 9 && digits(b) <= 9
}

func digits(s string) (n int) {
	s, _, _ = strings.Cut(strings.ToLower(s), "e")
	for _, r := range strings.TrimLeft(s, "-0.") {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

func parseFloat(s string) (float64, error) {
	switch s { // C's; Go's has one bit more
	case "nan":
		return math.Float64frombits(0x7ff8 << 48), nil
	case "-nan":
		return math.Float64frombits(0xfff8 << 48), nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if math.IsInf(f, 0) {
		err = nil
	}
	return f, err
}

// notation parses one value.
type notation struct{ rest []string }

func parseVariant(text string) (v variant.Value, err error) {
	n := &notation{token.FindAllString(text, -1)}
	v, err = n.value()
	if err == nil && len(n.rest) > 0 {
		err = fmt.Errorf("%q behind a value", n.rest)
	}
	return v, err
}

func (n *notation) next() string {
	if len(n.rest) == 0 {
		return ""
	}
	t := n.rest[0]
	n.rest = n.rest[1:]
	return t
}

func (n *notation) skip(t string) bool {
	if len(n.rest) > 0 && n.rest[0] == t {
		n.rest = n.rest[1:]
		return true
	}
	return false
}

func (n *notation) value() (variant.Value, error) {
	t := n.next()
	switch {
	case t == "null":
		return variant.Nil{}, nil
	case t == "true", t == "false":
		return variant.Bool(t == "true"), nil
	case strings.HasPrefix(t, `"`):
		s, err := strconv.Unquote(strings.ReplaceAll(t, "\n", `\n`))
		return variant.String(s), err
	case t == "[":
		return n.array()
	case t == "{":
		return n.dictionary()
	}
	if i, err := strconv.ParseInt(t, 10, 64); err == nil {
		return variant.Int(i), nil
	}
	if f, err := parseFloat(t); err == nil {
		return variant.Float(f), nil
	}
	if n.skip("(") {
		return n.vector(t)
	}
	return nil, fmt.Errorf("%q is no value in Godot's notation", t)
}

func (n *notation) array() (variant.Value, error) {
	var a variant.Array
	for !n.skip("]") {
		v, err := n.value()
		if err != nil {
			return nil, err
		}
		a.Values = append(a.Values, v)
		n.skip(",")
	}
	return a, nil
}

func (n *notation) dictionary() (variant.Value, error) {
	var d variant.Dictionary
	for !n.skip("}") {
		k, err := n.value()
		if err != nil {
			return nil, err
		}
		if !n.skip(":") {
			return nil, fmt.Errorf("no colon behind %v", k)
		}
		v, err := n.value()
		if err != nil {
			return nil, err
		}
		d.Entries = append(d.Entries, variant.Entry{Key: k, Value: v})
		n.skip(",")
	}
	return d, nil
}

// vector parses the numbers of the types that the traces send.
func (n *notation) vector(name string) (variant.Value, error) {
	var f []float64
	for !n.skip(")") {
		x, err := parseFloat(n.next())
		if err != nil {
			return nil, err
		}
		f = append(f, x)
		n.skip(",")
	}
	i := make([]int32, len(f))
	for at, x := range f {
		i[at] = int32(x)
	}
	switch fmt.Sprint(name, len(f)) {
	case "Vector22":
		return variant.Vector2(f), nil
	case "Vector2i2":
		return variant.Vector2i(i), nil
	case "Vector33":
		return variant.Vector3(f), nil
	case "Vector3i3":
		return variant.Vector3i(i), nil
	case "Vector44":
		return variant.Vector4(f), nil
	case "Vector4i4":
		return variant.Vector4i(i), nil
	case "Rect24":
		return variant.Rect2(f), nil
	case "Rect2i4":
		return variant.Rect2i(i), nil
	case "Color4":
		return variant.Color{float32(f[0]), float32(f[1]), float32(f[2]), float32(f[3])}, nil
	}
	return nil, fmt.Errorf("%s of %d numbers is not known here", name, len(f))
}
