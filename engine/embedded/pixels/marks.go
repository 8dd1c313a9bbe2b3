package pixels

import "image"

// Whether there is anything on a page is seen on blocks of markBlock pixels: a block
// that is brighter or darker than its neighbors by markStep is a mark. Averaging takes
// most of the grain of scanned paper away, and what is left of it is strewn over the
// page; the thin, gray print of a hairline font still changes many blocks in one place.
const (
	markBlock = 4
	markStep  = 5.0 // of 255
	letters   = 8   // marks in one place: less than the smallest word leaves
	// A place is four cells that touch.
	cellWidth  = 8 // blocks
	cellHeight = 4
)

// Marks is the part of s that has all the places where there may be text; empty where there
// is none.
func (s Raster) Marks() image.Rectangle {
	w, h := s.W/markBlock, s.H/markBlock
	above, row := make([]float32, w), make([]float32, w)
	before, cells := make([]int, w/cellWidth+2), make([]int, w/cellWidth+2)
	var marks image.Rectangle
	for y := range h {
		above, row = row, above
		s.blockMeans(row, y*markBlock)
		for x, v := range row {
			if x > 0 && differs(v, row[x-1]) || y > 0 && differs(v, above[x]) {
				cells[x/cellWidth+1]++
			}
		}
		if y%cellHeight < cellHeight-1 && y < h-1 {
			continue
		}
		for i := range len(cells) - 1 {
			if before[i]+before[i+1]+cells[i]+cells[i+1] >= letters {
				marks = marks.Union(image.Rect(i-1, y/cellHeight-1, i+1, y/cellHeight+1)) // in cells
			}
		}
		before, cells = cells, before
		clear(cells)
	}
	const width, height = markBlock * cellWidth, markBlock * cellHeight
	whole := image.Rect(0, 0, s.W, s.H)
	return image.Rect(marks.Min.X*width, marks.Min.Y*height, marks.Max.X*width, marks.Max.Y*height).Intersect(whole)
}

func differs(a, b float32) bool { return a-b > markStep || b-a > markStep }

// blockMeans sets means to the mean brightness of the blocks of a row that begins at y.
func (s Raster) blockMeans(means []float32, y int) {
	sums := make([]int, len(means))
	for dy := range markBlock {
		line := s.Pix[(y+dy)*s.Stride:]
		if s.BPP == 1 {
			for x := range sums {
				p := line[x*markBlock:][:markBlock]
				sums[x] += int(p[0]) + int(p[1]) + int(p[2]) + int(p[3])
			}
			continue
		}
		for x := range sums {
			p := line[x*markBlock*4:][:markBlock*4]
			sums[x] += int(p[0]) + int(p[1]) + int(p[2]) + int(p[4]) + int(p[5]) + int(p[6]) +
				int(p[8]) + int(p[9]) + int(p[10]) + int(p[12]) + int(p[13]) + int(p[14])
		}
	}
	values := float32(markBlock * markBlock)
	if s.BPP != 1 {
		values *= 3
	}
	for x, sum := range sums {
		means[x] = float32(sum) / values
	}
}
