package ground

import (
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/htmltable"
)

// tokensOf returns the words of a region's text as they stand on the page. A formula has none: its LaTeX has
// little to do with what is seen.
func tokensOf(r *document.Region) []string {
	switch r.Format {
	case document.FormatLaTeX:
		return nil
	case document.FormatHTML:
		var tokens []string
		for _, table := range htmltable.Read(r.Content) {
			for _, row := range table.Rows {
				tokens = append(tokens, strings.Fields(row.Loose)...)
				for _, c := range row.Cells {
					tokens = append(tokens, strings.Fields(c.Text)...)
				}
			}
		}
		return tokens
	case document.FormatMarkdown:
		return fields(r.Content, "*_`#|")
	}
	return strings.Fields(r.Content)
}

// fields returns words without the marks around them.
func fields(text, marks string) []string {
	var tokens []string
	for field := range strings.FieldsSeq(text) {
		if token := strings.Trim(field, marks); token != "" {
			tokens = append(tokens, token)
		}
	}
	return tokens
}
