package textlayer

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/textlayer/compare"
)

// usual are the scripts of which every reader knows at least some letters.
var usual = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han, unicode.Hiragana, unicode.Katakana}

// unshaped are, by Unicode name, the scripts that a reader may read in a way of their own, and in which a
// letter is the same glyph wherever it stands, in lines that run to the right.
var unshaped = map[string]*unicode.RangeTable{
	"Greek": unicode.Greek, "Cyrillic": unicode.Cyrillic, "Armenian": unicode.Armenian, "Georgian": unicode.Georgian,
	"Hangul": {R16: []unicode.Range16{{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}}}, // syllables only: within one, letters are shaped
}

// scripts are the unshaped scripts that the reader of a document knows.
type scripts map[string]*unicode.RangeTable

func scriptsOf(names []string) scripts {
	s := scripts{}
	for _, name := range names {
		if table := unshaped[name]; table != nil {
			s[name] = table
		}
	}
	return s
}

// of returns the script of a letter that is read in a way of its own; empty for others.
func (s scripts) of(r rune) string {
	for name, table := range s {
		if unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

// tellable reports whether a letter can stand for one glyph.
func (s scripts) tellable(r rune) bool { return unicode.In(r, usual...) || s.of(r) != "" }

// main returns the script as which a line is to be read, the one of half of its letters; empty for the usual
// way.
func (s scripts) main(glyphs []*document.Character) string {
	if len(s) == 0 {
		return ""
	}
	all, counts := 0, map[string]int{}
	for _, c := range glyphs {
		for _, r := range c.Text {
			if unicode.IsLetter(r) {
				all++
				counts[s.of(r)]++
			}
		}
	}
	delete(counts, "")
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if 2*counts[name] >= all {
			return name
		}
	}
	return ""
}

// has reports whether a stretch has characters of a script.
func (ln *line) has(s stretch, script *unicode.RangeTable) bool {
	return slices.ContainsFunc(ln.glyphs[s.from:s.to], func(c *document.Character) bool {
		return strings.ContainsFunc(c.Text, func(r rune) bool { return unicode.Is(script, r) })
	})
}

// lettered reports whether there are letters among glyphs.
func lettered(glyphs []*document.Character) bool {
	return slices.ContainsFunc(glyphs, func(c *document.Character) bool { return strings.ContainsFunc(c.Text, unicode.IsLetter) })
}

// silence discards what a reading as one script says of letters of other scripts, which such a reader hardly
// knows. The usual reader does know the Greek letters of formulas.
func (s scripts) silence(verdicts []compare.Verdict, glyphs []*document.Character, way string) {
	for i := range verdicts {
		r, _ := utf8.DecodeRuneInString(glyphs[i].Text)
		if own := s.of(r); unicode.IsLetter(r) && own != way && (way != "" || own != "Greek") {
			verdicts[i] = compare.Unclear
		}
	}
}

// sharesForms reports whether a script has letters that look like those of another.
func sharesForms(script string) bool { return script == "Greek" || script == "Cyrillic" }

// toldApart reports whether the letters of a line are of the script that they look like: no word mixes Latin
// with Cyrillic, and in a script that shares letter forms enough letters have a form of their own, so that
// the line cannot be in the other script.
func (ln *line) toldApart() bool {
	for _, word := range ln.words() {
		if ln.has(word, unicode.Latin) && ln.has(word, unicode.Cyrillic) {
			return false
		}
	}
	if !sharesForms(ln.way) {
		return true
	}
	const share = 4 // one letter in so many
	letters, own := 0, 0
	for _, c := range ln.glyphs {
		for _, r := range c.Text {
			if unicode.IsLetter(r) {
				letters++
				if unicode.Is(unshaped[ln.way], r) && !compare.DrawnAlike(r) {
					own++
				}
			}
		}
	}
	return share*own >= letters
}
