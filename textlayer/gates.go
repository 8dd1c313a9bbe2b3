package textlayer

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
)

const (
	smallest = 7  // pixels of a font; nobody reads anything smaller
	faint    = 10 // of 255: a glyph with less contrast is visible to nobody
	readable = 48 // contrast from which a glyph is visible to everybody
	astray   = 8  // of 255: pixels at a glyph's place that it did not paint, per pixel of its own
	overlap  = 0.5
	margin   = 3 // pixels by which a box of ink is wider than the drawing
)

// seen reports whether all glyphs of a line can be seen, and nothing else at their place.
func (p *page) seen(ln *line) bool {
	for _, c := range ln.glyphs {
		if c.Contrast < readable || c.Astray > astray {
			return false
		}
	}
	for _, c := range ln.blanks {
		if c.Ink[0] < c.Ink[2] { // a blank with ink is not blank
			return false
		}
	}
	return !ln.piled() && !p.interrupted(ln)
}

// piled reports whether glyphs lie over each other, so that together they may look like other ones.
func (ln *line) piled() bool {
	for i := 1; i < len(ln.glyphs); i++ {
		a, b := ln.glyphs[i-1].Ink, ln.glyphs[i].Ink
		across := min(a[2], b[2]) - max(a[0], b[0]) - margin
		down := min(a[3], b[3]) - max(a[1], b[1])
		if down > 0 && float64(across) > overlap*float64(max(min(a[2]-a[0], b[2]-b[0])-margin, 2)) {
			return true
		}
	}
	return false
}

// interrupted reports whether something else is drawn among the glyphs of a line, at the height of small
// letters, which excludes underlines.
func (p *page) interrupted(ln *line) bool {
	step := p.drawn.Strange.Step
	if step < 1 {
		return false
	}
	x0, _, x1, _ := ln.extent()
	top, bottom := ln.baseline-.55*ln.size, ln.baseline-.1*ln.size
	for y := int(top)/step + 1; y < int(bottom)/step; y++ {
		for x := int(x0) / step; x <= int(x1)/step; x++ {
			if p.drawn.Strange.At(x, y) {
				return true
			}
		}
	}
	return false
}

// believable reports whether each character of a line can be told from its glyph.
func (p *page) believable(ln *line) bool {
	for _, c := range ln.glyphs {
		if c.Font < 0 || c.Font >= len(p.drawn.Fonts) || p.drawn.Fonts[c.Font] == (document.FontID{}) || c.Glyph == 0 {
			return false
		}
		if !p.tellable(c.Text) {
			return false
		}
	}
	return ln.toldApart()
}

// tellable reports whether a text can stand for one glyph in a line that runs to the right without shaping.
// Letters of other scripts, marks apart from their letter and private-use characters are left to the reader
// of pixels.
func (p *page) tellable(text string) bool {
	if utf8.RuneCountInString(text) > 1 && !isLigature(text) {
		return false
	}
	for _, r := range text {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Co, r), !unicode.IsGraphic(r), unicode.IsSpace(r):
			return r == softHyphen
		case unicode.Is(unicode.M, r), r > unicode.MaxASCII && unicode.Is(unicode.Sk, r), unicode.Is(unicode.Lm, r):
			return false
		case unicode.IsLetter(r) && !p.scripts.tellable(r):
			return false
		}
	}
	return text != ""
}

const softHyphen = '\u00ad'

// ligatures are what text fonts draw as one glyph.
var ligatures = strings.Fields("ff fi fl ffi ffl st ct ft fft tf tt ti tti Th fb fh fj ffj fk")

func isLigature(text string) bool { return slices.Contains(ligatures, text) }

// isBlank reports whether a character is white space.
func isBlank(c *document.Character) bool {
	return c.Text != "" && strings.TrimFunc(c.Text, unicode.IsSpace) == ""
}
