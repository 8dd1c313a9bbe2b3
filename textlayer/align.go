package textlayer

import (
	"strings"
	"unicode"
)

const (
	// alike is the share of a line that was read as the PDF says, from which the rest is
	// taken for what stands there.
	alike = 0.75
	// sure is the confidence of a reading that speaks for or against a glyph.
	sure      = 0.6
	longest   = 600 // characters of a line that are compared; the time is their square
	unmatched = -1
)

// likeness is the share of a line's characters that were read.
func (ln *line) likeness() float64 {
	claim, _ := ln.claim()
	seen := plain(ln.place.Text)
	if len(claim) == 0 || len(claim) > longest || len(seen) > longest {
		return 0
	}
	same := 0
	for i, j := range match(claim, seen) {
		if j != unmatched && claim[i] == seen[j] {
			same++
		}
	}
	return float64(same) / float64(max(len(claim), len(seen)))
}

// claim is what the PDF says of a line, and which glyph each character belongs to.
func (ln *line) claim() (text []rune, glyph []int) {
	for i, c := range ln.glyphs {
		for _, r := range plain(c.Text) {
			text, glyph = append(text, r), append(glyph, i)
		}
	}
	return text, glyph
}

// formMarks are what models write to show the form of a text, in Markdown, HTML and LaTeX.
const formMarks = "*#-+>_`~|<&;$\\{}^"

// compare tells for each glyph of a line what its reading says of it.
func (ln *line) compare() []int {
	verdicts := make([]int, len(ln.glyphs))
	for i := range verdicts {
		verdicts[i] = unclear
	}
	claim, glyph := ln.claim()
	seen := plain(ln.place.Text)
	if len(claim) == 0 || len(claim) > longest || len(seen) > longest || ln.place.Confidence == nil || *ln.place.Confidence < sure {
		return verdicts
	}
	to := match(claim, seen)
	same := func(i int) bool { // or beyond the line
		if i < 0 || i >= len(claim) {
			return true
		}
		return to[i] != unmatched && claim[i] == seen[to[i]]
	}
	count := 0
	for i := range claim {
		if same(i) {
			count++
		}
	}
	if float64(count) < alike*float64(max(len(claim), len(seen))) {
		return verdicts
	}
	for i := 0; i < len(claim); {
		end := i + 1
		for end < len(claim) && glyph[end] == glyph[i] {
			end++
		}
		if unbroken(to, i, end, len(seen)) && same(i-1) && same(end) {
			in := seen[to[i] : to[i]+end-i]
			if verdict := judge(claim[i:end], in); verdict == agrees || !ln.form || !strings.ContainsAny(string(in), formMarks) {
				verdicts[glyph[i]] = verdict
			}
		}
		i = end
	}
	return verdicts
}

// unbroken reports whether the counterparts of characters i to end, and those beside them, follow
// each other.
func unbroken(to []int, i, end, length int) bool {
	for j := i - 1; j < end; j++ {
		if next(to, j, length) != 1 {
			return false
		}
	}
	return true
}

// next is how far behind the counterpart of character i that of the next lies, 0 where one of
// them has none. i may be -1, before the first; behind the last comes the end of the reading.
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

// judge compares what a glyph is said to be with what was read in its place.
func judge(claim, seen []rune) int {
	switch {
	case string(claim) == string(seen):
		return agrees
	case confusable(claim, seen):
		return doubts
	}
	return disagrees
}

// plain is a text as it is compared: without blanks, ligatures opened, and one form
// for marks that readers do not tell apart.
func plain(s string) []rune {
	var out []rune
	for _, r := range opened.Replace(s) {
		if !unicode.IsSpace(r) {
			out = append(out, folded(r))
		}
	}
	return out
}

var opened = strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st", "…", "...")

// folded is one form for each of the quotation marks and dashes.
func folded(r rune) rune {
	switch r {
	case '’', '‘', 'ʼ', '`', '´', '′':
		return '\''
	case '“', '”', '„', '″':
		return '"'
	case softHyphen, '\u2010', '\u2011', '–', '—', '−':
		return '-'
	}
	return r
}

// match aligns two texts at the least edit distance (Levenshtein): for each character of a
// the index of its counterpart in b, or unmatched.
func match(a, b []rune) []int {
	w := len(b) + 1
	cost := make([]uint16, (len(a)+1)*w)
	for j := range b {
		cost[j+1] = uint16(j + 1)
	}
	for i := range a {
		row, above := cost[(i+1)*w:][:w], cost[i*w:][:w]
		row[0] = uint16(i + 1)
		for j := range b {
			d := above[j]
			if a[i] != b[j] {
				d++
			}
			row[j+1] = min(d, above[j+1]+1, row[j]+1)
		}
	}
	to := make([]int, len(a))
	i, j := len(a), len(b)
	for i > 0 {
		d := uint16(1)
		if j > 0 && a[i-1] == b[j-1] {
			d = 0
		}
		switch at := cost[i*w+j]; {
		case j > 0 && at == cost[(i-1)*w+j-1]+d:
			i, j = i-1, j-1
			to[i] = j
		case at == cost[(i-1)*w+j]+1:
			i--
			to[i] = unmatched
		default:
			j--
		}
	}
	return to
}
