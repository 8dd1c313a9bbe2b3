package layout

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
)

// frame maps page pixels to an upright frame, in which lines of text run level
// and the edges of columns run plumb. A scan needs a rotation; a photograph taken
// from the side a shear as well, and one of curled paper a bend.
type frame struct {
	cos, sin float64
	middle   document.Point // of the page, rotated; shear and bend are measured from it
	unit     float64        // half the longer side of the page, in pixels
	shear    [2]float64     // how far a plumb line moves right per pixel down: in the middle, and more per unit right
	bend     bend
}

// bend is the slope of lines of text over the page, beyond the rotation:
// b0 + b1 x + b2 y + b3 xy + b4 x², in units from the middle.
type bend [5]float64

func (b bend) terms(x, y float64) [5]float64 { return [5]float64{1, x, y, x * y, x * x} }

func (b bend) slope(x, y float64) float64 {
	var sum float64
	for i, t := range b.terms(x, y) {
		sum += b[i] * t
	}
	return sum
}

// rise is the slope added up from the middle to x: how far a line of text has sunk there.
func (b bend) rise(x, y float64) float64 {
	return x * (b[0] + b[2]*y + x*(b[1]/2+b[3]*y/2+x*b[4]/3))
}

func (f frame) point(p document.Point) document.Point {
	u, v := p.X*f.cos+p.Y*f.sin-f.middle.X, p.Y*f.cos-p.X*f.sin-f.middle.Y
	x := u / f.unit
	v -= f.unit * f.bend.rise(x, v/f.unit)
	return document.Point{X: u - (f.shear[0]+f.shear[1]*x)*v + f.middle.X, Y: v + f.middle.Y}
}

// back maps a point of the upright frame to page pixels.
func (f frame) back(p document.Point) document.Point {
	goal := document.Point{X: p.X - f.middle.X, Y: p.Y - f.middle.Y}
	u, v := goal.X, goal.Y
	for range 6 { // a fixed point: shear and bend are small
		x := u / f.unit
		u = goal.X + (f.shear[0]+f.shear[1]*x)*goal.Y
		v = goal.Y + f.unit*f.bend.rise(u/f.unit, v/f.unit)
	}
	u, v = u+f.middle.X, v+f.middle.Y
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

// slope is what one line of text says about the frame.
type slope struct {
	at            document.Point // its middle
	angle, length float64
}

// maxSkew, in radians: beyond it, it is not skew but a drawing or a turned page.
const maxSkew = 20 * math.Pi / 180

// frameOf estimates the frame from the lines of a page: the median slope, long
// lines counting more, then what is left of bend and shear.
func frameOf(quads [][4]document.Point, width, height int) frame {
	f := frame{cos: 1, unit: max(1, float64(max(width, height))/2)}
	var slopes []slope
	var total float64
	for _, q := range quads {
		l, r := mid(q[0], q[3]), mid(q[1], q[2])
		dx, dy := r.X-l.X, r.Y-l.Y
		h := math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y)
		if a := math.Atan2(dy, dx); math.Abs(a) < maxSkew && dx > 2*h {
			slopes = append(slopes, slope{mid(l, r), a, dx})
			total += dx
		}
	}
	if len(slopes) == 0 {
		return f
	}
	slices.SortFunc(slopes, func(a, b slope) int { return cmp.Compare(a.angle, b.angle) })
	skew := 0.0
	for _, s := range slopes {
		if total -= 2 * s.length; total <= 0 {
			skew = s.angle
			break
		}
	}
	f.sin, f.cos = math.Sincos(skew)
	cx, cy := float64(width)/2, float64(height)/2
	f.middle = document.Point{X: cx*f.cos + cy*f.sin, Y: cy*f.cos - cx*f.sin}
	f.bend = bendOf(f, slopes, skew)
	f.shear = shearOf(f, quads)
	return f
}

