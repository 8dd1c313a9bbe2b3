package embedded

// Whether there is anything on a page is seen on blocks of markBlock pixels: a block
// that is brighter or darker than its neighbors by markStep is a mark. Averaging takes
// the grain of scanned paper away; the thin, gray print of a hairline font still
// changes a block by more.
const (
	markBlock = 4
	markStep  = 5.0 // of 255
	letters   = 8   // marks: less than the smallest word leaves
)

// marks counts the blocks of src with a mark, up to letters of them.
func (s raster) marks() (n int) {
	w, h := s.w/markBlock, s.h/markBlock
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
				return n
			}
		}
	}
	return n
}

func differs(a, b float32) bool { return a-b > markStep || b-a > markStep }

// blockMean is the mean brightness of the block at (x, y).
func (s raster) blockMean(x, y int) float32 {
	sum, n := 0, 0
	for dy := range markBlock {
		line := s.pix[(y+dy)*s.stride+x*s.bpp:][:markBlock*s.bpp]
		for i, v := range line {
			if s.bpp == 1 || i%s.bpp != 3 {
				sum += int(v)
				n++
			}
		}
	}
	return float32(sum) / float32(n)
}
