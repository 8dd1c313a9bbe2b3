package wire

import (
	"encoding/binary"
	"errors"
	"image"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
)

// Words lie packed in the shared memory, one behind the other: four uint16 for the
// box and one for the length of the text, in little-endian, and then the text.

// What the words of a page may take. A page of small print has some 2,000 words in
// 40 kB; what has more than this is not there to be read, and has no words at all.
const (
	maxWords     = 20_000
	MaxWordBytes = 1 << 20
)

// wordHeader is the length of what precedes a text.
const wordHeader = 5 * 2

// ErrWords means that words are not as PackWords packs them.
var ErrWords = errors.New("malformed words")

// PackWords packs the words that can be believed. It gives none when they are too many.
func PackWords(words []document.Word, width, height int) (count uint32, packed []byte) {
	page := image.Rect(0, 0, width, height)
	for _, w := range words {
		w.Text = strings.Map(shaped, w.Text)
		if !credible(w, page) {
			continue
		}
		if count == maxWords || len(w.Text) > MaxWordBytes-wordHeader-len(packed) {
			return 0, nil
		}
		for _, n := range []int{w.BBox[0], w.BBox[1], w.BBox[2], w.BBox[3], len(w.Text)} {
			packed = binary.LittleEndian.AppendUint16(packed, uint16(n))
		}
		packed = append(packed, w.Text...)
		count++
	}
	return count, packed
}

// UnpackWords checks what a child says are the words of a page of width x height
// pixels. Nil is none.
func UnpackWords(packed []byte, count uint32, width, height int) ([]document.Word, error) {
	if count > maxWords || len(packed) > MaxWordBytes || int(count)*wordHeader > len(packed) {
		return nil, ErrWords
	}
	page := image.Rect(0, 0, width, height)
	rest, text := packed, string(packed) // the words share one string
	var words []document.Word
	if count > 0 {
		words = make([]document.Word, count)
	}
	for i := range words {
		if len(rest) < wordHeader {
			return nil, ErrWords
		}
		w := &words[i]
		for j := range w.BBox {
			w.BBox[j] = int(binary.LittleEndian.Uint16(rest[2*j:]))
		}
		end := wordHeader + int(binary.LittleEndian.Uint16(rest[2*len(w.BBox):]))
		if len(rest) < end {
			return nil, ErrWords
		}
		w.Text, text, rest = text[wordHeader:end], text[end:], rest[end:]
		if !credible(*w, page) {
			return nil, ErrWords
		}
	}
	if len(rest) > 0 {
		return nil, ErrWords
	}
	return words, nil
}

// credible reports whether a word can be what a page shows: it lies on the page, and its
// characters have a shape. A font's map that gives others (controls, private use,
// U+FFFD) says nothing of what is drawn, also where it gives good ones. But one
// character in a long word may be missing from a good map: it is U+FFFD.
func credible(w document.Word, page image.Rectangle) bool {
	b := w.BBox
	onPage := page.Min.X <= b[0] && b[0] < b[2] && b[2] <= page.Max.X &&
		page.Min.Y <= b[1] && b[1] < b[3] && b[3] <= page.Max.Y
	if !onPage || w.Text == "" || len(w.Text) > maxWordText || !utf8.ValidString(w.Text) {
		return false
	}
	characters, missing := 0, 0
	for _, r := range w.Text {
		characters++
		switch {
		case r == utf8.RuneError:
			missing++
		case shapeless(r):
			return false
		}
	}
	return missingShare*missing <= characters
}

// missingShare is how many characters a word has at least to each that is missing.
const missingShare = 8

// shaped is r, or U+FFFD where it has no shape.
func shaped(r rune) rune {
	if shapeless(r) {
		return utf8.RuneError
	}
	return r
}

// maxWordText is how many bytes a word may have: its length travels in 16 bits, and
// scripts without spaces have lines of a few hundred.
const maxWordText = 4096

// shapeless holds for U+FFFD, and so for what is not UTF-8.
func shapeless(r rune) bool {
	return r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsGraphic(r)
}
