package format

import (
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/htmltable"
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

// tableText turns an HTML table into rows of tab-separated cells.
func tableText(source string) string {
	var lines []string
	for _, table := range htmltable.Read(source) {
		for _, row := range table.Rows {
			texts := make([]string, len(row.Cells))
			for i, c := range row.Cells {
				texts[i] = c.Text
			}
			if text := row.Loose + strings.TrimRight(strings.Join(texts, "\t"), "\t"); text != "" {
				lines = append(lines, text)
			}
		}
	}
	return strings.Join(lines, "\n")
}
