package ppocr

import (
	"strings"

	"ocr-gateway/document"
)

// alphabet is what the reader can write.
type alphabet struct {
	classes []string // text of each output class: 0 is the blank, the last a space
	known   map[rune]bool
}

// parseAlphabet reads a dictionary, one entry a line.
func parseAlphabet(dictionary string) alphabet {
	entries := strings.Split(strings.TrimSuffix(dictionary, "\n"), "\n")
	a := alphabet{classes: make([]string, 0, len(entries)+2), known: make(map[rune]bool, len(entries))}
	a.classes = append(a.classes, "")
	for _, s := range entries {
		s = strings.TrimSuffix(s, "\r")
		a.classes = append(a.classes, s)
		for _, r := range s {
			a.known[r] = true
		}
	}
	a.classes = append(a.classes, " ")
	return a
}

// decode reads the most probable text from the class probabilities of each
// step (Graves et al., Connectionist temporal classification, 2006): repeats
// count once, blanks separate. The confidence is the mean probability of the
// characters, 0 when there are none; at are the steps of those that are no space, and marks
// the same characters, at the middle of a strip of so many pixels.
func (a alphabet) decode(probs []float32, width int) (text string, confidence float64, at []int, marks []document.Mark) {
	var b strings.Builder
	var sum float64
	n, last := 0, 0
	for step := 0; len(probs) >= len(a.classes); step, probs = step+1, probs[len(a.classes):] {
		class, p := argmax(probs[:len(a.classes)])
		if class != 0 && class != last {
			b.WriteString(a.classes[class])
			sum += float64(p)
			n++
			if a.classes[class] != " " {
				at = append(at, step)
				middle := min((float64(step)+.5)*readStep/float64(width), 1)
				marks = append(marks, document.Mark{Text: a.classes[class], From: middle, To: middle, Confidence: float64(p)})
			}
		}
		last = class
	}
	if n == 0 {
		return "", 0, nil, nil
	}
	return b.String(), sum / float64(n), at, marks
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
