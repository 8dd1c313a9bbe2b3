package tables

import (
	"math"
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/areas"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// WithOpenTables replaces tables that have neither rulings nor a box of the model: successive rows
// whose pieces stand in three or more columns. Fewer columns are left as text, read row by row. part
// is a part of the page that no gutter divides.
func (f *Finder) WithOpenTables(part []*upright.Item) []*upright.Item {
	rows := upright.RowsOf(part)
	var out []*upright.Item
	done := 0
	for _, run := range f.tabularRuns(rows) {
		from, to := run[0], run[1]
		for from > done && f.isHead(rows[from-1], rows[from:to]) {
			from--
		}
		for to < len(rows) && f.endsWrapped(rows, from, to) {
			to++
		}
		table := f.openTable(rows[from:to])
		if table == nil || f.goesOn(rows, from, to) || f.folded(upright.Bounds(slices.Concat(rows[from:to]...))) {
			continue
		}
		out = append(out, slices.Concat(rows[done:from]...)...)
		out = append(out, table...)
		done = to
	}
	return append(out, slices.Concat(rows[done:]...)...)
}

// tabularRuns finds runs of rows, from and to, most of which have three pieces or more.
func (f *Finder) tabularRuns(rows []upright.Row) [][2]int {
	var runs [][2]int
	for i := 0; i < len(rows); i++ {
		end, tabular := i, 0
		for j := i; j < len(rows) && j-end <= openRest && rows[j][0].Object == nil; j++ {
			if j > i && (rows[j].Box().Y0-rows[j-1].Box().Y1 > openApart*f.page.Size || areas.ReversedHead(f.page, rows[j-1:min(j+3, len(rows))]) == 1) {
				break
			}
			n := columns.Pieces(f.page, rows[j])
			if f.rulings.HasBlank(rows[j].Box()) { // a sentence to be completed
				n = 1
			}
			if n >= openPieces {
				tabular++
				end = j + 1
			} else if tabular == 0 && n < 2 {
				break
			}
		}
		if tabular >= openRows && 2*tabular > end-i {
			runs = append(runs, [2]int{i, end})
			i = end - 1
		}
	}
	return runs
}

// isHead reports whether r is a head over some columns of the table below it.
func (f *Finder) isHead(r upright.Row, table []upright.Row) bool {
	b, below := r.Box(), upright.Bounds(slices.Concat(table...))
	size := f.page.Size
	return r[0].Object == nil && below.Y0-b.Y1 < openHeadGap*size && b.X0 > below.X0+columns.Indent*size && b.X1 < below.X1+areas.HeadReach*size
}

// endsWrapped reports whether rows[to] continues a cell of a table's last row: it is one piece, right
// below one that is as wide, and not at the table's left edge.
func (f *Finder) endsWrapped(rows []upright.Row, from, to int) bool {
	r, last := rows[to], rows[to-1]
	size := f.page.Size
	left := upright.Bounds(slices.Concat(rows[from:to]...)).X0
	if len(r) != 1 || r[0].Object != nil || r[0].X0 < left+columns.Indent*size || r[0].CenterY()-last.Box().CenterY() > wrappedPitch*size {
		return false
	}
	return slices.ContainsFunc(last, func(it *upright.Item) bool {
		return math.Abs(it.X0-r[0].X0) < goesOnEdges*size && it.Width() > goesOnWidth*size && r[0].Width() < it.Width()+size
	})
}

// folded reports whether a vertical line much longer than the table is high runs through it: the fold
// of a book, or a line between columns of text.
func (f *Finder) folded(table plane.Box) bool {
	inset := foldInset * f.page.Size
	return slices.ContainsFunc(f.rulings.Vertical, func(v rulings.Ruling) bool {
		return v.At > table.X0+inset && v.At < table.X1-inset && v.Length() > openFold*table.Height() && v.From < table.Y1 && v.To > table.Y0
	})
}

// goesOn reports whether the rows from..to are cut out of columns of running text: a wide piece in the
// first or last of them has a neighbor outside with the same left and right edges.
func (f *Finder) goesOn(rows []upright.Row, from, to int) bool {
	gap := goesOnGap * f.page.Size
	return from > 0 && sameExtent(rows[from], rows[from-1], gap) || to < len(rows) && sameExtent(rows[to-1], rows[to], gap)
}

// sameExtent reports whether a wide piece of a row has the same left and right edges as one of a row
// at most gap away.
func sameExtent(inside, outside upright.Row, gap float64) bool {
	if outside.Box().OverlapY(inside.Box()) < -gap {
		return false
	}
	for _, a := range inside {
		for _, b := range outside {
			near := goesOnEdges * a.Size
			if a.Width() > goesOnWidth*a.Size && math.Abs(a.X0-b.X0) < near && math.Abs(a.X1-b.X1) < near {
				return true
			}
		}
	}
	return false
}

// openTable returns the items that replace rows: the table, and the items that are not part of it. It
// is nil if the rows are not a table.
func (f *Finder) openTable(rows []upright.Row) []*upright.Item {
	items := slices.Concat(rows...)
	if areas.IsProse(items) {
		return nil
	}
	t := build(f.page, f.rulings.In(upright.Bounds(items), columns.RulingMargin*f.page.Size), rows)
	if t == nil || len(t.columns)-1 < openColumns || 3*t.filledRows() < 2*len(t.rows) || !t.dense() || !t.aligned() || t.sparse() || t.hasProse() || t.isParagraphs() {
		return nil
	}
	out := []*upright.Item{upright.ObjectItem(t.object(), t.box, f.page.Size)}
	for _, it := range items {
		if !slices.Contains(t.items, it) {
			out = append(out, it)
		}
	}
	return out
}
