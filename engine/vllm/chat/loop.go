package chat

import (
	"unicode/utf8"

	"ocr-gateway/model"
)

// Each model also has a rule of its own for answers that are still being written.
var (
	// cutRule is for answers that were cut off anyway, so that only one copy can be lost: the rule of
	// GLM-OCR's SDK, a unit of 10 characters 10 times over.
	cutRule = model.Loop{Copies: 10, Run: 100}
	// serverRule is for answers in which the server found a loop.
	serverRule = model.Loop{Copies: 4}
)

// findLoop reports whether the end of text is a loop, and where its first copy
// ends. It takes linear time: the periods of the text's end are the prefixes of
// the reversed text that follow themselves, which the Z algorithm (Gusfield,
// Algorithms on Strings, Trees and Sequences, 1.4) finds in one pass.
func findLoop(text string, rule model.Loop) (cut int, found bool) {
	n := len(text)
	longest := n / rule.Copies // period
	if longest == 0 || n < rule.Run {
		return 0, false
	}
	at := func(i int) byte { return text[n-1-i] } // the reversed text
	z := make([]int32, longest+1)                 // z[p]: how far the reversed text agrees with itself moved by p
	left, right := 0, 0
	for p := 1; p <= longest; p++ {
		k := 0
		if p < right {
			k = min(right-p, int(z[p-left]))
		}
		for p+k < n && at(k) == at(p+k) {
			k++
		}
		if p+k > right {
			left, right = p, p+k
		}
		z[p] = int32(k)
		if run := p + k; run >= rule.Run && run >= rule.Copies*p {
			return boundary(text, n-run+p), true
		}
	}
	return 0, false
}

// boundary moves a cut inside a character to the end of it.
func boundary(text string, at int) int {
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return at
}

// loopWatch examines a growing text each time it has grown by an eighth, so that all examinations together
// take linear time too.
type loopWatch struct {
	rule model.Loop
	next int
}

func (w *loopWatch) look(text string) (cut int, found bool) {
	if len(text) < max(w.next, w.rule.Least) {
		return 0, false
	}
	w.next = len(text) + len(text)/8
	return findLoop(text, w.rule)
}
