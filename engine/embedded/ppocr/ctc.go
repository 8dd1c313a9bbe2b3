package ppocr

import (
	"strings"
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

// noticed is the lowest probability of a second class that counts: no word with one is trusted.
const noticed = 0.08

// reading is what was read on a line or a part of one.
type reading struct {
	text       string
	confidence float64     // the mean probability of the characters, 0 when there are none
	characters []character // those of text, with spaces
	doubts     []doubt     // from left to right
}

// character is a character of a reading, around a column of pixels.
type character struct {
	text        string
	column      int
	probability float64
}

// doubt is the probability, above noticed, of a class that would make a different text at a column.
type doubt struct {
	column      int
	probability float64
}

// decode reads the most probable text from the class probabilities of each
// step (Graves et al., Connectionist temporal classification, 2006): repeats
// count once, blanks separate.
func (a alphabet) decode(probs []float32) reading {
	steps := len(probs) / len(a.classes)
	best, sure := make([]int, steps), make([]float32, steps)
	for step := range best {
		best[step], sure[step] = argmax(probs[step*len(a.classes):][:len(a.classes)], -1)
	}
	var characters []character
	var doubts []doubt
	last := 0
	for step, class := range best {
		if class != 0 && class != last {
			characters = append(characters, character{a.classes[class], columnOf(step), float64(sure[step])})
		}
		last = class
		if 1-sure[step] > noticed { // a second class can have as much
			second, p := argmax(probs[step*len(a.classes):][:len(a.classes)], class)
			if p > noticed && otherText(best, step, second) {
				doubts = append(doubts, doubt{columnOf(step), float64(p)})
			}
		}
	}
	return readingOf(characters, doubts)
}

func readingOf(characters []character, doubts []doubt) reading {
	r := reading{characters: characters, doubts: doubts}
	var b strings.Builder
	for _, c := range characters {
		b.WriteString(c.text)
	}
	r.text, r.confidence = b.String(), meanProbability(characters)
	return r
}

func meanProbability(characters []character) float64 {
	var sum float64
	for _, c := range characters {
		sum += c.probability
	}
	return sum / float64(max(len(characters), 1))
}

// columnOf is the middle of a step, in pixels.
func columnOf(step int) int { return step*readStep + readStep/2 }

// doubtAt is the highest doubt between two columns, both included.
func (r reading) doubtAt(from, to int) (most float64) {
	for _, d := range r.doubts {
		if d.column >= from && d.column <= to {
			most = max(most, d.probability)
		}
	}
	return most
}

// otherText reports whether a class at a step would make a different text than the best classes do.
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

// argmax returns the most probable class except but. Probabilities add up to 1: one above a half ends the
// search.
func argmax(probs []float32, but int) (class int, p float32) {
	for i := 0; i < len(probs); i++ {
		// Nearly all of the thousands of classes are close to 0: they are skipped eight at a time.
		for i+8 <= len(probs) && noneAbove((*[8]float32)(probs[i:]), p) {
			i += 8
		}
		if i < len(probs) && probs[i] > p && i != but {
			if class, p = i, probs[i]; p > .5 {
				break
			}
		}
	}
	return class, p
}

func noneAbove(v *[8]float32, p float32) bool {
	return v[0] <= p && v[1] <= p && v[2] <= p && v[3] <= p && v[4] <= p && v[5] <= p && v[6] <= p && v[7] <= p
}
