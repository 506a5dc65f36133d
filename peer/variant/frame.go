package variant

import "encoding/binary"

// AppendFrame writes v behind dst as put_var does: the length in 32 bits, then the
// Variant. bigEndian is the property of the stream peer: it turns the length and
// nothing of the payload (Q20).
func AppendFrame(dst []byte, v Value, bigEndian bool, o Options) ([]byte, error) {
	b, err := Append(append(dst, 0, 0, 0, 0), v, o)
	if err != nil {
		return dst, err
	}
	n := uint32(len(b) - len(dst) - 4)
	if bigEndian {
		binary.BigEndian.PutUint32(b[len(dst):], n)
	} else {
		binary.LittleEndian.PutUint32(b[len(dst):], n)
	}
	return b, nil
}

// Framed looks for the length that put_var writes at the start of p, in either
// byte order (Q20), with the header of a Variant behind it. It returns the length
// of the payload, which begins at byte 4 and need not be there as a whole. No
// more than the two words is looked at, so a guess it remains.
func Framed(p []byte) (length int, bigEndian, ok bool) {
	if len(p) < 8 || binary.LittleEndian.Uint32(p[4:])&typeMask >= types {
		return 0, false, false
	}
	little, big := binary.LittleEndian.Uint32(p), binary.BigEndian.Uint32(p)
	for _, n := range []uint32{min(little, big), max(little, big)} {
		if n >= 4 && n%4 == 0 && n <= maxFrame {
			return int(n), n != little, true
		}
	}
	return 0, false, false
}

// maxFrame is the longest payload that Framed believes in: 8 MiB, the cap of a
// read (Q17) and of Godot's debugger.
const maxFrame = 8 << 20
