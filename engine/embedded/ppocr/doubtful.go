package ppocr

import "math"

// In a line that the tiny network is not sure of, only doubtful words are read again, each with the word
// before and after it: alone, "Off," is read as "off," and "/ 4" as "14".
const (
	sureWord  = 0.9 // mean probability of its characters, at least; without doubts above noticed
	mostAgain = 0.7 // of a line; if more is doubtful, all of it is read again
	leastGap  = 4   // pixels, in a line of readHeight, of the white at which words are cut apart, at least
)

// span is a part of a line, in columns of pixels.
type span struct{ from, to int }

// word is a word of a reading: its characters are [first, end).
type word struct {
	from, to int
	doubtful bool
}

// doubtful returns the parts of a line with doubtful words, as far as words can be cut apart. pix holds its
// rows, stride apart.
func doubtful(r reading, pix []float32, stride, width int) []span {
	all := []span{{0, width}}
	words := wordsOf(r)
	if len(words) == 0 {
		return all
	}
	var parts []span
	doubted, begin := besideDoubt(words, 0), 0
	end := func(at int) {
		if doubted {
			parts = append(parts, span{begin, at})
		}
	}
	for i := 1; i < len(words); i++ {
		if besideDoubt(words, i) == doubted {
			continue
		}
		at, ok := gap(pix, stride, r.characters[words[i-1].to-1].column, min(r.characters[words[i].from].column, width))
		if !ok {
			doubted = true
			continue
		}
		end(at)
		doubted, begin = !doubted, at
	}
	end(width)
	again := 0
	for _, p := range parts {
		again += p.to - p.from
	}
	if float64(again) > mostAgain*float64(width) {
		return all
	}
	return parts
}

// wordsOf returns the words of a reading, with doubtful ones marked.
func wordsOf(r reading) []word {
	var words []word
	alike := lookAlikes.FindAllStringIndex(r.text, -1)
	begin := 0 // bytes of text
	for i, c := range r.characters {
		end := begin + len(c.text)
		if c.text != " " {
			if i == 0 || r.characters[i-1].text == " " {
				words = append(words, word{from: i})
			}
			w := &words[len(words)-1]
			w.to = i + 1
			for _, a := range alike {
				w.doubtful = w.doubtful || a[0] < end && a[1] > begin
			}
		}
		begin = end
	}
	for i := range words {
		w := &words[i]
		before, behind := 0, math.MaxInt // columns of its neighbors
		if w.from > 0 {
			before = r.characters[w.from-1].column
		}
		if w.to < len(r.characters) {
			behind = r.characters[w.to].column
		}
		w.doubtful = w.doubtful || r.doubtAt(before, behind) > 0 || meanProbability(r.characters[w.from:w.to]) < sureWord
	}
	return words
}

// besideDoubt reports whether a word or one beside it is doubtful.
func besideDoubt(words []word, i int) bool {
	return words[i].doubtful || i > 0 && words[i-1].doubtful || i+1 < len(words) && words[i+1].doubtful
}

// gap finds the middle of the widest white between two columns.
func gap(pix []float32, stride, from, to int) (at int, ok bool) {
	widest, begin := leastGap-1, from
	for x := from; x <= to; x++ {
		if x < to && !inkIn(pix, stride, x) {
			continue
		}
		if x-begin > widest {
			widest, at, ok = x-begin, (begin+x)/2, true
		}
		begin = x + 1
	}
	return at, ok
}

// inkIn reports whether the brightness changes from row to row in a column.
func inkIn(pix []float32, stride, x int) bool {
	for y := 1; y < readHeight; y++ {
		if d := pix[y*stride+x] - pix[(y-1)*stride+x]; d > writtenStep || d < -writtenStep {
			return true
		}
	}
	return false
}
