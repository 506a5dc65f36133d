package tui

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"peerscope/hexdump"
	"peerscope/peer/variant"
	"peerscope/views"
)

// maxTree is how many parts of a Variant are shown.
const maxTree = 256

// maxVariant is the longest Variant that is waited for: the cap of the family's
// reads. What asks for more is hardly one.
const maxVariant = 8 << 20

// variantLines appends the Variant that p begins, or, where a length in 32 bits
// of either byte order fits one behind it, that Variant: put_var writes it in the
// peer's byte order before a payload that is always little-endian (Q20). have is
// how many bytes there are from p[0] on.
func variantLines(lines []inspected, p []byte, have int64) []inspected {
	const prefix = 4
	length, big, framed := variant.Framed(p)
	order := "LE"
	if big {
		order = "BE"
	}
	if framed && oddHeader(p[prefix:]) {
		framed = false
	}
	if framed && prefix+length <= len(p) {
		root, err := variant.Tree(p[prefix:prefix+length], maxTree)
		if err == nil && root.Len == length {
			return appendFramed(lines, root, order, length, typed(root), hexdump.Whole)
		}
	}
	root, err := variant.Tree(p, maxTree)
	var missing variant.Incomplete
	if framed && have < int64(prefix+length) && (err != nil || oddHeader(p)) {
		inner, err := variant.Tree(p[prefix:], maxTree)
		if inner != nil && errors.As(err, &missing) {
			text := fmt.Sprintf("would block: have %d of %d bytes", have-prefix, length)
			return appendFramed(lines, inner, order, length, text, hexdump.Blocked)
		}
	}
	if root != nil && oddHeader(p) {
		return append(lines, variantLine("– no Variant header", 0, hexdump.Invalid))
	}
	if err == nil {
		return appendRoot(lines, root, typed(root), hexdump.Whole)
	}
	return appendWrong(lines, root, err, int64(len(p)), have)
}

// appendWrong appends what is wrong with a Variant, and the parts that are right.
func appendWrong(lines []inspected, root *variant.Node, err error, copied, have int64) []inspected {
	var missing variant.Incomplete
	short := errors.As(err, &missing)
	switch {
	case short && root == nil:
		return append(lines, variantLine(fmt.Sprintf("need %d, have %d", missing.Need, have), have, hexdump.Partial))
	case short && have > copied:
		return appendRoot(lines, root, root.Type.String()+", longer than 64 KiB", hexdump.Partial)
	case short && missing.Need <= maxVariant:
		return appendRoot(lines, root, "would block: "+missing.Error(), hexdump.Blocked)
	}
	why := err.Error()
	if e := (*variant.Error)(nil); errors.As(err, &e) {
		why = e.Reason
	}
	return append(lines, variantLine("– "+why, 0, hexdump.Invalid))
}

// oddHeader reports bits that no Variant has set: the class overlooks them, but
// text would be Variants everywhere.
func oddHeader(p []byte) bool {
	return len(p) >= 4 && binary.LittleEndian.Uint32(p)&0xff00ff00 != 0
}

func variantLine(text string, covers int64, state hexdump.State) inspected {
	return inspected{views.InspectorLine{Name: "variant", Text: text, State: state}, 0, covers}
}

// appendFramed appends a Variant behind a length.
func appendFramed(lines []inspected, root *variant.Node, order string, length int, text string, state hexdump.State) []inspected {
	const prefix = 4
	there := int64(prefix + root.Len)
	lines = append(lines,
		variantLine(fmt.Sprintf("prefix %d (%s), then", length, order), there, hexdump.Whole),
		inspected{views.InspectorLine{Name: offsetName(prefix), Text: text, State: state}, prefix, int64(root.Len)})
	return appendChildren(lines, root, prefix, 1)
}

// appendRoot appends a Variant that begins at the cursor.
func appendRoot(lines []inspected, root *variant.Node, text string, state hexdump.State) []inspected {
	lines = append(lines, variantLine(text, int64(root.Len), state))
	return appendChildren(lines, root, 0, 0)
}

// typed is a value with its type, which Godot's notation does not always say.
func typed(n *variant.Node) string {
	if name := n.Type.String(); !strings.HasPrefix(n.Text, name) {
		return name + " " + n.Text
	}
	return n.Text
}

// appendChildren appends the parts of n, each with its key before it.
func appendChildren(lines []inspected, n *variant.Node, base, depth int) []inspected {
	for _, c := range n.Children {
		at := base + c.KeyOff
		lines = append(lines, inspected{
			views.InspectorLine{Name: offsetName(at), Depth: depth, Key: c.Key, Text: c.Text},
			int64(at), int64(c.Off + c.Len - c.KeyOff),
		})
		lines = appendChildren(lines, c, base, depth+1)
	}
	if n.More > 0 {
		lines = append(lines, inspected{
			views.InspectorLine{Depth: depth, Text: fmt.Sprintf("… %d more", n.More), State: hexdump.Partial},
			int64(base + n.Off), int64(n.Len),
		})
	}
	return lines
}

// offsetName is where a part begins, from the cursor on.
func offsetName(off int) string { return "+" + strconv.Itoa(off) }
