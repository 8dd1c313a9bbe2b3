package searchable

import (
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
)

// Letter is a character that a page has already, visible or not, by its middle on the page as
// it is shown.
type Letter struct {
	R    rune
	X, Y float64
}

// same is the share of their characters up to which two texts at one place may differ and be
// the same word, one of them misread. A font that says nothing useful of its glyphs differs in
// most.
const same = 0.5

// missing are the words that are not there yet.
func missing(words []placed, there []Letter) []placed {
	if len(there) == 0 {
		return words
	}
	var rest []placed
	for _, w := range words {
		if !w.among(there) {
			rest = append(rest, w)
		}
	}
	return rest
}

// among reports whether letters at the place of a word say the same; others may lie there too.
func (w placed) among(letters []Letter) bool {
	var at strings.Builder
	for _, l := range letters {
		if l.X >= w.x0 && l.X <= w.x1 && l.Y >= w.y0 && l.Y <= w.y1 && !unicode.IsSpace(l.R) {
			at.WriteRune(l.R)
		}
	}
	if at.Len() == 0 {
		return false
	}
	a, b := strings.ToLower(at.String()), strings.ToLower(w.text)
	longest := max(len([]rune(a)), len([]rune(b)))
	return strings.Contains(a, b) || float64(levenshtein.ComputeDistance(a, b)) <= same*float64(longest)
}
