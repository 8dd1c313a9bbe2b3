package assemble

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// table is an HTML table as a language model writes it: rows of cells and nothing else. Its source is kept,
// so that unchanged parts are written as they were.
type table struct {
	open string // the <table …> tag
	rows []tableRow
}

type tableRow struct {
	open   string // the <tr …> tag
	head   bool   // stands in thead or has no cell but th
	inHead bool   // stands in thead
	cells  []tableCell
}

type tableCell struct {
	open             string // the <td …> or <th …> tag
	body             string // source between the tags
	head             bool   // is a th
	rowSpan, colSpan int
}

// Limits of the HTML standard on spans, which are untrusted. A rowspan of 0, to the end of the table, is not
// read: models do not write it.
const maxColSpan, maxRowSpan = 1000, 65534

// IsTable reports whether s begins and ends as a table.
func IsTable(s string) bool {
	return strings.HasPrefix(s, "<table") && strings.HasSuffix(s, "</table>")
}

// readTable reads s if it is one table and nothing else: text outside cells, captions, tables inside cells
// and missing end tags are refused, so that nothing is lost when the rows are written again.
func readTable(s string) (*table, bool) {
	if !IsTable(s) {
		return nil, false
	}
	r := tableReader{source: s, z: html.NewTokenizer(strings.NewReader(s)), body: -1}
	for {
		kind := r.z.Next()
		if kind == html.ErrorToken {
			return r.table, r.closed // the only error of a string is its end
		}
		start := r.at
		r.at += len(r.z.Raw())
		if !r.token(kind, s[start:r.at]) {
			return nil, false
		}
	}
}

type tableReader struct {
	source  string
	z       *html.Tokenizer
	at      int // bytes read
	table   *table
	closed  bool
	section atom.Atom // thead, tbody, tfoot or 0
	inRow   bool
	body    int // where the open cell's body starts, -1 outside cells
}

// token takes the next token, whose source is raw, and reports whether a table can have it there.
func (r *tableReader) token(kind html.TokenType, raw string) bool {
	inCell := r.body >= 0
	if kind == html.TextToken && blank(raw) {
		return true
	}
	if kind != html.StartTagToken && kind != html.EndTagToken {
		return inCell
	}
	name, hasAttr := r.z.TagName()
	opens := kind == html.StartTagToken
	switch tag := atom.Lookup(name); tag {
	case atom.Table:
		return r.tableTag(opens, raw)
	case atom.Thead, atom.Tbody, atom.Tfoot:
		return r.sectionTag(opens, tag)
	case atom.Tr:
		return r.rowTag(opens, raw)
	case atom.Td, atom.Th:
		return r.cellTag(opens, tag == atom.Th, hasAttr, raw)
	}
	return inCell // markup of the cell's own
}

func (r *tableReader) tableTag(opens bool, raw string) bool {
	if opens {
		ok := r.table == nil
		r.table = &table{open: raw}
		return ok
	}
	ok := r.table != nil && !r.closed && !r.inRow && r.section == 0
	r.closed = true
	return ok
}

func (r *tableReader) sectionTag(opens bool, tag atom.Atom) bool {
	if r.table == nil || r.closed || r.inRow {
		return false
	}
	if opens {
		ok := r.section == 0
		r.section = tag
		return ok
	}
	ok := r.section == tag
	r.section = 0
	return ok
}

func (r *tableReader) rowTag(opens bool, raw string) bool {
	if r.table == nil || r.closed || r.body >= 0 || opens == r.inRow {
		return false
	}
	r.inRow = opens
	if opens {
		r.table.rows = append(r.table.rows, tableRow{open: raw, inHead: r.section == atom.Thead})
	} else {
		r.row().close()
	}
	return true
}

func (r *tableReader) row() *tableRow { return &r.table.rows[len(r.table.rows)-1] }

