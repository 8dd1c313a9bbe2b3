package assemble

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ocr-gateway/document"
)

// When a text counts as a loop (values of the reference, in characters).
const (
	loopText   = 2048 // shorter texts are never searched
	loopUnit   = 10   // shortest unit
	loopCopies = 10   // of the unit in a row, or of a line
)

// CutRepetition removes the loops that a language model falls into: one copy of
// the repeated text stays, and so does all text before and after.
func CutRepetition(r *document.Region) {
	if len(r.Content) < loopText || utf8.RuneCountInString(r.Content) < loopText {
		return
	}
	content, cut := WithoutLoops(r.Content)
	if !cut {
		return
	}
	r.Content = content
	if r.Status == document.StatusOK {
		r.Status = document.StatusTruncated
		r.Error = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize,
			"the model repeats itself: one copy of the repeated text is kept")
	}
}

// WithoutLoops returns s with one copy of each loop in it, and reports whether it has any.
func WithoutLoops(s string) (string, bool) {
	s, cutRuns := withoutRuns(s)
	s, cutLines := withoutLineRuns(s)
	return s, cutRuns || cutLines
}

// loop is a stretch text[start:end] that repeats its first unit characters.
type loop struct{ start, end, unit int }

// withoutRuns reduces every loop to one copy. An unfinished copy goes with the
// loop only at the end of the text, where the answer was cut; elsewhere it may
// be the beginning of what follows.
func withoutRuns(s string) (string, bool) {
	text := []rune(s)
	loops := findLoops(text)
	if len(loops) == 0 {
		return s, false
	}
	slices.SortFunc(loops, func(a, b loop) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return a.unit - b.unit
	})
	var b strings.Builder
	done := 0 // text[:done] is finished
	for _, l := range loops {
		l.start = max(l.start, done)
		if l.end-l.start < loopCopies*l.unit {
			continue // most of it was part of the previous loop
		}
		b.WriteString(string(text[done : l.start+l.unit]))
		done = l.end - (l.end-l.start)%l.unit
		if l.end == len(text) {
			done = l.end
		}
	}
	b.WriteString(string(text[done:]))
	return strings.TrimSpace(b.String()), true
}

// findLoops finds every stretch of at least loopCopies copies of a unit of at least loopUnit characters.
// Units are looked for in classes [size, 2*size). The text is cut into windows of 5*size. A loop of such
// a unit is at least 10*size long and so covers a whole window, and its period is the smallest one of
// that window: two periods of at most two fifths of a window have a common divisor that is a period too
// (Fine and Wilf). Finding the smallest period of a window takes one pass, so a class takes linear time
// and memory, and there are about log2(n/100) classes.
func findLoops(text []rune) []loop {
	var loops []loop
	for size := loopUnit; size*loopCopies <= len(text); size *= 2 {
		window := 5 * size
		border := make([]int32, window)
		for at := 0; at+window <= len(text); {
			period := smallestPeriod(text[at:at+window], border)
			if period >= 2*size {
				at += window
				continue
			}
			start, end := extend(text, at, at+window, period)
			unit := (loopUnit + period - 1) / period * period // a whole number of periods
			if end-start >= loopCopies*unit {
				loops = append(loops, loop{start, end, unit})
			}
			at = max(at+window, end/window*window) // windows inside the stretch have the same period
		}
	}
	return loops
}

// smallestPeriod returns the length of s minus that of its longest border (Knuth, Morris and Pratt).
// border is working space of the same length as s.
func smallestPeriod(s []rune, border []int32) int {
	border[0] = 0
	k := int32(0)
	for i := 1; i < len(s); i++ {
		for k > 0 && s[i] != s[k] {
			k = border[k-1]
		}
		if s[i] == s[k] {
			k++
		}
		border[i] = k
	}
	return len(s) - int(k)
}

// extend widens text[start:end] as long as it keeps its period.
func extend(text []rune, start, end, period int) (int, int) {
	for start > 0 && text[start-1] == text[start-1+period] {
		start--
	}
	for end < len(text) && text[end] == text[end-period] {
		end++
	}
	return start, end
}

// withoutLineRuns removes loops of short lines: if one line makes up four fifths of the lines of s, each
// run of three or more copies of it becomes one.
func withoutLineRuns(s string) (string, bool) {
	lines := strings.Split(s, "\n")
	common, ok := commonLine(lines)
	if !ok {
		return s, false
	}
	var kept []string
	for i := 0; i < len(lines); {
		end, copies := i, 0
		for next := i; next < len(lines); next++ {
			if line := strings.TrimSpace(lines[next]); line == common {
				end, copies = next+1, copies+1
			} else if line != "" {
				break
			}
		}
		if copies >= 3 {
			kept = append(kept, common)
		} else {
			end = max(end, i+1)
			kept = append(kept, lines[i:end]...)
		}
		i = end
	}
	if len(kept) == len(lines) {
		return s, false
	}
	return strings.TrimSpace(strings.Join(kept, "\n")), true
}

func commonLine(lines []string) (line string, ok bool) {
	count := map[string]int{}
	total, most := 0, 0
	for _, l := range lines {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		total++
		count[l]++
		if count[l] > most {
			line, most = l, count[l]
		}
	}
	return line, most >= loopCopies && 5*most >= 4*total
}
