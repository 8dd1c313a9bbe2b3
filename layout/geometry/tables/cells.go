package tables

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// cell is a cell being built.
type cell struct {
	row, column, rowSpan, columnSpan int
	items                            []*upright.Item
}

// cells assigns the items of each row to cells, then joins cells: across columns that one item or
// the ruling below it spans, and where rulings leave a gap.
func (t *table) cells() []cell {
	grid := make([][]*cell, len(t.rows))
	for i := range t.rows {
		grid[i] = t.rowCells(i)
	}
	t.joinRight(grid)
	t.joinDown(grid)
	var cells []cell
	for i, row := range grid {
		for column, c := range row {
			if c.row == i && c.column == column {
				cells = append(cells, *c)
			}
		}
	}
	return cells
}

// rowCells makes the cells of one row, one entry for each column.
func (t *table) rowCells(i int) []*cell {
	cells := make([]*cell, len(t.columns)-1)
	for c := range cells {
		cells[c] = &cell{row: i, column: c, rowSpan: 1, columnSpan: 1}
	}
	var wide []*upright.Item
	for _, r := range t.rows[i] {
		for _, it := range r {
			if first, last := t.columnsOf(it); first == last {
				cells[first].items = append(cells[first].items, it)
			} else {
				wide = append(wide, it)
			}
		}
	}
	for _, it := range wide {
		first, last := t.columnsOf(it)
		if t.isBanner(i, it) {
			first, last = 0, len(cells)-1
		}
		free := true
		for c := first; c <= last; c++ {
			free = free && len(cells[c].items) == 0 && cells[c].columnSpan == 1
		}
		if free {
			spanColumns(cells, first, last)
			cells[first].items = append(cells[first].items, it)
		} else {
			c := cells[t.columnAt(it.CenterX())]
			c.items = append(c.items, it)
		}
	}
	if t.namesGroup(i) {
		spanColumns(cells, 0, len(cells)-1)
	}
	return cells
}

// isBanner reports whether an item that reaches into several columns is a head over the whole table:
// it is alone in row i and centered, and no ruling divides the row.
func (t *table) isBanner(i int, it *upright.Item) bool {
	middle := (t.columns[0] + t.columns[len(t.columns)-1]) / 2
	return len(slices.Concat(t.rows[i]...)) == 1 && math.Abs(it.CenterX()-middle) < bannerCentered*t.size && !t.divided(i)
}

// namesGroup reports whether row i is the name of the rows below it, which are indented under it. A
// name runs over all columns.
func (t *table) namesGroup(i int) bool {
	if i < t.headRows || i+1 == len(t.rows) || len(t.rows[i]) == 0 || len(t.rows[i+1]) == 0 || t.divided(i) {
		return false
	}
	name, next := t.byColumn(slices.Concat(t.rows[i]...)), t.byColumn(t.rows[i+1][0])
	return countItems(name) == 1 && isIndented(name, next, t.size)
}

// divided reports whether a ruling runs between columns in row i.
func (t *table) divided(i int) bool {
	for c := 1; c < len(t.columns)-1; c++ {
		if t.ruledRight(c, i) {
			return true
		}
	}
	return false
}

// findDash puts the dash that is printed in place of a value into an empty cell.
func (t *table) findDash(c *cell) {
	if len(c.items) > 0 || c.rowSpan > 1 || c.columnSpan > 1 || c.row < t.headRows || c.column == 0 || len(t.rows[c.row]) == 0 {
		return
	}
	row, text := t.rows[c.row][0].Box(), t.columnText[c.column]
	place := plane.Box{
		X0: max(text.From-dashBeside*t.size, t.columns[c.column]+dashInset*t.size), Y0: row.Y0 + dashAround*row.Height(),
		X1: text.To + dashBeside*t.size, Y1: row.Y1 - dashAround*row.Height(),
	}
	if c.column+2 < len(t.columns) || t.rulings.HasVertical(t.columns[c.column+1]) { // otherwise the column ends where its text does
		place.X1 = min(place.X1, t.columns[c.column+1]-dashInset*t.size)
	}
	if dash := t.page.Dash(place, t.size); dash != nil {
		c.items = append(c.items, dash)
	}
}

// spanColumns makes one cell of the cells of a row in the columns first to last.
func spanColumns(cells []*cell, first, last int) {
	into := cells[first]
	for c := first + 1; c <= last; c++ {
		old := cells[c]
		if old == into {
			continue
		}
		into.items = append(into.items, old.items...)
		into.columnSpan += old.columnSpan
		for k := range cells {
			if cells[k] == old {
				cells[k] = into
			}
		}
	}
}

