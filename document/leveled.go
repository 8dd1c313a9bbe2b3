package document

import (
	"cmp"
	"math"
	"slices"
)

// Slopes of lines, in pixels down per pixel to the right.
const (
	leastSlope = 0.01 // upright boxes around lines that slope less do not overlap
	mostSlope  = 0.3  // lines that slope more do not form rows
)

// Leveled returns lines with their boxes where they would be if the page were not skewed. Upright boxes
// around long sloping lines overlap, so that rows cannot be told from them.
func Leveled(lines []Line) []Line {
	slope := slopeOf(lines)
	if math.Abs(slope) < leastSlope || math.Abs(slope) > mostSlope {
		return lines
	}
	lines = slices.Clone(lines)
	at, _, _ := lines[0].ends() // its start stays where it is
	for i, l := range lines {
		left, right, height := l.ends()
		y := (left.Y+right.Y)/2 - slope*((left.X+right.X)/2-at.X)
		lines[i].BBox = BBox{
			int(math.Round(left.X + slope*(left.Y-at.Y))), int(math.Round(y - height/2)),
			int(math.Round(right.X + slope*(right.Y-at.Y))), int(math.Round(y + height/2)),
		}
	}
	return lines
}

// slopeOf is the median slope of lines, weighted by length; 0 if one has no corners.
func slopeOf(lines []Line) float64 {
	type piece struct{ slope, length float64 }
	var all []piece
	var total float64
	for _, l := range lines {
		left, right, height := l.ends()
		switch length := right.X - left.X; {
		case height == 0:
			return 0
		case length > 2*height: // others have few letters, or run downwards
			all = append(all, piece{(right.Y - left.Y) / length, length})
			total += length
		}
	}
	slices.SortFunc(all, func(a, b piece) int { return cmp.Compare(a.slope, b.slope) })
	for _, p := range all {
		if total -= 2 * p.length; total <= 0 {
			return p.slope
		}
	}
	return 0
}

// ends returns the middles of a line's ends, and its height.
func (l Line) ends() (left, right Point, height float64) {
	middle := func(a, b Point) Point { return Point{(a.X + b.X) / 2, (a.Y + b.Y) / 2} }
	q := l.Quad
	return middle(q[0], q[3]), middle(q[1], q[2]), math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y)
}
