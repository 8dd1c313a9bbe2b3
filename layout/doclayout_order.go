package layout

import (
	"cmp"
	"slices"
)

// sortByOrder puts the boxes into the reading order that the model gave. Boxes of
// one rank go from top to bottom, then from left to right.
func sortByOrder(found []detection) {
	slices.SortStableFunc(found, func(a, b detection) int {
		return cmp.Or(
			cmp.Compare(a.order, b.order),
			cmp.Compare(a.box.y0, b.box.y0),
			cmp.Compare(a.box.x0, b.box.x0),
		)
	})
}
