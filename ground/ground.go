// Package ground finds where on a page the words stand that a model has read without saying where: it aligns
// the model's text with the words that a line reader sees. How far both agree is all that is known of how
// sure a word is.
package ground

import (
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/internal/edits"
)

// Words adds words to regions that have a text but no words. seen are the words seen on the page, line by
// line in reading order; their Line counts over the page.
func Words(regions []document.Region, seen []document.WordBox) {
	for i := range regions {
		r := &regions[i]
		if tokens := tokensOf(r); len(r.Words) == 0 && len(tokens) > 0 {
			r.Words = place(tokens, within(seen, r.BBox), r.BBox)
		}
	}
}

// edge is how far, in pixels, words may extend beyond a region's box.
const edge = 8

// within returns the words whose middle is in a region.
func within(seen []document.WordBox, box document.BBox) []document.WordBox {
	var in []document.WordBox
	for _, w := range seen {
		x, y := (w.BBox[0]+w.BBox[2])/2, (w.BBox[1]+w.BBox[3])/2
		if x >= box[0]-edge && x < box[2]+edge && y >= box[1]-edge && y < box[3]+edge {
			in = append(in, w)
		}
	}
	return in
}

// character is a character of a word that was seen.
type character struct {
	r    rune
	word int // index of the word
	at   int // position in the word
	of   int // characters of the word
}

func charactersOf(seen []document.WordBox) (all []character, runes []rune) {
	for i, w := range seen {
		n, at := utf8.RuneCountInString(w.Text), 0
		for _, r := range w.Text {
			all, runes = append(all, character{r, i, at, n}), append(runes, r)
			at++
		}
	}
	return all, runes
}

// place finds where each token stands.
func place(tokens []string, seen []document.WordBox, region document.BBox) []document.WordBox {
	characters, runes := charactersOf(seen)
	var text []rune
	for _, token := range tokens {
		text = append(text, []rune(token)...)
	}
	pairs := edits.Match(text, runes)
	var pieces []piece
	for _, token := range tokens {
		n := utf8.RuneCountInString(token)
		pieces = append(pieces, piecesOf([]rune(token), pairs[:n], characters, seen)...)
		pairs = pairs[n:]
	}
	between(pieces, region)
	return wordsOf(pieces)
}

// wordsOf turns pieces into words, and numbers the lines of the region from 0.
func wordsOf(pieces []piece) []document.WordBox {
	words := make([]document.WordBox, len(pieces))
	line, last := -1, -1
	for i, p := range pieces {
		if i == 0 || p.line != last {
			line, last = line+1, p.line
		}
		agreement := p.agreement
		words[i] = document.WordBox{Text: p.text, BBox: p.box, Confidence: &agreement, Line: line, Rotation: p.rotation}
	}
	return words
}
