// Package prose writes the lines of a region as text: paragraphs, rows, code with its
// indentation, cells of tables.
package prose

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"

	"ocr-gateway/document"
)

// How check boxes and radio buttons are written.
const (
	Ticked   = "[x]"
	Unticked = "[ ]"
)

// cellGap separates the cells of a row in plain text.
const cellGap = "  "

// Write writes the lines of a region as its type and the task require.
func Write(region document.Region, task document.Task) (string, document.ContentFormat) {
	region.Lines = document.Leveled(region.Lines)
	if region.Type == document.RegionCode {
		return indentedRows(region.Lines), document.FormatText
	}
	text, format := write(region, task)
	return doubleQuotes.Replace(text), format
}

// doubleQuotes replaces pairs of single quotation marks, with which old fonts make double ones.
var doubleQuotes = strings.NewReplacer("‘‘", "“", "’’", "”")

// write writes everything except code.
func write(region document.Region, task document.Task) (string, document.ContentFormat) {
	switch region.Type {
	case document.RegionTable:
		if region.Grid != nil && task != document.TaskText {
			return gridHTML(region.Grid, region.Lines), document.FormatHTML
		}
		return plainRows(region.Lines, cellGap), document.FormatText
	case document.RegionImage:
		return plainRows(region.Lines, " "), document.FormatText
	case document.RegionTitle:
		return OneLine(asRows(region.Lines)), document.FormatText
	}
	return paragraphs(asRows(region.Lines)), document.FormatText
}

// gridHTML writes a table with the text of its cells.
func gridHTML(grid *document.Grid, lines []document.Line) string {
	cells := slices.Clone(grid.Cells)
	slices.SortStableFunc(cells, func(a, b document.Cell) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
	})
	var b strings.Builder
	b.WriteString("<table>\n")
	for row := range grid.Rows {
		b.WriteString("<tr>")
		for len(cells) > 0 && cells[0].Row == row {
			writeCell(&b, cells[0], lines)
			cells = cells[1:]
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>")
	return b.String()
}

func writeCell(b *strings.Builder, cell document.Cell, lines []document.Line) {
	tag := "td"
	if cell.Header {
		tag = "th"
	}
	b.WriteString("<" + tag)
	if cell.RowSpan > 1 {
		fmt.Fprintf(b, ` rowspan="%d"`, cell.RowSpan)
	}
	if cell.ColSpan > 1 {
		fmt.Fprintf(b, ` colspan="%d"`, cell.ColSpan)
	}
	var inside []document.Line
	for _, i := range cell.Lines {
		if i >= 0 && i < len(lines) {
			inside = append(inside, lines[i])
		}
	}
	b.WriteString(">" + html.EscapeString(OneLine(inside)) + "</" + tag + ">")
}

// plainRows writes each row of lines as a line of text.
func plainRows(lines []document.Line, gap string) string {
	var out []string
	for _, row := range Rows(withText(lines)) {
		texts := make([]string, len(row))
		for i, l := range row {
			texts[i] = l.Text
		}
		out = append(out, strings.Join(texts, gap))
	}
	return strings.Join(out, "\n")
}

// indentedRows writes rows with their indentation on the page.
func indentedRows(lines []document.Line) string {
	lines = withText(lines)
	if len(lines) == 0 {
		return ""
	}
	left, width := edges(lines)[0], charWidth(lines)
	var b strings.Builder
	for i, row := range Rows(lines) {
		if i > 0 {
			b.WriteByte('\n')
		}
		at := left
		for j, l := range row {
			spaces := int(float64(l.BBox[0]-at)/width + .5)
			if j > 0 {
				spaces = max(spaces, 1)
			}
			b.WriteString(strings.Repeat(" ", min(max(spaces, 0), 80)) + l.Text)
			at = l.BBox[2]
		}
	}
	return b.String()
}

func withText(lines []document.Line) []document.Line {
	return slices.DeleteFunc(slices.Clone(lines), func(l document.Line) bool { return l.Text == "" })
}
