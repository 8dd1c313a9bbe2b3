// Package tables finds the tables of a page by the model's boxes, by rulings and by
// the white between the pieces of text, and builds their cells.
package tables

import (
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// Label is the label of tables that the model did not see.
const Label = "geometry"

// Finder finds the tables of one page. It is for one goroutine.
type Finder struct {
	page    *upright.Page
	rulings rulings.Rulings
}

// New looks for the rulings of a page.
func New(page *upright.Page) *Finder {
	return &Finder{page, rulings.Find(page)}
}

// Rulings returns the rulings of the page.
func (f *Finder) Rulings() rulings.Rulings { return f.rulings }

// Place puts the tables that the task, the model's boxes or rulings give away into
// the page, in place of their lines. With document.TaskTable all of the page is one.
func (f *Finder) Place(task document.Task) {
	for _, a := range areas(f.page, f.rulings, task) {
		items := widened(f.page, a, within(f.page, a.Box))
		for _, t := range f.inArea(a, items) {
			o := t.object()
			if a.zone != nil {
				o.Label, o.Score = a.zone.Label, &a.zone.Score
			}
			f.page.Place(o, t.box, t.items)
		}
	}
}

// inArea builds the tables in an area. A model's box often holds several, and
// their captions and notes.
func (f *Finder) inArea(a area, items []*upright.Item) []*table {
	found := f.rulings.In(a.Box, rulingMargin*f.page.Size)
	if len(found.Vertical) < gridVertical && len(found.Across(a.Box)) < fullRulings && a.evidence != fromTask && isProse(items) {
		return nil
	}
	if a.evidence != fromTask {
		items = framed(f.page, found, items)
	}
	var tables []*table
	for _, rows := range sections(f.page, a, found, upright.RowsOf(items)) {
		if t := build(f.page, found, rows); t != nil && t.credible(a.evidence) {
			tables = append(tables, t)
		}
	}
	return tables
}

// build makes a table of rows of text, nil if there is too little evidence that it
// is one.
func build(page *upright.Page, found rulings.Rulings, rows []upright.Row) *table {
	items := slices.Concat(rows...)
	t := &table{page: page, size: page.Size, box: upright.Bounds(items)}
	t.rulings = found.In(t.box, rulingMargin*t.size)
	rows = t.trim(rows)
	items = slices.Concat(rows...)
	if len(items) < leastItems || len(rows) < leastRows {
		return nil
	}
	t.box = upright.Bounds(items)
	t.rulings = found.In(t.box, rulingMargin*t.size)
	t.columns = t.findColumns(t.withoutGroups(rows))
	if len(t.columns)-1 < leastColumns {
		return nil
	}
	t.items = items
	t.fill(upright.RowsOf(t.divideHeads(t.divide(items))))
	if len(t.rows) < leastRows || t.filledRows() < leastFilledRows {
		return nil
	}
	return t
}

// object finishes the table.
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
