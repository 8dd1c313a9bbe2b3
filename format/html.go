package format

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/htmltable"
)

// style is the whole style sheet of the file.
const style = `body{max-width:50em;margin:2em auto;padding:0 1em;font-family:sans-serif;line-height:1.4}` +
	`table{border-collapse:collapse}td,th{border:1px solid;padding:.2em .5em;vertical-align:top}` +
	`.page{border-bottom:1px solid #999}img{max-width:100%}pre{overflow-x:auto}.formula,.markdown{white-space:pre-wrap}`

// htmlWriter writes a document of HTML. What documents say is text, never markup: all of it is
// escaped, and tables are built anew.
type htmlWriter struct {
	strings.Builder
	opts document.Options
}

func encodeHTML(w io.Writer, d Document) error {
	h := htmlWriter{opts: d.Options}
	title := d.Name
	if title == "" {
		title = "Document"
	}
	h.printf("<!DOCTYPE html>\n<html lang=\"und\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n", title, style)
	for i := range d.Pages {
		h.page(&d.Pages[i])
	}
	h.WriteString("</body>\n</html>\n")
	_, err := io.WriteString(w, h.String())
	return err
}

// printf writes markup, into which strings go escaped.
func (h *htmlWriter) printf(markup string, args ...any) {
	for i, a := range args {
		switch v := a.(type) {
		case string:
			args[i] = html.EscapeString(valid(v))
		case safe:
			args[i] = string(v)
		}
	}
	fmt.Fprintf(h, markup, args...)
}

// safe is markup of our own.
type safe string

// valid removes what text in HTML and XML must not have: control characters and invalid UTF-8.
func valid(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

func (h *htmlWriter) page(p *document.PageResult) {
	h.printf("<section class=\"page\" id=\"page-%d\">\n", p.Number)
	if p.Error != nil {
		h.printf("<p class=\"error\">%s</p>\n", p.Error.Detail)
	}
	for i := range p.Regions {
		r := &p.Regions[i]
		if marginal(r.Type) && h.opts.Task == document.TaskDocument && !h.opts.IncludeHeaders {
			continue
		}
		h.region(r)
	}
	h.WriteString("</section>\n")
}

func (h *htmlWriter) region(r *document.Region) {
	content := strings.TrimSpace(r.Content)
	switch {
	case r.Type == document.RegionImage && content == "":
		h.image(r)
	case content == "":
	case r.Format == document.FormatHTML:
		for _, t := range htmltable.Read(content) {
			h.table(t)
		}
	case r.Format == document.FormatLaTeX:
		h.printf("<div class=\"formula\" id=\"%s\">\\[%s\\]</div>\n", r.ID, content)
	case r.Format == document.FormatMarkdown:
		h.printf("<div class=\"markdown\" id=\"%s\">%s</div>\n", r.ID, content)
	case r.Type == document.RegionTitle:
		level := strconv.Itoa(min(max(r.Level, 1), 6))
		h.printf("<h%s id=\"%s\">%s</h%s>\n", level, r.ID, strings.Join(strings.Fields(content), " "), level)
	default:
		h.text(r)
	}
}

// image shows a picture that was requested inline. Its bytes were encoded here, not uploaded.
func (h *htmlWriter) image(r *document.Region) {
	if strings.HasPrefix(r.Image, "data:") {
		h.printf("<figure id=\"%s\"><img src=\"%s\" alt=\"%s\"></figure>\n", r.ID, r.Image, r.ID)
	}
}

// text writes paragraphs, lists and code. Lines end where they do in the document.
func (h *htmlWriter) text(r *document.Region) {
	class := safe("")
	if r.Type == document.RegionCaption || r.Type == document.RegionFootnote {
		class = safe(` class="` + r.Type + `"`)
	}
	list := false
	for _, s := range segments(r) {
		if list != (s.kind == item) {
			list = s.kind == item
			h.WriteString(map[bool]string{true: "<ul>\n", false: "</ul>\n"}[list])
		}
		switch s.kind {
		case item:
			if numbered.MatchString(s.marker + " ") {
				s.text = s.marker + " " + s.text
			}
			h.printf("<li>%s</li>\n", s.text)
		case code:
			h.printf("<pre><code>%s</code></pre>\n", s.text)
		case paragraph:
			h.printf("<p%s>%s</p>\n", class, safe(strings.ReplaceAll(html.EscapeString(valid(s.text)), "\n", "<br>\n")))
		}
	}
	if list {
		h.WriteString("</ul>\n")
	}
}

// table writes a table. Text outside its cells is a row of its own.
func (h *htmlWriter) table(t htmltable.Table) {
	_, _, cols := t.Grid()
	h.WriteString("<table>\n")
	for i, row := range t.Rows {
		switch {
		case row.Loose != "" && i == 0:
			h.printf("<caption>%s</caption>\n", row.Loose)
		case row.Loose != "":
			h.printf("<tr><td colspan=\"%d\">%s</td></tr>\n", max(cols, 1), row.Loose)
		default:
			h.WriteString("<tr>")
			for _, c := range row.Cells {
				h.cell(c)
			}
			h.WriteString("</tr>\n")
		}
	}
	h.WriteString("</table>\n")
}

func (h *htmlWriter) cell(c htmltable.Cell) {
	name, spans := safe("td"), ""
	if c.Header {
		name = "th"
	}
	if c.RowSpan > 1 {
		spans += fmt.Sprintf(` rowspan="%d"`, c.RowSpan)
	}
	if c.ColSpan > 1 {
		spans += fmt.Sprintf(` colspan="%d"`, min(c.ColSpan, htmltable.MaxColumns))
	}
	h.printf("<%s%s>%s</%s>", name, safe(spans), c.Text, name)
}