// joinRight joins a head across the columns that the ruling below it covers, and cells between which
// a vertical ruling leaves a gap.
func (t *table) joinRight(grid [][]*cell) {
	for i, cells := range grid {
		t.joinHeads(i, cells)
		if len(t.interior()) == 0 {
			continue
		}
		for c := 0; c+2 < len(t.columns); c++ {
			a, b := cells[c], cells[c+1]
			if a != b && t.rulings.HasVertical(t.columns[c+1]) && !t.ruledRight(c+1, i) && (len(a.items) == 0 || len(b.items) == 0 || t.dividesFew(c+1)) && (t.ruled || i < t.headRows) {
				spanColumns(cells, a.column, c+1)
			}
		}
	}
}

// dividesFew reports whether boundary c is a ruling that divides only some boxes of a form.
func (t *table) dividesFew(c int) bool {
	return slices.ContainsFunc(t.rulings.Vertical, func(v rulings.Ruling) bool {
		return math.Abs(v.At-t.columns[c]) < 1 && v.Length() < columns.RulingPart*t.box.Height()
	})
}

// joinHeads joins the cells of row i, if it is in the head, that a ruling below them covers.
func (t *table) joinHeads(i int, cells []*cell) {
	const unruledHead = 2 // rows that may be a head without rulings to show it
	if !(t.ruledHead && i < t.headRows || i < unruledHead && !t.ruled) {
		return
	}
	for _, h := range t.rulings.Horizontal {
		if math.Abs(h.At-t.levels[i+1]) >= sameRuling*t.size || h.Length() >= headRulingPart*t.box.Width() {
			continue
		}
		first, last := t.covered(h)
		if last > first && filled(cells[first:last+1]) <= 1 {
			spanColumns(cells, first, last)
		}
	}
}

// covered returns the first and the last column whose text a ruling runs under.
func (t *table) covered(h rulings.Ruling) (first, last int) {
	first, last = len(t.columns), -1
	for c := range len(t.columns) - 1 {
		if h.Overlap(t.columnText[c]) > columnCovered*t.columnText[c].Length() {
			first, last = min(first, c), max(last, c)
		}
	}
	return first, last
}

// filled returns how many of the cells have text.
func filled(cells []*cell) int {
	n := 0
	for i, c := range cells {
		if len(c.items) > 0 && (i == 0 || cells[i-1] != c) {
			n++
		}
	}
	return n
}

// ruledRight reports whether a vertical ruling divides row i at boundary c.
func (t *table) ruledRight(c, i int) bool {
	row := plane.Span{From: t.levels[i], To: t.levels[i+1]}
	return slices.ContainsFunc(t.rulings.Vertical, func(v rulings.Ruling) bool {
		return math.Abs(v.At-t.columns[c]) < sameRuling*t.size && v.Overlap(row) > edgeDrawn*row.Length()
	})
}

// joinDown joins cells above each other without a ruling between them, where rulings make the rows.
func (t *table) joinDown(grid [][]*cell) {
	for i := 0; i+1 < len(grid); i++ {
		if !(t.ruled || t.ruledHead && i+1 < t.headRows) || t.below > 0 && i >= t.below {
			continue
		}
		for c := 0; c < len(t.columns)-1; {
			a, b := grid[i][c], grid[i+1][c]
			n := b.columnSpan
			if a.column == b.column && a.columnSpan == n && !t.ruledBelow(i, c, c+n-1) {
				a.items = append(a.items, b.items...)
				a.rowSpan++
				for k := c; k < c+n; k++ {
					grid[i+1][k] = a
				}
			}
			c = b.column + n
		}
	}
}

// ruledBelow reports whether a horizontal ruling runs below row i under the columns first to last.
func (t *table) ruledBelow(i, first, last int) bool {
	if t.headEdge > 0 && t.levels[i+1] == t.headEdge {
		return true
	}
	edge := plane.Span{From: t.columns[first], To: t.columns[last+1]}
	if first == last {
		edge = t.columnText[first]
	}
	return slices.ContainsFunc(t.rulings.Horizontal, func(h rulings.Ruling) bool {
		return math.Abs(h.At-t.levels[i+1]) < sameRuling*t.size && h.Overlap(edge) > edgeDrawn*edge.Length()
	})
}
