package upright

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
)

// slope is the angle of one line of text.
type slope struct {
	at            document.Point // its middle
	angle, length float64
}

// maxSkew, in radians: beyond it, it is not skew but a drawing or a turned page.
const maxSkew = 20 * math.Pi / 180

// estimateDeskew estimates skew, bend and shear from the lines of a page: the
// median slope, long lines counting more, then the bend and the shear that remain.
func estimateDeskew(quads [][4]document.Point, width, height int) Deskew {
	d := Deskew{cos: 1, unit: max(1, float64(max(width, height))/2)}
	var slopes []slope
	var total float64
	for _, q := range quads {
		l, r := midpoint(q[0], q[3]), midpoint(q[1], q[2])
		dx, dy := r.X-l.X, r.Y-l.Y
		h := math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y)
		if a := math.Atan2(dy, dx); math.Abs(a) < maxSkew && dx > 2*h {
			slopes = append(slopes, slope{midpoint(l, r), a, dx})
			total += dx
		}
	}
	if len(slopes) == 0 {
		return d
	}
	slices.SortFunc(slopes, func(a, b slope) int { return cmp.Compare(a.angle, b.angle) })
	skew := 0.0
	for _, s := range slopes {
		if total -= 2 * s.length; total <= 0 {
			skew = s.angle
			break
		}
	}
	d.sin, d.cos = math.Sincos(skew)
	cx, cy := float64(width)/2, float64(height)/2
	d.middle = document.Point{X: cx*d.cos + cy*d.sin, Y: cy*d.cos - cx*d.sin}
	d.bend = fitBend(d, slopes, skew)
	d.shear = fitShear(d, quads)
	return d
}

// fitBend fits the bend by least squares, outliers counting less. Pages whose lines
// are straight enough, or that it does not make much straighter, get none.
func fitBend(d Deskew, slopes []slope, skew float64) bend {
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
			p := d.Point(s.at)
			x, y := (p.X-d.middle.X)/d.unit, (p.Y-d.middle.Y)/d.unit
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

// fitShear tries shears and keeps the one that puts most left edges, and most right
// edges, above each other. None is kept unless it is clearly better than none.
func fitShear(d Deskew, quads [][4]document.Point) [2]float64 {
	const compared = 600 // lines; more of them tell nothing new
	var left, right []document.Point
	var heights []float64
	for i := 0; i < len(quads); i += 1 + len(quads)/compared {
		if b, h := d.line(quads[i]); b.Width() > 1.5*h {
			y := b.CenterY() - d.middle.Y
			left = append(left, document.Point{X: b.X0 - d.middle.X, Y: y})
			right = append(right, document.Point{X: b.X1 - d.middle.X, Y: y})
			heights = append(heights, h)
		}
	}
	if len(left) < 8 {
		return [2]float64{}
	}
	size := Median(heights)
	xs := make([]float64, len(left))
	score := func(s [2]float64, near float64) int {
		return aligned(left, s, d.unit, near, xs) + aligned(right, s, d.unit, near, xs)
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
