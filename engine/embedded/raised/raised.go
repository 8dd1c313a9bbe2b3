// Package raised finds figures at the end of words that are smaller and higher than the text: note marks and
// powers.
package raised

import (
	"image"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// In heights of a line's characters, from their tops to their baseline.
const (
	least = 0.28 // how far above the baseline a raised figure ends, at least
	most  = 0.8  // height of a raised figure, at most
	reach = 0.35 // how far below the tops it begins, at most
)

// endsInFigures finds words that may end with a note mark or a power.
var endsInFigures = regexp.MustCompile(`[\p{L}\d)\]”"’.,]\d{1,2}[.,;:)]?(\s|$)`)

// Write writes figures at the end of words in raised form if they are drawn smaller and higher than the rest:
// the reader sees a 1 either way.
func Write(src pixels.Raster, lines []document.Line) {
	for i := range lines {
		l := &lines[i]
		if l.Spine != nil || !endsInFigures.MatchString(l.Text) || strings.ContainsFunc(l.Text, runsElsewhere) || strings.ContainsAny(l.Text, marks) || !isLevel(l.Quad) {
			continue
		}
		l.Text = withRaised(src, *l)
	}
}

// runsElsewhere reports whether a letter is of a script whose words do not run from left to right, so that
// their places are not in the order of the text.
func runsElsewhere(r rune) bool {
	return unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

// isLevel reports whether a line runs to the right, level enough for its characters to be compared in height.
func isLevel(q [4]document.Point) bool {
	w, h := pixels.QuadSize(q)
	return w > h && math.Abs(q[1].Y-q[0].Y) < h/8 && q[1].X > q[0].X
}

func withRaised(src pixels.Raster, l document.Line) string {
	glyphs := src.Glyphs(l.BBox.Rect())
	words := strings.Fields(l.Text)
	groups := wordGroups(glyphs, len(words))
	if groups == nil {
		return l.Text
	}
	top, foot := extents(glyphs)
	for i, word := range words {
		words[i] = raiseEnd(word, groups[i], top, foot)
	}
	return strings.Join(words, " ")
}

// wordGroups divides the characters of a line into n words at the widest gaps; nil if these do not stand out.
func wordGroups(glyphs []image.Rectangle, n int) [][]image.Rectangle {
	if len(glyphs) < n || n == 0 {
		return nil
	}
	gaps := make([]int, len(glyphs)-1)
	for i := range gaps {
		gaps[i] = glyphs[i+1].Min.X - glyphs[i].Max.X
	}
	sorted := slices.Clone(gaps)
	slices.Sort(sorted)
	widest := math.MaxInt
	if n > 1 {
		widest = sorted[len(sorted)-n+1]
		if len(sorted) >= n && sorted[len(sorted)-n] == widest {
			return nil
		}
	}
	var groups [][]image.Rectangle
	from := 0
	for i, g := range gaps {
		if g >= widest {
			groups = append(groups, glyphs[from:i+1])
			from = i + 1
		}
	}
	return append(groups, glyphs[from:])
}

// extents returns the top and foot of most characters.
func extents(glyphs []image.Rectangle) (top, foot int) {
	tops, feet := make([]int, len(glyphs)), make([]int, len(glyphs))
	for i, g := range glyphs {
		tops[i], feet[i] = g.Min.Y, g.Max.Y
	}
	slices.Sort(tops)
	slices.Sort(feet)
	return tops[len(tops)/5], feet[len(feet)/2]
}

// raiseEnd raises as many figures at the end of a word as are drawn so.
func raiseEnd(word string, glyphs []image.Rectangle, top, foot int) string {
	height := float64(foot - top)
	runes := []rune(word)
	end := len(runes)
	if end > 0 && unicode.IsPunct(runes[end-1]) && len(glyphs) > 0 && !isRaised(glyphs[len(glyphs)-1], top, foot, height) {
		end--
		glyphs = glyphs[:len(glyphs)-1]
	}
	n := 0
	for n < len(glyphs) && n < end && isRaised(glyphs[len(glyphs)-1-n], top, foot, height) && runes[end-1-n] >= '0' && runes[end-1-n] <= '9' {
		n++
	}
	if n == 0 || n == end || n == len(glyphs) {
		return word
	}
	rest := strings.TrimRight(string(runes[:end-n]), "0123456789")
	if digits := end - n - len([]rune(rest)); digits > 0 && endsLower(rest) { // a figure touches the word
		n += digits
	}
	forms := []rune(marks)
	for i := end - n; i < end; i++ {
		runes[i] = forms[runes[i]-'0']
	}
	return string(runes)
}

// endsLower reports whether a text ends with two lower-case letters, so that no figure on the baseline
// follows.
func endsLower(text string) bool {
	runes := []rune(text)
	return len(runes) > 1 && unicode.IsLower(runes[len(runes)-1]) && unicode.IsLower(runes[len(runes)-2])
}

func isRaised(g image.Rectangle, top, foot int, height float64) bool {
	return float64(foot-g.Max.Y) >= least*height && float64(g.Dy()) <= most*height && float64(g.Dy()) >= height/4 &&
		float64(g.Min.Y-top) <= reach*height
}
