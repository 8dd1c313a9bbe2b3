package upright

import (
	"math"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// Deskew maps page pixels to an upright frame, in which lines of text are level and the edges of columns
// are plumb. A scan needs a rotation; a photograph taken from the side a shear as well, and one of curled
// paper a bend.
type Deskew struct {
	cos, sin float64
	middle   document.Point // of the page, rotated; shear and bend are measured from it
	unit     float64        // half the longer side of the page, in pixels
	shear    [2]float64     // how far a plumb line moves right per pixel down: in the middle, and more per unit right
	bend     bend
}

// Point maps a point of the page to the upright frame.
func (d Deskew) Point(p document.Point) document.Point {
	at := d.inUnits(p)
	u, v := d.unit*at.X, d.unit*(at.Y-d.bend.sunk(at))
	return document.Point{X: u - (d.shear[0]+d.shear[1]*at.X)*v + d.middle.X, Y: v + d.middle.Y}
}

// Askew reports whether straight lines are level in the upright frame but not on the page, which was
// skewed or seen from the side. Curled paper is made level enough for text only.
func (d Deskew) Askew() bool {
	const visibly = 0.01 // slope
	return d.bend.across <= flatAcross && (math.Abs(d.sin) > visibly || d.bend.across > 0 || d.shear != [2]float64{})
}

// inUnits returns where a point of the page is, rotated, in units from the middle.
func (d Deskew) inUnits(p document.Point) document.Point {
	return document.Point{X: (p.X*d.cos + p.Y*d.sin - d.middle.X) / d.unit, Y: (p.Y*d.cos - p.X*d.sin - d.middle.Y) / d.unit}
}

// Back maps a point of the upright frame to page pixels.
func (d Deskew) Back(p document.Point) document.Point {
	goal := document.Point{X: p.X - d.middle.X, Y: p.Y - d.middle.Y}
	u, v := goal.X, goal.Y
	for range 12 { // fixed-point iteration: shear is small, and a bend moves less than its place does
		x := u / d.unit
		u = goal.X + (d.shear[0]+d.shear[1]*x)*goal.Y
		v = goal.Y + d.unit*d.bend.sunk(document.Point{X: u / d.unit, Y: v / d.unit})
	}
	u, v = u+d.middle.X, v+d.middle.Y
	return document.Point{X: u*d.cos - v*d.sin, Y: u*d.sin + v*d.cos}
}

// line returns the box of a line of text and the height of its text. The box is only as high as the text,
// without its skewed corners: neighbors must not overlap because they slope. A bent line lies at the mean
// height of its spine.
func (d Deskew) line(q [4]document.Point, spine []document.Point) (plane.Box, float64) {
	var p [4]document.Point
	for i := range q {
		p[i] = d.Point(q[i])
	}
	left, right := midpoint(p[0], p[3]), midpoint(p[1], p[2])
	w := math.Abs(right.X - left.X)
	h := (math.Hypot(p[3].X-p[0].X, p[3].Y-p[0].Y) + math.Hypot(p[2].X-p[1].X, p[2].Y-p[1].Y)) / 2
	if steep := math.Abs(right.Y - left.Y); steep > w { // text that runs up or down the page
		c := midpoint(left, right)
		return plane.Box{X0: c.X - h/2, Y0: c.Y - steep/2, X1: c.X + h/2, Y1: c.Y + steep/2}, h
	}
	cy := (left.Y + right.Y) / 2
	if len(spine) > 1 {
		cy = d.middleOf(spine)
	}
	return plane.Box{X0: min(left.X, right.X), Y0: cy - h/2, X1: max(left.X, right.X), Y1: cy + h/2}, h
}

// middleOf returns the mean height of a bent line in the upright frame.
func (d Deskew) middleOf(spine []document.Point) float64 {
	var sum, length float64
	last := d.Point(spine[0])
	for _, s := range spine[1:] {
		p := d.Point(s)
		w := math.Abs(p.X - last.X)
		sum, length = sum+w*(last.Y+p.Y)/2, length+w
		last = p
	}
	return sum / max(length, 1e-9)
}

// rect returns the upright box around a rectangle of the page.
func (d Deskew) rect(b document.BBox) plane.Box {
	x0, y0, x1, y1 := float64(b[0]), float64(b[1]), float64(b[2]), float64(b[3])
	// The middles of the sides, not the corners: a slope must not make it grow.
	left := d.Point(document.Point{X: x0, Y: (y0 + y1) / 2})
	right := d.Point(document.Point{X: x1, Y: (y0 + y1) / 2})
	top := d.Point(document.Point{X: (x0 + x1) / 2, Y: y0})
	bottom := d.Point(document.Point{X: (x0 + x1) / 2, Y: y1})
	return plane.Box{X0: left.X, Y0: top.Y, X1: right.X, Y1: bottom.Y}
}

func midpoint(a, b document.Point) document.Point {
	return document.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2}
}
