package tui

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"peerscope/hexdump"
	"peerscope/peer/capture"
	"peerscope/peer/variant"
	"peerscope/views"
)

// state is a Variant such as a game sends.
var state = variant.Dictionary{Entries: []variant.Entry{
	{Key: variant.String("name"), Value: variant.String("ada")},
	{Key: variant.String("pos"), Value: variant.Vector2{3.5, -2}},
	{Key: variant.String("items"), Value: variant.Array{Values: []variant.Value{
		variant.String("sword"), variant.Int(3), variant.Float(0.5)}}},
}}

// payload is a Variant's bytes; framed is those that put_var sends.
func payload(t testing.TB, v variant.Value) []byte {
	t.Helper()
	p, err := variant.Append(nil, v, variant.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func framed(t testing.TB, v variant.Value, bigEndian bool) []byte {
	t.Helper()
	p, err := variant.AppendFrame(nil, v, bigEndian, variant.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// variantText is the lines as text: name, key, text and what they cover.
func variantText(p []byte, have int64) []string {
	var list []string
	for _, l := range variantLines(nil, p, have) {
		text := l.Text
		if l.Key != "" {
			text = l.Key + ": " + text
		}
		list = append(list, fmt.Sprintf("%s%s %s [%d:%d]", strings.Repeat("  ", l.Depth), l.Name, text, l.off, l.off+l.len))
	}
	return list
}

func TestAVariantIsATreeWithOffsets(t *testing.T) {
	tree := []string{
		"variant Dictionary of 3 [0:112]",
		`+8 "name": "ada" [8:32]`,
		`+32 "pos": Vector2(3.5, -2) [32:56]`,
		`+56 "items": Array of 3 [56:112]`,
		`  +80 0: "sword" [80:96]`,
		`  +96 1: 3 [96:104]`,
		`  +104 2: 0.5 [104:112]`,
	}
	p := payload(t, state)
	if got := variantText(p, int64(len(p))); len(got) != len(tree) || got[0] != tree[0] || !slices.Equal(got[1:4], tree[1:4]) {
		t.Errorf("the tree is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tree, "\n"))
	}
}

// Q20: put_var writes the length in the peer's byte order, the payload in one.
func TestQ20TheInspectorTriesBothLengthPrefixes(t *testing.T) {
	bare := variantText(payload(t, state), 1000)
	for _, big := range []bool{false, true} {
		p := append(framed(t, state, big), "what follows"...)
		got := variantText(p, int64(len(p)))
		if len(got) != len(bare)+1 || !strings.HasPrefix(got[0], "variant prefix ") || !strings.Contains(got[0], ", then [0:") ||
			!strings.HasPrefix(got[1], "+4 Dictionary of 3 [4:") || !strings.HasPrefix(got[2], `  +12 "name": "ada" [12:36]`) {
			t.Errorf("big endian %v: the tree is\n%s", big, strings.Join(got, "\n"))
		}
	}
}

func TestAVariantThatIsNotCompleteSaysWhatItWaitsFor(t *testing.T) {
	frame := framed(t, variant.String("a text of 24 characters."), true)
	bare := frame[4:]
	odd := []byte("select id")
	long := payload(t, variant.PackedByteArray(make([]byte, capture.MaxCopy)))
	for _, c := range []struct {
		name  string
		p     []byte
		have  int64
		first string
		state hexdump.State
	}{
		{"a part of a frame", frame[:11], 11, "variant prefix 32 (BE), then [0:11]", hexdump.Whole},
		{"a part of a header", bare[:3], 3, "variant need 4, have 3 [0:3]", hexdump.Partial},
		{"a part of a Variant", bare[:12], 12, "variant would block: have 12 of 32 bytes [0:12]", hexdump.Blocked},
		{"text", odd, 9, "variant – type id 115 is above 38 [0:0]", hexdump.Invalid},
		{"flags that no Variant has", []byte(" and text"), 9, "variant – no Variant header [0:0]", hexdump.Invalid},
		{"longer than what is copied", long[:capture.MaxCopy], int64(len(long)), "variant PackedByteArray, longer than 64 KiB", hexdump.Partial},
		{"longer than anybody sends", []byte("\x04\x00\x00\x00\xff\xff\xff\x7f...."), 12, "variant – ", hexdump.Invalid},
	} {
		lines, got := variantLines(nil, c.p, c.have), variantText(c.p, c.have)
		if !strings.HasPrefix(got[0], c.first) || lines[0].State != c.state {
			t.Errorf("%s: %q, state %d; want %q, state %d", c.name, got, lines[0].State, c.first, c.state)
		}
	}
	blocked := variantLines(nil, frame[:11], 11)[1]
	if blocked.Text != "would block: have 7 of 32 bytes" || blocked.State != hexdump.Blocked || blocked.off != 4 || blocked.len != 7 {
		t.Errorf("behind the prefix: %+v", blocked)
	}
}

func TestTheSelectedPartOfAVariantIsMarkedAndInSight(t *testing.T) {
	f := filled(t, "unix", 120, 30, 0)
	many := variant.Array{}
	for i := range 100 {
		many.Values = append(many.Values, variant.Int(i))
	}
	f.tell(framed(t, many, false))
	f.press("i", "shift+left", "4", "G")
	if m := f.covered(); m.From != 4+8+99*8 || m.To != 4+8+100*8 {
		t.Errorf("the last element is %+v", m)
	}
	f.wantInspected("+804       99: 99")
	f.press("3") // back to the cursor
	f.wantCursor("in the bytes", 0)
	f.tell([]byte("\x00\x00\x00\x00"))
	f.press("G") // a Variant with fewer parts
	if got := f.snapshot().Inspector; got.Lines[got.Selected].Text != "Nil null" {
		t.Errorf("of a smaller Variant %+v is selected", got.Lines[got.Selected])
	}
}

// covered is what is marked. It fails unless its first byte is in sight.
func (f *far) covered() views.Mark {
	f.Helper()
	s := f.snapshot()
	m := s.Bytes.Mark
	for _, l := range s.Bytes.Lines {
		if l.Offset <= m.From && m.From < l.Offset+int64(len(l.Data)) {
			return m
		}
	}
	f.Fatalf("what is covered is out of sight:\n%s", f.text())
	return m
}

func FuzzVariantLines(f *testing.F) {
	f.Add(payload(f, state), uint16(0))
	f.Add(framed(f, state, true), uint16(9))
	f.Add(framed(f, state, false)[:40], uint16(0))
	f.Fuzz(func(t *testing.T, p []byte, more uint16) {
		have := int64(len(p)) + int64(more)
		for i, l := range variantLines(nil, p, have) {
			if l.off < 0 || l.len < 0 || l.off+l.len > have || l.Text == "" || (l.Name == "variant") != (i == 0) {
				t.Errorf("%x of %d bytes: line %d is %+v", p, have, i, l)
			}
		}
	})
}

// BenchmarkVariantLines reads 64 KiB of what is dear to read: values without a body.
func BenchmarkVariantLines(b *testing.B) {
	const n = capture.MaxCopy/4 - 2
	p := binary.LittleEndian.AppendUint32(nil, uint32(variant.TypeArray))
	p = append(binary.LittleEndian.AppendUint32(p, n), bytes.Repeat([]byte{0, 0, 0, 0}, n)...)
	b.ReportAllocs()
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		variantLines(nil, p, int64(len(p)))
	}
}
