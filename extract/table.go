package extract

import (
	"image"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/htmltable"
)

// Bounds of the tables that are searched for items.
const (
	maxTableColumns = 100
	maxPageCells    = 20_000 // empty ones too
)

// table is a table of a page by rows and columns. A cell that spans several stands
// in its first.
type table struct {
	page int
	rows [][]cell
	room *int // cells that the page's tables may still have
}

type cell struct {
	text string // its lines joined
	at   *document.Evidence
}

// tablesOf lists the tables of a page in reading order.
func tablesOf(p *document.PageResult) []table {
	var all []table
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

// set puts a cell into its place, where the bounds have room for it.
func (t *table) set(row, col int, c cell) {
	if row < 0 || col < 0 || col >= maxTableColumns || c.text == "" {
		return
	}
	for len(t.rows) <= row && *t.room > 0 {
		t.rows = append(t.rows, nil)
		*t.room--
	}
	for row < len(t.rows) && len(t.rows[row]) <= col && *t.room > 0 {
		t.rows[row] = append(t.rows[row], cell{})
		*t.room--
	}
	if row < len(t.rows) && col < len(t.rows[row]) {
		t.rows[row][col] = c
	}
}

// gridTable is a table whose cells geometry found: each knows its lines.
func gridTable(page int, r *document.Region, room *int) table {
	t := table{page: page, room: room}
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
		t.set(c.Row, c.Col, cell{
			text: strings.Join(texts, " "),
			at:   &document.Evidence{Page: page, Region: r.ID, BBox: document.BoxOf(box), Text: strings.Join(texts, "\n")},
		})
	}
	return t
}

// htmlTables reads the tables that a model wrote. Their cells have the region as
// their place.
func htmlTables(page int, r *document.Region, room *int) []table {
	var all []table
	for _, read := range htmltable.Read(r.Content) {
		t := table{page: page, room: room}
		row := 0
		var below [maxTableColumns]int // rows that a cell above still takes, by column
		for _, cells := range read.Rows {
			if cells.Loose != "" {
				continue
			}
			col := 0
			for _, c := range cells.Cells {
				for col < maxTableColumns && below[col] > 0 {
					below[col]--
					col++
				}
				t.set(row, col, cell{c.Text, &document.Evidence{Page: page, Region: r.ID, BBox: r.BBox, Text: c.Text}})
				for span := c.ColSpan; span > 0 && col < maxTableColumns; span-- {
					below[col] = c.RowSpan - 1
					col++
				}
			}
			row++
		}
		all = append(all, t)
	}
	return all
}
