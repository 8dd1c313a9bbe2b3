package layout

import (
	"cmp"
	"slices"

	"ocr-gateway/document"
)

// table is a table in the making.
type table struct {
	s     *sheet
	box   box
	taken []*item // lines of the page that went into it

	rows    [][]row // text rows of each row of the table
	cols    []float64
	levels  []float64 // of rows: boundaries, one more than rows
	ruled   bool      // rulings make the cells
	lines   rulings   // those inside
	headers int       // rows above the first ruling
}

// newTable builds the table in an area from its lines, nil if there is too
// little evidence that it is one.
func (s *sheet) newTable(area tableArea, items []*item) *table {
	if len(items) < 3 {
		return nil
	}
	t := &table{s: s, box: area.box}
	t.lines = s.findRulings().in(area.box, s.size)
	plain := len(t.lines.vertical) < 2 && len(t.full()) < 3
	if plain && !area.asked && s.isProse(items) {
		return nil
	}
	items = t.trim(items)
	if len(items) < 3 {
		return nil
	}
	t.box = bounds(items)
	t.cols = t.columns(items)
	if len(t.cols) < 3 {
		return nil
	}
	t.taken = items
	t.fill(rowsOf(t.divide(items)))
	if len(t.rows) < 2 {
		return nil
	}
	return t
}

// in keeps the rulings within an area.
func (r rulings) in(area box, size float64) rulings {
	var out rulings
	for _, h := range r.horizontal {
		if h.at > area.y0-size && h.at < area.y1+size && min(h.to, area.x1)-max(h.from, area.x0) > 0.5*h.length() {
			out.horizontal = append(out.horizontal, h)
		}
	}
	for _, v := range r.vertical {
		if v.at > area.x0-size && v.at < area.x1+size && min(v.to, area.y1)-max(v.from, area.y0) > 0.5*v.length() {
			out.vertical = append(out.vertical, v)
		}
	}
	return out
}

// full lists the horizontal rulings that run across the table.
func (t *table) full() []ruling {
	var full []ruling
	for _, h := range t.lines.horizontal {
		if min(h.to, t.box.x1)-max(h.from, t.box.x0) > 0.7*t.box.width() {
			full = append(full, h)
		}
	}
	return full
}

// isProse says whether lines are columns of running text: the model takes some
// for tables.
func (s *sheet) isProse(items []*item) bool {
	wide := 0
	for _, it := range items {
		if it.width() > 1.3*proseWidth*it.size {
			wide++
		}
	}
	return 10*wide > 7*len(items)
}

// trim leaves out caption and notes: rows of one piece above the first ruling or
// below the last, or as wide as the table.
func (t *table) trim(items []*item) []*item {
	rows := rowsOf(items)
	full := t.full()
	outside := func(r row) bool {
		b := r.box()
		if t.pieces(r) != 1 {
			return false
		}
		if len(full) >= 2 && (b.cy() < full[0].at || b.cy() > full[len(full)-1].at) {
			return true
		}
		return len(t.lines.vertical) < 2 && b.width() > 0.6*t.box.width()
	}
	for len(rows) > 0 && outside(rows[0]) {
		rows = rows[1:]
	}
	for len(rows) > 0 && outside(rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	var kept []*item
	for _, r := range rows {
		kept = append(kept, r...)
	}
	return kept
}

// pieces counts the pieces of text that wide gaps divide a row into.
func (t *table) pieces(r row) int {
	n := 1
	for i, it := range r {
		n += len(t.wideBlanks(it))
		if i > 0 && it.x0-r[i-1].x1 > 0.8*t.s.size {
			n++
		}
	}
	return n
}

// wideBlanks are blanks in a line that words do not leave.
func (t *table) wideBlanks(it *item) []span {
	var wide []span
	for _, g := range t.s.blanks(it) {
		if g.length() > 0.8*it.size {
			wide = append(wide, g)
		}
	}
	return wide
}

// divide splits the lines that run across a boundary of columns where they are blank.
func (t *table) divide(items []*item) []*item {
	var out []*item
	for _, it := range items {
		for _, x := range t.cols[1 : len(t.cols)-1] {
			if x < it.x0+0.5*it.size || x > it.x1-0.5*it.size {
				continue
			}
			for _, g := range t.s.blanks(it) {
				if g.from-0.2*it.size < x && x < g.to+0.2*it.size && g.length() > 0.5*it.size {
					var left *item
					left, it = t.s.split(it, g)
					out = append(out, left)
					break
				}
			}
		}
		out = append(out, it)
	}
	return out
}

// columns finds the boundaries of columns: vertical rulings, and strips that are
// free of text in all rows but those that span columns.
func (t *table) columns(items []*item) []float64 {
	rows := t.piecesOf(rowsOf(items))
	free := t.freeStrips(rows)
	var cuts []float64
	for _, f := range free {
		cuts = append(cuts, (f.from+f.to)/2)
	}
	for _, v := range t.lines.vertical {
		if v.length() < 0.4*t.box.height() || v.at < t.box.x0+0.5*t.s.size || v.at > t.box.x1-0.5*t.s.size {
			continue
		}
		cuts = slices.DeleteFunc(cuts, func(x float64) bool { return abs(x-v.at) < 1.5*t.s.size })
		cuts = append(cuts, v.at)
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
	const perSize = 4 // resolution: bins per text height
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
			// Boxes are padded: a little of both ends is white.
			from, to := int((p.from-t.box.x0)/bin+0.8), int((p.to-t.box.x0)/bin-0.8)
			for i := max(0, from); i <= min(n-1, to); i++ {
				cover[i]++
			}
		}
	}
	allowed := busy / 20
	var strips []span
	start := -1
	for i, c := range cover {
		switch {
		case c <= allowed && start < 0:
			start = i
		case c > allowed && start >= 0:
			if start > 0 && i-start >= 2 {
				strips = append(strips, span{t.box.x0 + float64(start)*bin, t.box.x0 + float64(i)*bin})
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

// atom finishes the table.
func (t *table) atom() *atom {
	a := &atom{kind: document.RegionTable, grid: &document.Grid{Rows: len(t.rows), Cols: len(t.cols) - 1}}
	for _, c := range t.cells() {
		cell := document.Cell{
			Row: c.row, Col: c.col, RowSpan: c.rowSpan, ColSpan: c.colSpan, Header: c.row < t.headers,
			BBox: t.s.pageBox(box{t.cols[c.col], t.levels[c.row], t.cols[c.col+c.colSpan], t.levels[c.row+c.rowSpan]}),
		}
		for _, r := range rowsOf(c.items) {
			for _, it := range r {
				cell.Lines = append(cell.Lines, len(a.inner))
				a.inner = append(a.inner, it)
			}
		}
		a.grid.Cells = append(a.grid.Cells, cell)
	}
	a.bbox = t.s.pageBox(t.box)
	return a
}

// cell is a cell in the making.
type cell struct {
	row, col, rowSpan, colSpan int
	items                      []*item
}

func sortCells(cells []cell) {
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.col, b.col))
	})
}
