package words

import "math"

// apart is the white, in heights of a line, beyond which ink belongs to something else.
const apart = 0.6

// edges moves the ends of words from the middle of their outer characters to the white around them.
func (s strip) edges(spans []span) []span {
	columns := len(s.ink)
	if columns == 0 {
		return spans
	}
	column := func(part float64) int {
		return min(max(int(part*float64(columns)), 0), columns-1)
	}
	part := func(column int) float64 { return float64(column) / float64(columns) }
	for i := range spans {
		w := &spans[i]
		if w.exact {
			continue
		}
		first, last := column(w.from), column(w.to)
		if i == 0 {
			w.from = part(s.leftEnd(first))
		}
		if i == len(spans)-1 {
			w.to = part(s.rightEnd(last))
			continue
		}
		next := &spans[i+1]
		if next.exact {
			w.to = min(next.from, part(s.rightEnd(last)))
			continue
		}
		from, to := s.white(last, max(column(next.from), last))
		w.to, next.from = part(from), part(to)
	}
	return s.widened(spans)
}

// white is the widest gap, [start, end), that begins between two columns or contains them.
func (s strip) white(from, to int) (start, end int) {
	least := math.MaxInt
	for x := from; x <= to; x++ {
		least = min(least, s.ink[x])
	}
	start, end = from, from
	for x := from; x <= to; x++ {
		if s.ink[x] > least {
			continue
		}
		begin := x
		for x <= to && s.ink[x] <= least {
			x++
		}
		if x-begin > end-start {
			start, end = begin, x
		}
	}
	for start > 0 && s.ink[start-1] <= least {
		start--
	}
	for end < len(s.ink) && s.ink[end] <= least {
		end++
	}
	return start, end
}

// leftEnd is where the ink begins that extends to a column from the left.
func (s strip) leftEnd(from int) int {
	end, blank := from, 0
	for x := from; x >= 0 && blank < int(apart*float64(s.high)); x-- {
		if s.ink[x] > 0 {
			end, blank = x, 0
		} else {
			blank++
		}
	}
	return end
}

// rightEnd is where the ink ends that extends from a column to the right.
func (s strip) rightEnd(from int) int {
	end, blank := from, 0
	for x := from; x < len(s.ink) && blank < int(apart*float64(s.high)); x++ {
		if s.ink[x] > 0 {
			end, blank = x, 0
		} else {
			blank++
		}
	}
	return min(end+1, len(s.ink))
}

// widened gives words that came out with almost no width, because nothing of them was seen, a fifth of the
// line's height.
func (s strip) widened(spans []span) []span {
	least := float64(s.high) / 5 / float64(len(s.ink))
	for i := range spans {
		if w := &spans[i]; w.to-w.from < least {
			middle := (w.from + w.to) / 2
			w.from, w.to = max(middle-least/2, 0), min(middle+least/2, 1)
		}
	}
	return spans
}
