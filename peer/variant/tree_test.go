package variant

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// drawn is a tree as indented text, with the bytes that each node covers.
func drawn(n *Node) string {
	var b strings.Builder
	var draw func(n *Node, indent string)
	draw = func(n *Node, indent string) {
		fmt.Fprintf(&b, "%s%d+%d %s: %s\n", indent, n.Off, n.Len, n.Key, n.Text)
		for _, c := range n.Children {
			draw(c, indent+"  ")
		}
		if n.More > 0 {
			fmt.Fprintf(&b, "%s  %d more\n", indent, n.More)
		}
	}
	draw(n, "")
	return b.String()
}

var player = Dictionary{Entries: []Entry{
	{String("name"), String("Ada")},
	{StringName("position"), Vector3{1, 2.5, -3}},
	{String("hp"), Int(42)},
	{String("tags"), Array{Elem: ContainerType{Type: TypeString}, Values: []Value{String("a"), String("b")}}},
	{Int(5), Object{Class: "RefCounted", Properties: []Property{{"script", Nil{}}}}},
}}

func encoded(t *testing.T, v Value) []byte {
	t.Helper()
	b, err := Append(nil, v, Options{Objects: true})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTreeCoversTheBytesOfEachValue(t *testing.T) {
	p := encoded(t, player)
	root, err := Tree(append(p, "behind"...), 100)
	if err != nil {
		t.Fatal(err)
	}
	want := `0+204 : Dictionary of 5
  20+12 "name": "Ada"
  48+16 &"position": Vector3(1, 2.5, -3)
  76+8 "hp": 42
  96+36 "tags": Array[String] of 2
    108+12 0: "a"
    120+12 1: "b"
  140+40 5: RefCounted of 1
    176+4 "script": null
`
	want = strings.ReplaceAll(want, "0+204", fmt.Sprintf("0+%d", len(p)))
	if got := drawn(root); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if c := root.Children[0]; c.KeyOff != 8 || c.Type != TypeString {
		t.Errorf("first child %+v", c)
	}
}

func TestTreeMakesNoMoreNodesThanTheLimit(t *testing.T) {
	p := encoded(t, player)
	root, err := Tree(p, 6)
	if err != nil {
		t.Fatal(err)
	}
	if root.More != 1 || root.Len != len(p) || root.Children[3].More != 1 {
		t.Errorf("got\n%s", drawn(root))
	}
	if root, err := Tree(p, 0); err != nil || root.More != 5 {
		t.Errorf("with no limit at all: %+v, %v", root, err)
	}
}

func TestTreeHasWhatComesBeforeAnError(t *testing.T) {
	p := encoded(t, player)
	root, err := Tree(p[:60], 100)
	var missing Incomplete
	if !errors.As(err, &missing) || missing != (Incomplete{Have: 60, Need: 64 + 3*8, AtLeast: true}) {
		t.Errorf("%v, %+v", err, missing)
	}
	want := `0+60 : Dictionary of 5
  20+12 "name": "Ada"
  48+12 &"position": Vector3 …
`
	if got := drawn(root); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if root, err := Tree(p[:3], 100); root != nil || err == nil || err.Error() != "variant at byte 0: header: 3 bytes left" {
		t.Errorf("%+v, %v", root, err)
	}
	root, err = Tree(words(uint32(TypeArray), 2, 0, 99), 100)
	if codeOf(err) != InvalidData || errors.As(err, &missing) || len(root.Children) != 1 {
		t.Errorf("%v\n%s", err, drawn(root))
	}
}

func TestTreeShowsWhatIsOnTheWire(t *testing.T) {
	p := encoded(t, Array{Values: []Value{
		Dictionary{Entries: []Entry{{Int(1), Int(1)}, {Int(1), Int(2)}}},
		Array{Elem: ContainerType{Type: TypeInt}, Values: []Value{String("no int")}},
	}})
	root, err := Tree(p, 100)
	if err != nil || len(root.Children[0].Children) != 2 || len(root.Children[1].Children) != 1 {
		t.Errorf("%v\n%s", err, drawn(root))
	}
}

func TestTreeCutsLongText(t *testing.T) {
	for _, v := range []Value{
		String(strings.Repeat("é", 1000)), PackedByteArray(make([]byte, 1<<20)), Object{Class: strings.Repeat("A", 1000)},
		Array{Elem: ContainerType{Type: TypeObject, Class: strings.Repeat("\n", 1000)}},
		Dictionary{Entries: []Entry{{Array{Values: samples}, Nil{}}}},
	} {
		root, err := Tree(encoded(t, v), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range append(root.Children, root) {
			if len(n.Text) > 80 || len(n.Key) > 80 {
				t.Errorf("%d and %d bytes: %s: %s", len(n.Key), len(n.Text), n.Key, n.Text)
			}
		}
	}
}
