package views

import "strconv"

// hue is one colour on each kind of terminal. The zero hue is the terminal's
// own foreground, which reads on its own background whatever that is.
type hue struct {
	rgb   uint32 // TrueColor
	index uint8  // ANSI256
	sgr   uint8  // ANSI16: the SGR parameter; 2 (faint) keeps the terminal's own colour
}

// palette is the colours of a theme.
type palette struct {
	text, dim, faint           hue
	blue, green, amber, red    hue
	cyan, purple               hue
	rowBack, rowText, rowFaint hue // of the selected row
	cursorText                 hue // on the blue of the cursor and the amber of a match
	foundBack                  hue
}

// darkPalette is for a dark background and for an unknown one: every hue that
// carries text has a contrast of at least 3:1 on #16161e and on white
// (WCAG 2.1 §1.4.3), and the selected row brings its own background.
var darkPalette = palette{
	dim:      hue{0x7d8398, 245, 2},
	faint:    hue{0x4e5367, 240, 90},
	blue:     hue{0x6292ee, 69, 34},
	green:    hue{0x67a34c, 71, 32},
	amber:    hue{0xc4862c, 172, 33},
	red:      hue{0xea5a73, 204, 31},
	cyan:     hue{0x3c9bc6, 74, 36},
	purple:   hue{0xa678e8, 140, 35},
	rowBack:  hue{0x282c3e, 236, 0},
	rowText:  hue{0xd3d7e0, 252, 0},
	rowFaint: hue{0x636983, 243, 0},

	cursorText: hue{0x16161e, 234, 0},
	foundBack:  hue{0x4f3f14, 58, 0},
}

// lightPalette is for a background that is known to be light.
var lightPalette = palette{
	dim:      hue{0x666c7e, 242, 2},
	faint:    hue{0xaeb2bf, 249, 90},
	blue:     hue{0x2a5bd0, 26, 34},
	green:    hue{0x2f7d1f, 28, 32},
	amber:    hue{0x96600a, 94, 33},
	red:      hue{0xc42847, 161, 31},
	cyan:     hue{0x0b6f9c, 25, 36},
	purple:   hue{0x7a3fc4, 92, 35},
	rowBack:  hue{0xdfe5f7, 189, 0},
	rowText:  hue{0x1f2330, 235, 0},
	rowFaint: hue{0x8d93a6, 246, 0},

	cursorText: hue{0xffffff, 231, 0},
	foundBack:  hue{0xf4dfa6, 223, 0},
}

// look is what a style is made of.
type look struct {
	hue  hue
	bold bool
	dark bool // faint where there is no colour
}

// looks gives every style its look.
func (c *palette) looks() [styleCount]look {
	return [styleCount]look{
		plain:         {hue: c.text},
		strong:        {hue: c.text, bold: true},
		dim:           {hue: c.dim},
		faint:         {hue: c.faint, dark: true},
		accent:        {hue: c.blue},
		accentStrong:  {hue: c.blue, bold: true},
		good:          {hue: c.green},
		warm:          {hue: c.amber},
		warmStrong:    {hue: c.amber, bold: true},
		bad:           {hue: c.red},
		in:            {hue: c.cyan},
		inStrong:      {hue: c.cyan, bold: true},
		out:           {hue: c.purple},
		outStrong:     {hue: c.purple, bold: true},
		byteNull:      {hue: c.faint, dark: true},
		bytePrintable: {hue: c.cyan},
		byteSpace:     {hue: c.green},
		byteControl:   {hue: c.purple},
		byteHigh:      {hue: c.amber},
	}
}

// on is the palette on a ground.
func (c palette) on(g ground) *palette {
	switch g {
	case onRow, onCovered, onFound:
		c.text, c.faint = c.rowText, c.rowFaint
	case onCursor, onCurrent:
		c = palette{text: c.cursorText, dim: c.cursorText, faint: c.cursorText, blue: c.cursorText, green: c.cursorText,
			amber: c.cursorText, red: c.cursorText, cyan: c.cursorText, purple: c.cursorText}
	}
	return &c
}

// escape is the SGR sequence that switches to the look from any other. Where
// colours are of unknown shade only reverse is sure to read as a bar, and what
// is covered or found is underlined.
func (l look) escape(p Profile, c *palette, g ground) string {
	b := []byte("\x1b[0")
	if l.bold {
		b = append(b, ";1"...)
	}
	switch {
	case p <= ANSI16 && (g == onRow || g == onCursor || g == onCurrent):
		b = append(b, ";7"...)
	case p == None && l.dark:
		b = append(b, ";2"...)
	case p == None || l.hue == hue{}:
	case p == ANSI16:
		b = strconv.AppendUint(append(b, ';'), uint64(l.hue.sgr), 10)
	default:
		b = l.hue.append(b, p, "38")
	}
	return string(append(c.ground(b, p, g), 'm'))
}

// ground appends the SGR parameters of what a style stands on.
func (c *palette) ground(b []byte, p Profile, g ground) []byte {
	switch {
	case p <= ANSI16 && (g == onCovered || g == onFound):
		return append(b, ";4"...)
	case p <= ANSI16 || g == onScreen:
		return b
	case g == onCursor:
		return c.blue.append(b, p, "48")
	case g == onCurrent:
		return c.amber.append(b, p, "48")
	case g == onFound:
		return c.foundBack.append(b, p, "48")
	}
	return c.rowBack.append(b, p, "48")
}

// append appends the SGR parameters of the hue as foreground ("38") or
// background ("48") on ANSI256 and TrueColor.
func (h hue) append(b []byte, p Profile, ground string) []byte {
	b = append(append(b, ';'), ground...)
	if p == ANSI256 {
		return strconv.AppendUint(append(b, ";5;"...), uint64(h.index), 10)
	}
	b = append(b, ";2"...)
	for shift := 16; shift >= 0; shift -= 8 {
		b = strconv.AppendUint(append(b, ';'), uint64(h.rgb>>shift&0xff), 10)
	}
	return b
}
