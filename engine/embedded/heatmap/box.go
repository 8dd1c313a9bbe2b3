package heatmap

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
)

// box is a rectangle at any angle: its centre, the unit vector along its
// width, and its sides.
type box struct {
	cx, cy float64
	ux, uy float64
	w, h   float64
}

// corners are clockwise from the top left one, seen along the width.
func (b box) corners() [4]document.Point {
	wx, wy := b.ux*b.w/2, b.uy*b.w/2
	hx, hy := -b.uy*b.h/2, b.ux*b.h/2
	return [4]document.Point{
		{X: b.cx - wx - hx, Y: b.cy - wy - hy},
		{X: b.cx + wx - hx, Y: b.cy + wy - hy},
		{X: b.cx + wx + hx, Y: b.cy + wy + hy},
		{X: b.cx - wx + hx, Y: b.cy - wy + hy},
	}
}

// upright turns the axes so that the width runs rightwards, within 45 degrees.
func (b box) upright() box {
	if math.Abs(b.ux) < math.Abs(b.uy) {
		b.ux, b.uy, b.w, b.h = -b.uy, b.ux, b.h, b.w
	}
	if b.ux < 0 {
		b.ux, b.uy = -b.ux, -b.uy
	}
	return b
}

// unclip grows the box back to the whole line: the detector is trained on
// areas shrunk by area*ratio/perimeter on each side (Liao et al., Real-time
// scene text detection with differentiable binarization, 2020).
func (b box) unclip(ratio float64) box {
	d := b.w * b.h * ratio / (2 * (b.w + b.h))
	b.w += 2 * d
	b.h += 2 * d
	return b
}

// convexHull returns the hull of points, counterclockwise in image coordinates,
// by Andrew's monotone chain. It reorders points.
func convexHull(points []document.Point) []document.Point {
	slices.SortFunc(points, func(a, b document.Point) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
	})
	points = slices.Compact(points)
	if len(points) < 3 {
		return points
	}
	hull := make([]document.Point, 0, 16)
	chain := func(p document.Point, floor int) {
		for len(hull) >= floor+2 && cross(hull[len(hull)-2], hull[len(hull)-1], p) <= 0 {
			hull = hull[:len(hull)-1]
		}
		hull = append(hull, p)
	}
	for _, p := range points {
		chain(p, 0)
	}
	floor := len(hull) - 1
	for i := len(points) - 2; i >= 0; i-- {
		chain(points[i], floor)
	}
	return hull[:len(hull)-1]
}

func cross(o, a, b document.Point) float64 {
	return (a.X-o.X)*(b.Y-o.Y) - (a.Y-o.Y)*(b.X-o.X)
}

// minAreaBox is the smallest rectangle around the points: one of its sides
// lies on the hull. It reorders points.
func minAreaBox(points []document.Point) box {
	hull := convexHull(points)
	if len(hull) == 1 {
		return box{cx: hull[0].X, cy: hull[0].Y, ux: 1}
	}
	best, area := box{}, math.Inf(1)
	for i, a := range hull {
		b := hull[(i+1)%len(hull)]
		length := math.Hypot(b.X-a.X, b.Y-a.Y)
		ux, uy := (b.X-a.X)/length, (b.Y-a.Y)/length
		minU, maxU, minV, maxV := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
		for _, p := range hull {
			u, v := p.X*ux+p.Y*uy, p.Y*ux-p.X*uy
			minU, maxU = min(minU, u), max(maxU, u)
			minV, maxV = min(minV, v), max(maxV, v)
		}
		if s := (maxU - minU) * (maxV - minV); s < area {
			u, v := (minU+maxU)/2, (minV+maxV)/2
			area = s
			best = box{cx: u*ux - v*uy, cy: u*uy + v*ux, ux: ux, uy: uy, w: maxU - minU, h: maxV - minV}
		}
	}
	return best.upright()
}
