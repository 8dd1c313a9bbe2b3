package config

import "strings"

// nearest gives the known word that somebody most probably meant, "" when none
// is close. A setting of the same name in another section counts as close.
// Letter case is ignored.
func nearest(word string, known []string, separator string) string {
	word = strings.ToLower(word)
	best, bestDistance := "", max(2, len(word)/4)+1
	for _, candidate := range known {
		lower := strings.ToLower(candidate)
		d := distance(word, lower)
		if strings.HasSuffix(lower, separator+word) {
			d = min(d, 1)
		}
		if d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance is the Levenshtein distance: the number of letters to insert,
// delete or replace to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// didYouMean ends a message about an unknown word, where one is near.
func didYouMean(near, prefix string) string {
	if near == "" {
		return ""
	}
	return "; did you mean " + prefix + near + "?"
}
