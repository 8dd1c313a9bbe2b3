// Package htmltable reads tables as language models write them in HTML: cut short, nested,
// with signs that should be escaped. What people would see of a source is never lost.
package htmltable

import (
	"html"
	"strconv"
	"strings"

	"ocr-gateway/internal/lazyregexp"
)

// Table is a table by its rows.
type Table struct{ Rows []Row }

// Row is a row of cells, or a text that stands in none.
type Row struct {
	Cells []Cell
	Loose string // such as a caption; empty in a row of cells
}

// Cell is one cell. Text is what people see of it, on one line; the spans are 1 or more.
type Cell struct {
	Text             string
	RowSpan, ColSpan int
	Header           bool
}

var (
	// Not of a tokenizer: that takes "a<b</td>" for one tag, and models write such things.
	structure = lazyregexp.New(`(?i)<(/?)(table|tr|td|th)\b([^<>]*)>`)
	markup    = lazyregexp.New(`<[^<>]*>`)
	span      = lazyregexp.New(`(?i)\b(row|col)span\s*=\s*["']?(\d{1,4})`)
)

// Read reads the tables of a source in their order. A table inside a cell comes after the
// one around it, which it ends. Text outside all tables makes one of its own.
func Read(source string) []Table {
	var r reader
	tags := structure().FindAllStringSubmatchIndex(source, -1)
	end := func(i int) int { // of the text behind tag i
		if i+1 < len(tags) {
			return tags[i+1][0]
		}
		return len(source)
	}
	r.loose(source[:end(-1)])
	for i, tag := range tags {
		text := source[tag[1]:end(i)]
		closing, name := tag[2] < tag[3], strings.ToLower(source[tag[4]:tag[5]])
		switch {
		case closing:
			r.loose(text)
		case name == "table":
			r.tables = append(r.tables, Table{})
			r.loose(text)
		case name == "tr":
			r.addRow(Row{})
			r.loose(text)
		default:
			r.cell(text, source[tag[6]:tag[7]], name == "th")
		}
	}
	return r.tables
}

// reader gathers tables; the last row of the last one is open.
type reader struct{ tables []Table }

// table is the one that is open; without one, a new one.
func (r *reader) table() *Table {
	if len(r.tables) == 0 {
		r.tables = append(r.tables, Table{})
	}
	return &r.tables[len(r.tables)-1]
}

func (r *reader) addRow(row Row) {
	t := r.table()
	t.Rows = append(t.Rows, row)
}

func (r *reader) loose(source string) {
	if text := visible(source); text != "" {
		r.addRow(Row{Loose: text})
	}
}

func (r *reader) cell(source, attributes string, header bool) {
	t := r.table()
	if n := len(t.Rows); n == 0 || t.Rows[n-1].Loose != "" {
		t.Rows = append(t.Rows, Row{})
	}
	row := &t.Rows[len(t.Rows)-1]
	c := Cell{Text: visible(source), RowSpan: 1, ColSpan: 1, Header: header}
	for _, m := range span().FindAllStringSubmatch(attributes, -1) {
		n, _ := strconv.Atoi(m[2]) // up to four digits always parse
		if strings.EqualFold(m[1], "row") {
			c.RowSpan = max(1, n)
		} else {
			c.ColSpan = max(1, n)
		}
	}
	row.Cells = append(row.Cells, c)
}

// visible is what people see of a source, on one line.
func visible(source string) string {
	return strings.Join(strings.Fields(html.UnescapeString(markup().ReplaceAllString(source, " "))), " ")
}
