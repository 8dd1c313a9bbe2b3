package layout

import (
	"cmp"
	"slices"
)

// nested is the share of a box that lies in another when it is a part of it.
const nested = 0.8

// dropTwins drops of two boxes that lie in each other the one with the lower
// score. The reference loses both.
func dropTwins(found []detection) []detection {
	return bestFirst(found, func(d, better detection) bool {
		return !d.class.picture() && !better.class.picture() &&
			d.box.inside(better.box) >= nested && better.box.inside(d.box) >= nested
	})
}

// dropNested drops what is a part of something larger that stays: formulas in
// text, text in tables and pictures. Pictures stay wherever they are, and so do
// the parts of a list of references.
//
// The reference also drops a text that holds a list of references, and with it
// the list.
func dropNested(found []detection) []detection {
	slices.SortStableFunc(found, func(a, b detection) int { return cmp.Compare(b.box.area(), a.box.area()) })
	var kept []detection
	for _, d := range found {
		part := func(whole detection) bool {
			return (whole.class != classReference || d.class == classReference) && d.box.inside(whole.box) >= nested
		}
		if d.class.picture() || !slices.ContainsFunc(kept, part) {
			kept = append(kept, d)
		}
	}
	return kept
}
