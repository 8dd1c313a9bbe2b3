package upright

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// slope is the angle of one line of text.
type slope struct {
	at            document.Point // its middle
	angle, length float64
}

// maxSkew, in radians: beyond it, it is not skew but a drawing or a turned page.
const maxSkew = 20 * math.Pi / 180

// maxSlope is that of a piece of a line on paper that is bent.
const maxSlope = 0.5

// Levels of lines and rows. Lengths are in heights of the text.
const (
	leastLong   = 2.0  // length of a line, at least, that tells a slope
	surelyLong  = 10.0 // length from which it is believed
	rowGap      = 8.0  // between neighbors in a row, at most
	rowApart    = 0.4  // between their middles, at most
	rowSizes    = 1.5  // of one by the other, at most
	rowCompared = 64   // lines, before and after, that are compared with one
)

// estimateDeskew estimates skew, bend and shear from the lines of a page: the
// median slope, long lines counting more, then the bend and the shear that remain.
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
	own := d.levels(quads, lines)
	d.bend = fitBend(own)
	if d.bend.across > 0 || meanSquare(own, bend{}) >= straight*straight {
		for range 2 { // what stands in one row is seen better each time
			if b := fitBend(append(d.rowLevels(quads, lines), own...)); b.across > 0 {
				d.bend = b
			}
		}
	}
	d.shear = fitShear(d, quads, lines)
	return d
}

// levels returns the straight pieces of lines, in units from the middle.
func (d Deskew) levels(quads [][4]document.Point, lines []document.Line) []level {
	var all []level
	for i, q := range quads {
		if spine := lines[i].Spine; len(spine) > 1 {
			for k := range spine[1:] {
				all = d.addLevel(all, spine[k], spine[k+1], 1)
			}
			continue
		}
		a, b := midpoint(q[0], q[3]), midpoint(q[1], q[2])
		long := math.Hypot(b.X-a.X, b.Y-a.Y) / max(1, math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y))
		if long > leastLong {
			all = d.addLevel(all, a, b, min(1, long*long/(surelyLong*surelyLong)))
		}
	}
	return all
}

// addLevel adds two points of the page that are level, if they can be.
func (d Deskew) addLevel(all []level, a, b document.Point, sure float64) []level {
	p, q := d.inUnits(a), d.inUnits(b)
	dx := q.X - p.X
	if dx <= 0 || math.Abs(q.Y-p.Y) > maxSlope*dx {
		return all
	}
	return append(all, level{p, q, dx, sure * dx})
}

// rowLevels returns neighbors in rows, one of which is short at least: cells of tables lie too
// straight in their boxes to tell much alone. Columns of running text need not be level.
func (d Deskew) rowLevels(quads [][4]document.Point, lines []document.Line) []level {
	type piece struct {
		plane.Box
		size        float64
		left, right document.Point // ends, on the page
	}
	var pieces []piece
	for i, q := range quads {
		b, h := d.line(q, lines[i].Spine)
		if b.Width() < b.Height() || lines[i].Spine != nil {
			continue
		}
		pieces = append(pieces, piece{b, h, midpoint(q[0], q[3]), midpoint(q[1], q[2])})
	}
	slices.SortFunc(pieces, func(a, b piece) int { return cmp.Compare(a.CenterY(), b.CenterY()) })
	var all []level
	for i, a := range pieces {
		next, gap := -1, rowGap*a.size
		look := func(k int) bool {
			b := pieces[k]
			if math.Abs(b.CenterY()-a.CenterY()) > rowApart*min(a.size, b.size) {
				return false
			}
			if g := b.X0 - a.X1; g > -a.size/2 && g < gap && max(a.size, b.size) < rowSizes*min(a.size, b.size) && min(a.Width()/a.size, b.Width()/b.size) < ProseWidth {
				next, gap = k, g
			}
			return true
		}
		for k := i + 1; k < min(len(pieces), i+rowCompared) && look(k); k++ {
		}
		for k := i - 1; k >= max(0, i-rowCompared) && look(k); k-- {
		}
		if next >= 0 {
			b := pieces[next]
			all = d.addLevel(all, midpoint(a.left, a.right), midpoint(b.left, b.right), 1)
		}
	}
	return all
}

// fitShear tries shears and keeps the one that puts most left edges, and most right
// edges, above each other. None is kept unless it is clearly better than none.
func fitShear(d Deskew, quads [][4]document.Point, lines []document.Line) [2]float64 {
	const compared = 600 // lines; more of them tell nothing new
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
