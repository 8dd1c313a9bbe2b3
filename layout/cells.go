package layout

import "slices"

// fill sorts the text rows into rows of the table.
func (t *table) fill(rows []row) {
	t.texts = t.extents(rows)
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
	case bands >= 3 && 2*len(rows) <= 3*bands:
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

// byText makes each row of text a row, but joins those that continue the cells
// above. Rulings within the head make its rows.
func (t *table) byText(rows []row) {
	head, n := t.head(rows)
	if bands := t.headBands(head, rows[:n]); bands != nil {
		t.byRulings(rows[:n], bands)
		t.headers, t.ruledHead = len(t.rows), true
		rows = rows[n:]
	}
	for i, r := range rows {
		if i > 0 && t.continues(rows, i) {
			last := len(t.rows) - 1
			t.rows[last] = append(t.rows[last], r)
			continue
		}
		switch {
		case len(t.rows) == 0:
			t.levels = append(t.levels, t.box.y0)
		case i > 0:
			t.levels = append(t.levels, (rows[i-1].box().y1+r.box().y0)/2)
		}
		if !t.ruledHead && r.box().cy() < head {
			t.headers++
		}
		t.rows = append(t.rows, []row{r})
	}
	t.levels = append(t.levels, t.box.y1)
}

// head is the height of the ruling below the head and the number of rows above
// it; zero without one in the upper part of the table.
func (t *table) head(rows []row) (float64, int) {
	for _, h := range t.full() {
		n := 0
		for n < len(rows) && rows[n].box().cy() < h.at {
			n++
		}
		if n > 0 && 2*n <= len(rows) {
			return h.at, n
		}
	}
	return 0, 0
}

// headBands are the levels that rulings over some columns give the head; nil
// without any.
func (t *table) headBands(head float64, rows []row) []float64 {
	if len(rows) < 2 {
		return nil
	}
	levels := []float64{t.box.y0}
	for _, h := range t.lines.horizontal {
		if h.at-levels[len(levels)-1] > 0.5*t.s.size && head-h.at > 0.5*t.s.size && h.length() > 2*t.s.size {
			levels = append(levels, h.at)
		}
	}
	if len(levels) == 1 {
		return nil
	}
	return append(levels, head)
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

// cells assigns the items of each row to cells, then joins cells: over columns
// where one item or the ruling below it spans them, and where rulings leave a gap.
func (t *table) cells() []cell {
	grid := make([][]*cell, len(t.rows))
	for i := range t.rows {
		grid[i] = t.rowCells(i)
	}
	t.joinRight(grid)
	t.joinDown(grid)
	var cells []cell
	for i, cs := range grid {
		for c, it := range cs {
			if it.row == i && it.col == c {
				cells = append(cells, *it)
			}
		}
	}
	return cells
}

// rowCells makes the cells of one row, one entry a column.
func (t *table) rowCells(i int) []*cell {
	cols := len(t.cols) - 1
	cells := make([]*cell, cols)
	for c := range cells {
		cells[c] = &cell{row: i, col: c, rowSpan: 1, colSpan: 1}
	}
	var wide []*item
	for _, r := range t.rows[i] {
		for _, it := range r {
			if first, last := t.colsOf(it); first == last {
				cells[first].items = append(cells[first].items, it)
			} else {
				wide = append(wide, it)
			}
		}
	}
	for _, it := range wide {
		first, last := t.colsOf(it)
		free := true
		for c := first; c <= last; c++ {
			free = free && len(cells[c].items) == 0 && cells[c].colSpan == 1
		}
		if free {
			t.span(cells, first, last)
			cells[first].items = append(cells[first].items, it)
		} else {
			c := cells[t.colOf(it.cx())]
			c.items = append(c.items, it)
		}
	}
	return cells
}

// span makes one cell of those in the columns first to last, which are of one row.
func (t *table) span(cells []*cell, first, last int) {
	into := cells[first]
	for c := first + 1; c <= last; c++ {
		old := cells[c]
		if old == into {
			continue
		}
		into.items = append(into.items, old.items...)
		into.colSpan += old.colSpan
		for k := range cells {
			if cells[k] == old {
				cells[k] = into
			}
		}
	}
}

// joinRight joins a head with the columns that the ruling below it covers, and
// cells between which a vertical ruling leaves a gap.
func (t *table) joinRight(grid [][]*cell) {
	cols := len(t.cols) - 1
	for i, cells := range grid {
		for _, h := range t.lines.horizontal {
			if (t.ruledHead && i < t.headers || i < 2 && !t.ruled) && abs(h.at-t.levels[i+1]) < 0.5*t.s.size && h.length() < 0.7*t.box.width() {
				first, last := t.covered(h)
				if last > first && filled(cells[first:last+1]) <= 1 {
					t.span(cells, first, last)
				}
			}
		}
		if len(t.interior()) == 0 {
			continue
		}
		for c := 0; c+1 < cols; c++ {
			a, b := cells[c], cells[c+1]
			if a != b && t.ruledAt(t.cols[c+1]) && !t.ruledRight(c+1, i) && (len(a.items) == 0 || len(b.items) == 0) && (t.ruled || i < t.headers) {
				t.span(cells, a.col, c+1)
			}
		}
	}
}

// covered gives the columns whose middle a ruling runs under.
func (t *table) covered(h ruling) (first, last int) {
	first, last = len(t.cols), -1
	for c := range len(t.cols) - 1 {
		if t.covers(h, c) {
			first, last = min(first, c), max(last, c)
		}
	}
	return first, last
}

// covers says whether a horizontal ruling runs under most of a column's text.
func (t *table) covers(h ruling, c int) bool {
	s := t.texts[c]
	return min(h.to, s.to)-max(h.from, s.from) > 0.5*s.length()
}

func filled(cells []*cell) int {
	n := 0
	for i, c := range cells {
		if len(c.items) > 0 && (i == 0 || cells[i-1] != c) {
			n++
		}
	}
	return n
}

// ruledRight says whether a vertical ruling divides row i at boundary c.
func (t *table) ruledRight(c, i int) bool {
	y0, y1 := t.levels[i], t.levels[i+1]
	return slices.ContainsFunc(t.lines.vertical, func(v ruling) bool {
		return abs(v.at-t.cols[c]) < 0.5*t.s.size && min(v.to, y1)-max(v.from, y0) > 0.4*(y1-y0)
	})
}

// joinDown joins cells above each other between which there is no ruling, where
// rulings make the rows.
func (t *table) joinDown(grid [][]*cell) {
	for i := 0; i+1 < len(grid); i++ {
		if !(t.ruled || t.ruledHead && i+1 < t.headers) {
			continue
		}
		for c := 0; c < len(t.cols)-1; {
			a, b := grid[i][c], grid[i+1][c]
			n := b.colSpan
			if a.col == b.col && a.colSpan == n && !t.ruledBelow(i, c, c+n-1) {
				a.items = append(a.items, b.items...)
				a.rowSpan++
				for k := c; k < c+n; k++ {
					grid[i+1][k] = a
				}
			}
			c = b.col + n
		}
	}
}

// ruledBelow says whether a horizontal ruling runs below row i under the columns
// first to last.
func (t *table) ruledBelow(i, first, last int) bool {
	x0, x1 := t.cols[first], t.cols[last+1]
	if first == last {
		x0, x1 = t.texts[first].from, t.texts[first].to
	}
	return slices.ContainsFunc(t.lines.horizontal, func(h ruling) bool {
		return abs(h.at-t.levels[i+1]) < 0.5*t.s.size && min(h.to, x1)-max(h.from, x0) > 0.4*(x1-x0)
	})
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

// extents measures where the text of each column lies.
func (t *table) extents(rows []row) []span {
	texts := make([]span, len(t.cols)-1)
	for c := range texts {
		texts[c] = span{t.cols[c+1], t.cols[c]}
	}
	for _, r := range rows {
		for _, it := range r {
			if first, last := t.colsOf(it); first == last {
				texts[first] = span{min(texts[first].from, it.x0), max(texts[first].to, it.x1)}
			}
		}
	}
	for c := range texts {
		if texts[c].length() <= 0 {
			texts[c] = span{t.cols[c], t.cols[c+1]}
		}
	}
	return texts
}
