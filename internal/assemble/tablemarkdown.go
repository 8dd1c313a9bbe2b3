package assemble

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TableMarkdown writes an HTML table as a GitHub Flavored Markdown table. It is false if something would be
// lost: spans, a second header row, header cells in other rows, and tables, line breaks, blocks, links,
// pictures or attributes in cells. Colors, alignment and other presentation are not kept. A table without a
// header gets an empty one, since Markdown requires it.
func TableMarkdown(source string) (string, bool) {
	t, ok := readTable(strings.TrimSpace(source))
	if !ok || len(t.rows) == 0 || t.header() > 1 {
		return "", false
	}
	width := 0
	for i, row := range t.rows {
		for _, c := range row.cells {
			if c.rowSpan != 1 || c.colSpan != 1 || c.head && !(i == 0 && row.head) {
				return "", false
			}
		}
		width = max(width, len(row.cells))
	}
	if width == 0 || width*len(t.rows) > len(source) { // ragged beyond what padding should fill
		return "", false
	}
	var b strings.Builder
	body := t.rows
	if t.header() == 1 {
		body = body[1:]
		ok = writeRow(&b, t.rows[0].cells, width)
	} else {
		writeRow(&b, nil, width)
	}
	b.WriteString("|" + strings.Repeat(" --- |", width) + "\n")
	for _, row := range body {
		ok = ok && writeRow(&b, row.cells, width)
	}
	return strings.TrimSuffix(b.String(), "\n"), ok
}

func writeRow(b *strings.Builder, cells []tableCell, width int) bool {
	b.WriteByte('|')
	for i := range width {
		b.WriteByte(' ')
		if i < len(cells) {
			text, ok := cellMarkdown(cells[i].body)
			if !ok {
				return false
			}
			b.WriteString(text)
		}
		b.WriteString(" |")
	}
	b.WriteByte('\n')
	return true
}

// cellMarkdown writes the body of a cell on one line. Inline markup stays HTML,
// which Markdown allows and which cannot be mistaken.
func cellMarkdown(body string) (string, bool) {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(body))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind == html.TextToken {
			text := string(z.Text())
			if strings.Contains(text, `\|`) { // a LaTeX norm; a cell cannot hold it
				return "", false
			}
			writeCellText(&b, text)
			continue
		}
		raw := string(z.Raw())
		name, hasAttr := z.TagName()
		if hasAttr || kind != html.StartTagToken && kind != html.EndTagToken {
			return "", false
		}
		switch atom.Lookup(name) {
		case atom.B, atom.Strong, atom.I, atom.Em, atom.U, atom.S, atom.Sub, atom.Sup:
			b.WriteString(raw)
		default:
			return "", false
		}
	}
	text := strings.Join(strings.Fields(b.String()), " ")
	return text, !strings.HasSuffix(text, `\`) // which would escape the bar behind it
}

// writeCellText keeps text from being read as the end of a cell, a tag or an
// entity.
func writeCellText(b *strings.Builder, text string) {
	for i := range len(text) {
		opens := i+1 < len(text) && (isASCIILetter(text[i+1]) || strings.IndexByte("/!?#", text[i+1]) >= 0)
		switch c := text[i]; {
		case c == '|':
			b.WriteString(`\|`)
		case c == '<' && opens:
			b.WriteString("&lt;")
		case c == '&' && opens:
			b.WriteString("&amp;")
		default:
			b.WriteByte(c)
		}
	}
}

func isASCIILetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
