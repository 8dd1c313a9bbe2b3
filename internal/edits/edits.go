// Package edits aligns two readings of a text, character by character.
package edits

// What a pair of texts may have at most: pairs of characters, each of which takes two bytes, and
// characters, which are counted in two bytes.
const (
	mostPairs      = 16_000_000
	mostCharacters = 1<<16 - 1
)

// Match finds for each character of a text the one of another that it stands for, by index, -1
// for none: with the least edits that turn one into the other (Levenshtein, 1966). Of texts
// that are too long only the beginning that they share is matched.
func Match(text, other []rune) []int {
	pairs := make([]int, len(text))
	head := 0
	for head < min(len(text), len(other)) && text[head] == other[head] {
		pairs[head] = head
		head++
	}
	rest, left := text[head:], other[head:]
	for i := range rest {
		pairs[head+i] = -1
	}
	if len(rest)*len(left) == 0 || len(rest)*len(left) > mostPairs || max(len(rest), len(left)) > mostCharacters {
		return pairs
	}
	steps := table(rest, left)
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

// table has the least edits that turn a beginning of other into one of text.
func table(text, other []rune) [][]uint16 {
	rows := make([][]uint16, len(text)+1)
	cells := make([]uint16, len(rows)*(len(other)+1))
	for i := range rows {
		rows[i] = cells[i*(len(other)+1):][:len(other)+1]
		rows[i][0] = uint16(i)
	}
	for j := range other {
		rows[0][j+1] = uint16(j + 1)
	}
	for i, r := range text {
		above, row := rows[i], rows[i+1]
		for j, o := range other {
			row[j+1] = min(above[j]+substitution(r, o), above[j+1]+1, row[j]+1)
		}
	}
	return rows
}

func substitution(a, b rune) uint16 {
	if a == b {
		return 0
	}
	return 1
}
