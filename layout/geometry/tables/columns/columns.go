// Package columns finds the columns of a table by vertical rulings and by the white between the
// pieces of text in its rows.
package columns

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// Find returns the boundaries of the columns of rows within box, one more than columns: at
// vertical rulings, and in strips that are free of text in all rows except those that span
// columns.
func Find(page *upright.Page, found rulings.Rulings, box plane.Box, rows []upright.Row) []float64 {
	t := table{page, page.Size, box, found}
	return t.find(t.withoutGroups(rows))
}

// Count returns the number of columns that text alone shows.
func Count(page *upright.Page, rows []upright.Row) int {
	return len(Find(page, rulings.Rulings{}, upright.Bounds(slices.Concat(rows...)), rows)) - 1
}

func (t *table) find(text []upright.Row) []float64 {
	rows := piecesOf(t.page, text)
	strips := t.freeStrips(rows)
	var cuts []float64
	for _, v := range t.rulings.Vertical {
		if !t.divides(v, strips) {
			continue
		}
		// A strip that holds a ruling ends there, wherever its middle is.
		strips = slices.DeleteFunc(strips, func(f plane.Span) bool {
			return v.At > f.From-stripAround*t.size && v.At < f.To+stripAround*t.size
		})
		cuts = append(cuts, v.At)
	}
	slices.Sort(cuts)
	ruled := append(append([]float64{t.box.X0}, cuts...), t.box.X1)
	for _, f := range strips {
		if len(ruled) == 2 || dividesRuled(f, ruled, rows) {
			cuts = append(cuts, (f.From+f.To)/2)
		}
	}
	slices.Sort(cuts)
	bounds := append([]float64{t.box.X0}, cuts...)
	return t.withoutMarks(append(bounds, t.box.X1), rows)
}

// divides reports whether a vertical ruling away from the table's edges divides columns.
func (t *table) divides(v rulings.Ruling, strips []plane.Span) bool {
	inside := v.At >= t.box.X0+columnInset*t.size && v.At <= t.box.X1-columnInset*t.size
	return inside && (v.Length() >= RulingPart*t.box.Height() || t.dividesBox(v, strips))
}

// dividesBox reports whether a vertical ruling divides one box of a form in two, where text in
// other boxes leaves no free strip: it runs from one horizontal ruling to another.
func (t *table) dividesBox(v rulings.Ruling, strips []plane.Span) bool {
	ends := func(y float64) bool {
		return slices.ContainsFunc(t.rulings.Horizontal, func(h rulings.Ruling) bool {
			return math.Abs(h.At-y) < boxCorner*t.size && h.From < v.At-t.size && h.To > v.At+t.size
		})
	}
	free := slices.ContainsFunc(strips, func(f plane.Span) bool { return v.At > f.From && v.At < f.To })
	return !free && len(Interior(t.rulings, t.box, t.size)) > boxRulings && ends(v.From) && ends(v.To)
}

// dividesRuled reports whether a strip divides a column between two rulings, that is whether rows
// have text on both sides of it there. A head in the middle of several ruled columns leaves strips
// beside it that divide nothing.
func dividesRuled(strip plane.Span, ruled []float64, rows [][]plane.Span) bool {
	middle := (strip.From + strip.To) / 2
	c := 0
	for c < len(ruled)-2 && middle > ruled[c+1] {
		c++
	}
	both, filled := 0, 0
	for _, r := range rows {
		before, after := false, false
		for _, p := range r {
			within := p.From > ruled[c]-columnReach*p.Length() && p.To < ruled[c+1]+columnReach*p.Length()
			before = before || within && p.To < middle
			after = after || within && p.From > middle
		}
		if before || after {
			filled++
		}
		if before && after {
			both++
		}
	}
	return both >= LeastFilledRows || 2*both > filled
}

// withoutGroups leaves out rows of one short text at the left edge of a ruled table, such as names
// of groups of rows: they may reach beyond the first column.
func (t *table) withoutGroups(rows []upright.Row) []upright.Row {
	if len(t.rulings.Across(t.box)) < LeastRulings {
		return rows
	}
	var kept []upright.Row
	for _, r := range rows {
		if b := r.Box(); Pieces(t.page, r) > 1 || b.X0 > t.box.X0+t.size || b.Width() > groupWidth*t.box.Width() {
			kept = append(kept, r)
		}
	}
	if groupRows*len(kept) < len(rows) {
		return rows
	}
	return kept
}
