package compare

const unmatched = -1

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
