package tui

import (
	"bytes"
	"fmt"
	"slices"

	"peerscope/hexdump"
	"peerscope/peer/capture"
	"peerscope/views"
)

// windowMark is a marked line: the first that was in sight.
type windowMark struct {
	at    place
	plain plainLine
}

func (r *windowRun) mark(p *plainWindow, w *window) {
	if lines := w.shown().lines; len(lines) > 0 {
		r.marks = append(r.marks, windowMark{lines[0].place, p.shown()[0]})
	}
}

// toMark goes to a mark, whatever the size is by now. A byte that is marked and
// still there is in sight then.
func (r *windowRun) toMark(p *plainWindow, w *window) {
	if len(r.marks) == 0 {
		return
	}
	k := r.marks[r.int("mark", 0, len(r.marks)-1)]
	p.toPlace(k.plain)
	w.toPlace(k.at)
	c := k.plain.chunk
	if kept, _ := p.log.Span(c.Dir); !k.plain.isHex() || !p.dirs.Has(c.Dir) || c.Off < kept {
		return
	}
	marked := func(l line) bool {
		return l.isHex() && l.item.chunk == c && k.plain.off >= l.off && k.plain.off < l.off+int64(w.perRow)
	}
	if lines := w.shown().lines; !slices.ContainsFunc(lines, marked) {
		r.Fatalf("step %d: the mark at %v is not in sight at %d bytes a row", r.steps, k.at, w.perRow)
	}
}

// search looks for some of the bytes that are there, and shows them.
func (r *windowRun) search(p *plainWindow, w *window) {
	const most = 40
	d := capture.Dir(r.int("direction", 0, 1))
	kept, end := p.log.Span(d)
	if kept == end {
		return
	}
	off := kept + int64(r.int("offset", 0, int(end-kept)-1))
	word := make([]byte, r.int("bytes", 1, int(min(most, end-off))))
	for i := range word {
		word[i] = plainByte(d, off+int64(i))
	}
	for n := 1; n < len(word); n++ {
		if bytes.HasPrefix(word, word[n:]) { // it overlaps itself: where a search begins would matter
			word = word[:1]
		}
	}
	pattern, err := hexdump.ParsePattern(fmt.Sprintf("hex % x", word))
	if err != nil {
		r.Fatal(err)
	}
	chunk, _ := p.chunkAt(d, off)
	r.word = word
	r.found = Model{selected: 1, search: search{pattern: pattern, dirs: capture.Dirs(r.int("searched", 1, 3)),
		at: found{peer: 1, Match: capture.Match{Dir: d, Off: off, Len: int64(len(word))}}}}
	p.freeze()
	w.freeze()
	if p.dirs.Has(d) {
		p.reveal(spot{chunk, off})
		w.reveal(spot{chunk, off})
	}
}

// checkFound compares the marked parts of the rows in sight with all places
// where the word stands.
func (r *windowRun) checkFound(w *window, page *page) {
	if r.word == nil {
		return
	}
	r.found.highlight(w, page.lines, page.views)
	for i := range page.views {
		v := &page.views[i]
		var want []views.Found
		if d := page.lines[i].item.chunk.Dir; page.lines[i].isHex() && r.found.search.dirs.Has(d) {
			want = r.foundIn(d, v.Offset, int64(len(v.Data)))
		}
		if !slices.Equal(v.Found, want) {
			r.Fatalf("step %d: of %x in %v %d %x is marked %v, want %v", r.steps, r.word, v.Out, v.Offset, v.Data, v.Found, want)
		}
	}
}

// foundIn are the parts of a row that are of a word.
func (r *windowRun) foundIn(d capture.Dir, off, length int64) (list []views.Found) {
	kept, end := r.plain.log.Span(d)
	n := int64(len(r.word))
	for at := max(off-n+1, kept); at < min(off+length, end-n+1); at++ {
		same := true
		for i := range r.word {
			same = same && plainByte(d, at+int64(i)) == r.word[i]
		}
		if same {
			list = append(list, views.Found{
				From: int(max(at-off, 0)), To: int(min(at+n-off, length)),
				Current: r.found.search.at.Dir == d && r.found.search.at.Off == at,
			})
		}
	}
	return list
}
