package geometry

import (
	"slices"

	"ocr-gateway/layout/geometry/gutters"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// Reading order is a recursive cut of the page at gutters: strips of white between columns, past
// several rows. The tallest gutter is taken first. The parts above it, left of it, right of it and below
// it are then ordered in the same way. So a title across the page or a full-width figure ends a gutter,
// and the columns between two of them are read one after the other. Only a part that no gutter divides
// is read row by row. This is XY-cut with local vertical cuts: rows are never cut apart just because two
// columns happen to have a gap at the same height.

// reader puts items of one page into reading order.
type reader struct {
	page   *upright.Page
	search *gutters.Search
}

func newReader(p *upright.Page, found rulings.Rulings) *reader {
	return &reader{page: p, search: gutters.NewSearch(p, found)}
}

// read puts items into blocks in reading order. leaf makes the blocks of a part
// that no gutter divides.
func (r *reader) read(items []*upright.Item, leaf func([]*upright.Item) []block) []block {
	items = slices.Clone(items)
	upright.SortDown(items)
	return r.cut(items, leaf)
}

// cut does the work of read on items that are sorted by height; it may reorder them.
func (r *reader) cut(items []*upright.Item, leaf func([]*upright.Item) []block) []block {
	if len(items) == 0 {
		return nil
	}
	g, ok := r.search.Find(items)
	if !ok {
		return leaf(items)
	}
	if above, below, ok := r.search.Bands(items, g); ok {
		return slices.Concat(r.cut(above, leaf), r.cut(below, leaf))
	}
	var left, right []*upright.Item
	for _, it := range items[g.From:g.To] {
		before, after := r.divide(it, g.X)
		if before != nil {
			left = append(left, before)
		}
		if after != nil {
			right = append(right, after)
		}
	}
	return around(r.page, r.cut(items[:g.From], leaf), r.cut(left, leaf), r.cut(right, leaf), r.cut(items[g.To:], leaf))
}

// divide returns an item as left or as right of x. A line whose box reaches across the gutter is split
// there.
func (r *reader) divide(it *upright.Item, x float64) (left, right *upright.Item) {
	switch gutters.SideOf(it, x) {
	case -1:
		return it, nil
	case 1:
		return nil, it
	}
	if blank, ok := r.page.BlankAt(it, x); ok {
		return r.page.Split(it, blank)
	}
	if space, ok := r.page.SpaceAt(it, x); ok {
		return r.page.Split(it, space)
	}
	if it.CenterX() < x {
		return it, nil
	}
	return nil, it
}
