package views

// hexShape is how a row of the hex dump is drawn. One cell is kept free at
// either side of it.
type hexShape struct {
	offset bool // the offset stands before the bytes
	gap    int  // blanks between offset, bytes and text
	text   bool // the text stands behind the bytes
	bars   bool // the text stands between rulers
}

// hexShapes from the roomiest to the narrowest.
var hexShapes = [...]hexShape{
	{offset: true, gap: 2, text: true, bars: true},
	{offset: true, gap: 1, text: true, bars: true},
	{offset: true, gap: 1, text: true},
	{gap: 1, text: true, bars: true},
	{gap: 1, text: true},
	{},
}

// hexShapeFor is the roomiest shape for n bytes a row and offsets of the given
// number of digits in a pane of w cells, or the narrowest if none fits.
func hexShapeFor(w, n, digits int) hexShape {
	for _, s := range hexShapes {
		if s.width(n, digits) <= w {
			return s
		}
	}
	return hexShapes[len(hexShapes)-1]
}

// width is how many cells a row takes, with the free cells at its sides.
func (s hexShape) width(n, digits int) int {
	w := 2 + hexWidth(n)
	if s.offset {
		w += digits + s.gap
	}
	if s.text {
		w += s.gap + n
	}
	if s.bars {
		w += 2
	}
	return w
}

// hexWidth is the width of n bytes in hex: a blank between two, one more
// after every eighth.
func hexWidth(n int) int { return 3*n - 1 + (n-1)/8 }
