package layout

import (
	"math"
	"slices"

	"ocr-gateway/document"
)

// frame maps page pixels to an upright frame, in which lines of text run level
// and the edges of columns run plumb. A scan needs a rotation, a photograph taken
// from the side a shear as well.
type frame struct {
	cos, sin float64
	shear    float64 // how far a plumb line moves to the right per pixel downwards
}

func (f frame) point(p document.Point) document.Point {
	u := p.X*f.cos + p.Y*f.sin
	v := p.Y*f.cos - p.X*f.sin
	return document.Point{X: u - f.shear*v, Y: v}
}

// back maps a point of the upright frame to page pixels.
func (f frame) back(p document.Point) document.Point {
	u, v := p.X+f.shear*p.Y, p.Y
	return document.Point{X: u*f.cos - v*f.sin, Y: u*f.sin + v*f.cos}
}

// line is the box of a line of text and the height of its text. The box is as
// high as the text, not as its skewed corners reach: neighbours must not overlap
// because they slope.
func (f frame) line(q [4]document.Point) (box, float64) {
	var p [4]document.Point
	for i := range q {
		p[i] = f.point(q[i])
	}
	left, right := mid(p[0], p[3]), mid(p[1], p[2])
	w := math.Abs(right.X - left.X)
	h := (math.Hypot(p[3].X-p[0].X, p[3].Y-p[0].Y) + math.Hypot(p[2].X-p[1].X, p[2].Y-p[1].Y)) / 2
	if steep := math.Abs(right.Y - left.Y); steep > w { // text that runs up or down the page
		c := mid(left, right)
		return box{c.X - h/2, c.Y - steep/2, c.X + h/2, c.Y + steep/2}, h
	}
	cy := (left.Y + right.Y) / 2
	return box{min(left.X, right.X), cy - h/2, max(left.X, right.X), cy + h/2}, h
}

// rect is the upright box around a rectangle of the page.
func (f frame) rect(b document.BBox) box {
	x0, y0, x1, y1 := float64(b[0]), float64(b[1]), float64(b[2]), float64(b[3])
	// The middles of the sides, not the corners: a slope must not make it grow.
	l := f.point(document.Point{X: x0, Y: (y0 + y1) / 2})
	r := f.point(document.Point{X: x1, Y: (y0 + y1) / 2})
	t := f.point(document.Point{X: (x0 + x1) / 2, Y: y0})
	d := f.point(document.Point{X: (x0 + x1) / 2, Y: y1})
	return box{l.X, t.Y, r.X, d.Y}
}

func mid(a, b document.Point) document.Point {
	return document.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2}
}

const (
	maxSkew  = 20 * math.Pi / 180 // beyond it, it is not skew but a drawing or a turned page
	maxShear = 0.12
)

// frameOf estimates the frame from the lines: their median slope, long lines
// counting more, then the shear at which most left edges stand above each other.
func frameOf(quads [][4]document.Point) frame {
	type slope struct{ angle, weight float64 }
	var slopes []slope
	var total float64
	for _, q := range quads {
		l, r := mid(q[0], q[3]), mid(q[1], q[2])
		dx, dy := r.X-l.X, r.Y-l.Y
		h := math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y)
		if a := math.Atan2(dy, dx); math.Abs(a) < maxSkew && dx > 2*h {
			slopes = append(slopes, slope{a, dx})
			total += dx
		}
	}
	f := frame{cos: 1}
	if len(slopes) == 0 {
		return f
	}
	slices.SortFunc(slopes, func(a, b slope) int {
		if a.angle < b.angle {
			return -1
		}
		if a.angle > b.angle {
			return 1
		}
		return 0
	})
	half := total / 2
	for _, s := range slopes {
		if half -= s.weight; half <= 0 {
			f.sin, f.cos = math.Sincos(s.angle)
			break
		}
	}
	f.shear = shearOf(f, quads)
	return f
}

// shearOf tries shears and keeps the one whose histogram of left edges has the
// highest peaks. No shear is kept unless another is clearly better.
func shearOf(f frame, quads [][4]document.Point) float64 {
	var lefts []document.Point
	var heights []float64
	for _, q := range quads {
		b, h := f.line(q)
		if b.width() > 2*h {
			lefts = append(lefts, document.Point{X: b.x0, Y: b.cy()})
			heights = append(heights, h)
		}
	}
	if len(lefts) < 8 {
		return 0
	}
	bin := max(1, median(heights)/2)
	// Whole numbers, so that the order of the map does not show in the sum.
	peaks := func(shear float64) int {
		counts := make(map[int]int, len(lefts))
		for _, p := range lefts {
			// A point counts in the two nearest bins, so that bin edges do not matter.
			x := (p.X - shear*p.Y) / bin
			i := int(math.Floor(x))
			part := int(256 * (x - float64(i)))
			counts[i] += 256 - part
			counts[i+1] += part
		}
		sum := 0
		for _, c := range counts {
			sum += c * c
		}
		return sum
	}
	const step = 0.01
	best, shear := peaks(0)*6/5, 0.0
	for i := 1; float64(i)*step <= maxShear; i++ {
		for _, s := range []float64{float64(i) * step, -float64(i) * step} {
			if v := peaks(s); v > best {
				best, shear = v, s
			}
		}
	}
	return shear
}
