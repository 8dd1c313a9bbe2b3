package azure

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// unit is what spans are counted in.
type unit string

// The units: what people see as a character, Unicode's characters, and those of UTF-16.
const (
	textElements     unit = "textElements"
	unicodeCodePoint unit = "unicodeCodePoint"
	utf16CodeUnit    unit = "utf16CodeUnit"
)

var units = []unit{textElements, unicodeCodePoint, utf16CodeUnit}

// span is a part of the content.
type span struct {
	Offset int `json:"offset"`
	Length int `json:"length"`
}

// part is a part of the content in bytes.
type part struct{ from, to int }

// ruler has, for each byte of a text and for its end, the number of units that begin before the
// one at that byte.
type ruler []int32

func newRuler(text string, u unit) ruler {
	r := make(ruler, 0, len(text)+1)
	count, state := int32(0), -1 // of uniseg
	for text != "" {
		c, size := utf8.DecodeRuneInString(text) // one byte where it is not UTF-8
		units := 1
		switch u {
		case textElements:
			var one string
			one, _, _, state = uniseg.FirstGraphemeClusterInString(text, state)
			size = len(one)
		case utf16CodeUnit:
			units = utf16.RuneLen(c)
		}
		for range size {
			r = append(r, count)
		}
		count, text = count+int32(units), text[size:]
	}
	return append(r, count)
}

// span is a part of the text in units.
func (r ruler) span(p part) span { return span{int(r[p.from]), int(r[p.to] - r[p.from])} }
