package hexdump

import (
	"bytes"
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// LongestMatch is the most bytes that a match of an expression may have: a
// stream has no end that could bound it.
const LongestMatch = 4 << 10

// Pattern is what is searched for among bytes. ParsePattern makes one.
type Pattern struct {
	text string
	want []byte // the bytes of a literal
	any  []bool // which of them may be any byte; nil: none
	core []byte // the longest part of want without such a byte, to look for
	at   int    // where core stands in want

	expr       *regexp.Regexp // nil: a literal
	looksBack  bool           // whether expr matches depends on the byte before
	looksAhead bool           // or on the byte behind
}

const (
	exprPrefix = "re /"
	maskDigits = "pairs of hex digits, or ?? for any byte, such as 48 ?? 6c"
)

// ParsePattern reads what a person types to be searched for: text as it is; text
// in double quotes with the escapes \n \r \t \0 \\ \" \xHH; behind "hex ", pairs of
// hex digits, where ?? is any byte; or re /EXPRESSION/, with an i behind it for
// either case. A text that begins with one of these is put in quotes.
//
// Expressions are those of Go's regexp on UTF-8; ^ and $ are the ends of lines,
// a byte that is no UTF-8 is one character, and matches without a byte do not
// count. A stream is matched in pieces of 64 KiB: where one begins within a
// character, or a match is longer than LongestMatch, the expression sees what is
// left. Errors are *SyntaxError.
func ParsePattern(s string) (*Pattern, error) {
	p := &Pattern{text: s}
	var err error
	switch {
	case strings.HasPrefix(s, hexPrefix):
		err = p.parseMask(len(hexPrefix))
	case strings.HasPrefix(s, exprPrefix):
		return p, p.parseExpr()
	case strings.HasPrefix(s, `"`):
		err = p.parseQuoted()
	default:
		p.want = []byte(s)
	}
	switch {
	case err != nil:
		return nil, err
	case len(p.want) == 0:
		return nil, &SyntaxError{len(s), "nothing to search for", `text, "escapes\n", hex 48 ?? 6c or re /…/`}
	case len(p.want) > LongestMatch:
		return nil, &SyntaxError{len(s) - 1, "too long", "at most 4096 bytes"}
	}
	p.setCore()
	return p, nil
}

func (p *Pattern) parseQuoted() error {
	var plain strings.Builder // the text between the quotes, with \x22 for \"
	at := make([]int, 0, len(p.text))
	i := 1
	for ; i < len(p.text) && p.text[i] != '"'; i++ {
		piece := p.text[i : i+1]
		if p.text[i] == '\\' && i+1 < len(p.text) {
			piece = p.text[i : i+2]
			if piece == `\"` {
				piece = `\x22`
			}
			i++
		}
		for range piece {
			at = append(at, i)
		}
		plain.WriteString(piece)
	}
	switch {
	case i >= len(p.text):
		return &SyntaxError{len(p.text), "no closing quote", `"text"`}
	case i < len(p.text)-1:
		return &SyntaxError{i, "a quote within the text", `\" for one, or an end`}
	}
	want, err := parseText(plain.String())
	var wrong *SyntaxError
	if errors.As(err, &wrong) {
		return &SyntaxError{at[wrong.Offset] - 1, wrong.Wrong, wrong.Expected}
	}
	p.want = want
	return nil
}

func (p *Pattern) parseMask(i int) error {
	s := p.text
	wild := false
	for i < len(s) {
		if strings.IndexByte(" \t,:", s[i]) >= 0 {
			i++
			continue
		}
		b, ok := hexByte(s[i:])
		free := strings.HasPrefix(s[i:], "??")
		if !ok && !free {
			wrong := &SyntaxError{}
			errors.As(badHex(s, i), &wrong)
			return &SyntaxError{wrong.Offset, wrong.Wrong, maskDigits}
		}
		p.want, p.any = append(p.want, b), append(p.any, free)
		wild = wild || free
		i += 2
	}
	if !wild {
		p.any = nil
	}
	return nil
}

// setCore finds the longest part of a literal without a free byte.
func (p *Pattern) setCore() {
	if p.any == nil {
		p.core = p.want
		return
	}
	from := 0
	for i := 0; i <= len(p.want); i++ {
		if i < len(p.want) && !p.any[i] {
			continue
		}
		if i-from > len(p.core) {
			p.core, p.at = p.want[from:i], from
		}
		from = i + 1
	}
}

func (p *Pattern) parseExpr() error {
	body, flags := p.text[len(exprPrefix):], "(?m)"
	end := strings.LastIndexByte(body, '/')
	if end < 0 {
		return &SyntaxError{len(p.text), "no closing /", "re /EXPRESSION/ or re /EXPRESSION/i"}
	}
	switch rest := body[end+1:]; rest {
	case "":
	case "i":
		flags = "(?mi)"
	default:
		return &SyntaxError{len(exprPrefix) + end + 1, "unknown flag " + quoted(rest), "i or nothing behind the /"}
	}
	body = body[:end]
	expr, err := regexp.Compile(flags + body)
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		said := exprError(flags, body, wrong)
		said.Offset += len(exprPrefix)
		return said
	}
	if err != nil {
		return &SyntaxError{len(exprPrefix), quoted(err.Error()), "an expression of Go's regexp"}
	}
	p.expr = expr
	return p.judgeExpr(flags + body)
}

