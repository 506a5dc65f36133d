package variant_test

import (
	"errors"
	"fmt"

	"peerscope/peer/variant"
)

func ExampleDecode() {
	p := []byte("\x1c\x00\x00\x00\x02\x00\x00\x00\x04\x00\x00\x00\x02\x00\x00\x00hi\x00\x00\x02\x00\x00\x00\x2a\x00\x00\x00")
	v, n, err := variant.Decode(p, variant.Options{})
	fmt.Println(v, v.Type(), n, err)
	// Output: ["hi", 42] Array 28 <nil>
}

func ExampleDecode_incomplete() {
	_, _, err := variant.Decode([]byte("\x04\x00\x00\x00\x14\x00\x00\x00abc"), variant.Options{})
	fmt.Println(err)
	var missing variant.Incomplete
	if errors.As(err, &missing) {
		fmt.Println("would block:", missing)
	}
	// Output:
	// variant at byte 4: String of 20 bytes: 3 bytes left
	// would block: have 11 of 28 bytes
}

func ExampleAppend() {
	b, err := variant.Append(nil, variant.Dictionary{Entries: []variant.Entry{
		{Key: variant.String("hp"), Value: variant.Int(42)},
	}}, variant.Options{})
	fmt.Printf("%x %v\n", b, err)
	// Output: 1b00000001000000040000000200000068700000020000002a000000 <nil>
}

func ExampleAppendFrame() {
	b, err := variant.AppendFrame(nil, variant.Int(42), true, variant.Options{})
	fmt.Printf("% x %v\n", b, err)
	// Output: 00 00 00 08 02 00 00 00 2a 00 00 00 <nil>
}

func ExampleTree() {
	b, _ := variant.Append(nil, variant.Dictionary{Entries: []variant.Entry{
		{Key: variant.String("hp"), Value: variant.Int(42)},
		{Key: variant.String("position"), Value: variant.Vector3{1, 2.5, -3}},
	}}, variant.Options{})
	root, err := variant.Tree(b, 100)
	fmt.Println(root.Text, err)
	for _, n := range root.Children {
		fmt.Printf("%d..%d %s: %s\n", n.Off, n.Off+n.Len, n.Key, n.Text)
	}
	// Output:
	// Dictionary of 2 <nil>
	// 20..28 "hp": 42
	// 44..60 "position": Vector3(1, 2.5, -3)
}
