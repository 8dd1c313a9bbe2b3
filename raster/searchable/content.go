// Package searchable lays invisible words over pages of a PDF, where they were read, so that
// they are found and selected there: a font without shapes, and the text of a page in it.
package searchable

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode"

	"ocr-gateway/document"
)

// Page is what was read on a page: words by their boxes in pixels of a page of a size that was
// turned clockwise by Rotation degrees to be upright. Words of one line follow each other and
// have the same number in Line.
type Page struct {
	Width, Height int
	Rotation      int
	Words         []document.WordBox
}

// Frame is a page as it is shown: its size in points, where y grows downwards, and the matrix
// [a b c d e f] that leads from there to the coordinates of its content.
type Frame struct {
	Width, Height float64
	ToContent     [6]float64
}

// placed is a word on a page as it is shown.
type placed struct {
	text           string
	x0, y0, x1, y1 float64
	rotation       int // degrees clockwise
	line           int
}

// place puts the words of a page onto it as it is shown.
func (p Page) place(f Frame) []placed {
	w, h := float64(p.Width), float64(p.Height)
	if p.Rotation%180 != 0 {
		w, h = h, w
	}
	sx, sy := f.Width/w, f.Height/h
	all := make([]placed, 0, len(p.Words))
	for _, word := range p.Words {
		if word.Text == "" {
			continue
		}
		b := turnedBack(word.BBox, p.Width, p.Height, p.Rotation)
		all = append(all, placed{
			text: word.Text, line: word.Line, rotation: (word.Rotation - p.Rotation + 720) % 360,
			x0: float64(b[0]) * sx, y0: float64(b[1]) * sy, x1: float64(b[2]) * sx, y1: float64(b[3]) * sy,
		})
	}
	return all
}

// turnedBack is a box on a page of w x h pixels before that was turned clockwise by degrees.
func turnedBack(b document.BBox, w, h, degrees int) document.BBox {
	switch degrees {
	case 90:
		return document.BBox{b[1], w - b[2], b[3], w - b[0]}
	case 180:
		return document.BBox{w - b[2], h - b[3], w - b[0], h - b[1]}
	case 270:
		return document.BBox{h - b[3], b[0], h - b[1], b[2]}
	}
	return b
}

// Content is the content stream that writes those words of a page, invisibly, that are not
// among its letters; nil when there is none. It stands for itself: put it first.
func (f *Font) Content(p Page, frame Frame, there []Letter, fontName string) []byte {
	if p.Width < 1 || p.Height < 1 {
		return nil
	}
	words := missing(p.place(frame), there)
	if len(words) == 0 {
		return nil
	}
	var b bytes.Buffer
	b.WriteString("q ")
	for _, v := range frame.ToContent {
		fmt.Fprintf(&b, "%s ", number(v))
	}
	fmt.Fprintf(&b, "cm BT 3 Tr /%s 1 Tf\n", fontName)
	for i, w := range words {
		f.word(&b, w, i+1 < len(words) && words[i+1].line == w.line)
	}
	b.WriteString("ET Q\n")
	return b.Bytes()
}

// word writes a word so that it fills its box, and a space behind it where another follows.
func (f *Font) word(b *bytes.Buffer, w placed, more bool) {
	var codes []byte
	text := visual(w.text)
	for _, r := range text {
		codes = fmt.Appendf(codes, "%04X", f.code(r))
	}
	if more {
		codes = fmt.Appendf(codes, "%04X", f.code(' '))
	}
	const least = 0.1 // points
	width, height := max(w.x1-w.x0, least), max(w.y1-w.y0, least)
	along, up := [2]float64{1, 0}, [2]float64{0, -1}
	for range w.rotation / 90 % 4 {
		along, up = [2]float64{-along[1], along[0]}, [2]float64{-up[1], up[0]}
		width, height = height, width
	}
	middle := [2]float64{(w.x0 + w.x1) / 2, (w.y0 + w.y1) / 2}
	scale := width / (float64(len(text)) * Advance / 1000)
	fmt.Fprintf(b, "%s %s %s %s %s %s Tm<%s>Tj\n",
		number(along[0]*scale), number(along[1]*scale), number(up[0]*height), number(up[1]*height),
		number(middle[0]-along[0]*width/2-up[0]*height/2), number(middle[1]-along[1]*width/2-up[1]*height/2), codes)
}

// visual gives the characters of a word from the left to the right, as pages are drawn and
// readers of PDF expect it. Numbers run so in every script.
func visual(text string) []rune {
	runes := []rune(text)
	if !rightToLeft(text) {
		return runes
	}
	slices.Reverse(runes)
	for from := 0; from < len(runes); from++ {
		to := from
		for to < len(runes) && unicode.IsDigit(runes[to]) {
			to++
		}
		slices.Reverse(runes[from:to])
		from = max(from, to-1)
	}
	return runes
}

// rightToLeft reports whether most letters of a word are of a script that runs so.
func rightToLeft(text string) bool {
	n := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko):
			n++
		case unicode.IsLetter(r):
			n--
		}
	}
	return n > 0
}

// number is a number as PDF writes it, to a hundredth of a point, or finer where it is small.
func number(v float64) string {
	const far = 1e6 // beyond every page
	v = min(max(v, -far), far)
	switch whole := math.Round(v); {
	case math.IsNaN(v):
		return "0"
	case math.Abs(v-whole) < 1e-6:
		return strconv.Itoa(int(whole))
	case math.Abs(v) < 2:
		return strconv.FormatFloat(v, 'f', 5, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}
