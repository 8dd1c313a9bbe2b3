// Package tables finds the tables of a page by the model's boxes, by rulings and by the white
// between the pieces of text, and builds their cells.
package tables

import (
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/areas"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// Label is the label of tables that the model did not find.
const Label = "geometry"

// Finder finds the tables of one page. It is for one goroutine.
type Finder struct {
	page    *upright.Page
	rulings rulings.Rulings
}

// New finds the rulings of a page.
func New(page *upright.Page) *Finder {
	return &Finder{page, rulings.Find(page)}
}

// Rulings returns the rulings of the page.
func (f *Finder) Rulings() rulings.Rulings { return f.rulings }

// Place replaces lines of the page by the tables that the task, the model's boxes or rulings show.
// With document.TaskTable the whole page is one table.
func (f *Finder) Place(task document.Task) {
	for _, a := range areas.Find(f.page, f.rulings, task) {
		for _, t := range f.inArea(a) {
			o := t.object()
			if a.Zone != nil {
				o.Label, o.Score = a.Zone.Label, &a.Zone.Score
			}
			f.page.Place(o, t.box, t.items)
		}
	}
}

// inArea builds the tables in an area.
func (f *Finder) inArea(a areas.Area) []*table {
	var tables []*table
	found := f.rulings.In(a.Box, columns.RulingMargin*f.page.Size)
	for _, rows := range a.Tables(f.page, found) {
		if t := build(f.page, found, rows); t != nil && t.credible(a.Evidence) {
			tables = append(tables, t)
		}
	}
	return tables
}

// build makes a table of rows of text; nil if they are clearly none.
func build(page *upright.Page, found rulings.Rulings, rows []upright.Row) *table {
	items := slices.Concat(rows...)
	t := &table{page: page, size: page.Size, box: upright.Bounds(items)}
	t.rulings = found.In(t.box, columns.RulingMargin*t.size)
	rows = t.trim(rows)
	items = slices.Concat(rows...)
	if len(items) < areas.LeastItems || len(rows) < areas.LeastRows {
		return nil
	}
	t.box = upright.Bounds(items)
	t.rulings = found.In(t.box, columns.RulingMargin*t.size)
	t.columns = columns.Find(t.page, t.rulings, t.box, rows)
	if len(t.columns)-1 < columns.Least {
		return nil
	}
	t.items = items
	t.fill(upright.RowsOf(t.divideHeads(t.divide(items))))
	if len(t.rows) < areas.LeastRows || t.filledRows() < columns.LeastFilledRows {
		return nil
	}
	return t
}

// object returns the table as an object of the page.
func (t *table) object() *upright.Object {
	o := &upright.Object{
		Type: document.RegionTable, Label: Label, BBox: t.page.BBox(t.box),
		Grid: &document.Grid{Rows: len(t.rows), Cols: len(t.columns) - 1},
	}
	cells := t.cells()
	for i := range cells {
		t.findDash(&cells[i])
	}
	for _, c := range cells {
		cell := document.Cell{
			Row: c.row, Col: c.column, RowSpan: c.rowSpan, ColSpan: c.columnSpan, Header: c.row < t.headRows,
			BBox: t.page.BBox(plane.Box{
				X0: t.columns[c.column], Y0: t.levels[c.row],
				X1: t.columns[c.column+c.columnSpan], Y1: t.levels[c.row+c.rowSpan],
			}),
		}
		for _, r := range upright.RowsOf(c.items) {
			for _, it := range r {
				cell.Lines = append(cell.Lines, len(o.Inner))
				o.Inner = append(o.Inner, it)
			}
		}
		o.Grid.Cells = append(o.Grid.Cells, cell)
	}
	return o
}
