package variant

import (
	"errors"
	"strconv"
	"unicode/utf8"
)

// Node is one value of a [Tree], with the bytes that it covers.
type Node struct {
	Off, Len int    // of the value with its header, from the start of the whole
	KeyOff   int    // of the key or property name before it; Off where there is none
	Key      string // short text of the key, name of the property, index in an array; "" for the whole
	Type     Type
	// Text is the value in Godot's notation, for a container what and how much it
	// holds. It is printable, at most 80 bytes, and ends in "…" where it was cut or
	// the value is not complete.
	Text     string
	Children []*Node
	More     int // children that were read and not made, because of the limit
}

const (
	textLimit = 77 // bytes of a Text or a Key without its "…"
	nameLimit = 60 // of a container's type, behind which comes " of " and a count
)

// Tree reads the Variant at the start of p as a tree that shows what is on the
// wire: objects sent whole with every class, double keys, and elements of the
// wrong type. At most limit nodes are made, the whole itself always among them; what is
// beyond is read and counted.
//
// With an error the tree has what comes before it, and is nil if not even the
// first header can be read. Errors are those of [Decode] with full objects allowed.
// A value that is not complete covers what is there of it.
func Tree(p []byte, limit int) (*Node, error) {
	t := tree{reader: reader{p: p}, room: max(limit, 1)}
	return t.node(nil, t.off, func() string { return "" })
}

type tree struct {
	reader
	room int // nodes that may still be made
}

// node reads a value into parent. The key is made only if the node is.
func (t *tree) node(parent *Node, keyOff int, key func() string) (*Node, error) {
	if t.room == 0 {
		parent.More++
		_, err := t.value()
		return nil, err
	}
	off := t.off
	t.depth++
	typ, header, err := t.header()
	if err != nil {
		return nil, err
	}
	t.room--
	n := &Node{Off: off, KeyOff: keyOff, Key: key(), Type: typ, Text: typ.String() + " …"}
	if parent != nil {
		parent.Children = append(parent.Children, n)
	}
	err = t.body(n, header)
	t.depth--
	n.Len = min(t.off, len(t.p)) - off
	if errors.As(err, new(Incomplete)) {
		n.Len = len(t.p) - off
	}
	return n, err
}

// value reads a value of which no node is made.
func (t *tree) value() (Value, error) {
	d := decoder{reader: t.reader, objects: true}
	v, err := d.value()
	t.off = d.off
	return v, err
}

func (t *tree) body(n *Node, header uint32) error {
	switch {
	case n.Type == TypeArray:
		return t.array(n, header)
	case n.Type == TypeDictionary:
		return t.dictionary(n, header)
	case n.Type == TypeObject && header&flagID == 0:
		return t.object(n)
	}
	v, err := t.leaf(n.Type, header)
	if err == nil {
		n.Text = short(v)
	}
	return err
}

func (t *tree) array(n *Node, header uint32) error {
	elem, err := t.containerType(kind(header>>elemShift&3), true)
	if err != nil {
		return err
	}
	count, err := t.count(TypeArray)
	if err != nil {
		return err
	}
	w := writer{limit: nameLimit}
	w.str("Array")
	if elem.Type != TypeNil {
		w.str("[")
		w.containerType(elem)
		w.str("]")
	}
	n.Text = w.of(count)
	after := t.after
	for i := range count {
		t.after = sum(after, times(count-1-i, 4))
		off := t.off
		if _, err := t.node(n, off, func() string { return strconv.Itoa(i) }); err != nil {
			return t.inside(err, off, TypeArray, count, i)
		}
	}
	t.after = after
	return nil
}

func (t *tree) dictionary(n *Node, header uint32) error {
	keys, values, err := t.dictionaryTypes(header, true)
	if err != nil {
		return err
	}
	count, err := t.count(TypeDictionary)
	if err != nil {
		return err
	}
	w := writer{limit: nameLimit}
	w.str("Dictionary")
	if keys.Type != TypeNil || values.Type != TypeNil {
		w.str("[")
		w.containerType(keys)
		w.str(", ")
		w.containerType(values)
		w.str("]")
	}
	n.Text = w.of(count)
	after := t.after
	for i := range count {
		behind := sum(after, times(count-1-i, 8))
		t.after = sum(behind, 4)
		off := t.off
		key, err := t.value()
		if err != nil {
			return t.inside(err, off, TypeDictionary, count, i)
		}
		at := t.off
		t.after = behind
		if _, err := t.node(n, off, func() string { return short(key) }); err != nil {
			return t.inside(err, at, TypeDictionary, count, i)
		}
	}
	t.after = after
	return nil
}

func (t *tree) object(n *Node) error {
	class, count, err := t.objectClass()
	if err != nil {
		return err
	}
	if class == "" {
		n.Text = short(Object{})
		return nil
	}
	w := writer{limit: nameLimit}
	w.name(class)
	n.Text = w.of(max(count, 0))
	after := t.after
	for i := range count {
		behind := sum(after, times(count-1-i, 8))
		t.after = sum(behind, 4)
		off := t.off
		name, err := t.text("property name")
		if err != nil {
			return err
		}
		t.after = behind
		at := t.off
		if _, err := t.node(n, off, func() string { return short(String(name)) }); err != nil {
			return err
		}
		if err := t.script(name, at); err != nil {
			return err
		}
	}
	t.after = after
	return nil
}

// script checks the value at an offset, which has been read, if it is to be a script.
func (t *tree) script(name string, at int) error {
	switch r := (reader{p: t.p, off: at + 4}); Type(t.p[at]) {
	case TypeNil:
		return nil
	case TypeString:
		path, _ := r.text("")
		return checkScript(name, String(path), at)
	}
	return checkScript(name, Bool(true), at)
}

// short is v in no more bytes than a Text may have.
func short(v Value) string {
	w := writer{limit: textLimit}
	w.value(v, 0)
	return w.cut()
}

// of adds how many elements there are.
func (w *writer) of(count int) string {
	return w.cut() + " of " + strconv.Itoa(count)
}

// cut returns what has been written, or its beginning and "…".
func (w *writer) cut() string {
	if !w.full() {
		return string(w.b)
	}
	n := w.limit
	for n > 0 && !utf8.RuneStart(w.b[n]) {
		n--
	}
	return string(w.b[:n]) + "…"
}
