package layout

import "slices"

// settledShare is how much of a list of references its entries must cover to
// stand for all of it.
const settledShare = 0.5

// settleReferences keeps of each list of references either the list or its
// entries, so that no text comes twice: the entries if the model found most of
// them. The reference always abandons the list, and what was not found as an
// entry is lost.
func settleReferences(found []detection) []detection {
	drop := make([]bool, len(found))
	for i, list := range found {
		if list.class != classReference {
			continue
		}
		var entries []int
		covered := 0.0
		for j, d := range found {
			if d.class != classReference && !d.class.picture() && d.box.inside(list.box) >= nested {
				entries = append(entries, j)
				covered += d.box.overlap(list.box)
			}
		}
		if covered >= settledShare*list.box.area() {
			drop[i] = len(entries) > 0
			continue
		}
		for _, j := range entries {
			drop[j] = true
		}
	}
	i := -1
	return slices.DeleteFunc(found, func(detection) bool { i++; return drop[i] })
}
