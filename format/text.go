package format

import (
	"html"
	"regexp"
	"strings"

	"ocr-gateway/document"
)

// Text writes a page's regions in reading order as plain text, a blank line
// between them, whatever the options. The cells of a table's row are separated by tabs.
func Text(page *document.PageResult, _ document.Options) string {
	var blocks []string
	for _, r := range page.Regions {
		content := strings.TrimSpace(r.Content)
		if r.Format == document.FormatHTML {
			content = tableText(content)
		}
		if content != "" {
			blocks = append(blocks, content)
		}
	}
	return strings.Join(blocks, "\n\n")
}

var (
	rowEnd  = regexp.MustCompile(`(?i)</tr\s*>`)
	cellEnd = regexp.MustCompile(`(?i)</t[dh]\s*>`)
	anyTag  = regexp.MustCompile(`<[^<>]*>`)
)

// tableText turns an HTML table into rows of tab-separated cells.
func tableText(table string) string {
	var rows []string
	for _, row := range rowEnd.Split(table, -1) {
		cells := cellEnd.Split(row, -1)
		for i, cell := range cells {
			cells[i] = strings.Join(strings.Fields(html.UnescapeString(anyTag.ReplaceAllString(cell, " "))), " ")
		}
		if text := strings.TrimRight(strings.Join(cells, "\t"), "\t"); strings.TrimSpace(text) != "" {
			rows = append(rows, text)
		}
	}
	return strings.Join(rows, "\n")
}
