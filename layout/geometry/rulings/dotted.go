package rulings

// Rulings of dots or dashes: short pieces of one length, at one distance.

// Thresholds, in heights of the page's text unless stated otherwise.
const (
	longestDash = 0.9 // at most
	widestGap   = 0.6 // between two dots, at most
	fewestDots  = 6
	evenness    = 2 // the longest piece is at most so many times the shortest, and as many pixels more
)

// chain is a row of dots being followed.
type chain struct {
	stroke
	dots               int
	short, long        int // pieces
	shortGap, widerGap int
}

// extended returns the chain with one more piece; false if the piece does not continue it.
func (c chain) extended(from, to int) (chain, bool) {
	length, gap := to-from+1, from-c.x1-1
	c.short, c.long = min(c.short, length), max(c.long, length)
	c.shortGap, c.widerGap = min(c.shortGap, gap), max(c.widerGap, gap)
	if c.dots == 1 {
		c.shortGap, c.widerGap = gap, gap
	}
	c.x1 = to
	c.dots++
	return c, c.long <= evenness*(c.short+1) && c.widerGap <= evenness*(c.shortGap+1)
}

// dotted finds the rows of dots on row y. size is the height of text in pixels of m.
func dotted(m mask, y, thick int, size float64) []stroke {
	var found []stroke
	var c chain
	flush := func() {
		if c.dots >= fewestDots {
			found = append(found, c.stroke)
		}
		c = chain{}
	}
	row := m.ink[y*m.w : (y+1)*m.w]
	for x := 0; x < m.w; x++ {
		if !row[x] {
			continue
		}
		from := x
		for x+1 < m.w && row[x+1] {
			x++
		}
		if float64(x-from) > longestDash*size || m.depth((from+x)/2, y, thick) > thick {
			flush()
			continue
		}
		if c.dots > 0 {
			next, ok := c.extended(from, x)
			if ok = ok && float64(from-c.x1) < widestGap*size && m.depth((c.x1+from)/2, y, thick) == 0; ok {
				c = next
				continue
			}
			flush()
		}
		c = chain{stroke: stroke{from, y, x, y, true}, dots: 1, short: x - from + 1, long: x - from + 1}
	}
	flush()
	return found
}
