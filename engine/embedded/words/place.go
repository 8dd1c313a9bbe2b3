package words

import (
	"strings"
	"unicode/utf8"

	"ocr-gateway/document"
)

// place gives each character of words, white space left out, the place at which it was seen.
// A text may differ from what was seen, since it has been corrected: characters that were
// not found there stand between those around them.
func place(texts []string, marks []document.Mark) (placed []document.Mark, found []bool) {
	text := []rune(strings.Join(texts, ""))
	found = make([]bool, len(text))
	seen := single(marks)
	if len(seen) == 0 {
		return evenly(text), found
	}
	placed = make([]document.Mark, len(text))
	for i, j := range match(text, seen) {
		if j >= 0 {
			placed[i], found[i] = seen[j], true
		}
	}
	between(placed, found)
	return placed, found
}

// single divides marks of several characters.
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

// evenly spreads characters of which nothing is known over the line.
func evenly(text []rune) []document.Mark {
	widths := make([]float64, len(text))
	total := 0.0
	for i, r := range text {
		widths[i] = 1
		if r >= 0x2e80 { // most of what is beyond is as wide as high
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

// mostSteps bounds the work of match: longer lines are read as they were seen.
const mostSteps = 4_000_000

// match finds for each character the mark that it was seen as, -1 for none: with the least
// edits (Levenshtein, 1966).
func match(text []rune, seen []document.Mark) []int {
	pairs := make([]int, len(text))
	head := 0
	for head < min(len(text), len(seen)) && string(text[head]) == seen[head].Text {
		pairs[head] = head
		head++
	}
	rest, left := text[head:], seen[head:]
	for i := range rest {
		pairs[head+i] = -1
	}
	if len(rest)*len(left) == 0 || len(rest)*len(left) > mostSteps {
		return pairs
	}
	steps := edits(rest, left)
	for i, j := len(rest), len(left); i > 0 && j > 0; {
		switch here := steps[i][j]; {
		case here == steps[i-1][j-1]+substitution(rest[i-1], left[j-1]):
			i, j = i-1, j-1
			pairs[head+i] = head + j
		case here == steps[i-1][j]+1:
			i--
		default:
			j--
		}
	}
	return pairs
}

// edits is the table of the least edits that turn a beginning of seen into one of text.
func edits(text []rune, seen []document.Mark) [][]int32 {
	rows := make([][]int32, len(text)+1)
	cells := make([]int32, len(rows)*(len(seen)+1))
	for i := range rows {
		rows[i] = cells[i*(len(seen)+1):][:len(seen)+1]
		rows[i][0] = int32(i)
	}
	for j := range seen {
		rows[0][j+1] = int32(j + 1)
	}
	for i, r := range text {
		for j, m := range seen {
			rows[i+1][j+1] = min(rows[i][j]+substitution(r, m), rows[i][j+1]+1, rows[i+1][j]+1)
		}
	}
	return rows
}

func substitution(r rune, m document.Mark) int32 {
	if string(r) == m.Text {
		return 0
	}
	return 1
}

// between sets the characters that were not found evenly between their neighbours.
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
