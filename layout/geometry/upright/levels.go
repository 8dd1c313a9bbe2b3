package upright

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// Lines of text and their neighbors in a row show which places of a page are level. Lengths are heights of
// the text unless stated otherwise.
const (
	maxSlope    = 0.5  // of a piece of a line, on paper that is bent
	leastLong   = 2.0  // length of a line, at least, that has a slope
	surelyLong  = 10.0 // length from which its slope is fully trusted
	rowGap      = 8.0  // between neighbors in a row, at most
	rowApart    = 0.4  // between their middles, at most
	rowSizes    = 1.5  // of one by the other, at most
	rowCompared = 64   // lines, before and after, that are compared with one
)

// lineLevels returns the straight pieces of lines, in units from the middle. Boxes of short lines are more
// level than the text in them, so these have less weight.
func (d Deskew) lineLevels(quads [][4]document.Point, lines []document.Line) []level {
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
func (d Deskew) addLevel(all []level, from, to document.Point, sure float64) []level {
	a, b := d.inUnits(from), d.inUnits(to)
	if dx := b.X - a.X; dx > 0 && math.Abs(b.Y-a.Y) <= maxSlope*dx {
		all = append(all, level{a, b, dx, sure * dx})
	}
	return all
}

// piece is a line of text that may be an entry of a row.
type piece struct {
	plane.Box
	size   float64
	middle document.Point // on the page
}

// rowLevels returns the middles of neighbors in rows.
func (d Deskew) rowLevels(quads [][4]document.Point, lines []document.Line) []level {
	var pieces []piece
	for i, q := range quads {
		if b, size := d.line(q, lines[i].Spine); b.Width() >= b.Height() && lines[i].Spine == nil {
			pieces = append(pieces, piece{b, size, midpoint(midpoint(q[0], q[3]), midpoint(q[1], q[2]))})
		}
	}
	slices.SortFunc(pieces, func(a, b piece) int { return cmp.Compare(a.CenterY(), b.CenterY()) })
	var all []level
	for i, p := range pieces {
		nearest, gap := -1, rowGap*p.size
		for k := max(0, i-rowCompared); k < min(len(pieces), i+rowCompared); k++ {
			if white := pieces[k].X0 - p.X1; k != i && white < gap && p.goesBefore(pieces[k]) {
				nearest, gap = k, white
			}
		}
		if nearest >= 0 {
			all = d.addLevel(all, p.middle, pieces[nearest].middle, 1)
		}
	}
	return all
}

// goesBefore reports whether two pieces are in one row and at least one of them is short: columns of
// running text need not be level with each other.
func (p piece) goesBefore(next piece) bool {
	small, large := min(p.size, next.size), max(p.size, next.size)
	return math.Abs(next.CenterY()-p.CenterY()) <= rowApart*small && next.X0-p.X1 > -p.size/2 &&
		large < rowSizes*small && min(p.Width()/p.size, next.Width()/next.size) < ProseWidth
}
