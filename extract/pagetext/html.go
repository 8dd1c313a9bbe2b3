package pagetext

import (
	"html"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/lazyregexp"
)

var (
	tableTag      = lazyregexp.New(`(?i)<(/?)(table|tr|td|th)\b([^<>]*)>`)
	spanAttribute = lazyregexp.New(`(?i)\b(row|col)span\s*=\s*["']?(\d{1,4})`)
)

// htmlTables returns the tables that a model wrote. The place of their cells is the
// region.
func htmlTables(page int, r *document.Region, room *int) []Table {
	var all []Table
	row, col := -1, 0
	var below [maxTableColumns]int // rows that a cell above still takes, by column
	tags := tableTag().FindAllStringSubmatchIndex(r.Content, -1)
	for i, tag := range tags {
		part := func(n int) string { return strings.ToLower(r.Content[tag[2*n]:tag[2*n+1]]) }
		switch name := part(2); {
		case part(1) == "/":
		case name == "table":
			all = append(all, Table{Page: page, room: room})
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
			all[len(all)-1].set(row, col, Cell{text, &document.Evidence{Page: page, Region: r.ID, BBox: r.BBox, Text: text}})
			rows, columns := cellSpan(part(3))
			for ; columns > 0 && col < maxTableColumns; columns-- {
				below[col] = rows - 1
				col++
			}
		}
	}
	return all
}

// cellText returns the visible text of a cell's source.
func cellText(source string) string {
	return strings.Join(strings.Fields(html.UnescapeString(markup().ReplaceAllString(source, " "))), " ")
}

// cellSpan returns the rows and columns that a cell takes by its attributes.
func cellSpan(attributes string) (rows, columns int) {
	rows, columns = 1, 1
	for _, m := range spanAttribute().FindAllStringSubmatch(attributes, -1) {
		n, _ := strconv.Atoi(m[2]) // up to four digits always parse
		if strings.EqualFold(m[1], "row") {
			rows = max(1, n)
		} else {
			columns = max(1, n)
		}
	}
	return rows, columns
}
