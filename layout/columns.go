package layout

import "slices"

// columns finds the boundaries of columns: vertical rulings, and strips that are
// free of text in all rows but those that span columns.
func (t *table) columns(text []row) []float64 {
	rows := t.piecesOf(text)
	strips := t.freeStrips(rows)
	var cuts []float64
	for _, v := range t.lines.vertical {
		if v.length() < 0.4*t.box.height() || v.at < t.box.x0+0.5*t.s.size || v.at > t.box.x1-0.5*t.s.size {
			continue
		}
		// A strip that holds a ruling ends there, wherever its middle is.
		strips = slices.DeleteFunc(strips, func(f span) bool {
			return v.at > f.from-0.6*t.s.size && v.at < f.to+0.6*t.s.size
		})
		cuts = append(cuts, v.at)
	}
	for _, f := range strips {
		cuts = append(cuts, (f.from+f.to)/2)
	}
	slices.Sort(cuts)
	bounds := append([]float64{t.box.x0}, cuts...)
	return t.withoutMarks(append(bounds, t.box.x1), rows)
}

// piecesOf lists the extents of the pieces of text in each row.
func (t *table) piecesOf(rows []row) [][]span {
	all := make([][]span, len(rows))
	for i, r := range rows {
		for _, it := range r {
			from := it.x0
			for _, g := range t.wideBlanks(it) {
				all[i] = append(all[i], span{from, g.from})
				from = g.to
			}
			all[i] = append(all[i], span{from, it.x1})
		}
	}
	return all
}

// freeStrips finds the strips between columns.
func (t *table) freeStrips(rows [][]span) []span {
	const (
		perSize = 8   // resolution: bins per text height
		pad     = 0.2 // of the text height: detectors' boxes are padded by so much
		least   = 3   // bins that make a strip
	)
	bin := t.s.size / perSize
	n := int(t.box.width()/bin) + 1
	cover := make([]int, n)
	busy := 0
	for _, r := range rows {
		if len(r) > 1 {
			busy++
		}
		for _, p := range r {
			if t.spans(p, rows) {
				continue
			}
			from, to := int((p.from-t.box.x0)/bin+pad*perSize), int((p.to-t.box.x0)/bin-pad*perSize)
			for i := max(0, from); i <= min(n-1, to); i++ {
				cover[i]++
			}
		}
	}
	strips := stripsOf(cover, busy/20, least)
	if busy >= 6 {
		// Heads over several columns hide the strip below them: one row may stand in
		// it, unless it is the only entry of a column.
		for _, f := range stripsOf(cover, busy/20+1, least) {
			if !slices.ContainsFunc(strips, func(o span) bool { return min(o.to, f.to) > max(o.from, f.from) }) {
				strips = append(strips, f)
			}
		}
	}
	for i, f := range strips {
		strips[i] = span{t.box.x0 + f.from*bin, t.box.x0 + f.to*bin}
	}
	return strips
}

// stripsOf lists the stretches, of at least least bins, that at most allowed rows cover,
// leaving out those at both ends.
func stripsOf(cover []int, allowed, least int) []span {
	var strips []span
	start := -1
	for i, c := range cover {
		switch {
		case c <= allowed && start < 0:
			start = i
		case c > allowed && start >= 0:
			if start > 0 && i-start >= least {
				strips = append(strips, span{float64(start), float64(i)})
			}
			start = -1
		}
	}
	return strips
}

// spans says whether a piece runs over several columns: over two pieces of
// several other rows.
func (t *table) spans(p span, rows [][]span) bool {
	over, busy := 0, 0
	for _, r := range rows {
		if len(r) < 2 {
			continue
		}
		busy++
		n := 0
		for _, o := range r {
			if min(p.to, o.to)-max(p.from, o.from) > 0.3*min(o.length(), t.s.size) {
				n++
			}
		}
		if n > 1 {
			over++
		}
	}
	return over >= 2 && 4*over >= busy
}

// withoutMarks joins columns of currency signs, brackets and the like to the
// column of what they belong to.
func (t *table) withoutMarks(cols []float64, rows [][]span) []float64 {
	for c := 0; c+1 < len(cols) && len(cols) > 3; c++ {
		filled, small := 0, 0
		for _, r := range rows {
			for _, p := range r {
				if m := (p.from + p.to) / 2; m >= cols[c] && m < cols[c+1] {
					filled++
					if p.length() < 1.1*t.s.size {
						small++
					}
				}
			}
		}
		if small == filled && 2*filled <= len(rows) && !t.ruledAt(cols[c]) && !t.ruledAt(cols[c+1]) {
			drop := c + 1 // to the right, as a currency sign
			if c+1 == len(cols)-1 {
				drop = c
			}
			cols = slices.Delete(cols, drop, drop+1)
			c--
		}
	}
	return cols
}

func (t *table) ruledAt(x float64) bool {
	return slices.ContainsFunc(t.lines.vertical, func(v ruling) bool { return abs(v.at-x) < 1 })
}
