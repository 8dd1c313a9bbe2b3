package layout

import "slices"

// takeOpenTables replaces tables that have neither rulings nor a box of the model
// by atoms: several rows in a row whose pieces stand in three or more columns.
// Less than that is left as text, read along its rows.
func (s *sheet) takeOpenTables(part []*item) []*item {
	rows := rowsOf(part)
	var out []*item
	done := 0
	for _, run := range s.busyRuns(rows) {
		from, to := run[0], run[1]
		for from > done && s.heads(rows[from-1], rows[from:to]) {
			from--
		}
		table := s.openTable(rows[from:to])
		if table == nil || s.goesOn(rows, from, to) || s.folded(bounds(slices.Concat(rows[from:to]...))) {
			continue
		}
		out = append(out, slices.Concat(rows[done:from]...)...)
		out = append(out, table...)
		done = to
	}
	return append(out, slices.Concat(rows[done:]...)...)
}

// busyRuns finds runs of rows, from and to, most of which have three pieces or more.
func (s *sheet) busyRuns(rows []row) [][2]int {
	const (
		least = 3 // rows of several pieces
		rest  = 2 // rows of one piece that may come between: headings within a table
		apart = 4 // text heights of white that end a table
	)
	probe := &table{s: s}
	var runs [][2]int
	for i := 0; i < len(rows); i++ {
		end, busy := i, 0
		for j := i; j < len(rows) && j-end <= rest && rows[j][0].atom == nil; j++ {
			if j > i && rows[j].box().y0-rows[j-1].box().y1 > apart*s.size {
				break
			}
			pieces := probe.pieces(rows[j])
			if pieces >= 3 {
				busy++
				end = j + 1
			} else if busy == 0 && pieces < 2 {
				break
			}
		}
		if busy >= least && 2*busy > end-i {
			runs = append(runs, [2]int{i, end})
			i = end - 1
		}
	}
	return runs
}

// heads says whether r is a head over some columns of the table below it.
func (s *sheet) heads(r row, table []row) bool {
	b, below := r.box(), bounds(slices.Concat(table...))
	return r[0].atom == nil && below.y0-b.y1 < 0.8*s.size && b.x0 > below.x0+3*s.size && b.x1 < below.x1+s.size
}

// folded says whether a vertical line far longer than a table is high runs through
// it: the fold of a book, or a line between columns.
func (s *sheet) folded(table box) bool {
	return slices.ContainsFunc(s.findRulings().vertical, func(v ruling) bool {
		return v.at > table.x0+2*s.size && v.at < table.x1-2*s.size && v.length() > 1.5*table.height() && v.from < table.y1 && v.to > table.y0
	})
}

// goesOn says whether the rows from..to are cut out of columns of running text:
// wide pieces at their top or bottom have a neighbour of the same extent outside.
func (s *sheet) goesOn(rows []row, from, to int) bool {
	same := func(inside, outside row) bool {
		if outside.box().overlapY(inside.box()) < -1.5*s.size {
			return false
		}
		for _, a := range inside {
			for _, b := range outside {
				if a.width() > 6*a.size && abs(a.x0-b.x0) < a.size && abs(a.x1-b.x1) < a.size {
					return true
				}
			}
		}
		return false
	}
	return from > 0 && same(rows[from], rows[from-1]) || to < len(rows) && same(rows[to-1], rows[to])
}

// openTable gives the items that take the place of rows: the table, and what its
// edges left out. It is nil when the rows are no table.
func (s *sheet) openTable(rows []row) []*item {
	items := slices.Concat(rows...)
	if s.isProse(items) {
		return nil
	}
	area := bounds(items)
	t := s.newTable(s.findRulings().in(area, s.size), rows)
	if t == nil || len(t.cols) < 4 || 3*t.busy() < 2*len(t.rows) || !t.dense() || t.sparse() || t.hasProse() || t.isBlocks() {
		return nil
	}
	a := t.atom()
	a.label = "geometry"
	out := []*item{{box: t.box, size: s.size, line: -1, atom: a}}
	for _, it := range items {
		if !slices.Contains(t.taken, it) {
			out = append(out, it)
		}
	}
	return out
}

// dense says whether most cells of most columns are filled.
func (t *table) dense() bool {
	cols := len(t.cols) - 1
	filled := make([]int, cols)
	for _, rows := range t.rows {
		for c, it := range t.occupied(slices.Concat(rows...)) {
			if it != nil {
				filled[c]++
			}
		}
	}
	good := 0
	for _, n := range filled {
		if 2*n >= len(t.rows) {
			good++
		}
	}
	return good >= 3 && 3*good >= 2*cols
}

// sparse says whether rows are nearly all white, as the labels of a chart are.
func (t *table) sparse() bool {
	var shares []float64
	for _, rows := range t.rows {
		text := 0.0
		for _, it := range slices.Concat(rows...) {
			text += it.width()
		}
		shares = append(shares, text/t.box.width())
	}
	return median(shares) < 0.18
}

// isBlocks says whether the columns are paragraphs side by side, such as the
// addresses at the foot of a letter, rather than columns of a table: rows close
// together and no column of short entries.
func (t *table) isBlocks() bool {
	widths := make([][]float64, len(t.cols)-1)
	var pitches []float64
	last := 0.0
	for i, rows := range t.rows {
		row := slices.Concat(rows...)
		for c, it := range t.occupied(row) {
			if it != nil {
				widths[c] = append(widths[c], it.width()/it.size)
			}
		}
		cy := row.box().cy()
		if i > 0 {
			pitches = append(pitches, cy-last)
		}
		last = cy
	}
	for _, w := range widths {
		if median(w) < 4 {
			return false
		}
	}
	return median(pitches) < 1.15*t.s.size
}
