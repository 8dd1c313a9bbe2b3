// Package words finds where on a line each of its words is, by the characters that the reader saw along it
// and the white between them.
package words

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// Of returns the words of lines on an image, in order.
func Of(src pixels.Raster, lines []document.Line) []document.WordBox {
	var all []document.WordBox
	for i, l := range lines {
		for _, w := range ofLine(src, l) {
			w.Line = i
			all = append(all, w)
		}
	}
	return all
}

// ofLine returns the words of one line. Where the direction of a line is unknown, as along the ring of a
// stamp, each word gets the line's box.
func ofLine(src pixels.Raster, l document.Line) []document.WordBox {
	texts := strings.Fields(l.Text)
	if len(texts) == 0 {
		return nil
	}
	words := make([]document.WordBox, len(texts))
	for i, text := range texts {
		words[i] = document.WordBox{Text: text, BBox: l.BBox, Confidence: l.Confidence}
	}
	w, h := pixels.QuadSize(l.Quad)
	if w < 1 || h < 1 {
		return words
	}
	marks, up := l.Marks, false
	if h >= pixels.TallLine*w {
		marks, up = upwards(marks)
	}
	s := stripOf(src, l, up)
	seen, found := place(texts, marks)
	spans := s.edges(spansOf(texts, seen, found))
	rotation := s.rotation()
	for i := range words {
		words[i].Rotation = rotation
		words[i].BBox = pixels.BBoxOf(s.part(spans[i].from, spans[i].to), src.W, src.H)
		if c := confidence(seen[spans[i].first:spans[i].last]); c != nil {
			words[i].Confidence = c
		}
	}
	return words
}

// upwards mirrors the marks of a line that is higher than wide if it was read from the other end.
func upwards(marks []document.Mark) (turned []document.Mark, up bool) {
	if len(marks) < 2 || marks[0].From <= marks[len(marks)-1].From {
		return marks, false
	}
	turned = slices.Clone(marks)
	for i, m := range marks {
		turned[i].From, turned[i].To = 1-m.From, 1-m.To
		if turned[i].From > turned[i].To {
			turned[i].From, turned[i].To = turned[i].To, turned[i].From
		}
	}
	return turned, true
}

// span is where a word is on a line, in shares of its length.
type span struct {
	from, to    float64 // the middles of the outer characters seen, or the edges if exact
	exact       bool
	first, last int // its characters among all, without white space
}

// spansOf divides the characters of a line into its words.
func spansOf(texts []string, seen []document.Mark, found []bool) []span {
	spans := make([]span, len(texts))
	at := 0
	for i, text := range texts {
		first, last := at, at+utf8.RuneCountInString(text)
		at = last
		head, tail := first, last-1
		for head < tail && !found[head] {
			head++
		}
		for tail > head && !found[tail] {
			tail--
		}
		if !found[head] { // nor was any other
			head, tail = first, last-1
		}
		a, b := seen[head], seen[tail]
		spans[i] = span{a.From, b.To, a.From < a.To && b.From < b.To, first, last}
	}
	return spans
}

// confidence is the mean over the characters that have one; nil if none has.
func confidence(seen []document.Mark) *float64 {
	sum, n := 0.0, 0
	for _, m := range seen {
		if m.Confidence > 0 {
			sum += m.Confidence
			n++
		}
	}
	if n == 0 {
		return nil
	}
	mean := min(sum/float64(n), 1)
	return &mean
}

// rotation is the quarter turn, in degrees clockwise, closest to the text's direction.
func (s strip) rotation() int {
	along := math.Atan2(s.quad[1].Y-s.quad[0].Y, s.quad[1].X-s.quad[0].X) * 180 / math.Pi
	return (int(math.Round(along/90))*90 + 360) % 360
}
