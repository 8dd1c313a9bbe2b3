package format

import (
	"net/url"
	"regexp"
	"strings"

	"ocr-gateway/document"
)

// Markdown writes pages as Markdown.
type Markdown struct {
	// Table writes an HTML table as a Markdown one. It is false when something
	// would be lost.
	Table func(html string) (string, bool)
}

// Page writes a page's regions in reading order, a blank line between them.
// Tables stay HTML, which Markdown allows and which keeps spans, unless opts ask
// otherwise. Text that a Markdown reader would take for HTML is escaped, since
// pages are foreign input.
func (m Markdown) Page(page *document.PageResult, opts document.Options) string {
	var blocks []string
	for i := range page.Regions {
		region := &page.Regions[i]
		if marginal(region.Type) && opts.Task == document.TaskDocument && !opts.IncludeHeaders {
			continue
		}
		if block := m.block(region, opts); block != "" {
			blocks = append(blocks, block)
		}
	}
	return strings.Join(blocks, "\n\n")
}

// marginal reports whether a region stands on every page and is no part of the text.
func marginal(t document.RegionType) bool {
	return t == document.RegionHeader || t == document.RegionFooter || t == document.RegionPageNumber
}

func (m Markdown) block(r *document.Region, opts document.Options) string {
	content := strings.TrimSpace(r.Content)
	switch {
	case r.Type == document.RegionImage && content == "":
		return picture(r, opts)
	case content == "":
		return ""
	case r.Format == document.FormatHTML && opts.TableFormat == document.TableMarkdown:
		if table, ok := m.Table(content); ok {
			return table
		}
		return content
	case r.Format == document.FormatHTML, r.Format == document.FormatMarkdown:
		return content
	case r.Format == document.FormatLaTeX:
		return "$$\n" + content + "\n$$"
	case r.Type == document.RegionTitle:
		level := min(max(r.Level, 1), 6)
		return strings.Repeat("#", level) + " " + escape(strings.Join(strings.Fields(content), " "))
	case r.Type == document.RegionCode:
		return fenced(content)
	}
	return lines(content)
}

// picture shows an image, whose text for the blind is the region's ID, or says
// why it is missing where it was asked for.
func picture(r *document.Region, opts document.Options) string {
	switch {
	case r.Image != "" && opts.Images == document.ImagesRef:
		return "![" + r.ID + "](" + url.PathEscape(r.Image) + ")"
	case r.Image != "":
		return "![" + r.ID + "](" + r.Image + ")"
	case r.Error != nil:
		return "<!-- " + r.ID + ": " + r.Error.Detail + " -->"
	}
	return ""
}

// fenced writes code, which the engine may have fenced already.
func fenced(code string) string {
	if strings.HasPrefix(code, fence) {
		return code
	}
	return fence + "\n" + code + "\n" + fence
}

const fence = "```"

// lines keeps line breaks: list items are lines of their own, all others end in
// Markdown's hard break. Fenced code stays as it is.
func lines(content string) string {
	rows := strings.Split(content, "\n")
	code := false // within a fence
	plain := make([]bool, len(rows))
	for i, row := range rows {
		fences := strings.HasPrefix(strings.TrimSpace(row), fence)
		if code = code != fences; code || fences {
			continue
		}
		rows[i] = listItem(escape(strings.TrimSpace(row)))
		bullet := strings.HasPrefix(rows[i], "- ")
		plain[i] = rows[i] != "" && !bullet
		if bullet || numbered.MatchString(rows[i]) { // how deep an item lies in its list
			rows[i] = row[:len(row)-len(strings.TrimLeft(row, " "))] + rows[i]
		}
	}
	for i := range len(rows) - 1 {
		if plain[i] && plain[i+1] {
			rows[i] += "  "
		}
	}
	return strings.Join(rows, "\n")
}

// numbered is an item of a list that counts.
var numbered = regexp.MustCompile(`^\(?(\d{1,2}|[a-z])[.)]\s`)

// listItem writes the bullets that documents use the way Markdown does.
func listItem(row string) string {
	for _, bullet := range []string{"•", "●", "▪", "■", "◦", "‣", "·"} {
		if rest, ok := strings.CutPrefix(row, bullet); ok && strings.TrimSpace(rest) != "" {
			return "- " + strings.TrimSpace(rest)
		}
	}
	return row
}

// escape defuses what Markdown would read as HTML or as a heading.
func escape(row string) string {
	if !strings.ContainsAny(row, "<#") {
		return row
	}
	var b strings.Builder
	for i := range len(row) {
		if row[i] == '<' && i+1 < len(row) && opensTag(row[i+1]) {
			b.WriteString("&lt;")
			continue
		}
		b.WriteByte(row[i])
	}
	row = b.String()
	if level := len(row) - len(strings.TrimLeft(row, "#")); level > 0 && level <= 6 && strings.HasPrefix(row[level:], " ") {
		row = `\` + row
	}
	return row
}

func opensTag(c byte) bool {
	return c == '/' || c == '!' || c == '?' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
