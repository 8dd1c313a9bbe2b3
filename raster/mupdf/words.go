package mupdf

/*
#include "mupdf.h"

static fz_stext_line *first_line(const fz_stext_block *block) {
	return block->type == FZ_STEXT_BLOCK_TEXT ? block->u.t.first_line : NULL;
}

static void drop_text(fz_context *ctx, fz_stext_page **text) {
	if (!text)
		return;
	fz_drop_stext_page(ctx, *text);
	*text = NULL;
}
*/
import "C"

import (
	"math"
	"slices"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
)

// RenderWithWords is Render that also returns the text it drew, divided at white space and wide gaps, in
// pixels, with raised and lowered characters in their Unicode forms. Characters off the page are left out,
// and so is invisible text (render mode 3, or fully transparent) and text of Type 3 fonts whose glyphs take
// their color from the page. A character covered by an opaque image comes as U+FFFD; text that is clipped
// away, covered by anything else, or of the color of its ground is not left out. Code points are the
// document's claim and may be any number: invalid ones come as U+FFFD. Check boxes and radio buttons of a
// form are words too. A page whose text cannot be had is rendered without.
func (d *Document) RenderWithWords(n, width, height int, pix []byte) (words []document.Word, gray bool, err error) {
	var text *C.fz_stext_page
	gray, err = d.render(n, width, height, pix, &text)
	if text == nil {
		return nil, gray, err
	}
	defer d.dropText(&text)
	w := wordCutter{width: float64(width), height: float64(height)}
	for block := text.first_block; block != nil; block = block.next {
		for line := C.first_line(block); line != nil; line = line.next {
			w.addLine(line)
		}
	}
	w.endLine()
	points, high, sizeErr := d.Size(n)
	if sizeErr != nil {
		return w.words, gray, err
	}
	return d.withChecks(w.words, d.toPixels(points, high, width, height), width, height), gray, err
}

func (d *Document) dropText(text **C.fz_stext_page) { C.drop_text(d.c.ctx, text) }

// wordCutter makes words of the characters of one line after another.
type wordCutter struct {
	width, height  float64 // of the page
	line           []glyph // being built
	words          []document.Word
	text           []byte  // of the word being built
	x0, y0, x1, y1 float64 // its box
}

// softHyphen is drawn as a hyphen if it is drawn at all.
const softHyphen = '\u00ad'

func (w *wordCutter) addLine(line *C.fz_stext_line) {
	dx, dy := float64(line.dir.x), float64(line.dir.y)
	if first := line.first_char; first != nil && !goesOn(w.line, glyphOf(first, dx, dy)) {
		w.endLine()
	}
	for char := line.first_char; char != nil; char = char.next {
		w.line = append(w.line, glyphOf(char, dx, dy))
	}
}

func (w *wordCutter) endLine() {
	shift(w.line)
	usual := usualGap(w.line)
	for i, g := range w.line {
		if g.c == gone {
			continue
		}
		if i > 0 && gapBetween(w.line[i-1], g) >= max(wordGap, usual+narrowGap) {
			w.end()
		}
		w.add(g.c, g.quad)
	}
	w.end()
	w.line = w.line[:0]
}

// White between characters, as a share of their size. MuPDF takes a little more for a blank, which is too
// much where narrow letters are set tight.
const (
	wordGap   = 0.12 // white that is a blank where letters touch
	narrowGap = 0.1  // how much more than between letters, where they are set wide
)

// usualGap is the white between most characters of a line, 0 if they touch.
func usualGap(line []glyph) float64 {
	var gaps []float64
	for i := 1; i < len(line); i++ {
		if !unicode.IsSpace(line[i].c) && !unicode.IsSpace(line[i-1].c) {
			gaps = append(gaps, gapBetween(line[i-1], line[i]))
		}
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return max(0, gaps[len(gaps)/2])
}

// gapBetween is the white between two characters; none if their sizes differ, as with note marks, or they are
// of scripts set without blanks.
func gapBetween(a, b glyph) float64 {
	small, large := min(a.size, b.size), max(a.size, b.size)
	if small < smallAtMost*large || a.c == gone || isSquare(a.c) || isSquare(b.c) {
		return 0
	}
	return (b.from - a.to) / large
}

func isSquare(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer)
}

func (w *wordCutter) add(c rune, q *C.fz_quad) {
	if unicode.IsSpace(c) {
		w.end()
		return
	}
	if c == softHyphen {
		c = '-'
	}
	x0, x1 := extent(q.ul.x, q.ur.x, q.ll.x, q.lr.x)
	y0, y1 := extent(q.ul.y, q.ur.y, q.ll.y, q.lr.y)
	if !(x1 >= 0 && x0 <= w.width && y1 >= 0 && y0 <= w.height) { // also true for NaN
		return
	}
	if len(w.text) > 0 {
		x0, y0, x1, y1 = min(x0, w.x0), min(y0, w.y0), max(x1, w.x1), max(y1, w.y1)
	}
	w.text, w.x0, w.y0, w.x1, w.y1 = utf8.AppendRune(w.text, c), x0, y0, x1, y1
}

func extent(a, b, c, d C.float) (low, high float64) {
	return float64(min(a, b, c, d)), float64(max(a, b, c, d))
}

// end finishes the word being built if it covers a part of the page.
func (w *wordCutter) end() {
	box := document.BBox{
		int(math.Floor(max(w.x0, 0))), int(math.Floor(max(w.y0, 0))),
		int(math.Ceil(min(w.x1, w.width))), int(math.Ceil(min(w.y1, w.height))),
	}
	if len(w.text) > 0 && box[0] < box[2] && box[1] < box[3] {
		w.words = append(w.words, document.Word{Text: string(w.text), BBox: box})
	}
	w.text = w.text[:0]
}
