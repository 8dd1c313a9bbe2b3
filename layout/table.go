package layout

import (
	"slices"

	"ocr-gateway/document"
)

// table is a table in the making.
type table struct {
	s     *sheet
	box   box
	taken []*item // lines of the page that went into it

	rows   [][]row // text rows of each row of the table
	cols   []float64
	levels []float64 // of rows: boundaries, one more than rows
	texts  []span    // where the text of each column lies
	ruled  bool      // rulings make the cells

	lines     rulings // those inside
	headers   int     // rows above the first ruling
	ruledHead bool    // rulings make the rows of the head
}

// tablesIn builds the tables in an area. A model's box often holds several, and
// their captions and notes.
func (s *sheet) tablesIn(area tableArea, items []*item) []*table {
	rules := s.findRulings().in(area.box, s.size)
	if len(rules.vertical) < 2 && len(fullWidth(rules, area.box)) < 3 && !area.asked && s.isProse(items) {
		return nil
	}
	var tables []*table
	for _, rows := range s.sections(area, rules, rowsOf(items)) {
		if t := s.newTable(rules, rows); t != nil && t.credible(area) {
			tables = append(tables, t)
		}
	}
	return tables
}

// newTable builds one table from its rows of text, nil if there is too little
// evidence that it is one.
func (s *sheet) newTable(rules rulings, rows []row) *table {
	items := slices.Concat(rows...)
	t := &table{s: s, box: bounds(items)}
	t.lines = rules.in(t.box, s.size)
	rows = t.trim(rows)
	items = slices.Concat(rows...)
	if len(items) < 3 || len(rows) < 2 {
		return nil
	}
	t.box = bounds(items)
	t.lines = rules.in(t.box, s.size)
	t.cols = t.columns(rows)
	if len(t.cols) < 3 {
		return nil
	}
	t.taken = items
	t.fill(rowsOf(t.divide(items)))
	if len(t.rows) < 2 || t.busy() < 2 {
		return nil
	}
	return t
}

// credible weighs the evidence: the less the task, the model and the rulings say,
// the more rows must have text in several columns.
func (t *table) credible(area tableArea) bool {
	share := float64(t.busy()) / float64(len(t.rows))
	switch {
	case area.asked:
		return true
	case area.zone != nil:
		return share >= 0.45
	case t.ruled && len(t.interior()) > 0: // a printed form may be all but empty
		return share >= 0.25 && t.busy() >= 2
	default:
		return share >= 0.66 && !t.hasProse()
	}
}

// hasProse says whether a column is running text: most of its lines end near its
// right edge, as entries of a table do not.
func (t *table) hasProse() bool {
	widths := make([][]float64, len(t.cols)-1)
	for _, rows := range t.rows {
		for _, r := range rows {
			for c, it := range t.occupied(r) {
				if it != nil {
					widths[c] = append(widths[c], it.width()/it.size)
				}
			}
		}
	}
	for _, w := range widths {
		slices.Sort(w)
		full := quantile(w, 0.9)
		if len(w) >= 4 && full > proseWidth && quantile(w, 0.35) > 0.85*full {
			return true
		}
	}
	return false
}

// busy counts the rows with text in more than one column.
func (t *table) busy() int {
	n := 0
	for _, rows := range t.rows {
		if count(t.occupied(slices.Concat(rows...))) > 1 {
			n++
		}
	}
	return n
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
func (t *table) full() []ruling { return fullWidth(t.lines, t.box) }

func fullWidth(r rulings, area box) []ruling {
	var full []ruling
	for _, h := range r.horizontal {
		if min(h.to, area.x1)-max(h.from, area.x0) > 0.7*area.width() {
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

// interior lists the vertical rulings between columns.
func (t *table) interior() []ruling {
	var inner []ruling
	for _, v := range t.lines.vertical {
		if v.at > t.box.x0+1.5*t.s.size && v.at < t.box.x1-1.5*t.s.size {
			inner = append(inner, v)
		}
	}
	return inner
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
