package pixels

import (
	"math"

	"ocr-gateway/document"
)

// The reader was trained on rows. A column of vertical writing, turned on its side, loses its punctuation and
// small kana, which are placed differently there. So the characters of a column are separated and set in a
// row, each where it is in a row.

// RowHeight is the height of the rows that UprightRow makes.
const RowHeight = 56

// Lengths are in ems, the width of a column's characters, unless stated.
const (
	columnEm    = 44   // pixels of an em, scaled
	longestLine = 100  // characters of a column; longer ones are squeezed
	leastPitch  = 1.0  // between characters, at least
	mostPitch   = 1.5  // at most
	cutInk      = 2.0  // cost of a cut through ink, per em of it
	fullStop    = 0.45 // full stops, commas: longer side of their ink, at most
	middleDot   = 0.22 // the dot between names: the same
	smallKana   = 0.78 // small kana: the same
	dashWidth   = 0.3  // long vowels and dashes, which run downwards in a column, at most
	dashLength  = 0.55 // at least
	toTheRight  = 0.05 // how far small characters in the upper right corner are off the middle
)

// UprightRow sets the characters of a column, which runs downwards inside q, in a row on white. It is false
// if there are none.
func (s Raster) UprightRow(q [4]document.Point) (Raster, bool) {
	c, ok := s.column(q)
	if !ok {
		return Raster{}, false
	}
	cuts := c.cuts()
	row := Raster{W: int(float64(len(cuts))*1.1*columnEm) + columnEm/2, H: RowHeight, BPP: 1}
	row.Stride = row.W
	row.Pix = make([]byte, row.W*row.H)
	for i := range row.Pix {
		row.Pix[i] = 255
	}
	x := columnEm / 4
	for i := range len(cuts) - 1 {
		if c.set(row, x, cuts[i], cuts[i+1]) {
			x += columnEm * 11 / 10
		}
	}
	row.W = min(row.W, x+columnEm/4)
	return row, true
}

// Below appends a row of RowHeight to the bottom of a sheet.
func Below(sheet, row Raster) Raster {
	both := Raster{W: max(sheet.W, row.W), H: sheet.H + row.H, BPP: 1}
	both.Stride = both.W
	both.Pix = make([]byte, both.W*both.H)
	for i := range both.Pix {
		both.Pix[i] = 255
	}
	for y := range sheet.H {
		copy(both.Pix[y*both.Stride:], sheet.Pix[y*sheet.Stride:][:sheet.W])
	}
	for y := range row.H {
		copy(both.Pix[(sheet.H+y)*both.Stride:], row.Pix[y*row.Stride:][:row.W])
	}
	return both
}

// column is a column of characters, straightened and scaled; dark holds how dark each pixel is.
type column struct {
	dark        []uint8
	w, h        int
	left, right int   // of the characters
	ink         []int // dark pixels in each row
}

// column cuts out the column inside q.
func (s Raster) column(q [4]document.Point) (c column, ok bool) {
	w, h := QuadSize(q)
	if w < 4 || h < w {
		return column{}, false
	}
	c.w = columnEm * 5 / 4 // detectors pad their boxes
	c.h = min(int(h/w*float64(c.w)), longestLine*c.w)
	c.dark = make([]uint8, c.w*c.h)
	var histogram [256]int
	for y := range c.h {
		for x := range c.w {
			u, v := (float64(x)+.5)/float64(c.w), (float64(y)+.5)/float64(c.h)
			var sum [3]float32
			s.bilinear(q[0].X+u*(q[1].X-q[0].X)+v*(q[3].X-q[0].X)-.5, q[0].Y+u*(q[1].Y-q[0].Y)+v*(q[3].Y-q[0].Y)-.5, &sum)
			level := uint8((sum[0] + sum[1] + sum[2]) / 3)
			c.dark[y*c.w+x] = level
			histogram[level]++
		}
	}
	paper := 0
	for v, n := range histogram {
		if n > histogram[paper] {
			paper = v
		}
	}
	for i, v := range c.dark {
		c.dark[i] = uint8(min(255, 2*math.Abs(float64(v)-float64(paper))))
	}
	c.measure()
	return c, c.right-c.left >= c.w/3
}

// inked is how dark ink is, at least.
const inked = 110

