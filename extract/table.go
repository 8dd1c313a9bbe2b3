package extract

import (
	"html"
	"image"
	"strconv"
	"strings"

	"ocr-gateway/document"
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

var (
	tableTag = lazily(`(?i)<(/?)(table|tr|td|th)\b([^<>]*)>`)
	spanOf   = lazily(`(?i)\b(row|col)span\s*=\s*["']?(\d{1,4})`)
)

// htmlTables reads the tables that a model wrote. Their cells have the region as
// their place.
func htmlTables(page int, r *document.Region, room *int) []table {
	var all []table
	row, col := -1, 0
	var below [maxTableColumns]int // rows that a cell above still takes, by column
	tags := tableTag().FindAllStringSubmatchIndex(r.Content, -1)
	for i, tag := range tags {
		part := func(n int) string { return strings.ToLower(r.Content[tag[2*n]:tag[2*n+1]]) }
		switch name := part(2); {
		case part(1) == "/":
		case name == "table":
			all = append(all, table{page: page, room: room})
			row, below = -1, [maxTableColumns]int{}
		case len(all) == 0:
		case name == "tr":
			row, col = row+1, 0
		default:
			for col < maxTableColumns && below[col] > 0 {
				below[col]--
				col++
			}
			end := len(r.Content)
			if i+1 < len(tags) {
				end = tags[i+1][0]
			}
			text := cellText(r.Content[tag[1]:end])
			all[len(all)-1].set(row, col, cell{text, &document.Evidence{Page: page, Region: r.ID, BBox: r.BBox, Text: text}})
			rows, columns := spans(part(3))
			for ; columns > 0 && col < maxTableColumns; columns-- {
				below[col] = rows - 1
				col++
			}
		}
	}
	return all
}

// cellText is what people see of a cell's source.
func cellText(source string) string {
	return strings.Join(strings.Fields(html.UnescapeString(markup().ReplaceAllString(source, " "))), " ")
}

// spans reads how many rows and columns a cell takes from its attributes.
func spans(attributes string) (rows, columns int) {
	rows, columns = 1, 1
	for _, m := range spanOf().FindAllStringSubmatch(attributes, -1) {
		n, _ := strconv.Atoi(m[2]) // up to four digits always parse
		if strings.EqualFold(m[1], "row") {
			rows = max(1, n)
		} else {
			columns = max(1, n)
		}
	}
	return rows, columns
}
