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

// noticed is the least probability of a second class that is looked at: every reader
// is trusted with as much.
const noticed = 0.15

// reading is what was read on a line.
type reading struct {
	text       string
	confidence float64         // the mean probability of the characters, 0 when there are none
	at         []int           // the steps of those that are no space
	marks      []document.Mark // the same characters, where they stand
	doubt      float64         // the highest probability above noticed of a class that would make another text
}

// decode reads the most probable text from the class probabilities of each
// step (Graves et al., Connectionist temporal classification, 2006): repeats
// count once, blanks separate. Characters stand at the middle of a strip of so many pixels.
func (a alphabet) decode(probs []float32, width int) reading {
	steps := len(probs) / len(a.classes)
	best, sure := make([]int, steps), make([]float32, steps)
	for step := range best {
		best[step], sure[step] = argmax(probs[step*len(a.classes):][:len(a.classes)], -1)
	}
	var r reading
	var b strings.Builder
	var sum float64
	n, last := 0, 0
	for step, class := range best {
		if class != 0 && class != last {
			b.WriteString(a.classes[class])
			sum += float64(sure[step])
			n++
			if a.classes[class] != " " {
				r.at = append(r.at, step)
				middle := min((float64(step)+.5)*readStep/float64(width), 1)
				r.marks = append(r.marks, document.Mark{Text: a.classes[class], From: middle, To: middle, Confidence: float64(sure[step])})
			}
		}
		last = class
		if 1-float64(sure[step]) > max(r.doubt, noticed) { // a second class can have as much
			second, p := argmax(probs[step*len(a.classes):][:len(a.classes)], class)
			if float64(p) > max(r.doubt, noticed) && otherText(best, step, second) {
				r.doubt = float64(p)
			}
		}
	}
	if n > 0 {
		r.text, r.confidence = b.String(), sum/float64(n)
	}
	return r
}

// otherText reports whether a class at a step would make another text of the best ones.
func otherText(best []int, step, class int) bool {
	before, after := 0, 0
	if step > 0 {
		before = best[step-1]
	}
	if step+1 < len(best) {
		after = best[step+1]
	}
	written := func(class int) (chars [2]int) {
		if class != before {
			chars[0] = class
		}
		if after != class {
			chars[1] = after
		}
		if chars[0] == 0 {
			chars[0], chars[1] = chars[1], 0
		}
		return chars
	}
	return written(class) != written(best[step])
}

// argmax is the class but one with the highest of probabilities that add up to 1: one
// above a half ends the search.
func argmax(probs []float32, but int) (class int, p float32) {
	for i, v := range probs {
		if v > p && i != but {
			if class, p = i, v; p > .5 {
				break
			}
		}
	}
	return class, p
}
