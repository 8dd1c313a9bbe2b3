package mupdf

/*
#include "mupdf.h"
*/
import "C"

import (
	"math"
	"unicode"
)

// Characters that are smaller and higher or lower than their neighbors are a word of their own: "1931" with a
// small 1 at its top is not 19311. They are written in their raised or lowered Unicode form if there is one;
// everything else stays as it is.

// As shares of the size of the neighboring characters.
const (
	smallAtMost  = 0.85 // size of a raised or lowered character, at most
	raisedLeast  = 0.15 // how much higher the baseline of a raised one is, at least
	loweredLeast = 0.08
	shiftedMost  = 0.8 // shift of its baseline, at most; more is another line
)

// glyph is a character of a line. Lengths are in pixels.
type glyph struct {
	c        rune
	from, to float64 // along the line
	up       float64 // across it
	size     float64
	quad     *C.fz_quad
}

// glyphOf measures a character of a line that runs in direction (dx, dy).
func glyphOf(char *C.fz_stext_char, dx, dy float64) glyph {
	along := func(p C.fz_point) float64 { return float64(p.x)*dx + float64(p.y)*dy }
	return glyph{
		c: rune(char.c), from: along(char.quad.ll), to: along(char.quad.lr),
		up: float64(char.origin.x)*dy - float64(char.origin.y)*dx, size: float64(char.size), quad: &char.quad,
	}
}

// shift rewrites the raised and lowered characters of a line in their own forms.
func shift(line []glyph) {
	base := -1 // the last character of full size
	for i := range line {
		g := &line[i]
		if unicode.IsSpace(g.c) {
			continue
		}
		if base < 0 {
			base = nextFull(line, i)
		}
		up := (g.up - line[base].up) / line[base].size
		switch small := g.size < smallAtMost*line[base].size; {
		case small && up >= raisedLeast && up < shiftedMost:
			raise(line, i)
			closeGap(line, i)
		case small && -up >= loweredLeast && -up < shiftedMost:
			if c, ok := lowered[g.c]; ok {
				g.c = c
			}
		case !small:
			base = i
		}
	}
}

// nextFull is the character that a small one at the beginning of a line belongs to: the next larger one, or
// the first itself.
func nextFull(line []glyph, from int) int {
	for i := from; i < len(line); i++ {
		if !unicode.IsSpace(line[i].c) && line[from].size < smallAtMost*line[i].size {
			return i
		}
	}
	return from
}

// goesOn reports whether a character that MuPDF begins a line with, since it is raised, directly follows the
// end of another line.
func goesOn(line []glyph, g glyph) bool {
	if len(line) == 0 {
		return false
	}
	last := line[len(line)-1]
	up, gap := math.Abs(g.up-last.up)/last.size, (g.from-last.to)/last.size
	return g.size < smallAtMost*last.size && up >= raisedLeast && up < shiftedMost && math.Abs(gap) < white
}

// white is the gap between two words, as a share of the size, at least.
const white = 0.1

// closeGap removes the blank that MuPDF puts before a raised character where there is no white.
func closeGap(line []glyph, i int) {
	if i < 2 || line[i-1].c != ' ' || unicode.IsSpace(line[i-2].c) {
		return
	}
	if line[i].from-line[i-2].to < white*line[i-2].size {
		line[i-1].c = gone
	}
}

// gone stands for a removed character.
const gone = 0

// raise writes line[i] raised. A letter is a note mark only if it is alone at the end of a word: "5th" is one
// word.
func raise(line []glyph, i int) {
	c, ok := raised[line[i].c]
	if !ok {
		return
	}
	if unicode.IsLetter(line[i].c) {
		before := i > 0 && unicode.IsLetter(line[i-1].c) && line[i].size < smallAtMost*line[i-1].size
		after := i+1 < len(line) && (unicode.IsLetter(line[i+1].c) || unicode.IsDigit(line[i+1].c))
		if !before || after {
			return
		}
	}
	line[i].c = c
}

var (
	raised  = forms("0123456789+-−=()abcdefghijklmnprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵖʳˢᵗᵘᵛʷˣʸᶻ")
	lowered = forms("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
)

func forms(from, to string) map[rune]rune {
	m := map[rune]rune{}
	forms := []rune(to)
	for i, r := range []rune(from) {
		m[r] = forms[i]
	}
	return m
}
