package views

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"peerscope/peer"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestTheEnvironmentDecidesTheColours(t *testing.T) {
	cases := []struct {
		env  []string
		want Profile
	}{
		{nil, ANSI16},
		{[]string{"TERM", "dumb"}, None},
		{[]string{"TERM", "xterm"}, ANSI16},
		{[]string{"TERM", "xterm-256color"}, ANSI256},
		{[]string{"TERM", "xterm-256color", "COLORTERM", "truecolor"}, TrueColor},
		{[]string{"TERM", "xterm-256color", "COLORTERM", "24bit"}, TrueColor},
		{[]string{"TERM", "xterm-direct"}, TrueColor},
		{[]string{"TERM", "xterm-kitty"}, TrueColor},
		{[]string{"TERM", "xterm-256color", "COLORTERM", "truecolor", "NO_COLOR", "1"}, None},
		{[]string{"TERM", "xterm-256color", "NO_COLOR", ""}, ANSI256},
	}
	for _, c := range cases {
		if got := ProfileFrom(environment(c.env...)); got != c.want {
			t.Errorf("%v gives profile %d, want %d", c.env, got, c.want)
		}
	}
	for value, want := range map[string]bool{"": false, "15;0": false, "0;15": true, "0;default;15": true,
		"0;7": true, "15": false, "0;default": false} {
		if got := LightFrom(environment("COLORFGBG", value)); got != want {
			t.Errorf("COLORFGBG=%q gives light %v", value, got)
		}
	}
}

var colourCode = regexp.MustCompile(`[;\[](3[0-9]|4[0-9]|9[0-9]|10[0-7])[;m]`)

func TestNoColourMeansNoColour(t *testing.T) {
	for _, scene := range scenes {
		if code := colourCode.FindString(NewTheme(None, false).Render(scene.frame(), 120, 36)); code != "" {
			t.Errorf("%s has the colour %q", scene.name, code)
		}
	}
}

// luminance and contrast are those of WCAG 2.1.
func luminance(rgb uint32) float64 {
	channel := func(shift int) float64 {
		v := float64(rgb>>shift&0xff) / 255
		if v <= 0.03928 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}

func contrast(a, b uint32) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestColoursReadOnTheirBackgrounds(t *testing.T) {
	const black, white = 0x16161e, 0xffffff
	cases := []struct {
		name    string
		palette palette
		on      []uint32
	}{
		{"dark or unknown", darkPalette, []uint32{black, white, darkPalette.rowBack.rgb}},
		{"light", lightPalette, []uint32{white, lightPalette.rowBack.rgb}},
	}
	for _, c := range cases {
		p := c.palette
		for _, back := range c.on {
			for name, h := range map[string]hue{"dim": p.dim, "blue": p.blue, "green": p.green, "amber": p.amber,
				"red": p.red, "cyan": p.cyan, "purple": p.purple} {
				if ratio := contrast(h.rgb, back); ratio < 3 {
					t.Errorf("%s: %s on #%06x has a contrast of %.2f", c.name, name, back, ratio)
				}
			}
		}
		if ratio := contrast(p.cursorText.rgb, p.blue.rgb); ratio < 4.5 {
			t.Errorf("%s: the byte at the cursor has a contrast of %.2f", c.name, ratio)
		}
		if ratio := contrast(p.rowText.rgb, p.rowBack.rgb); ratio < 7 {
			t.Errorf("%s: the selected row's text has a contrast of %.2f", c.name, ratio)
		}
	}
}

func TestAStatusHasAShapeAndAWord(t *testing.T) {
	frame := goldenText(NewTheme(None, false).Render(sceneDemo(), 120, 36))
	for s := peer.StatusNone; s <= peer.StatusError; s++ {
		if want := markOf(s).shape + " " + s.String(); !strings.Contains(frame, want) {
			t.Errorf("no %q on the screen", want)
		}
	}
}
