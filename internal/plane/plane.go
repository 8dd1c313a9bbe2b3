// Package plane holds boxes and spans with fractional coordinates, as geometry
// on a page needs them. x runs to the right, y down.
package plane

// Box is a rectangle with upright sides.
type Box struct{ X0, Y0, X1, Y1 float64 }

// Width returns the extent along x.
func (b Box) Width() float64 { return b.X1 - b.X0 }

// Height returns the extent along y.
func (b Box) Height() float64 { return b.Y1 - b.Y0 }

// CenterX returns the x of the center.
func (b Box) CenterX() float64 { return (b.X0 + b.X1) / 2 }

// CenterY returns the y of the center.
func (b Box) CenterY() float64 { return (b.Y0 + b.Y1) / 2 }

// Area returns width times height.
func (b Box) Area() float64 { return b.Width() * b.Height() }

// Union returns the smallest box that holds both.
func (b Box) Union(o Box) Box {
	return Box{min(b.X0, o.X0), min(b.Y0, o.Y0), max(b.X1, o.X1), max(b.Y1, o.Y1)}
}

// Overlap returns the area that two boxes share.
func (b Box) Overlap(o Box) float64 {
	return max(0, b.OverlapX(o)) * max(0, b.OverlapY(o))
}

// OverlapX returns the width that two boxes share; negative, it is their distance.
func (b Box) OverlapX(o Box) float64 { return min(b.X1, o.X1) - max(b.X0, o.X0) }

// OverlapY returns the height that two boxes share; negative, it is their distance.
func (b Box) OverlapY(o Box) float64 { return min(b.Y1, o.Y1) - max(b.Y0, o.Y0) }

// ShareIn returns the share of b's area, 0 to 1, that lies in o.
func (b Box) ShareIn(o Box) float64 {
	if a := b.Area(); a > 0 {
		return b.Overlap(o) / a
	}
	return 0
}

// HoldsCenter reports whether the center of o lies in b.
func (b Box) HoldsCenter(o Box) bool {
	return o.CenterX() >= b.X0 && o.CenterX() < b.X1 && o.CenterY() >= b.Y0 && o.CenterY() < b.Y1
}

// Span is a stretch of an axis.
type Span struct{ From, To float64 }

// Length returns the extent of the span.
func (s Span) Length() float64 { return s.To - s.From }

// Gaps returns the stretches of at least least cells, of n in a row, that are free and lie between cells
// that are not.
func Gaps(n int, least float64, free func(i int) bool) []Span {
	var gaps []Span
	start := -1
	for i := range n {
		switch {
		case free(i) && start < 0:
			start = i
		case !free(i) && start >= 0:
			if start > 0 && float64(i-start) >= least {
				gaps = append(gaps, Span{From: float64(start), To: float64(i)})
			}
			start = -1
		}
	}
	return gaps
}

// Overlap returns the length that two spans share; negative, it is their distance.
func (s Span) Overlap(o Span) float64 { return min(s.To, o.To) - max(s.From, o.From) }
