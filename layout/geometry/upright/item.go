package upright

import (
	"cmp"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// Object is a table or a figure, which takes one place in the reading order.
type Object struct {
	Type  document.RegionType // RegionTable or RegionImage
	Label string
	Score *float64
	BBox  document.BBox
	Inner []*Item        // lines of text in it, in reading order
	Grid  *document.Grid // of a table; its cells index Inner
}

// Item is a unit of reading order: a line of text, or a table or figure that is read as a whole.
type Item struct {
	plane.Box
	Size   float64 // height of the text in pixels
	Object *Object // nil for a line of text

	line     int          // index into Page.lines; -1 for a table or figure
	spaces   []plane.Span // between the words of the line
	blanks   []plane.Span // those that are wide, see Page.Blanks
	measured bool         // spaces and blanks are known
}

// ObjectItem returns the item of a table or figure. size is the text height that it counts with.
func ObjectItem(o *Object, b plane.Box, size float64) *Item {
	return &Item{Box: b, Size: size, Object: o, line: -1}
}

// Bounds returns the smallest box that holds the items, an empty one without any.
func Bounds(items []*Item) plane.Box {
	if len(items) == 0 {
		return plane.Box{}
	}
	b := items[0].Box
	for _, it := range items[1:] {
		b = b.Union(it.Box)
	}
	return b
}

// SortDown orders items by height on the page, and equal ones from the left.
func SortDown(items []*Item) {
	slices.SortStableFunc(items, func(a, b *Item) int {
		return cmp.Or(cmp.Compare(a.CenterY(), b.CenterY()), cmp.Compare(a.X0, b.X0))
	})
}

// Row is a set of items side by side, left to right.
type Row []*Item

// Box returns the extent of the row.
func (r Row) Box() plane.Box { return Bounds(r) }

// Size returns the height of the row's text: that of its widest item.
func (r Row) Size() float64 {
	widest := r[0]
	for _, it := range r[1:] {
		if it.Width() > widest.Width() {
			widest = it
		}
	}
	return widest.Size
}

// RowsOf groups items into rows, top to bottom. Two items share a row if their centers are less than half
// a line apart and they do not lie over each other. A table or figure is a row of its own.
func RowsOf(items []*Item) []Row {
	items = slices.Clone(items)
	SortDown(items)
	var rows []Row
	var current Row
	var middle float64 // mean of the centers in current
	for _, it := range items {
		if len(current) > 0 && it.Object == nil && current[0].Object == nil && fits(current, middle, it) {
			middle += (it.CenterY() - middle) / float64(len(current)+1)
			current = append(current, it)
			continue
		}
		if len(current) > 0 {
			rows = append(rows, current)
		}
		current, middle = Row{it}, it.CenterY()
	}
	if len(current) > 0 {
		rows = append(rows, current)
	}
	for _, r := range rows {
		slices.SortStableFunc(r, func(a, b *Item) int { return cmp.Compare(a.X0, b.X0) })
	}
	return rows
}

// fits reports whether an item belongs in a row. Only the last few items are compared, so that a hostile
// page with one endless row stays cheap.
func fits(r Row, middle float64, it *Item) bool {
	if math.Abs(it.CenterY()-middle) > 0.5*min(it.Size, r[0].Size) {
		return false
	}
	for _, other := range r[max(0, len(r)-64):] {
		if it.OverlapX(other.Box) > 0.4*min(it.Width(), other.Width()) {
			return false
		}
	}
	return true
}
