package attack

import (
	"strings"
	"unicode"
)

// In is what is to be seen of a page's level lines in a box of pixels, of a page that is drawn at
// a number of pixels to a point, one under the other: those of which the baseline is in it.
func (p Page) In(x0, y0, x1, y1, perPoint float64) (lines []string) {
	scale := p.Scale * perPoint
	for _, l := range p.Lines {
		if y := (p.Y - l.Y) * scale; l.X == nil || y < y0 || y > y1 {
			continue
		}
		var seen strings.Builder
		for i, r := range []rune(l.Text) {
			if x := (l.X[i] - p.X) * scale; x >= x0 && x < x1 {
				seen.WriteRune(r)
			}
		}
		lines = append(lines, seen.String())
	}
	return lines
}

// Any stands for any character in what Astray compares.
const Any = '\x00'

// Astray is how many characters of a text are in none of the page's lines: those by which it
// differs from the nearest part of one, both plain.
func (p Page) Astray(text string) int {
	text = Plain(text)
	least := len([]rune(text))
	for _, l := range p.Lines {
		seen := Plain(l.Text)
		if strings.Contains(seen, text) {
			return 0
		}
		least = min(least, within([]rune(text), []rune(seen)))
	}
	return least
}

// within is the least edit distance of a to a part of b.
func within(a, b []rune) int {
	row := make([]int, len(b)+1)
	for i, r := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range b {
			d := diagonal
			if r != s && r != Any {
				d++
			}
			diagonal, row[j+1] = row[j+1], min(d, row[j+1]+1, row[j]+1)
		}
	}
	least := len(a)
	for _, d := range row {
		least = min(least, d)
	}
	return least
}

// Plain leaves out blanks and tells quotation marks and dashes apart no further than readers do.
func Plain(s string) string {
	s = alike.Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

var alike = strings.NewReplacer("ﬁ", "fi", "ﬂ", "fl", "’", "'", "′", "'", "“", `"`, "”", `"`, "–", "-", "—", "-", "−", "-", "‐", "-", "\u00ad", "-")
