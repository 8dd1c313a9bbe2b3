package heatmap

import (
	"image"

	"ocr-gateway/document"
)

// run is a horizontal stretch [x0, x1] of text pixels on row y.
type run struct {
	y, x0, x1 int32
	parent    int32 // index of another run of the same component, or itself
}

// component is a connected part of the heat map: its runs, from top to bottom.
type component []run

// components groups the pixels of at least threshold, each dilated by one pixel
// to the right and downwards, into 8-connected components.
func (m Map) components(threshold uint8) []component {
	runs := m.runs(threshold)
	count := joinRuns(runs)
	comps := make([]component, 0, count)
	index := make(map[int32]int, count)
	for i, r := range runs {
		root := find(runs, int32(i))
		c, ok := index[root]
		if !ok {
			c = len(comps)
			index[root] = c
			comps = append(comps, nil)
		}
		comps[c] = append(comps[c], r)
	}
	return comps
}

// points returns the end points of the runs; their hull is that of all pixels.
func (c component) points() []document.Point {
	points := make([]document.Point, 0, 2*len(c))
	for _, r := range c {
		y := float64(r.y)
		points = append(points, document.Point{X: float64(r.x0), Y: y}, document.Point{X: float64(r.x1), Y: y})
	}
	return points
}

// pixels returns how many pixels a component has.
func (c component) pixels() (n int) {
	for _, r := range c {
		n += int(r.x1-r.x0) + 1
	}
	return n
}

// runs lists the runs of the dilated mask, row by row.
func (m Map) runs(threshold uint8) []run {
	var runs []run
	var above []uint8
	for y := range m.H {
		row := m.Pix[y*m.W:][:m.W]
		start := -1
		for x := range m.W {
			on := row[x] >= threshold || x > 0 && row[x-1] >= threshold
			if !on && above != nil {
				on = above[x] >= threshold || x > 0 && above[x-1] >= threshold
			}
			switch {
			case on && start < 0:
				start = x
			case !on && start >= 0:
				runs = append(runs, run{int32(y), int32(start), int32(x - 1), int32(len(runs))})
				start = -1
			}
		}
		if start >= 0 {
			runs = append(runs, run{int32(y), int32(start), int32(m.W - 1), int32(len(runs))})
		}
		above = row
	}
	return runs
}

// joinRuns connects runs that touch, also at a corner, and returns the number of components.
func joinRuns(runs []run) int {
	count := len(runs)
	above := 0 // first run that may touch the current one
	for i := range runs {
		r := &runs[i]
		for above < i && (runs[above].y < r.y-1 || runs[above].y == r.y-1 && runs[above].x1 < r.x0-1) {
			above++
		}
		for j := above; j < i && runs[j].y == r.y-1 && runs[j].x0 <= r.x1+1; j++ {
			if a, b := find(runs, int32(i)), find(runs, int32(j)); a != b {
				runs[max(a, b)].parent = min(a, b)
				count--
			}
		}
	}
	return count
}

// find returns the root of run i, halving the path to it.
func find(runs []run, i int32) int32 {
	for runs[i].parent != i {
		runs[i].parent = runs[runs[i].parent].parent
		i = runs[i].parent
	}
	return i
}

// mean is the mean heat, 0 to 1, of a component's own pixels. The rectangle around a bent or connected line
// contains much else.
func (m Map) mean(c component) float64 {
	var sum, n int
	for _, r := range c {
		for _, v := range m.Pix[int(r.y)*m.W+int(r.x0):][:r.x1-r.x0+1] {
			sum += int(v)
		}
		n += int(r.x1-r.x0) + 1
	}
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n) / 255
}

// within returns the heat of a component's own pixels only, and the position of its top left corner in m.
func (m Map) within(c component) (part Map, at image.Point) {
	box := image.Rectangle{}
	for _, r := range c {
		box = box.Union(image.Rect(int(r.x0), int(r.y), int(r.x1)+1, int(r.y)+1))
	}
	part = Map{make([]uint8, box.Dx()*box.Dy()), box.Dx(), box.Dy()}
	for _, r := range c {
		from := m.Pix[int(r.y)*m.W+int(r.x0):][:r.x1-r.x0+1]
		copy(part.Pix[(int(r.y)-box.Min.Y)*part.W+int(r.x0)-box.Min.X:], from)
	}
	return part, box.Min
}
