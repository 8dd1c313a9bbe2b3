package tables

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// findColumns returns the boundaries of columns: vertical rulings, and strips that
// are free of text in all rows but those that span columns.
func (t *table) findColumns(text []upright.Row) []float64 {
	rows := t.piecesOf(text)
	strips := t.freeStrips(rows)
	var cuts []float64
	for _, v := range t.rulings.Vertical {
		if v.Length() < columnRuling*t.box.Height() && !t.dividesBoxes(v, strips) || v.At < t.box.X0+columnInset*t.size || v.At > t.box.X1-columnInset*t.size {
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

// dividesBoxes reports whether a vertical ruling divides a box of a form in two, where other
// boxes leave no free strip: it runs from one horizontal ruling to another.
func (t *table) dividesBoxes(v rulings.Ruling, strips []plane.Span) bool {
	ends := func(y float64) bool {
		return slices.ContainsFunc(t.rulings.Horizontal, func(h rulings.Ruling) bool {
			return math.Abs(h.At-y) < boxCorner*t.size && h.From < v.At-t.size && h.To > v.At+t.size
		})
	}
	free := slices.ContainsFunc(strips, func(f plane.Span) bool { return v.At > f.From && v.At < f.To })
	return !free && len(t.interior()) > gridVertical && ends(v.From) && ends(v.To)
}

// dividesRuled reports whether a strip divides a column between two rulings: rows have
// text on both sides of it there. A head in the middle of several ruled columns leaves
// strips beside it that divide nothing.
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
	return both >= leastFilledRows || 2*both > filled
}

// piecesOf returns the extents of the pieces of text in each row.
func (t *table) piecesOf(rows []upright.Row) [][]plane.Span {
	all := make([][]plane.Span, len(rows))
	blanks := wideBlanks
	if len(rows) >= closeRows {
		blanks = closeBlanks
	}
	for i, r := range rows {
		for _, it := range r {
			from := it.X0
			for _, b := range blanks(t.page, it) {
				all[i] = append(all[i], plane.Span{From: from, To: b.From})
				from = b.To
			}
			all[i] = append(all[i], plane.Span{From: from, To: it.X1})
		}
	}
	return all
}

// freeStrips finds the strips between columns.
func (t *table) freeStrips(rows [][]plane.Span) []plane.Span {
	bin := t.size / binsPerText
	n := int(t.box.Width()/bin) + 1
	cover := make([]int, n)
	filled := 0
	for i, r := range rows {
		if len(r) > 1 {
			filled++
		}
		for k, p := range r {
			if t.spans(p, rows) || i < spanningHeads && i+1 < len(rows) && t.heads(r, k, rows[i+1]) {
				continue
			}
			from, to := int((p.From-t.box.X0)/bin+stripPadding*binsPerText), int((p.To-t.box.X0)/bin-stripPadding*binsPerText)
			for i := max(0, from); i <= min(n-1, to); i++ {
				cover[i]++
			}
		}
	}
	strips := stripsIn(cover, filled/strayRows)
	if filled >= headStrayRows {
		// Heads over several columns hide the strip below them: one row may stand in
		// it, unless it is the only entry of a column.
		for _, f := range stripsIn(cover, filled/strayRows+1) {
			if !slices.ContainsFunc(strips, func(o plane.Span) bool { return o.Overlap(f) > 0 }) {
				strips = append(strips, f)
			}
		}
	}
	for i, f := range strips {
		strips[i] = plane.Span{From: t.box.X0 + f.From*bin, To: t.box.X0 + f.To*bin}
	}
	return strips
}

// withoutGroups leaves out short texts that stand alone at the left edge of a ruled table, such
// as the names of groups of rows: they may reach out of the first column.
func (t *table) withoutGroups(rows []upright.Row) []upright.Row {
	var kept []upright.Row
	for _, r := range rows {
		if b := r.Box(); pieces(t.page, r) > 1 || b.X0 > t.box.X0+t.size || b.Width() > groupWidth*t.box.Width() {
			kept = append(kept, r)
		}
	}
	if groupRows*len(kept) < len(rows) || len(t.across()) < leastRulings {
		return rows
	}
	return kept
}

// stripsIn returns the stretches of bins that at most allowed rows cover, leaving
// out those at both ends.
func stripsIn(cover []int, allowed int) []plane.Span {
	var strips []plane.Span
	start := -1
	for i, c := range cover {
		switch {
		case c <= allowed && start < 0:
			start = i
		case c > allowed && start >= 0:
			if start > 0 && i-start >= stripBins {
				strips = append(strips, plane.Span{From: float64(start), To: float64(i)})
			}
			start = -1
		}
	}
	return strips
}

// spans reports whether a piece runs over several columns: over two pieces of
// several other rows, and most of one of them.
func (t *table) spans(p plane.Span, rows [][]plane.Span) bool {
	over, filled := 0, 0
	for _, r := range rows {
		if len(r) < 2 {
			continue
		}
		filled++
		n, covers := 0, false
		for _, o := range r {
			if p.Overlap(o) > spanOverlap*min(o.Length(), t.size) {
				n++
			}
			covers = covers || p.Overlap(o) > spanCovers*o.Length()
		}
		if n > 1 && covers {
			over++
		}
	}
	return over >= spanRows && spanRowsShare*over >= filled
}

// heads reports whether piece k of a row stands in the middle over several pieces of the
// row below: those that are nearer to it than to its neighbors.
func (t *table) heads(r []plane.Span, k int, below []plane.Span) bool {
	over := plane.Span{From: math.Inf(-1), To: math.Inf(1)}
	if k > 0 {
		over.From = (r[k-1].To + r[k].From) / 2
	}
	if k+1 < len(r) {
		over.To = (r[k].To + r[k+1].From) / 2
	}
	under := plane.Span{From: math.Inf(1), To: math.Inf(-1)}
	n := 0
	for _, p := range below {
		if m := (p.From + p.To) / 2; m > over.From && m < over.To {
			under = plane.Span{From: min(under.From, p.From), To: max(under.To, p.To)}
			n++
		}
	}
	return n > 1 && math.Abs(under.From+under.To-r[k].From-r[k].To) < 2*headCentered*t.size
}

// withoutMarks joins columns of currency signs, brackets and the like to the
// column of what they belong to. Most rows of several pieces have a number that counts them.
func (t *table) withoutMarks(columns []float64, rows [][]plane.Span) []float64 {
	whole := 0 // rows of several pieces
	for _, r := range rows {
		if len(r) > leastColumns {
			whole++
		}
	}
	for c := 0; c+1 < len(columns) && len(columns) > 3; c++ {
		filled, small := 0, 0
		for _, r := range rows {
			for _, p := range r {
				if m := (p.From + p.To) / 2; m >= columns[c] && m < columns[c+1] {
					filled++
					if p.Length() < markWidth*t.size {
						small++
					}
				}
			}
		}
		if small == filled && 2*filled <= len(rows) && countedRows*float64(filled) < float64(whole) && !t.ruledAt(columns[c]) && !t.ruledAt(columns[c+1]) {
			drop := c + 1 // to the right, as a currency sign
			if c+1 == len(columns)-1 {
				drop = c
			}
			columns = slices.Delete(columns, drop, drop+1)
			c--
		}
	}
	return columns
}

// divide splits the lines that run across a boundary of columns where they are blank.
func (t *table) divide(items []*upright.Item) []*upright.Item {
	var out []*upright.Item
	for _, it := range items {
		for _, x := range t.columns[1 : len(t.columns)-1] {
			if x < it.X0+divideInset*it.Size || x > it.X1-divideInset*it.Size {
				continue
			}
			for _, b := range t.page.Blanks(it) {
				if b.From-divideNear*it.Size < x && x < b.To+divideNear*it.Size && b.Length() > divideBlank*it.Size {
					var left *upright.Item
					left, it = t.page.Split(it, b)
					out = append(out, left)
					break
				}
			}
		}
		out = append(out, it)
	}
	return out
}

// findColumnText measures where the text of each column lies.
func (t *table) findColumnText(rows []upright.Row) []plane.Span {
	texts := make([]plane.Span, len(t.columns)-1)
	for c := range texts {
		texts[c] = plane.Span{From: t.columns[c+1], To: t.columns[c]}
	}
	for _, r := range rows {
		for _, it := range r {
			if first, last := t.columnsOf(it); first == last {
				texts[first] = plane.Span{From: min(texts[first].From, it.X0), To: max(texts[first].To, it.X1)}
			}
		}
	}
	for c := range texts {
		if texts[c].Length() <= 0 {
			texts[c] = plane.Span{From: t.columns[c], To: t.columns[c+1]}
		}
	}
	return texts
}
