package hexdump

import (
	"errors"
	"regexp/syntax"
	"sort"
	"unicode/utf8"
)

// exprError says what is wrong with an expression of which the parser says only
// the wrong part, and at which byte of it. flags stand before it.
func exprError(flags, expr string, wrong *syntax.Error) *SyntaxError {
	at, said := 0, string(wrong.Code)
	switch wrong.Code {
	case syntax.ErrMissingParen: // where it should stand
		at = len(expr)
	case syntax.ErrTrailingBackslash:
		at = len(expr) - 1
	case syntax.ErrMissingBracket: // the class goes on to the end
		at = len(expr) - len(wrong.Expr)
	case syntax.ErrUnexpectedParen:
		at = firstWrong(flags, expr, ")", wrong)
	case syntax.ErrInvalidUTF8:
		for at < len(expr) {
			r, n := utf8.DecodeRuneInString(expr[at:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
	case syntax.ErrLarge, syntax.ErrNestingDepth: // all of it
	default:
		at = firstWrong(flags, expr, wrong.Expr, wrong)
		said += " " + quoted(wrong.Expr)
	}
	return &SyntaxError{max(at, 0), said, "an expression of Go's regexp"}
}

// firstWrong returns where a part of an expression is wrong: the same may stand
// before it and be right there, in a class or behind a backslash. The parser goes
// from the left, so every piece that has the wrong part is as wrong, and no other.
func firstWrong(flags, expr, part string, wrong *syntax.Error) int {
	end := sort.Search(len(expr), func(n int) bool {
		_, err := syntax.Parse(flags+expr[:n], syntax.Perl)
		var same *syntax.Error
		return errors.As(err, &same) && same.Code == wrong.Code && (same.Expr == wrong.Expr || wrong.Code == syntax.ErrUnexpectedParen)
	})
	return end - len(part)
}
