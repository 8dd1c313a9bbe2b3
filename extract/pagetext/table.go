package pagetext

import (
	"image"
	"strings"

	"ocr-gateway/document"
)

// Limits of the tables that are searched for items.
const (
	MaxTableColumns = 100
	MaxPageCells    = 20_000 // empty ones too; a row counts as one more
)

// Table is a table of a page by rows and columns. A cell that spans several is in the first of them.
type Table struct {
	Page int
	Rows [][]Cell
	room *room
}

// room is how many cells the tables of a page may still have.
type room struct {
	cells int
	cut   bool // something did not fit
}

// Cell is a cell of a table.
type Cell struct {
	Text string // its lines joined
	At   *document.Evidence
}

// Tables returns the tables of a page in reading order. cut says that they are larger than the limits.
func Tables(p *document.PageResult) (all []Table, cut bool) {
	room := room{cells: MaxPageCells}
	for i := range p.Regions {
		r := &p.Regions[i]
		switch {
		case r.Grid != nil:
			all = append(all, gridTable(p.Number, r, &room))
		case r.Format == document.FormatHTML:
			all = append(all, htmlTables(p.Number, r, &room)...)
		}
	}
	return all, room.cut
}

// set puts a cell into its place, unless a limit is reached.
func (t *Table) set(row, col int, c Cell) {
	if row < 0 || col < 0 || c.Text == "" {
		return
	}
	for len(t.Rows) <= row && t.room.cells > 0 {
		t.Rows = append(t.Rows, nil)
		t.room.cells--
	}
	for row < len(t.Rows) && len(t.Rows[row]) <= col && col < MaxTableColumns && t.room.cells > 0 {
		t.Rows[row] = append(t.Rows[row], Cell{})
		t.room.cells--
	}
	if row >= len(t.Rows) || col >= len(t.Rows[row]) {
		t.room.cut = true
		return
	}
	t.Rows[row][col] = c
}

// gridTable returns a table whose cells geometry found: each knows its lines.
func gridTable(page int, r *document.Region, room *room) Table {
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
