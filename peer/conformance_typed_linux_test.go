package peer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"peerscope/peer/variant"
)

var errUnknownStep = errors.New("unknown step")

// putTyped writes a value that is told in Godot's notation with put_KIND. What
// is too large for a kind is cut, as the class's callers have it cut.
func putTyped(ctx context.Context, s *StreamPeer, kind, text string) error {
	switch kind {
	case "string", "utf8_string":
		if t, err := parseVariant(text); err == nil {
			if quoted, ok := t.(variant.String); ok {
				text = string(quoted)
			}
		}
		if kind == "string" {
			return s.PutString(ctx, text)
		}
		return s.PutUTF8String(ctx, text)
	case "var":
		v, err := parseVariant(strings.TrimPrefix(text, "var "))
		if err != nil {
			return err
		}
		return s.PutVar(ctx, v)
	case "half", "float", "double":
		text, _, _ = strings.Cut(text, " (")
		f, err := parseFloat(text)
		if err != nil {
			return err
		}
		switch kind {
		case "half":
			return s.PutHalf(ctx, float64(float32(f)))
		case "float":
			return s.PutFloat(ctx, float32(f))
		}
		return s.PutDouble(ctx, f)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		u, uerr := strconv.ParseUint(text, 10, 64)
		if uerr != nil {
			return err
		}
		n = int64(u)
	}
	switch kind {
	case "8":
		return s.Put8(ctx, int8(n))
	case "u8":
		return s.PutU8(ctx, uint8(n))
	case "16":
		return s.Put16(ctx, int16(n))
	case "u16":
		return s.PutU16(ctx, uint16(n))
	case "32":
		return s.Put32(ctx, int32(n))
	case "u32":
		return s.PutU32(ctx, uint32(n))
	case "64":
		return s.Put64(ctx, n)
	case "u64":
		return s.PutU64(ctx, uint64(n))
	}
	return fmt.Errorf("%w: put_%s", errUnknownStep, kind)
}

// getTyped reads with get_KIND and returns the value in Godot's notation.
func getTyped(ctx context.Context, s *StreamPeer, kind string, n int) (string, error) {
	switch kind {
	case "string":
		return s.GetString(ctx, n)
	case "utf8_string":
		return s.GetUTF8String(ctx, n)
	case "var":
		v, err := s.GetVar(ctx)
		if v == nil {
			v = variant.Nil{}
		}
		return v.String(), err
	case "8":
		return told(s.Get8(ctx))
	case "u8":
		return told(s.GetU8(ctx))
	case "16":
		return told(s.Get16(ctx))
	case "u16":
		return told(s.GetU16(ctx))
	case "32":
		return told(s.Get32(ctx))
	case "u32":
		return told(s.GetU32(ctx))
	case "64":
		return told(s.Get64(ctx))
	case "u64":
		return told(s.GetU64(ctx))
	case "half":
		h, err := s.GetHalf(ctx)
		return told(float32(h), err) // told with the digits of one
	case "float":
		return told(s.GetFloat(ctx))
	case "double":
		return told(s.GetDouble(ctx))
	}
	return "", fmt.Errorf("%w: get_%s", errUnknownStep, kind)
}

func told[T any](v T, err error) (string, error) { return fmt.Sprint(v), err }
