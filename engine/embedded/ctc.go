package embedded

import (
	"fmt"
	"strings"
)

// alphabet maps the reader's classes to text: 0 is the blank, the last a space.
type alphabet []string

// parseAlphabet reads the dictionary in the model's metadata, one entry a line.
func parseAlphabet(metadata string, classes int) (alphabet, error) {
	entries := strings.Split(strings.TrimSuffix(metadata, "\n"), "\n")
	if len(entries)+2 != classes {
		return nil, fmt.Errorf("the model's dictionary has %d entries for %d classes", len(entries), classes)
	}
	a := make(alphabet, 0, classes)
	a = append(a, "")
	for _, s := range entries {
		a = append(a, strings.TrimSuffix(s, "\r"))
	}
	return append(a, " "), nil
}

// decode reads the most probable text from the class probabilities of each
// step (Graves et al., Connectionist temporal classification, 2006): repeats
// count once, blanks separate. The confidence is the mean probability of the
// characters, 0 when there are none.
func (a alphabet) decode(probs []float32) (text string, confidence float64) {
	var b strings.Builder
	var sum float64
	n, last := 0, 0
	for ; len(probs) >= len(a); probs = probs[len(a):] {
		class, p := argmax(probs[:len(a)])
		if class != 0 && class != last {
			b.WriteString(a[class])
			sum += float64(p)
			n++
		}
		last = class
	}
	if n == 0 {
		return "", 0
	}
	return b.String(), sum / float64(n)
}

// argmax is the class with the highest of probabilities that add up to 1: one
// above a half ends the search.
func argmax(probs []float32) (class int, p float32) {
	for i, v := range probs {
		if v > p {
			if class, p = i, v; p > .5 {
				break
			}
		}
	}
	return class, p
}
