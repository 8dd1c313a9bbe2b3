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
	// rulings make the rows of the head
	ruledHead bool
	lines     rulings // those inside
	headers   int     // rows above the first ruling
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
	t := &table{s: s, box: bounds(slices.Concat(items))}
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

// sections divides the rows of an area into tables: at rows of running text
// between two rulings, and at rulings where other columns begin.
func (s *sheet) sections(area tableArea, rules rulings, rows []row) [][]row {
	t := &table{s: s, box: area.box, lines: rules}
	full := fullWidth(rules, area.box)
	ruledBetween := func(y0, y1 float64) bool {
		return slices.ContainsFunc(full, func(h ruling) bool { return h.at > y0 && h.at < y1 })
	}
	var parts [][]row
	start := 0
	for i := 1; i < len(rows); i++ {
		end := i // rows[i:end] are running text
		for end < len(rows) && t.pieces(rows[end]) == 1 && rows[end].box().width() > 0.5*area.width() {
			end++
		}
		if end == i || end == len(rows) {
			continue
		}
		if ruledBetween(rows[i-1].box().cy(), rows[i].box().cy()) && ruledBetween(rows[end-1].box().cy(), rows[end].box().cy()) {
			parts = append(parts, rows[start:i])
			start = end
		}
		i = end
	}
	parts = append(parts, rows[start:])
	var tables [][]row
	for _, p := range parts {
		tables = append(tables, t.whereColumnsChange(p, full)...)
	}
	return tables
}

// whereColumnsChange divides rows at a ruling when the columns above and below it differ.
func (t *table) whereColumnsChange(rows []row, full []ruling) [][]row {
	const least = 4 // rows that show what the columns are
	for _, h := range full {
		i := 0
		for i < len(rows) && rows[i].box().cy() < h.at {
			i++
		}
		if i < least || len(rows)-i < least {
			continue
		}
		headed := slices.ContainsFunc(full, func(o ruling) bool { // the part below has a head of its own
			return o.at > h.at && o.at < rows[min(i+3, len(rows)-1)].box().cy()
		})
		if !headed {
			continue
		}
		above, below, both := t.count(rows[:i]), t.count(rows[i:]), t.count(rows)
		if both < max(above, below) {
			return append([][]row{rows[:i]}, t.whereColumnsChange(rows[i:], full)...)
		}
	}
	return [][]row{rows}
}

// count is the number of columns that some rows have.
func (t *table) count(rows []row) int {
	part := table{s: t.s, box: bounds(slices.Concat(rows...))}
	return len(part.columns(rows)) - 1
}

// trim leaves out caption and notes, and what else stands above the first or
// below the last ruling of a ruled table.
func (t *table) trim(rows []row) []row {
	full := t.full()
	inner := t.interior()
	below := 0 // rows below the last ruling
	for _, r := range rows {
		if len(full) > 0 && r.box().cy() > full[len(full)-1].at {
			below++
		}
	}
	outside := func(r row, top bool) bool {
		b := r.box()
		single := t.pieces(r) == 1
		if len(inner) >= 2 {
			from, to := inner[0].from, inner[0].to
			for _, v := range inner {
				from, to = min(from, v.from), max(to, v.to)
			}
			for _, h := range full {
				from, to = min(from, h.at), max(to, h.at)
			}
			return b.cy() < from || b.cy() > to
		}
		if !single {
			// Top, head and bottom ruled: what follows is another thing, unless it is a total.
			return !top && len(full) >= 3 && b.cy() > full[len(full)-1].at && below > 2
		}
		if len(full) >= 2 && (b.cy() < full[0].at || b.cy() > full[len(full)-1].at) {
			// A head over some columns stands right on the ruling.
			head := top && full[0].at-b.y1 < 0.7*t.s.size && b.width() < 0.5*t.box.width() && b.x0 > t.box.x0+3*t.s.size
			return !head
		}
		return b.width() > 0.6*t.box.width()
	}
	for len(rows) > 0 && outside(rows[0], true) {
		rows = rows[1:]
	}
	for len(rows) > 0 && outside(rows[len(rows)-1], false) {
		rows = rows[:len(rows)-1]
	}
	return rows
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
