package embedded

import "ocr-gateway/document"

// heat is the detector's map: how likely each pixel is text, 0 to 255.
type heat struct {
	pix  []uint8
	w, h int
}

// run is a horizontal stretch [x0, x1] of text pixels on row y.
type run struct {
	y, x0, x1 int32
	parent    int32 // index of another run of the same component, or itself
}

// components groups the pixels of at least threshold, each dilated by one pixel
// to the right and downwards, into 8-connected components. It returns, for each
// one, the end points of its runs, which have the hull of all its pixels.
func (m heat) components(threshold uint8) [][]document.Point {
	runs := m.runs(threshold)
	count := joinRuns(runs)
	comps := make([][]document.Point, 0, count)
	index := make(map[int32]int, count)
	for i, r := range runs {
		root := find(runs, int32(i))
		c, ok := index[root]
		if !ok {
			c = len(comps)
			index[root] = c
			comps = append(comps, nil)
		}
		y := float64(r.y)
		comps[c] = append(comps[c], document.Point{X: float64(r.x0), Y: y}, document.Point{X: float64(r.x1), Y: y})
	}
	return comps
}

// runs lists the stretches of the dilated mask, row by row.
func (m heat) runs(threshold uint8) []run {
	var runs []run
	var above []uint8
	for y := range m.h {
		row := m.pix[y*m.w:][:m.w]
		start := -1
		for x := range m.w {
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
			runs = append(runs, run{int32(y), int32(start), int32(m.w - 1), int32(len(runs))})
		}
		above = row
	}
	return runs
}

// joinRuns connects the runs that touch, also at a corner, and returns the
// number of components.
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

// mean is the mean heat, 0 to 1, inside a convex quad.
func (m heat) mean(q [4]document.Point) float64 {
	box := bboxOf(q, m.w-1, m.h-1)
	var sum, n int
	for y := box[1]; y <= box[3]; y++ {
		from, to := crossings(q, float64(y))
		for x := max(int(from+.5), 0); x <= min(int(to+.5), m.w-1); x++ {
			sum += int(m.pix[y*m.w+x])
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n) / 255
}

// crossings is the interval of x where the quad meets the line at y. It is
// empty (from > to) when it does not.
func crossings(q [4]document.Point, y float64) (from, to float64) {
	from, to = 1e9, -1e9
	for i, a := range q {
		b := q[(i+1)%4]
		if y < min(a.Y, b.Y) || y > max(a.Y, b.Y) {
			continue
		}
		if a.Y == b.Y {
			from, to = min(from, a.X, b.X), max(to, a.X, b.X)
			continue
		}
		x := a.X + (b.X-a.X)*(y-a.Y)/(b.Y-a.Y)
		from, to = min(from, x), max(to, x)
	}
	return from, to
}
