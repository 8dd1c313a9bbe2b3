package layout

import (
	"cmp"
	"math"
	"slices"
)

// box is a rectangle in the upright frame of a page (see frame), in pixels.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) width() float64  { return b.x1 - b.x0 }
func (b box) height() float64 { return b.y1 - b.y0 }
func (b box) cx() float64     { return (b.x0 + b.x1) / 2 }
func (b box) cy() float64     { return (b.y0 + b.y1) / 2 }
func (b box) area() float64   { return b.width() * b.height() }

func (b box) union(o box) box {
	return box{min(b.x0, o.x0), min(b.y0, o.y0), max(b.x1, o.x1), max(b.y1, o.y1)}
}

// overlap is the area that two boxes share.
func (b box) overlap(o box) float64 {
	return max(0, b.overlapX(o)) * max(0, b.overlapY(o))
}

// overlapX is the width that two boxes share; negative, it is their distance.
func (b box) overlapX(o box) float64 { return min(b.x1, o.x1) - max(b.x0, o.x0) }

// overlapY is the height that two boxes share; negative, it is their distance.
func (b box) overlapY(o box) float64 { return min(b.y1, o.y1) - max(b.y0, o.y0) }

// inside is the share of b's area that lies in o.
func (b box) inside(o box) float64 {
	if a := b.area(); a > 0 {
		return b.overlap(o) / a
	}
	return 0
}

// holds says whether the centre of o lies in b.
func (b box) holds(o box) bool {
	return o.cx() >= b.x0 && o.cx() < b.x1 && o.cy() >= b.y0 && o.cy() < b.y1
}

// item is what reading order is made of: a line of text, or a table or figure
// that is read as a whole.
type item struct {
	box
	size float64 // height of the text in pixels
	line int     // index into sheet.lines; -1 for a table or figure
	atom *atom   // nil for a line of text
	gaps []span  // blanks within the line, see sheet.blanks
	seen bool    // gaps are known
}

// row is a set of items side by side, left to right.
type row []*item

func (r row) box() box { return bounds(r) }

// size is the height of the row's text: that of its widest item.
func (r row) size() float64 {
	widest := r[0]
	for _, it := range r[1:] {
		if it.width() > widest.width() {
			widest = it
		}
	}
	return widest.size
}

func bounds(items []*item) box {
	if len(items) == 0 {
		return box{}
	}
	b := items[0].box
	for _, it := range items[1:] {
		b = b.union(it.box)
	}
	return b
}

// sortDown orders items by height on the page, and from the left where equal.
func sortDown(items []*item) {
	slices.SortStableFunc(items, func(a, b *item) int {
		return cmp.Or(cmp.Compare(a.cy(), b.cy()), cmp.Compare(a.x0, b.x0))
	})
}

// rowsOf groups items into rows, top to bottom. Two items share a row when
// their centres are less than half a line apart and they do not lie over each other.
func rowsOf(items []*item) []row {
	items = slices.Clone(items)
	sortDown(items)
	var rows []row
	var current row
	var middle float64 // mean of the centres in current
	for _, it := range items {
		if len(current) > 0 && it.atom == nil && current[0].atom == nil && fits(current, middle, it) {
			middle += (it.cy() - middle) / float64(len(current)+1)
			current = append(current, it)
			continue
		}
		if len(current) > 0 {
			rows = append(rows, current)
		}
		current, middle = row{it}, it.cy()
	}
	if len(current) > 0 {
		rows = append(rows, current)
	}
	for _, r := range rows {
		slices.SortStableFunc(r, func(a, b *item) int { return cmp.Compare(a.x0, b.x0) })
	}
	return rows
}

// fits says whether it belongs in a row. Only the last few items are compared,
// so that a hostile page with one endless row stays cheap.
func fits(r row, middle float64, it *item) bool {
	if math.Abs(it.cy()-middle) > 0.5*min(it.size, r[0].size) {
		return false
	}
	for _, other := range r[max(0, len(r)-64):] {
		if it.overlapX(other.box) > 0.4*min(it.width(), other.width()) {
			return false
		}
	}
	return true
}

// median of the values, 0 without any. It reorders values.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// quantile gives the value below which the share q of the sorted values lies.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}
