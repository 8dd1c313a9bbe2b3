package tables

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// area is a place where a table may be.
type area struct {
	plane.Box
	evidence evidence
	zone     *upright.Zone // of the model; nil without
}

// areas returns the places, the surest first: the whole page if that is the
// task, else the model's boxes, then grids of rulings.
func areas(page *upright.Page, found rulings.Rulings, task document.Task) []area {
	if task == document.TaskTable {
		return []area{{Box: upright.Bounds(page.Items), evidence: fromTask}}
	}
	var all []area
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
		all = append(all, area{Box: b, evidence: fromModel, zone: z})
	}
	slices.SortStableFunc(all, func(a, b area) int { return cmp.Compare(b.zone.Score, a.zone.Score) })
	for _, g := range boxes {
		all = append(all, area{Box: g, evidence: fromRulings})
	}
	return all
}

// contradicted reports whether the model also calls a good part of a table text,
// and is surer of it.
func contradicted(page *upright.Page, table upright.Zone) bool {
	return slices.ContainsFunc(page.Zones, func(z upright.Zone) bool {
		return (z.Label == "text" || z.Label == "reference") && z.Score > table.Score &&
			z.ShareIn(table.Box) > contraryInside && z.Area() > contraryShare*table.Area()
	})
}

// grids finds tables by their rulings: groups that cross each other, and
// horizontal rulings of one width above each other. size is the height of the
// page's text.
func grids(found rulings.Rulings, size float64) []plane.Box {
	if len(found.Horizontal)+len(found.Vertical) > maxRulings {
		return nil
	}
	boxes := append(crossing(found, size, crossingGap, gridHorizontal, gridVertical), stacked(found.Horizontal, size)...)
	slices.SortFunc(boxes, func(a, b plane.Box) int {
		return cmp.Or(cmp.Compare(b.Area(), a.Area()), cmp.Compare(a.Y0, b.Y0), cmp.Compare(a.X0, b.X0))
	})
	return boxes
}

// crossing returns the extents of groups of rulings that cross each other or end short of it by
// gap, of so many horizontal and vertical ones at least.
func crossing(found rulings.Rulings, size, gap float64, leastHorizontal, leastVertical int) []plane.Box {
	horizontal := len(found.Horizontal)
	group := crossings(found, size, gap)
	type grid struct {
		plane.Box
		horizontal, vertical int // rulings
	}
	grids := make(map[int]*grid)
	add := func(i int, b plane.Box) *grid {
		g := grids[group.Root(i)]
		if g == nil {
			g = &grid{Box: b}
			grids[group.Root(i)] = g
		}
		g.Box = g.Union(b)
		return g
	}
	for i, h := range found.Horizontal {
		add(i, plane.Box{X0: h.From, Y0: h.At, X1: h.To, Y1: h.At}).horizontal++
	}
	for j, v := range found.Vertical {
		add(horizontal+j, plane.Box{X0: v.At, Y0: v.From, X1: v.At, Y1: v.To}).vertical++
	}
	var boxes []plane.Box
	for _, g := range grids {
		if g.horizontal >= leastHorizontal && g.vertical >= leastVertical {
			boxes = append(boxes, g.Box)
		}
	}
	return boxes
}

// crossings groups rulings, first the horizontal and then the vertical ones, that
// cross each other.
func crossings(found rulings.Rulings, size, gap float64) upright.Groups {
	horizontal := len(found.Horizontal)
	group := upright.NewGroups(horizontal + len(found.Vertical))
	for j, v := range found.Vertical {
		var crossed []int
		at := plane.Span{From: math.Inf(1), To: math.Inf(-1)}
		for i, h := range found.Horizontal {
			if v.At < h.From-crossingReach*size || v.At > h.To+crossingReach*size {
				continue
			}
			at = plane.Span{From: min(at.From, h.At), To: max(at.To, h.At)}
			if h.At > v.From-gap*size && h.At < v.To+gap*size {
				crossed = append(crossed, i)
			}
		}
		// A line far longer than what lies across it is the fold of a book or the edge
		// of the paper.
		if len(crossed) > 0 && v.Length() < foldLength*at.Length()+foldExtra*size {
			for _, i := range crossed {
				group.Join(i, horizontal+j)
			}
		}
	}
	return group
}

// stacked finds several horizontal rulings of the same width above each other.
func stacked(horizontal []rulings.Ruling, size float64) []plane.Box {
	var boxes []plane.Box
	used := make([]bool, len(horizontal))
	for i, top := range horizontal {
		if used[i] || top.Length() < stackedLength*size {
			continue
		}
		b := plane.Box{X0: top.From, Y0: top.At, X1: top.To, Y1: top.At}
		n := 1
		for j := i + 1; j < len(horizontal); j++ {
			h := horizontal[j]
			if math.Abs(h.From-top.From) < stackedEnds*size && math.Abs(h.To-top.To) < stackedEnds*size {
				used[j] = true
				b.Y1 = h.At
				n++
			}
		}
		if n >= stackedRulings {
			boxes = append(boxes, b)
		}
	}
	return boxes
}
