package pixels

// Marked looks at blocks of markBlock pixels: a block that is brighter or darker than its neighbors by
// markStep is a mark. The mean removes most of the grain of scanned paper, and what remains is scattered over
// the page, while even the thin gray print of a hairline font changes many blocks in one place.
const (
	markBlock = 4
	markStep  = 5.0 // of 255
	letters   = 8   // marks in one place: fewer than the smallest word leaves
	// A place is four cells that touch.
	cellWidth  = 8 // blocks
	cellHeight = 4
)

// Marked reports whether there may be text in s.
func (s Raster) Marked() bool {
	w, h := s.W/markBlock, s.H/markBlock
	above, row := make([]float32, w), make([]float32, w)
	before, cells := make([]int, w/cellWidth+2), make([]int, w/cellWidth+2)
	for y := range h {
		above, row = row, above
		for x := range w {
			row[x] = s.blockMean(x*markBlock, y*markBlock)
			if x > 0 && differs(row[x], row[x-1]) || y > 0 && differs(row[x], above[x]) {
				cells[x/cellWidth+1]++
			}
		}
		if y%cellHeight < cellHeight-1 && y < h-1 {
			continue
		}
		for i := range len(cells) - 1 {
			if before[i]+before[i+1]+cells[i]+cells[i+1] >= letters {
				return true
			}
		}
		before, cells = cells, before
		clear(cells)
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
