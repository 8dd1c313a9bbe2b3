package geometry

import (
	"cmp"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// gutter is a strip of white beside x that runs past the items from..to (as
// sorted by height).
type gutter struct {
	x        float64 // left edge of the column to its right
	from, to int
	top, end float64 // height between which there is text on both sides
	width    float64
}

func (g gutter) height() float64 { return g.end - g.top }

const (
	// gutterSlack is how far, in text heights, a box may reach into a gutter:
	// detectors pad their boxes.
	gutterSlack = 0.3
	// gutterWork bounds the search for gutters on hostile pages, in items looked at;
	// a page of 500 lines needs about a hundredth of it.
	gutterWork = 60_000_000
)

// sideOf returns -1 for an item left of x, 1 for one to the right, 0 for one across.
func sideOf(it *upright.Item, x float64) int {
	tolerance := gutterSlack * it.Size
	switch {
	case it.X1 <= x+tolerance && it.X0 < x-tolerance:
		return -1
	case it.X0 >= x-tolerance:
		return 1
	default:
		return 0
	}
}

// gutterSearch looks for gutters on one page.
type gutterSearch struct {
	page *upright.Page
	work int // items that may still be looked at
}

// gutters returns the strips of white in some items that are sorted by height, the
// tallest first. There may be columns beside them, or cells.
func (s *gutterSearch) gutters(items []*upright.Item) []gutter {
	if len(items) < 4 || s.work <= 0 {
		return nil
	}
	var found []gutter
	for _, x := range columnStarts(items, s.page.Size/2) {
		found = s.sweep(items, x, found)
	}
	slices.SortStableFunc(found, func(a, b gutter) int {
		return cmp.Or(cmp.Compare(b.height(), a.height()), cmp.Compare(b.width, a.width))
	})
	return found
}

// columnStarts returns where columns may begin: the left edges of items, at most
// one per step.
func columnStarts(items []*upright.Item, step float64) []float64 {
	xs := make([]float64, len(items))
	for i, it := range items {
		xs[i] = it.X0
	}
	slices.Sort(xs)
	kept := xs[:0]
	for i, x := range xs {
		if i == 0 || x-kept[len(kept)-1] >= step {
			kept = append(kept, x)
		}
	}
	return kept[1:] // nothing is left of the first
}

// sweep goes down the page at x and appends every run of items that leaves x free.
func (s *gutterSearch) sweep(items []*upright.Item, x float64, found []gutter) []gutter {
	s.work -= len(items)
	var left, right extent
	from, across := 0, 0
	flush := func(to int) {
		if g, ok := between(left, right, across, s.page.Size); ok {
			g.x, g.from, g.to = x, from, to
			found = append(found, g)
		}
		left, right, across, from = extent{}, extent{}, 0, to+1
	}
	for i, it := range items {
		switch sideOf(it, x) {
		case -1:
			left.add(it.Box)
		case 1:
			right.add(it.Box)
		default:
			if _, ok := s.page.BlankAt(it, x); !ok {
				flush(i)
				continue
			}
			across++
		}
	}
	flush(len(items))
	return found
}

// extent is that of the items on one side of a gutter.
type extent struct {
	n int
	plane.Box
}

func (e *extent) add(b plane.Box) {
	if e.n == 0 {
		e.Box = b
	} else {
		e.Box = e.Union(b)
	}
	e.n++
}

// between returns the gutter between two sides, when they stand beside each other
// for two rows at least.
func between(left, right extent, across int, size float64) (gutter, bool) {
	if left.n == 0 || right.n == 0 || across > left.n+right.n {
		return gutter{}, false
	}
	g := gutter{
		top:   max(left.Y0, right.Y0),
		end:   min(left.Y1, right.Y1),
		width: right.X0 - left.X1,
	}
	return g, g.height() > 1.5*size && g.width > -2*gutterSlack*size
}
