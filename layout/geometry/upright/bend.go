package upright

import (
	"math"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// bend is how far lines of text have sunk from place to place, on curled paper or seen from the side: a
// polynomial of x^i y^j with i from 1, so that nothing has sunk in the middle of the page. Places and
// results are in units from the middle.
type bend struct {
	across, down int // highest powers of x and of y; nothing is bent where across is 0
	factors      [bendTerms]float64
	within       plane.Box // the lines that it was fitted to; beyond them nothing sinks further
}

const (
	flatAcross           = 2 // of paper that is flat and seen from the side
	mostAcross, mostDown = 6, 2
	bendTerms            = mostAcross * (mostDown + 1)
)

// terms returns x^i y^j at a place, in the order of the factors.
func (b bend) terms(p document.Point) (terms [bendTerms]float64) {
	x, y := max(b.within.X0, min(b.within.X1, p.X)), max(b.within.Y0, min(b.within.Y1, p.Y))
	n, power := 0, 1.0
	for range b.across {
		power *= x
		term := power
		for range b.down + 1 {
			terms[n] = term
			term *= y
			n++
		}
	}
	return terms
}

// sunk returns how far a line of text has sunk at a place.
func (b bend) sunk(p document.Point) (sum float64) {
	if b.across == 0 {
		return 0
	}
	for i, t := range b.terms(p) {
		sum += b.factors[i] * t
	}
	return sum
}

// level is two places at the same height on flat paper: the ends of a straight piece of a line, or
// neighbors in a row. The second is to the right, by length.
type level struct {
	a, b   document.Point
	length float64
	weight float64 // how much it is believed
}

// slope returns the difference in height of two such places, per distance, once a bend is taken out.
func (l level) slope(b bend) float64 {
	return (l.b.Y - b.sunk(l.b) - l.a.Y + b.sunk(l.a)) / l.length
}

const (
	straight    = 0.008  // mean slope that is not worth a bend
	outlier     = 0.03   // slope that is half believed
	mostBent    = 0.6    // by how much more a place further down has sunk, at most, per distance
	bendsBetter = 0.6    // of the squared slopes, at most, that the first bend leaves
	chance      = 3.0    // times what a term of no use would take away, by which each must help
	bendShrinks = 0.0005 // of what the levels say: keeps terms of which they tell nothing near zero
)

// fitBend returns the bend that makes places level: none if they are level enough or if it helps little,
// and one of more terms if these help more than chance would.
func fitBend(levels []level) bend {
	var best bend
	left := meanSquare(levels, best)
	for _, powers := range [][2]int{{flatAcross, 1}, {3, 1}, {4, mostDown}, {mostAcross, mostDown}} {
		terms := powers[0] * (powers[1] + 1)
		most := 1 - chance*float64(terms)/float64(len(levels)) // of what is left, that may stay
		if best.across == 0 {
			most *= bendsBetter
		}
		if left < straight*straight || most <= 0 {
			break
		}
		b := bend{across: powers[0], down: powers[1], within: extent(levels)}
		b.fit(levels)
		if after := meanSquare(levels, b); after < most*left && b.sound() {
			best, left = b, after
		}
	}
	return best
}

// meanSquare returns the mean squared slope that a bend leaves, with less weight for outliers.
func meanSquare(levels []level, b bend) float64 {
	var sum, weights float64
	for _, l := range levels {
		s := l.slope(b)
		w := l.weight / (1 + s*s/(outlier*outlier))
		sum += w * s * s
		weights += w
	}
	return sum / max(weights, 1e-9)
}

// fit fits the factors by least squares.
func (b *bend) fit(levels []level) {
	n := b.across * (b.down + 1)
	for _, outlier := range []float64{10 * outlier, 3 * outlier, outlier, outlier} { // far from level at first
		var a [bendTerms][bendTerms + 1]float64
		var weights float64
		for _, l := range levels {
			s := l.slope(*b)
			w := l.weight / (1 + s*s/(outlier*outlier))
			weights += w
			from, to := b.terms(l.a), b.terms(l.b)
			var row [bendTerms]float64
			for i := range n {
				row[i] = (to[i] - from[i]) / l.length
			}
			for i := range n {
				for j := range n {
					a[i][j] += w * row[i] * row[j]
				}
				a[i][n] += w * row[i] * (l.b.Y - l.a.Y) / l.length
			}
		}
		for i := range n {
			a[i][i] += bendShrinks * weights
		}
		b.factors = solve(a, n)
	}
}

// solve does Gaussian elimination on a positive definite system of n equations.
func solve(a [bendTerms][bendTerms + 1]float64, n int) (x [bendTerms]float64) {
	for i := range n {
		for k := i + 1; k < n; k++ {
			factor := a[k][i] / a[i][i]
			for j := i; j <= n; j++ {
				a[k][j] -= factor * a[i][j]
			}
		}
	}
	for i := n - 1; i >= 0; i-- {
		x[i] = a[i][n]
		for j := i + 1; j < n; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}

// sound reports whether lines keep their order under a bend, with a margin.
func (b bend) sound() bool {
	const places = 8
	dx, dy := b.within.Width()/places, b.within.Height()/places
	for i := range places + 1 {
		for j := range places {
			p := document.Point{X: b.within.X0 + float64(i)*dx, Y: b.within.Y0 + float64(j)*dy}
			if s := b.sunk(document.Point{X: p.X, Y: p.Y + dy}) - b.sunk(p); !(math.Abs(s) < mostBent*dy) {
				return false
			}
		}
	}
	return true
}

// extent returns the smallest box around places.
func extent(levels []level) plane.Box {
	b := plane.Box{X0: math.Inf(1), Y0: math.Inf(1), X1: math.Inf(-1), Y1: math.Inf(-1)}
	for _, l := range levels {
		b = plane.Box{
			X0: min(b.X0, l.a.X, l.b.X), Y0: min(b.Y0, l.a.Y, l.b.Y),
			X1: max(b.X1, l.a.X, l.b.X), Y1: max(b.Y1, l.a.Y, l.b.Y),
		}
	}
	return b
}
