package upright

import "slices"

// Widths that tell kinds of text apart, in text heights.
const (
	// ProseWidth is the least width of a line of running text: about 16 Latin letters
	// or 8 Chinese ones.
	ProseWidth = 8
	// NumberWidth is the greatest width of a page number.
	NumberWidth = 3.5
)

// Median returns the median of the values, 0 without any. It reorders values.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// Quantile returns the value below which the share q of the sorted values lies,
// 0 without any.
func Quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// Groups divides the numbers from 0 up into groups (union-find). Each number
// begins in a group of its own.
type Groups []int

// NewGroups returns n groups of one.
func NewGroups(n int) Groups {
	g := make(Groups, n)
	for i := range g {
		g[i] = i
	}
	return g
}

// Root returns the least number of the group of i.
func (g Groups) Root(i int) int {
	for g[i] != i {
		g[i] = g[g[i]]
		i = g[i]
	}
	return i
}

// Join makes one group of those of i and j.
func (g Groups) Join(i, j int) {
	if a, b := g.Root(i), g.Root(j); a != b {
		g[max(a, b)] = min(a, b)
	}
}
