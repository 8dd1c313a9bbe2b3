package tables

import (
	"slices"

	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/tables/columns"
	"ocr-gateway/layout/geometry/upright"
)

// table is a table being built.
type table struct {
	page    *upright.Page
	size    float64 // height of the page's text
	box     plane.Box
	rulings rulings.Rulings // those inside
	items   []*upright.Item // of the page that went into it

	columns    []float64       // boundaries, one more than columns
	columnText []plane.Span    // where the text of each column lies
	rows       [][]upright.Row // rows of text in each row of the table
	levels     []float64       // boundaries of the rows, one more than rows
	ruled      bool            // rulings make the rows
	partly     bool            // rulings between rows were not found
	below      int             // the first of the rows below the last ruling, which are made by text; 0 without any
	headRows   int             // rows above the first ruling
	ruledHead  bool            // rulings make the rows of the head
	pitch      float64         // usual distance of rows made by text; 0 if not known
	headEdge   float64         // the lower edge of a head in light print; 0 without one
}

// across returns the horizontal rulings that run across the table.
func (t *table) across() []rulings.Ruling { return t.rulings.Across(t.box) }

// interior returns the vertical rulings between columns.
func (t *table) interior() []rulings.Ruling { return columns.Interior(t.rulings, t.box, t.size) }

// columnAt returns the column at x.
func (t *table) columnAt(x float64) int {
	c := 0
	for c < len(t.columns)-2 && x >= t.columns[c+1] {
		c++
	}
	return c
}

func (t *table) columnWidth(c int) float64 { return t.columns[c+1] - t.columns[c] }

// columnsOf returns the first and the last column that an item reaches into.
func (t *table) columnsOf(it *upright.Item) (first, last int) {
	slack := columnSlack * it.Size
	first, last = t.columnAt(it.X0+slack), t.columnAt(it.X1-slack)
	if last < first {
		c := t.columnAt(it.CenterX())
		return c, c
	}
	return first, last
}

// byColumn returns the item of a row in each column, nil where there is none.
func (t *table) byColumn(r upright.Row) []*upright.Item {
	cells := make([]*upright.Item, len(t.columns)-1)
	for _, it := range r {
		cells[t.columnAt(it.CenterX())] = it
	}
	return cells
}

// countItems returns how many of the items are not nil.
func countItems(items []*upright.Item) int {
	n := 0
	for _, it := range items {
		if it != nil {
			n++
		}
	}
	return n
}

// filledRows returns how many rows have text in more than one column.
func (t *table) filledRows() int {
	n := 0
	for _, rows := range t.rows {
		if countItems(t.byColumn(slices.Concat(rows...))) > 1 {
			n++
		}
	}
	return n
}
