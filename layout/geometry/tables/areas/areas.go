// Package areas finds where on a page tables may be, by the model's boxes and by rulings, and which
// rows there are one table.
package areas

import (
	"cmp"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// Area is a part of a page where tables may be.
type Area struct {
	plane.Box
	Evidence Evidence
	Zone     *upright.Zone // the model's; nil without
}

// Evidence is the reason why an area may hold a table, from weak to strong.
type Evidence int

// The kinds of evidence.
const (
	FromRulings Evidence = iota
	FromModel
	FromTask
)

// Find returns the areas of a page, the most certain first: the whole page if that is the task,
// otherwise the model's boxes, then grids of rulings.
func Find(page *upright.Page, found rulings.Rulings, task document.Task) []Area {
	if task == document.TaskTable {
		return []Area{{Box: upright.Bounds(page.Items), Evidence: FromTask}}
	}
	var all []Area
	boxes := grids(found, page.Size)
	for i := range page.Zones {
		z := &page.Zones[i]
		if !z.Labeled("table") || contradicted(page, *z) {
			continue
		}
		b := z.Box
		for _, g := range boxes {
			// The model's box is coarse; the rulings are the table's true edges.
			if g.Overlap(z.Box) > sameTable*min(g.Area(), z.Area()) && g.Area() < gridGrowth*z.Area() {
				b = b.Union(g)
			}
		}
		all = append(all, Area{Box: b, Evidence: FromModel, Zone: z})
	}
	slices.SortStableFunc(all, func(a, b Area) int { return cmp.Compare(b.Zone.Score, a.Zone.Score) })
	for _, g := range boxes {
		all = append(all, Area{Box: g, Evidence: FromRulings})
	}
	return all
}

// contradicted reports whether the model also takes a good part of a table for text, with a higher
// score.
func contradicted(page *upright.Page, table upright.Zone) bool {
	return slices.ContainsFunc(page.Zones, func(z upright.Zone) bool {
		return (z.Label == "text" || z.Label == "reference") && z.Score > table.Score &&
			z.ShareIn(table.Box) > contraryInside && z.Area() > contraryShare*table.Area()
	})
}