func (r *tableReader) cellTag(opens, head, hasAttr bool, raw string) bool {
	if !r.inRow || opens == (r.body >= 0) {
		return false
	}
	row := r.row()
	if opens {
		cell := tableCell{open: raw, head: head, rowSpan: 1, colSpan: 1}
		ok := !hasAttr || r.spans(&cell)
		row.cells = append(row.cells, cell)
		r.body = r.at
		return ok
	}
	cell := &row.cells[len(row.cells)-1]
	cell.body = r.source[r.body : r.at-len(raw)]
	r.body = -1
	return cell.head == head
}

// spans reads the spans of the tag at hand.
func (r *tableReader) spans(cell *tableCell) bool {
	ok := true
	for more := true; more; {
		var key, value []byte
		key, value, more = r.z.TagAttr()
		switch string(key) {
		case "rowspan":
			cell.rowSpan, ok = span(value, maxRowSpan, ok)
		case "colspan":
			cell.colSpan, ok = span(value, maxColSpan, ok)
		}
	}
	return ok
}

func span(value []byte, most int, ok bool) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(string(value)))
	return n, ok && err == nil && 1 <= n && n <= most
}

func (r *tableRow) close() {
	r.head = r.inHead
	if len(r.cells) == 0 || r.head {
		return
	}
	for _, c := range r.cells {
		if !c.head {
			return
		}
	}
	r.head = true
}

// columns returns the width of the table's grid. It is false if the rows differ in width, cells overlap, or
// a span reaches beyond the table's end.
func (t *table) columns() (width int, ok bool) {
	const maxColumns = 1000
	var below []int // per column: how many rows below this one a cell covers
	for i, row := range t.rows {
		col := 0
		covered := func() {
			for col < len(below) && below[col] > 0 {
				below[col]--
				col++
			}
		}
		for _, c := range row.cells {
			covered()
			for range c.colSpan {
				switch {
				case col == len(below) && i == 0 && col < maxColumns:
					below = append(below, 0)
				case col == len(below) || below[col] > 0:
					return 0, false
				}
				below[col] = c.rowSpan - 1
				col++
			}
		}
		if covered(); col != len(below) {
			return 0, false
		}
	}
	for _, n := range below {
		if n != 0 {
			return 0, false
		}
	}
	return len(below), len(below) > 0
}

// header counts the rows at the top that are the table's header.
func (t *table) header() int {
	n := 0
	for n < len(t.rows) && t.rows[n].head {
		n++
	}
	return n
}

// write returns the table's HTML: header rows that were in thead first, all others as one body.
func (t *table) write() string {
	var b strings.Builder
	b.WriteString(t.open)
	section := ""
	for _, row := range t.rows {
		want := "tbody"
		if row.inHead {
			want = "thead"
		}
		if want != section {
			if section != "" {
				b.WriteString("</" + section + ">")
			}
			b.WriteString("<" + want + ">")
			section = want
		}
		b.WriteString(row.open)
		for _, c := range row.cells {
			b.WriteString(c.open)
			b.WriteString(c.body)
			if c.head {
				b.WriteString("</th>")
			} else {
				b.WriteString("</td>")
			}
		}
		b.WriteString("</tr>")
	}
	if section != "" {
		b.WriteString("</" + section + ">")
	}
	b.WriteString("</table>")
	return b.String()
}

// CloseTable closes what an answer that was cut off left open, so that the table does not swallow what is
// written after it.
func CloseTable(s string) string {
	if !strings.HasPrefix(s, "<table") {
		return s
	}
	for i := strings.LastIndexByte(s, '<'); i >= 0 && !strings.Contains(s[i:], ">"); i = strings.LastIndexByte(s, '<') {
		s = s[:i] // a tag cut in the middle
	}
	var open []string
	z := html.NewTokenizer(strings.NewReader(s))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind != html.StartTagToken && kind != html.EndTagToken {
			continue
		}
		name, _ := z.TagName()
		switch tag := atom.Lookup(name); tag {
		case atom.Table, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th:
			if kind == html.StartTagToken {
				open = append(open, tag.String())
			} else if n := len(open); n > 0 && open[n-1] == tag.String() {
				open = open[:n-1]
			}
		}
	}
	var b strings.Builder
	b.WriteString(s)
	for _, tag := range slices.Backward(open) {
		b.WriteString("</" + tag + ">")
	}
	return b.String()
}
