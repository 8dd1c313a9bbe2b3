package layout

import (
	"cmp"
	"slices"
)

// Reading order is a recursive cut of the page at gutters: strips of white
// between columns that run past several rows. The tallest gutter is taken first.
// What lies above it, left of it, right of it and below it is then ordered in
// the same way, so a title across the page or a full-width figure ends a gutter,
// and the columns between two of them are read one after the other. Only what no
// gutter divides is read row by row. This is XY-cut with local vertical cuts:
// rows are never cut apart just because two columns happen to have a gap at the
// same height.

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
	// slack is how far, in text heights, a box may reach into a gutter: detectors
	// pad their boxes.
	slack = 0.3
	// maxTries bounds how many gutters are judged before a part is read as rows.
	maxTries = 24
)

// read puts items into blocks in reading order. leaf makes the blocks of a part
// that no gutter divides.
func (s *sheet) read(items []*item, leaf func([]*item) []block) []block {
	items = slices.Clone(items)
	sortDown(items)
	return s.cut(items, leaf)
}

// cut does the work of read on items that are sorted by height; it may reorder them.
func (s *sheet) cut(items []*item, leaf func([]*item) []block) []block {
	if len(items) == 0 {
		return nil
	}
	g, ok := s.findGutter(items)
	if !ok {
		return leaf(items)
	}
	var left, right []*item
	for _, it := range items[g.from:g.to] {
		l, r := s.divide(it, g.x)
		if l != nil {
			left = append(left, l)
		}
		if r != nil {
			right = append(right, r)
		}
	}
	return s.around(s.cut(items[:g.from], leaf), s.cut(left, leaf), s.cut(right, leaf), s.cut(items[g.to:], leaf))
}

// divide gives it to the left or to the right of x. A line that a detector drew
// across the gutter is split there.
func (s *sheet) divide(it *item, x float64) (left, right *item) {
	switch it.side(x) {
	case -1:
		return it, nil
	case 1:
		return nil, it
	}
	if gap, ok := s.blankAt(it, x); ok {
		return s.split(it, gap)
	}
	if it.cx() < x {
		return it, nil
	}
	return nil, it
}

// side is -1 for an item left of x, 1 for one to the right, 0 for one across.
func (it *item) side(x float64) int {
	tolerance := slack * it.size
	switch {
	case it.x1 <= x+tolerance && it.x0 < x-tolerance:
		return -1
	case it.x0 >= x-tolerance:
		return 1
	default:
		return 0
	}
}

// findGutter looks for the tallest gutter that separates columns.
func (s *sheet) findGutter(items []*item) (gutter, bool) {
	if len(items) < 4 || s.work <= 0 {
		return gutter{}, false
	}
	var found []gutter
	for _, x := range starts(items, s.size/2) {
		found = s.sweep(items, x, found)
	}
	slices.SortStableFunc(found, func(a, b gutter) int {
		return cmp.Or(cmp.Compare(b.height(), a.height()), cmp.Compare(b.width, a.width))
	})
	for _, g := range found[:min(len(found), maxTries)] {
		if s.separates(items, g) {
			return s.trim(items, g), true
		}
	}
	return gutter{}, false
}

// starts lists where columns may begin: the left edges of items, at most one per step.
func starts(items []*item, step float64) []float64 {
	xs := make([]float64, len(items))
	for i, it := range items {
		xs[i] = it.x0
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
func (s *sheet) sweep(items []*item, x float64, found []gutter) []gutter {
	s.work -= len(items)
	var left, right side
	from, across := 0, 0
	flush := func(to int) {
		if g, ok := runOf(left, right, across, s.size); ok {
			g.x, g.from, g.to = x, from, to
			found = append(found, g)
		}
		left, right, across, from = side{}, side{}, 0, to+1
	}
	for i, it := range items {
		switch it.side(x) {
		case -1:
			left.add(it.box)
		case 1:
			right.add(it.box)
		default:
			if _, ok := s.blankAt(it, x); !ok {
				flush(i)
				continue
			}
			across++
		}
	}
	flush(len(items))
	return found
}

// side collects the extent of what lies on one side of a gutter.
type side struct {
	n int
	b box
}

func (s *side) add(b box) {
	if s.n == 0 {
		s.b = b
	} else {
		s.b = s.b.union(b)
	}
	s.n++
}

// runOf makes a gutter of what a sweep saw, when both sides stand beside each
// other for two rows at least.
func runOf(left, right side, across int, size float64) (gutter, bool) {
	if left.n == 0 || right.n == 0 || across > left.n+right.n {
		return gutter{}, false
	}
	g := gutter{
		top:   max(left.b.y0, right.b.y0),
		end:   min(left.b.y1, right.b.y1),
		width: right.b.x0 - left.b.x1,
	}
	return g, g.height() > 1.5*size && g.width > -2*slack*size
}
