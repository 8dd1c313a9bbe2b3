package pagetext

import (
	"image"
	"strings"

	"ocr-gateway/document"
)

// Limits of the tables that are searched for items.
const (
	maxTableColumns = 100
	maxPageCells    = 20_000 // empty ones too
)

// Table is a table of a page by rows and columns. A cell that spans several stands
// in its first.
type Table struct {
	Page int
	Rows [][]Cell
	room *int // cells that the page's tables may still have
}

// Cell is a cell of a table.
type Cell struct {
	Text string // its lines joined
	At   *document.Evidence
}

// Tables returns the tables of a page in reading order.
func Tables(p *document.PageResult) []Table {
	var all []Table
	room := maxPageCells
	for i := range p.Regions {
		r := &p.Regions[i]
		switch {
		case r.Grid != nil:
			all = append(all, gridTable(p.Number, r, &room))
		case r.Format == document.FormatHTML:
			all = append(all, htmlTables(p.Number, r, &room)...)
		}
	}
	return all
}

// set puts a cell into its place, unless a limit is reached.
func (t *Table) set(row, col int, c Cell) {
	if row < 0 || col < 0 || col >= maxTableColumns || c.Text == "" {
		return
	}
	for len(t.Rows) <= row && *t.room > 0 {
		t.Rows = append(t.Rows, nil)
		*t.room--
	}
	for row < len(t.Rows) && len(t.Rows[row]) <= col && *t.room > 0 {
		t.Rows[row] = append(t.Rows[row], Cell{})
		*t.room--
	}
	if row < len(t.Rows) && col < len(t.Rows[row]) {
		t.Rows[row][col] = c
	}
}

// gridTable returns a table whose cells geometry found: each knows its lines.
func gridTable(page int, r *document.Region, room *int) Table {
	t := Table{Page: page, room: room}
	for _, c := range r.Grid.Cells {
		var texts []string
		var box image.Rectangle
		for _, i := range c.Lines {
			if i < 0 || i >= len(r.Lines) || strings.TrimSpace(r.Lines[i].Text) == "" {
				continue
			}
			texts = append(texts, strings.TrimSpace(r.Lines[i].Text))
			box = box.Union(r.Lines[i].BBox.Rect())
		}
		t.set(c.Row, c.Col, Cell{
			Text: strings.Join(texts, " "),
			At:   &document.Evidence{Page: page, Region: r.ID, BBox: document.BoxOf(box), Text: strings.Join(texts, "\n")},
		})
	}
	return t
}
