package layout

import "slices"

// fill sorts the text rows into rows of the table.
func (t *table) fill(rows []row) {
	levels := t.ruledLevels()
	bands := len(levels) - 1
	interior := 0
	for _, x := range t.cols[1 : len(t.cols)-1] {
		if t.ruledAt(x) {
			interior++
		}
	}
	switch {
	case interior > 0 && bands >= 2 && len(rows) < 4*bands:
		t.ruled = true
	case bands >= 3 && 5*bands > 2*len(rows)+3:
		t.ruled = true
	}
	if t.ruled {
		t.byRulings(rows, levels)
	} else {
		t.byText(rows)
	}
}

// ruledLevels are the heights of horizontal rulings that bound rows, with the
// table's own edges.
func (t *table) ruledLevels() []float64 {
	half := 0.5 * t.s.size
	levels := []float64{t.box.y0}
	for _, h := range t.lines.horizontal {
		if h.length() < 2*t.s.size || h.at < t.box.y0+half || h.at > t.box.y1-half {
			continue
		}
		if h.at-levels[len(levels)-1] > half {
			levels = append(levels, h.at)
		}
	}
	return append(levels, t.box.y1)
}

// byRulings makes each band between rulings a row.
func (t *table) byRulings(rows []row, levels []float64) {
	t.levels = levels
	t.rows = make([][]row, len(levels)-1)
	i := 0
	for _, r := range rows {
		for i < len(t.rows)-1 && r.box().cy() > levels[i+1] {
			i++
		}
		t.rows[i] = append(t.rows[i], r)
	}
}

// byText makes each row of text a row, but joins those that continue the cells above.
func (t *table) byText(rows []row) {
	full := t.full()
	for i, r := range rows {
		b := r.box()
		if i == 0 || !t.continues(rows, i) {
			t.rows = append(t.rows, nil)
			if i == 0 {
				t.levels = append(t.levels, t.box.y0)
			} else {
				t.levels = append(t.levels, (rows[i-1].box().y1+b.y0)/2)
			}
		}
		last := len(t.rows) - 1
		t.rows[last] = append(t.rows[last], r)
	}
	t.levels = append(t.levels, t.box.y1)
	for _, h := range full {
		if h.at < t.box.y0+0.5*t.s.size {
			continue
		}
		for t.headers < len(t.rows) && t.levels[t.headers+1] <= h.at+0.5*t.s.size {
			t.headers++
		}
		break
	}
	if 2*t.headers > len(t.rows) {
		t.headers = 0
	}
}

// continues says whether a row of text goes on with the cells of the row above:
// its own cells are few, and those above them are full, so that their text had
// to wrap.
func (t *table) continues(rows []row, i int) bool {
	above, r := rows[i-1], rows[i]
	if t.between(above.box().cy(), r.box().cy()) {
		return false
	}
	if r.box().cy()-above.box().cy() > 1.5*t.s.size {
		return false
	}
	upper, lower := t.occupied(above), t.occupied(r)
	n := 0
	for c, it := range lower {
		if it == nil {
			continue
		}
		n++
		if upper[c] == nil || upper[c].width() < 0.7*t.colWidth(c) || abs(upper[c].x0-it.x0) > t.s.size && abs(upper[c].cx()-it.cx()) > t.s.size {
			return false
		}
	}
	return n > 0 && 3*n <= len(lower)+1 && n < count(upper)
}

func count(items []*item) int {
	n := 0
	for _, it := range items {
		if it != nil {
			n++
		}
	}
	return n
}

// between says whether a ruling runs between two heights.
func (t *table) between(y0, y1 float64) bool {
	return slices.ContainsFunc(t.full(), func(h ruling) bool { return h.at > y0 && h.at < y1 })
}

// occupied gives the item of a row in each column.
func (t *table) occupied(r row) []*item {
	cells := make([]*item, len(t.cols)-1)
	for _, it := range r {
		cells[t.colOf(it.cx())] = it
	}
	return cells
}

func (t *table) colOf(x float64) int {
	c := 0
	for c < len(t.cols)-2 && x >= t.cols[c+1] {
		c++
	}
	return c
}

func (t *table) colWidth(c int) float64 { return t.cols[c+1] - t.cols[c] }

// cells assigns the items of each row to cells, over several columns where one
// item spans them, and over several rows and columns where rulings are missing.
func (t *table) cells() []cell {
	cols := len(t.cols) - 1
	var cells []cell
	for i := range t.rows {
		var items []*item
		for _, r := range t.rows[i] {
			items = append(items, r...)
		}
		cells = append(cells, t.rowCells(i, items, cols)...)
	}
	sortCells(cells)
	return cells
}

// rowCells makes the cells of one row.
func (t *table) rowCells(row int, items []*item, cols int) []cell {
	owner := make([]int, cols) // which cell a column belongs to
	for c := range owner {
		owner[c] = c
	}
	held := make([][]*item, cols)
	var wide []*item
	for _, it := range items {
		first, last := t.colsOf(it)
		if first == last {
			held[first] = append(held[first], it)
		} else {
			wide = append(wide, it)
		}
	}
	for _, it := range wide {
		first, last := t.colsOf(it)
		free := true
		for c := first; c <= last; c++ {
			free = free && len(held[c]) == 0 && owner[c] == c
		}
		if !free {
			c := t.colOf(it.cx())
			for owner[c] != c {
				c = owner[c]
			}
			held[c] = append(held[c], it)
			continue
		}
		for c := first + 1; c <= last; c++ {
			owner[c] = first
		}
		held[first] = append(held[first], it)
	}
	var cells []cell
	for c := 0; c < cols; {
		n := 1
		for c+n < cols && owner[c+n] == c {
			n++
		}
		cells = append(cells, cell{row: row, col: c, rowSpan: 1, colSpan: n, items: held[c]})
		c += n
	}
	return cells
}

// colsOf gives the first and the last column that an item reaches into.
func (t *table) colsOf(it *item) (first, last int) {
	slack := 0.6 * it.size
	first, last = t.colOf(it.x0+slack), t.colOf(it.x1-slack)
	if last < first {
		c := t.colOf(it.cx())
		return c, c
	}
	return first, last
}
