package areas

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// within returns the lines that lie in an area for the most part.
func within(page *upright.Page, a plane.Box) []*upright.Item {
	var items []*upright.Item
	for _, it := range page.Items {
		if it.Object == nil && it.ShareIn(a) > lineInside && it.CenterY() > a.Y0-lineSlack*page.Size && it.CenterY() < a.Y1+lineSlack*page.Size {
			items = append(items, it)
		}
	}
	upright.SortDown(items)
	return items
}

// widened adds what stands beside an area on its rows, and above it: rulings and models often leave
// out the first column, whose entries have no rulings around them, and the heads.
func widened(page *upright.Page, a Area, items []*upright.Item) []*upright.Item {
	if a.Evidence == FromTask || len(items) < 2 {
		return items
	}
	rows := upright.RowsOf(items)
	all := slices.Clone(page.Items)
	upright.SortDown(all)
	left, right := beside(all, rows, a.Box, page.Size)
	for _, group := range [][]*upright.Item{left, right} {
		if isColumn(group, rows, all) {
			items = append(items, group...)
		}
	}
	upright.SortDown(items)
	return withHeads(items, all, page.Size)
}

// beside returns the lines to the left and to the right of an area that are level with one of its
// rows. all is sorted by height.
func beside(all []*upright.Item, rows []upright.Row, a plane.Box, size float64) (left, right []*upright.Item) {
	i := 0
	for _, it := range all {
		if it.Object != nil || it.CenterX() >= a.X0 && it.CenterX() < a.X1 {
			continue
		}
		distance := func(i int) float64 { return math.Abs(rows[i].Box().CenterY() - it.CenterY()) }
		for i < len(rows)-1 && distance(i+1) <= distance(i) {
			i++
		}
		if distance(i) > sameRow*size {
			continue
		}
		if it.CenterX() < a.X0 {
			left = append(left, it)
		} else {
			right = append(right, it)
		}
	}
	return left, right
}

// framed leaves out what stands beside a closed frame of rulings, such as labels and notes in a
// model's box, unless it is a column of the table.
func framed(page *upright.Page, found rulings.Rulings, items []*upright.Item) []*upright.Item {
	frame, ok := frameOf(found, page.Size)
	if !ok {
		return items
	}
	var inside []*upright.Item
	for _, it := range items {
		if it.CenterX() > frame.X0 && it.CenterX() < frame.X1 {
			inside = append(inside, it)
		}
	}
	if len(inside) < LeastItems {
		return items
	}
	rows := upright.RowsOf(inside)
	left, right := beside(items, rows, frame, page.Size)
	for _, group := range [][]*upright.Item{left, right} {
		if isColumn(group, rows, items) {
			inside = append(inside, group...)
		}
	}
	for _, it := range items { // captions and notes are left out later
		outside := it.CenterY() < frame.Y0 || it.CenterY() > frame.Y1
		if outside && !slices.Contains(inside, it) {
			inside = append(inside, it)
		}
	}
	upright.SortDown(inside)
	return inside
}

// frameOf returns the box between the outer vertical rulings if they run from the first horizontal
// ruling to the last, and no horizontal one runs beyond them.
func frameOf(found rulings.Rulings, size float64) (plane.Box, bool) {
	if len(found.Vertical) < gridVertical || len(found.Horizontal) < gridHorizontal {
		return plane.Box{}, false
	}
	h := found.Horizontal
	left, right := found.Vertical[0], found.Vertical[len(found.Vertical)-1]
	b := plane.Box{X0: left.At, Y0: h[0].At, X1: right.At, Y1: h[len(h)-1].At}
	for _, v := range []rulings.Ruling{left, right} {
		if v.From > b.Y0+frameGap*size || v.To < b.Y1-frameGap*size {
			return plane.Box{}, false
		}
	}
	for _, r := range h {
		if r.From < b.X0-frameGap*size || r.To > b.X1+frameGap*size {
			return plane.Box{}, false
		}
	}
	return b, b.Width() > stackedLength*size
}

// isColumn reports whether lines beside a table are a column of it: about one for each row, with
// hardly any other line among them.
func isColumn(group []*upright.Item, rows []upright.Row, all []*upright.Item) bool {
	if 2*len(group) < len(rows) || len(group) > len(rows) || IsProse(group) {
		return false
	}
	between := 0 // lines of the same column, with or without a row
	b := upright.Bounds(group)
	for _, it := range all {
		if it.Object == nil && it.OverlapX(b) > 0 && it.CenterY() > b.Y0 && it.CenterY() < b.Y1 {
			between++
		}
	}
	return between <= len(group)*5/4
}

// withHeads adds the heads right above a table over some of its columns, and what else is on their
// row. all is sorted by height.
func withHeads(items, all []*upright.Item, size float64) []*upright.Item {
	b := upright.Bounds(items)
	row := plane.Span{From: b.Y1, To: b.Y0} // centers of the heads
	var level []*upright.Item               // all that could be on their row
	for _, it := range slices.Backward(all) {
		above := b.Y0 - it.Y1
		if it.Object != nil || it.CenterY() >= b.Y0 || above >= headGap*size || above <= -headSink*size ||
			it.X0 < b.X0-HeadReach*size || it.X1 > b.X1+HeadReach*size || it.Width() > headWidth*b.Width() || slices.Contains(items, it) {
			continue
		}
		level = append(level, it)
		if it.X0 > b.X0+columns.Indent*size {
			row = plane.Span{From: min(row.From, it.CenterY()), To: max(row.To, it.CenterY())}
		}
	}
	for _, it := range level {
		if it.CenterY() > row.From-sameRow*size && it.CenterY() < row.To+sameRow*size {
			items = append(items, it)
		}
	}
	upright.SortDown(items)
	return items
}

// IsProse reports whether lines are columns of running text, which the model sometimes takes for
// tables.
func IsProse(items []*upright.Item) bool {
	wide := 0
	for _, it := range items {
		if it.Width() > proseWidthRatio*upright.ProseWidth*it.Size {
			wide++
		}
	}
	return 10*wide > proseShare*len(items)
}
