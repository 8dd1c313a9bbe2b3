package pagetext

import (
	"ocr-gateway/document"
	"ocr-gateway/internal/htmltable"
)

// htmlTables returns the tables that a model wrote. The place of their cells is the
// region.
func htmlTables(page int, r *document.Region, room *room) []Table {
	var all []Table
	for _, read := range htmltable.Read(r.Content) {
		t := Table{Page: page, room: room}
		row := 0
		var below [MaxTableColumns]int // rows that a cell above still takes, by column
		for _, cells := range read.Rows {
			if cells.Loose != "" {
				continue
			}
			col := 0
			for _, c := range cells.Cells {
				for col < MaxTableColumns && below[col] > 0 {
					below[col]--
					col++
				}
				t.set(row, col, Cell{c.Text, &document.Evidence{Page: page, Region: r.ID, BBox: r.BBox, Text: c.Text}})
				for span := c.ColSpan; span > 0 && col < MaxTableColumns; span-- {
					below[col] = c.RowSpan - 1
					col++
				}
			}
			for ; col < MaxTableColumns; col++ { // behind the row's last cell
				below[col] = max(below[col]-1, 0)
			}
			row++
		}
		all = append(all, t)
	}
	return all
}
