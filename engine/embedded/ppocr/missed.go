package ppocr

// For letters that it does not know the network writes nothing; the others are in their places, and the ink
// between them was not read.
const (
	// reachOfLetter is how far, in pixels of a line of readHeight, the ink of a character extends from where
	// it is read.
	reachOfLetter = 24
	// writtenStep is the smallest difference of adjacent pixels, of 2 from black to white, where something is
	// written. Rules have none.
	writtenStep = 0.4
	// leastMissed is the width of written columns, in pixels, up to which nothing counts as missed: two
	// letters.
	leastMissed = 16
)

// missed is the share, 0 to 1, of the writing on a line that is far from everything that was read. pix holds
// its rows, stride apart.
func missed(pix []float32, stride, width int, read []character) float64 {
	at := make([]int, 0, len(read))
	for _, c := range read {
		if c.text != " " {
			at = append(at, c.column)
		}
	}
	written, unread := 0, 0
	next := 0 // the first of at that may reach the column
	for x := 1; x < width; x++ {
		if !writtenAt(pix, stride, x) {
			continue
		}
		written++
		for next < len(at) && at[next] < x-reachOfLetter {
			next++
		}
		if next == len(at) || at[next] > x+reachOfLetter {
			unread++
		}
	}
	if unread < leastMissed {
		return 0
	}
	return float64(unread) / float64(written)
}

// writtenAt reports whether the brightness changes from a column to the next.
func writtenAt(pix []float32, stride, x int) bool {
	for y := range readHeight {
		if d := pix[y*stride+x] - pix[y*stride+x-1]; d > writtenStep || d < -writtenStep {
			return true
		}
	}
	return false
}
