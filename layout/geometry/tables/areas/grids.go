package areas

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// grids finds tables by their rulings, the largest first: groups of rulings that cross each other,
// and horizontal ones of the same width above each other. size is the height of the page's text.
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

// crossing returns the extents of groups of at least so many horizontal and vertical rulings that
// cross each other, or end less than gap short of that.
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

// crossings groups the rulings that cross each other. The horizontal ones are numbered first, then
// the vertical ones.
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
		// A line far longer than what lies across it is the fold of a book or the edge of the paper.
		if len(crossed) > 0 && v.Length() < foldLength*at.Length()+foldExtra*size {
			for _, i := range crossed {
				group.Join(i, horizontal+j)
			}
		}
	}
	return group
}

// stacked finds horizontal rulings of the same width above each other.
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
