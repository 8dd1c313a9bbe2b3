package columns

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
)

// freeStrips finds the strips of white between columns.
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
		// A head over several columns hides the strip below it. So one more row may stand in a strip,
		// but only away from the strips found so far: beside those it may be a column's only entry.
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

// stripsIn returns the stretches of bins that at most allowed rows cover, without those at both
// ends.
func stripsIn(cover []int, allowed int) []plane.Span {
	return plane.Gaps(len(cover), stripBins, func(i int) bool { return cover[i] <= allowed })
}

// spans reports whether a piece runs over several columns: in several rows it lies over two pieces,
// and over most of one of them.
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

// heads reports whether piece k of a row is centered over several pieces of the row below: those
// that are nearer to it than to its neighbors.
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
