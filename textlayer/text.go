package textlayer

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
)

// White between glyphs, in ems.
const (
	wordGap  = 0.12 // from which there is a blank, where the PDF has none
	blankGap = 0.08 // where the PDF has one
	cjkGap   = 0.5  // between characters of scripts that are set without blanks
)

// text returns a line's characters with the blanks between them, from the left.
func (ln *line) text() []document.LayerCharacter {
	usual := ln.usualGap()
	var out []document.LayerCharacter
	for i, c := range ln.glyphs {
		if i > 0 {
			last := ln.glyphs[i-1]
			gap := float64(c.X0-last.X1) / float64(max(c.Size, last.Size))
			least := max(wordGap, usual+wordGap*.8)
			switch {
			case square(last.Text) && square(c.Text):
				least = cjkGap
			case ln.blankBetween(last, c):
				least = blankGap + max(usual, 0)
			}
			if gap >= least {
				out = append(out, document.LayerCharacter{Text: " ", X0: int(last.X1), X1: int(c.X0)})
			}
		}
		out = append(out, document.LayerCharacter{Text: c.Text, X0: int(c.X0), X1: int(c.X1)})
	}
	return out
}

// usualGap is the usual white between the letters of a widely spaced line: the lower quartile, 0 for most
// lines.
func (ln *line) usualGap() float64 {
	var gaps []float64
	for i := 1; i < len(ln.glyphs); i++ {
		a, b := ln.glyphs[i-1], ln.glyphs[i]
		if !ln.blankBetween(a, b) {
			gaps = append(gaps, float64(b.X0-a.X1)/float64(max(a.Size, b.Size)))
		}
	}
	if len(gaps) < 3 {
		return 0
	}
	slices.Sort(gaps)
	return max(gaps[len(gaps)/4], 0)
}

// blankBetween reports whether the PDF has a blank between two glyphs.
func (ln *line) blankBetween(a, b *document.Character) bool {
	i, _ := slices.BinarySearchFunc(ln.blanks, a.X0, func(c *document.Character, x float32) int {
		if c.X0 <= x {
			return -1
		}
		return 1
	})
	return i < len(ln.blanks) && ln.blanks[i].X0 < b.X0
}

// square reports whether a text is in a script that is set without blanks.
func square(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}
