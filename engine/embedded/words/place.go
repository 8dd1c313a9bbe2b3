package words

import (
	"strings"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/internal/edits"
)

// place returns for each character of words, without white space, the place at which it was seen. A text may
// have been corrected since: characters that were not seen are placed between those around them.
func place(texts []string, marks []document.Mark) (placed []document.Mark, found []bool) {
	text := []rune(strings.Join(texts, ""))
	found = make([]bool, len(text))
	seen := single(marks)
	if len(seen) == 0 {
		return evenly(text), found
	}
	placed = make([]document.Mark, len(text))
	characters := make([]rune, len(seen))
	for i, m := range seen {
		characters[i], _ = utf8.DecodeRuneInString(m.Text)
	}
	for i, j := range edits.Match(text, characters) {
		if j >= 0 {
			placed[i], found[i] = seen[j], true
		}
	}
	between(placed, found)
	return placed, found
}

// single splits marks of several characters.
func single(marks []document.Mark) []document.Mark {
	all := make([]document.Mark, 0, len(marks))
	for _, m := range marks {
		n := float64(utf8.RuneCountInString(m.Text))
		i := 0.0
		for _, r := range m.Text {
			one := m
			one.Text = string(r)
			one.From, one.To = m.From+(m.To-m.From)*i/n, m.From+(m.To-m.From)*(i+1)/n
			all = append(all, one)
			i++
		}
	}
	return all
}

// evenly spreads characters of which no place is known over the line.
func evenly(text []rune) []document.Mark {
	widths := make([]float64, len(text))
	total := 0.0
	for i, r := range text {
		widths[i] = 1
		if r >= 0x2e80 { // most characters beyond are as wide as high
			widths[i] = 2
		}
		total += widths[i]
	}
	placed := make([]document.Mark, len(text))
	at := 0.0
	for i, w := range widths {
		middle := (at + w/2) / total
		placed[i] = document.Mark{From: middle, To: middle}
		at += w
	}
	return placed
}

// between spaces characters that were not found evenly between their neighbors.
func between(placed []document.Mark, found []bool) {
	for i := 0; i < len(placed); {
		if found[i] {
			i++
			continue
		}
		end := i
		for end < len(placed) && !found[end] {
			end++
		}
		from, to := 0.0, 1.0
		if i > 0 {
			from = placed[i-1].To
		}
		if end < len(placed) {
			to = placed[end].From
		}
		for j := i; j < end; j++ {
			middle := from + (to-from)*(float64(j-i)+.5)/float64(end-i)
			placed[j] = document.Mark{From: middle, To: middle}
		}
		i = end
	}
}
