package pagetext

import (
	"ocr-gateway/document"
	"ocr-gateway/internal/htmltable"
)

// htmlTables returns the tables that a model wrote. The place of their cells is that of the region.
func htmlTables(page int, r *document.Region, room *room) []Table {
	var all []Table
	for _, read := range htmltable.Read(r.Content) {
		t := Table{Page: page, room: room}
		cells, _, _ := read.Grid()
		for _, c := range cells {
			t.set(c.Row, c.Col, Cell{c.Text, &document.Evidence{Page: page, Region: r.ID, BBox: r.BBox, Text: c.Text}})
		}
		all = append(all, t)
	}
	return all
}