// measure finds the extent of the characters.
func (c *column) measure() {
	c.ink = make([]int, c.h)
	across := make([]int, c.w)
	total := 0
	for y := range c.h {
		for x := range c.w {
			if c.dark[y*c.w+x] > inked {
				c.ink[y]++
				across[x]++
				total++
			}
		}
	}
	const stray = 200 // one dark pixel in so many may be beside the characters
	c.left, c.right = 0, c.w-1
	for n := total / stray; c.left < c.w-1 && n >= across[c.left]; c.left++ {
		n -= across[c.left]
	}
	for n := total / stray; c.right > 0 && n >= across[c.right]; c.right-- {
		n -= across[c.right]
	}
}

// cuts divides the column into characters at an even pitch, as far as the white between them allows.
func (c column) cuts() []int {
	first, last := 0, c.h
	for first < c.h-1 && c.ink[first] == 0 {
		first++
	}
	for last > first+1 && c.ink[last-1] == 0 {
		last--
	}
	em := float64(c.right - c.left + 1)
	var best []int
	least := math.Inf(1)
	for pitch := leastPitch; pitch <= mostPitch; pitch += 0.04 {
		if cuts, cost := c.cutsAt(first, last, pitch*em, em); cost < least {
			best, least = cuts, cost
		}
	}
	return best
}

// cutsAt divides the rows first to last into pieces of about pitch rows at the lowest mean cost.
func (c column) cutsAt(first, last int, pitch, em float64) ([]int, float64) {
	n := last - first
	costs, from := make([]float64, n+1), make([]int, n+1)
	for i := 1; i <= n; i++ {
		costs[i] = math.Inf(1)
		cut := 0.0
		if i < n {
			cut = cutInk * float64(c.ink[first+i]) / em
		}
		for j := max(0, i-int(1.6*pitch)); j <= max(0, i-int(0.4*pitch)); j++ {
			off := float64(i-j)/pitch - 1
			if off < 0 && (j == 0 || i == n) {
				off /= 3 // the ends are white
			}
			if cost := costs[j] + off*off + cut; cost < costs[i] {
				costs[i], from[i] = cost, j
			}
		}
	}
	cuts := []int{last}
	for i := n; i > 0; i = from[i] {
		cuts = append(cuts, first+from[i])
	}
	for i, j := 0, len(cuts)-1; i < j; i, j = i+1, j-1 {
		cuts[i], cuts[j] = cuts[j], cuts[i]
	}
	return cuts, costs[n] / float64(len(cuts)-1)
}

// set draws the character between the rows from and to at x of a row; false if there is none.
func (c column) set(row Raster, x, from, to int) bool {
	x0, y0, x1, y1 := c.w, to, -1, from-1
	for y := from; y < to; y++ {
		for i := range c.w {
			if c.dark[y*c.w+i] > inked {
				x0, y0, x1, y1 = min(x0, i), min(y0, y), max(x1, i), max(y1, y)
			}
		}
	}
	if x1 < x0 {
		return false
	}
	em := float64(c.right - c.left + 1)
	w, h := float64(x1-x0+1)/em, float64(y1-y0+1)/em
	middle := (float64(x0+x1)/2 - float64(c.left+c.right)/2) / em
	cx, cy := float64(x0+x1)/2, float64(y0+y1)/2
	size := float64(columnEm) / em
	toX, toY := float64(x)+columnEm/2+middle*columnEm, float64(RowHeight)/2 // of the ink's middle
	turned := false
	switch bottom := (RowHeight + columnEm) / 2.0; {
	case w <= dashWidth && h >= dashLength && math.Abs(middle) < 0.25:
		turned = true
	case max(w, h) <= fullStop && (max(w, h) > middleDot || middle > toTheRight):
		toX, toY = float64(x)+w*columnEm/2+2, bottom-h*columnEm/2
	case max(w, h) <= smallKana && middle > toTheRight:
		toX, toY = float64(x)+columnEm/2, bottom-h*columnEm/2-1
	case h < 0.6:
		toY += (cy - float64(from+to)/2) * size
	}
	reach := int(0.75 * columnEm)
	for dy := -reach; dy <= reach; dy++ {
		for dx := -reach; dx <= reach; dx++ {
			px, py := int(toX)+dx, int(toY)+dy
			fx, fy := cx+float64(dx)/size, cy+float64(dy)/size
			if turned {
				fx, fy = cx+float64(dy)/size, cy-float64(dx)/size
			}
			sx, sy := int(fx+.5), int(fy+.5)
			if px < 0 || py < 0 || px >= row.W || py >= row.H || sx < x0-1 || sy < max(from, y0-1) || sx > x1+1 || sy > min(to-1, y1+1) || sx < 0 || sx >= c.w {
				continue
			}
			at := py*row.Stride + px
			row.Pix[at] = min(row.Pix[at], 255-c.dark[sy*c.w+sx])
		}
	}
	return true
}
