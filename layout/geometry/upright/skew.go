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

// maxSkew, in radians: a larger slope is that of a drawing or a turned page.
const maxSkew = 20 * math.Pi / 180

// estimateDeskew estimates skew, bend and shear from the lines of a page: the median slope, with more
// weight for long lines, then the bend and the shear that remain.
func estimateDeskew(quads [][4]document.Point, lines []document.Line, width, height int) Deskew {
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
	own := d.lineLevels(quads, lines)
	d.bend = fitBend(own)
	if d.bend.across > 0 || meanSquare(own, bend{}) >= straight*straight {
		for range 2 { // each time it is clearer which lines are in one row
			if b := fitBend(append(d.rowLevels(quads, lines), own...)); b.across > 0 {
				d.bend = b
			}
		}
	}
	d.shear = fitShear(d, quads, lines)
	return d
}

// fitShear tries shears and keeps the one that puts the most left edges, and right edges, above each
// other, if it is clearly better than none.
func fitShear(d Deskew, quads [][4]document.Point, lines []document.Line) [2]float64 {
	const compared = 600 // lines, at most; more add nothing
	var left, right []document.Point
	var heights []float64
	for i := 0; i < len(quads); i += 1 + len(quads)/compared {
		if b, h := d.line(quads[i], lines[i].Spine); b.Width() > 1.5*h {
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
			for b := -2 * reach; b <= 2*reach; b += 2 * step { // b has half the effect within the page
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

// aligned counts the pairs of edges that a shear puts above each other, at most near apart. xs is scratch
// space.
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
