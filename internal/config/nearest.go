package config

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest returns the known word that somebody most probably meant, "" when none
// is close. A setting of the same name in another section counts as close.
// Letter case is ignored.
func nearest(word string, known []string, separator string) string {
	word = strings.ToLower(word)
	best, bestDistance := "", max(2, len(word)/4)+1
	for _, candidate := range known {
		lower := strings.ToLower(candidate)
		d := levenshtein.ComputeDistance(word, lower)
		if strings.HasSuffix(lower, separator+word) {
			d = min(d, 1)
		}
		if d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// didYouMean ends a message about an unknown word, where one is near.
func didYouMean(near, prefix string) string {
	if near == "" {
		return ""
	}
	return "; did you mean " + prefix + near + "?"
}