// bendOf fits the bend by least squares, outliers counting less. Pages whose lines
// are straight enough, or that it does not make much straighter, get none.
func bendOf(f frame, slopes []slope, skew float64) bend {
	const (
		least    = 12    // lines
		straight = 0.008 // mean slope that is not worth a bend
		outlier  = 0.03  // slope that is half believed
		largest  = 0.6   // coefficient that is believed at all
	)
	if len(slopes) < least {
		return bend{}
	}
	var fit bend
	var before, after float64
	for range 4 {
		var a [5][6]float64
		var weights float64
		before, after = 0, 0
		for _, s := range slopes {
			p := f.point(s.at)
			x, y := (p.X-f.middle.X)/f.unit, (p.Y-f.middle.Y)/f.unit
			m := math.Tan(s.angle - skew)
			left := m - fit.slope(x, y)
			w := s.length / (1 + left*left/(outlier*outlier))
			weights += w
			before += w * m * m
			after += w * left * left
			terms := fit.terms(x, y)
			for i := range terms {
				for j := range terms {
					a[i][j] += w * terms[i] * terms[j]
				}
				a[i][5] += w * terms[i] * m
			}
		}
		for i := range a {
			a[i][i] += 0.01 * weights // keeps what the lines do not tell near zero
		}
		before, after = before/weights, after/weights
		fit = solve(a)
	}
	for _, c := range fit {
		if !(math.Abs(c) < largest) {
			return bend{}
		}
	}
	if before < straight*straight || after > 0.6*before {
		return bend{}
	}
	return fit
}

// solve does Gaussian elimination on a positive definite system.
func solve(a [5][6]float64) (x [5]float64) {
	for i := range a {
		for k := i + 1; k < len(a); k++ {
			factor := a[k][i] / a[i][i]
			for j := i; j < 6; j++ {
				a[k][j] -= factor * a[i][j]
			}
		}
	}
	for i := len(a) - 1; i >= 0; i-- {
		x[i] = a[i][5]
		for j := i + 1; j < len(a); j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}

// shearOf tries shears and keeps the one that puts most left edges, and most right
// edges, above each other. None is kept unless it is clearly better than none.
func shearOf(f frame, quads [][4]document.Point) [2]float64 {
	const compared = 600 // lines; more of them tell nothing new
	var left, right []document.Point
	var heights []float64
	for i := 0; i < len(quads); i += 1 + len(quads)/compared {
		if b, h := f.line(quads[i]); b.width() > 1.5*h {
			y := b.cy() - f.middle.Y
			left = append(left, document.Point{X: b.x0 - f.middle.X, Y: y})
			right = append(right, document.Point{X: b.x1 - f.middle.X, Y: y})
			heights = append(heights, h)
		}
	}
	if len(left) < 8 {
		return [2]float64{}
	}
	size := median(heights)
	xs := make([]float64, len(left))
	score := func(s [2]float64, near float64) int {
		return aligned(left, s, f.unit, near, xs) + aligned(right, s, f.unit, near, xs)
	}
	search := func(middle [2]float64, reach, step, near float64) (shear [2]float64, best int) {
		for a := -reach; a <= reach; a += step {
			for b := -2 * reach; b <= 2*reach; b += 2 * step { // b tells half as much within the page
				s := [2]float64{middle[0] + a, middle[1] + b}
				if v := score(s, near); v > best {
					shear, best = s, v
				}
			}
		}
		return shear, best
	}
	const clearly = 1.4
	shear, best := search([2]float64{}, 0.2, 0.02, size/2)
	if float64(best) < clearly*float64(score([2]float64{}, size/2)) {
		return [2]float64{}
	}
	shear, best = search(shear, 0.02, 0.005, size/4)
	if float64(best) < clearly*float64(score([2]float64{}, size/4)) {
		return [2]float64{}
	}
	return shear
}

// aligned counts the pairs of edges that a shear puts above each other, near apart
// at most. xs is scratch space.
func aligned(edges []document.Point, shear [2]float64, unit, near float64, xs []float64) int {
	for i, p := range edges {
		xs[i] = p.X - (shear[0]+shear[1]*p.X/unit)*p.Y
	}
	slices.Sort(xs)
	pairs, from := 0, 0
	for i, x := range xs {
		for x-xs[from] > near {
			from++
		}
		pairs += i - from
	}
	return pairs
}
