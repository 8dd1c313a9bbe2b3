// Package pagetext holds the text of a page that extraction searches, lines and tables, and finds where on
// the page a value stands.
package pagetext

import (
	"html"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/extract/printed"
	"ocr-gateway/internal/lazyregexp"
)

// Limits of what is searched, in lines. The densest newspaper page has some 2,000.
const (
	MaxPageLines = 5_000
	MaxLines     = 50_000 // of a document
)

// Line is one line of a page.
type Line struct {
	Page   int
	Region string        // its ID
	Box    document.BBox // in pixels, where it would be if the page were not crooked
	drawn  document.BBox // where it is
	Text   string
	Words  []printed.Word
	Key    string // letters and digits of the text, folded
	block  int    // number of the region in the document
}

// Height returns the height of the line, at least 1.
func (l *Line) Height() int { return max(1, l.Box[3]-l.Box[1]) }

// Evidence returns the line as the source of a value.
func (l *Line) Evidence() *document.Evidence {
	return &document.Evidence{Page: l.Page, Region: l.Region, BBox: l.drawn, Text: l.Text}
}

var (
	markup    = lazyregexp.New(`<[^<>]*>`)
	rowBreaks = lazyregexp.New(`(?i)</t[dhr]>|<br\s*/?>`)
)

// Lines returns the lines of a page. The content of regions without lines is split at line breaks and
// table cells, and its lines have the region's box. cut says that there are more than MaxPageLines. block
// counts the regions of a document over its pages.
func Lines(p *document.PageResult, block *int) (lines []Line, cut bool) {
	var all []document.Line
	for _, r := range p.Regions {
		all = append(all, r.Lines...)
	}
	leveled := document.Leveled(all)
	for i := range p.Regions {
		r := &p.Regions[i]
		*block++
		add := func(text string, drawn, box document.BBox) {
			if text = strings.TrimSpace(text); text == "" {
				return
			}
			if cut = len(lines) == MaxPageLines; !cut {
				lines = append(lines, newLine(Line{Page: p.Number, Region: r.ID, Box: box, drawn: drawn, Text: text, block: *block}))
			}
		}
		if len(r.Lines) > 0 {
			for i, l := range r.Lines {
				add(l.Text, l.BBox, leveled[i].BBox)
			}
			leveled = leveled[len(r.Lines):]
			continue
		}
		content := r.Content
		if r.Format == document.FormatHTML {
			content = html.UnescapeString(markup().ReplaceAllString(rowBreaks().ReplaceAllString(content, "\n"), ""))
		}
		for line := range strings.SplitSeq(content, "\n") {
			add(line, r.BBox, r.BBox)
		}
	}
	return lines, cut
}

func newLine(l Line) Line {
	l.Words = printed.Words(l.Text)
	var key strings.Builder
	for _, w := range l.Words {
		key.WriteString(w.Key)
	}
	l.Key = key.String()
	return l
}
