package lightonocr

import (
	"regexp"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
)

// marker matches the beginning of a block: ![label](x1,y1,x2,y2), with a + after the label if the block
// continues the one before. Its text extends to the next marker.
var marker = regexp.MustCompile(`!\[([A-Za-z_][\w-]*)(\+?)\]\(\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*\)`)

// kinds maps the model's labels to types of regions. Other labels are text.
var kinds = map[string]document.RegionType{
	"title": document.RegionTitle, "section": document.RegionTitle,
	"list": document.RegionList, "caption": document.RegionCaption, "footnote": document.RegionFootnote,
	"header": document.RegionHeader, "footer": document.RegionFooter, "page_number": document.RegionPageNumber,
	"aside_text": document.RegionHeader, // stands outside the text, as the layout detector's class of this name
	"table":      document.RegionTable, "formula": document.RegionFormula, "code": document.RegionCode,
	"image": document.RegionImage, "chart": document.RegionImage,
}

// levels are the levels of titles without a mark of Markdown.
var levels = map[string]int{"title": 1, "section": 2}

// grounded reads the blocks of an answer in grounding mode; page is the box that was asked about. Text before
// the first marker, and answers without any, are read as Markdown.
func grounded(text string, page document.BBox) []document.Region {
	marks := marker.FindAllStringSubmatchIndex(text, -1)
	if len(marks) == 0 {
		return blocks(text, page)
	}
	regions := blocks(text[:marks[0][0]], page)
	for i, m := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		var corners [4]int
		for c := range corners {
			corners[c], _ = strconv.Atoi(text[m[6+2*c]:m[7+2*c]]) // digits only
		}
		r := blockOf(text[m[2]:m[3]], strings.TrimSpace(text[m[1]:end]))
		r.Label += text[m[4]:m[5]] // the + is removed when the page is assembled
		r.BBox = boxOf(corners, page)
		regions = append(regions, r)
	}
	return regions
}

// blockOf returns a region of the label's type. What the model says of a picture is not text of the page and
// left out; the data of a chart is a table.
func blockOf(label, text string) document.Region {
	r := document.Region{Type: document.RegionText, Label: label, Content: text, Format: document.FormatText}
	if kind, known := kinds[label]; known {
		r.Type = kind
	}
	switch {
	case strings.HasPrefix(text, "<table") && (r.Type == document.RegionTable || label == "chart"):
		r.Type, r.Format = document.RegionTable, document.FormatHTML
	case r.Type == document.RegionImage:
		r.Content = ""
	case r.Type == document.RegionTitle:
		r.Level, r.Content = heading(text)
		if r.Level == 0 {
			r.Level = levels[label]
		}
	case r.Type == document.RegionFormula:
		r.Content, r.Format = assemble.UnwrapFormula(text), document.FormatLaTeX
	case r.Type == document.RegionCode:
		r.Content = unfenced(text)
	}
	return r
}

// boxOf converts a box in thousandths of page to pixels, within page and never empty.
func boxOf(thousandths [4]int, page document.BBox) document.BBox {
	var box document.BBox
	for axis := range 2 {
		from, size := page[axis], page[axis+2]-page[axis]
		low, high := thousandths[axis], thousandths[axis+2]
		if low > high {
			low, high = high, low
		}
		a := from + (min(low, 1000)*size+500)/1000
		b := from + (min(high, 1000)*size+500)/1000
		if a == b {
			a, b = max(from, a-1), min(from+size, a+1)
		}
		box[axis], box[axis+2] = a, b
	}
	return box
}
