package layout

import (
	"cmp"
	"slices"
)

// How much of their union two boxes share when they are the same thing.
const (
	sameClassOverlap  = 0.6
	otherClassOverlap = 0.98
)

// suppressOverlaps keeps of several boxes for one thing the one with the highest
// score (non-maximum suppression).
func suppressOverlaps(found []detection) []detection {
	return bestFirst(found, func(d, better detection) bool {
		limit := otherClassOverlap
		if d.class == better.class {
			limit = sameClassOverlap
		}
		return iou(d.box, better.box) >= limit
	})
}

// bestFirst goes from the highest score down and keeps what is not a double of
// something kept.
func bestFirst(found []detection, double func(d, better detection) bool) []detection {
	slices.SortStableFunc(found, func(a, b detection) int { return cmp.Compare(b.score, a.score) })
	var kept []detection
	for _, d := range found {
		if !slices.ContainsFunc(kept, func(better detection) bool { return double(d, better) }) {
			kept = append(kept, d)
		}
	}
	return kept
}

// iou is the area that two boxes share over the area that they cover. The edges
// count as pixels of their own, as in the reference.
func iou(a, b box) float64 {
	a.x1, a.y1, b.x1, b.y1 = a.x1+1, a.y1+1, b.x1+1, b.y1+1
	shared := a.overlap(b)
	return shared / (a.area() + b.area() - shared)
}
