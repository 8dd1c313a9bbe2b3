package pixels

// Whether there is anything on a page is seen on blocks of markBlock pixels: a block
// that is brighter or darker than its neighbors by markStep is a mark. Averaging takes
// the grain of scanned paper away; the thin, gray print of a hairline font still
// changes a block by more.
const (
	markBlock = 4
	markStep  = 5.0 // of 255
	letters   = 8   // marks: less than the smallest word leaves
)

// Marked reports whether there may be text in s.
func (s Raster) Marked() bool {
	n, w, h := 0, s.W/markBlock, s.H/markBlock
	above, row := make([]float32, w), make([]float32, w)
	for y := range h {
		above, row = row, above
		for x := range w {
			row[x] = s.blockMean(x*markBlock, y*markBlock)
			marked := x > 0 && differs(row[x], row[x-1]) || y > 0 && differs(row[x], above[x])
			if !marked {
				continue
			}
			if n++; n == letters {
				return true
			}
		}
	}
	return false
}

func differs(a, b float32) bool { return a-b > markStep || b-a > markStep }

// blockMean is the mean brightness of the block at (x, y).
func (s Raster) blockMean(x, y int) float32 {
	sum, n := 0, 0
	for dy := range markBlock {
		line := s.Pix[(y+dy)*s.Stride+x*s.BPP:][:markBlock*s.BPP]
		for i, v := range line {
			if s.BPP == 1 || i%s.BPP != 3 {
				sum += int(v)
				n++
			}
		}
	}
	return float32(sum) / float32(n)
}