// judgeExpr finds out whether the expression looks back or ahead, and refuses
// what only the ends of a whole text match, which a stream has not.
func (p *Pattern) judgeExpr(source string) error {
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return &SyntaxError{len(exprPrefix), quoted(err.Error()), "an expression of Go's regexp"}
	}
	todo := []*syntax.Regexp{tree}
	for len(todo) > 0 {
		re := todo[len(todo)-1]
		todo = append(todo[:len(todo)-1], re.Sub...)
		switch re.Op {
		case syntax.OpBeginText, syntax.OpEndText:
			return &SyntaxError{len(exprPrefix), `\A or \z`, "^ or $, the ends of a line: a stream has no others"}
		case syntax.OpBeginLine:
			p.looksBack = true
		case syntax.OpEndLine:
			p.looksAhead = true
		case syntax.OpWordBoundary, syntax.OpNoWordBoundary:
			p.looksBack, p.looksAhead = true, true
		}
	}
	return nil
}

// String returns the pattern as it was typed.
func (p *Pattern) String() string { return p.text }

// Longest returns the most bytes that a match has.
func (p *Pattern) Longest() int {
	if p.expr != nil {
		return LongestMatch
	}
	return len(p.want)
}

// Find appends to dst the matches in b that begin at from or later, from the
// left, without overlapping: their first bytes, and the bytes behind their last.
// What an expression matches beyond Longest is cut off.
func (p *Pattern) Find(dst [][2]int, b []byte, from int) [][2]int {
	if p.expr != nil {
		return p.findExpr(dst, b, from)
	}
	for {
		at := p.next(b, from)
		if at < 0 {
			return dst
		}
		from = at + len(p.want)
		dst = append(dst, [2]int{at, from})
	}
}

// next returns where a literal begins at from or later, or -1.
func (p *Pattern) next(b []byte, from int) int {
	for from+len(p.want) <= len(b) {
		at := bytes.Index(b[from+p.at:len(b)-len(p.want)+p.at+len(p.core)], p.core)
		if at < 0 {
			return -1
		}
		from += at
		if p.matches(b[from:]) {
			return from
		}
		from++
	}
	return -1
}

func (p *Pattern) matches(b []byte) bool {
	for i, free := range p.any {
		if !free && b[i] != p.want[i] {
			return false
		}
	}
	return true
}

func (p *Pattern) findExpr(dst [][2]int, b []byte, from int) [][2]int {
	start := from
	if p.looksBack {
		start = max(from-1, 0)
	}
	for _, m := range p.expr.FindAllIndex(b[start:], -1) {
		m[0], m[1] = m[0]+start, min(m[1], m[0]+LongestMatch)+start
		if m[0] >= from && m[1] > m[0] {
			dst = append(dst, [2]int{m[0], m[1]})
		}
	}
	return dst
}
