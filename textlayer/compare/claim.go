// Package compare tells what a reading says of the text that a PDF claims for a line, glyph by glyph, and
// which part of an answer about a passage stands for which of its lines. It knows only characters: where they
// stand, and what follows from the verdicts, is the caller's business.
package compare

import (
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/edits"
)

// Verdict is what one reading says of a glyph. Page caches store the numbers, so they must not change.
type Verdict int

// Verdicts.
const (
	Agrees    Verdict = iota + 1
	Doubts            // something was read that the claim is easily mistaken for
	Disagrees         // something else was read
	Unclear           // the reading of the line says nothing of the glyph
)

const (
	// alike is the share of a line that must be read as the PDF says for the rest to count as a reading of
	// the same text.
	alike   = 0.75
	longest = 600 // characters of a line that are compared; the time is their square
)

// formMarks are what models write to show the form of a text, in Markdown, HTML and LaTeX.
const formMarks = "*#-+>_`~|<&;$\\{}^"

// Claim is what a PDF says of a line.
type Claim struct {
	text   []rune // as plain gives it
	glyph  []int  // the glyph that each belongs to
	glyphs int
}

// ClaimOf is the claim of consecutive glyphs.
func ClaimOf(glyphs []*document.Character) Claim {
	claim := Claim{glyphs: len(glyphs)}
	for i, c := range glyphs {
		for _, r := range plain(c.Text) {
			claim.text, claim.glyph = append(claim.text, r), append(claim.glyph, i)
		}
	}
	return claim
}

// Is reports whether a text was read as claimed, apart from blanks and what readers do not tell apart.
func (c Claim) Is(read string) bool { return string(c.text) == string(plain(read)) }

// Likeness is the share of the characters that were read as claimed; 0 if that cannot be compared.
func (c Claim) Likeness(read string) float64 {
	seen := plain(read)
	if !c.comparable(seen) {
		return 0
	}
	same := c.same(seen, edits.Match(c.text, seen))
	return float64(same) / float64(max(len(c.text), len(seen)))
}

func (c Claim) comparable(seen []rune) bool {
	return len(c.text) > 0 && len(c.text) <= longest && len(seen) <= longest
}

// same counts the characters that have an equal counterpart in seen.
func (c Claim) same(seen []rune, to []int) (count int) {
	for i, j := range to {
		if j != unmatched && c.text[i] == seen[j] {
			count++
		}
	}
	return count
}

// Silent returns the verdicts of a reading that says nothing of any glyph.
func (c Claim) Silent() []Verdict { return slices.Repeat([]Verdict{Unclear}, c.glyphs) }

// Verdicts returns what a reading says of each glyph. form means that the reader may write marks that show
// the form of a text; these do not count against the glyphs in whose place they stand.
func (c Claim) Verdicts(read string, form bool) []Verdict {
	verdicts := c.Silent()
	seen := plain(read)
	if !c.comparable(seen) {
		return verdicts
	}
	to := edits.Match(c.text, seen)
	if float64(c.same(seen, to)) < alike*float64(max(len(c.text), len(seen))) {
		return verdicts
	}
	same := func(i int) bool { // or beyond the line
		return i < 0 || i >= len(c.text) || to[i] != unmatched && c.text[i] == seen[to[i]]
	}
	for i := 0; i < len(c.text); {
		end := i + 1
		for end < len(c.text) && c.glyph[end] == c.glyph[i] {
			end++
		}
		if unbroken(to, i, end, len(seen)) && same(i-1) && same(end) {
			in := seen[to[i] : to[i]+end-i]
			if verdict := judge(c.text[i:end], in); verdict == Agrees || !form || !strings.ContainsAny(string(in), formMarks) {
				verdicts[c.glyph[i]] = verdict
			}
		}
		i = end
	}
	return verdicts
}

// unbroken reports whether the counterparts of characters i to end, and of their neighbors, are consecutive.
func unbroken(to []int, i, end, length int) bool {
	for j := i - 1; j < end; j++ {
		if next(to, j, length) != 1 {
			return false
		}
	}
	return true
}

// next is how far behind the counterpart of character i that of the next one is; 0 where one of them has
// none. For i = -1 it counts from the beginning, and for the last character to the end of the reading.
func next(to []int, i, length int) int {
	at := -1
	if i >= 0 {
		at = to[i]
		if at == unmatched {
			return 0
		}
	}
	switch {
	case i+1 == len(to):
		return length - at
	case to[i+1] == unmatched:
		return 0
	}
	return to[i+1] - at
}

// judge compares a glyph's claim with what was read in its place.
func judge(claim, seen []rune) Verdict {
	switch {
	case string(claim) == string(seen):
		return Agrees
	case confusable(claim, seen):
		return Doubts
	}
	return Disagrees
}
